//! What of a library is run.

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids of suites and benchmarks.
    pub targets: Vec<String>,
    /// Only these methods, in a suite's cell that lists its methods only those of them that it lists; empty: what the
    /// suite or benchmark says.
    pub methods: Vec<String>,
    /// Seeds per cell; `None`: what the suite says, 5 for a bare benchmark.
    pub seeds: Option<u64>,
    /// Beside what cells say of it, these controls of each mechanism: `required`, `all`, or names.
    pub controls: Vec<String>,
}
