//! Layer 0: definitions in TOML, checked before anything runs.

mod benchmark;
mod extend;
mod header;
mod library;
mod merge;
mod method;
mod origin;
mod place;
mod search_note;
mod space;
mod suite;
mod tuned;
mod variation;

pub use benchmark::{Benchmark, BenchmarkHeader, Ceiling, Score};
pub use header::SCHEMA;
pub use library::Library;
pub use method::{ControlRole, MethodHeader, MethodPreset};
pub use origin::{Origin, Written};
pub use search_note::SearchNote;
pub use space::{Range, Scale, Space, rounded};
pub use suite::{Cell, MOST_SEEDS, Suite, SuiteHeader};
pub use tuned::{Arm, Tuned, TunedFile};
pub use variation::{TABLES, base, value_of, varied_number};
