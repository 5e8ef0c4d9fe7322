//! Layer 5: where can timing a gain help at all, and how much of that does a mechanism capture?
//!
//! On a benchmark and for a target (the learning rate, say) the best constant, the best decay that is blind to changes and
//! the best schedule that knows them are searched with equal budgets; what the schedule gains over the better blind arm, on
//! seeds that chose nothing, is the headroom H. Where it is excluded a verdict "not better than a constant" is a property
//! of the benchmark. The design and what was found: `docs/headroom.md`.

mod answer;
#[cfg(test)]
mod calibration;
mod earlier;
mod joint;
mod question;
mod runner;
mod seeds;
mod study;
mod tried;
#[cfg(test)]
mod units;
mod write;

pub use answer::Answer;
pub use earlier::check_folder;
pub use joint::{Joint, Pair};
pub use question::Question;
pub use runner::Runner;
pub use seeds::{CONFIRMATION_SEED, DEVELOPMENT_SEED, QUALIFICATION_SEED, Seeds};
pub use study::{Measure, Plan};
pub use tried::{Confirmed, Searched, Tried};
pub use write::{Told, write};
