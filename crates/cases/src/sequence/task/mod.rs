//! The two tasks: what a trial shows, what it wants, and what a test measures.

mod binding;
mod choice;
mod interval;
mod problem;

pub use binding::CueBinding;
pub use choice::Task;
pub use interval::MeasureWaitGo;
pub use problem::Problem;
