//! Results made elsewhere, in a table: read with line and column of every mistake, turned into records, and from there on
//! judged by what judges this program's own. Nothing in them is proven; what their authors declare is recorded as declared.

mod columns;
mod entry;
mod frame;
mod number;
mod records;
mod streams;
mod table;
mod template;
mod together;

pub use entry::Entry;
pub use frame::Native;
pub use records::records;
pub use template::{meanings, template};
pub use together::read;
