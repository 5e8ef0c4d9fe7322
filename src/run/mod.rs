//! Layer 4: plan, keys, executor, journal, resume.

mod arm;
mod asked;
mod cell;
mod chosen;
mod environment;
mod executor;
mod extent;
mod finite;
mod found;
mod journal;
mod knows;
mod listener;
mod method_runs;
mod plan;
mod plan_file;
mod planned;
mod timing;

pub(crate) use arm::{TUNED_CONTROLS, built_in_controls, named, start};
pub use environment::{cores, environment, prepare_process};
pub use executor::{Executor, Outcome, Scorer};
pub(crate) use found::{RESTARTS, Restart};
pub use journal::{Damage, Journal, Recovery, read_records};
pub use knows::Knows;
pub use listener::{Listener, install_panic_hook};
pub use plan::{Plan, Selection};
pub use plan_file::{note_plan, read_plan};
pub use planned::PlannedRun;
pub(crate) use planned::Runs;
pub(crate) use timing::{MARK, TIMING_ARMS, TimingArm, knots};
pub use timing::{Target, timing_preset};
