//! Layer 0: definitions in TOML, checked before anything runs.

mod definition;
mod library;
mod space;
mod tuned;
mod typed;
mod variation;

pub use definition::{
    Benchmark, BenchmarkHeader, Ceiling, Cell, ControlRole, MethodHeader, MethodPreset, SCHEMA, Score, Suite,
    SuiteHeader,
};
pub use library::Library;
pub use space::{Range, Scale, Space, rounded};
pub use tuned::{Arm, SearchNote, Tuned, TunedFile};
pub use typed::Source;
pub use variation::{TABLES, base, value_of, varied_number};
