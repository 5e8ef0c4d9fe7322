//! Methods over several benchmarks at once: which can be compared, and what comes out. Sections and `across.csv` read it from here.

mod group;
mod reach;
mod table;
mod whole;

pub(super) use group::{Entry, Group};
pub(super) use reach::Family;
pub(super) use table::csv;
pub(super) use whole::Across;

#[cfg(test)]
mod tests;
