//! Data of one's own, and what a benchmark may say of any data set: the `[data]` table (`docs/your-own-data.md`).

mod adapt;
mod assemble;
mod check;
mod cifar;
mod columns;
mod csv;
mod detect;
mod files;
mod idx;
mod images;
mod in_order;
mod npy;
mod parts;
mod reader;
mod samples;
mod spec;
mod table;
#[cfg(test)]
mod tests;

pub use adapt::{adapted, finished};
pub use assemble::assemble;
pub use csv::line_of;
pub use detect::detect;
pub use files::Files;
pub use in_order::in_order;
pub use spec::DataSpec;
pub use table::{
    ColumnName, DataTable, Each, Facts, FileLayout, MOST_CLASSES, Normalise, Pair, Part, SplitBy, SplitRule,
};
