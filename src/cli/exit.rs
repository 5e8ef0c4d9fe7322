//! Exit codes that scripts can rely on.

/// All runs are fine.
pub const OK: u8 = 0;
/// Some runs failed, diverged or timed out, or a report's records are not all that was planned; the report exists.
/// Also: results could not be written.
pub const FAILED: u8 = 1;
/// Wrong usage, definitions, data or records; an output folder that cannot be one.
pub const USAGE: u8 = 2;
/// `bench validate`: a row misses the published number.
pub const MISSED: u8 = 3;
/// Interrupted; the same command goes on where it stopped.
pub const INTERRUPTED: u8 = 75;
