//! Layer 4: plan, keys, executor, journal, resume.

mod arm;
mod asked;
mod environment;
mod executor;
mod journal;
mod listener;
mod plan;
mod timing;

pub(crate) use arm::{TUNED_CONTROLS, start};
pub use environment::{cores, environment, prepare_process};
pub use executor::{Executor, Outcome, Scorer, on_slots};
pub use journal::{Journal, Recovery, read_records};
pub use listener::{Listener, install_panic_hook};
pub(crate) use plan::key_of;
pub use plan::{Plan, PlannedRun, Selection};
pub use timing::{Knows, Target, timing_preset};
pub(crate) use timing::{MARK, TIMING_ARMS, TimingArm, knots};
