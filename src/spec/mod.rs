//! Layer 0: definitions in TOML, checked before anything runs.

mod definition;
mod library;
mod typed;
mod variation;

pub use definition::{
    Benchmark, BenchmarkHeader, Ceiling, Cell, ControlRole, MethodHeader, MethodPreset, SCHEMA, Score, Suite,
    SuiteHeader,
};
pub use library::Library;
pub use typed::Source;
pub use variation::{base, varied_number};
