//! Results as files for other programs: one row a run, curves in the long form, a table for a paper. Numbers stand with
//! full precision in CSV, so that every number of a report can be computed again from them.

mod curves;
mod drawn;
mod latex;
mod latex_text;
mod runs;
mod tensorboard;

pub use curves::write_curves;
pub(crate) use drawn::write_drawn;
pub use latex::tables;
pub use runs::table;
pub use tensorboard::events;
