//! Two sets of records held against each other: before and after, two machines, two versions. What changed is paired by
//! seed; what is in one set only, and in which settings definitions differ, is said by name.

mod cells;
mod json;
mod text;
mod verdict;

pub use cells::{Cell, Setting, compare};
pub use json::value;
pub use text::page;
pub use verdict::{Changed, verdicts};
