//! `bench validate`: published numbers, and what this program gets with the published protocol. Nothing is tuned on a row.

mod compare;
mod row;
mod write;

pub use compare::{Compared, Verdict, compare};
pub use row::{Protocol, Row, RowKind, protocols, with_benchmarks};
pub use write::{json, markdown, words};
