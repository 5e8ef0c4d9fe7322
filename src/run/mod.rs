//! Layer 4: plan, keys, executor, journal, resume.

mod arm;
mod asked;
mod cell;
mod chosen;
mod decay;
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
mod selection;
mod timing;

pub(crate) use arm::{TUNED_CONTROLS, built_in_controls, named, start};
pub(crate) use decay::decays;
pub use environment::{cores, environment, prepare_process};
pub use executor::{Executor, Outcome, Scorer};
pub(crate) use found::{RESTARTS, Restart};
pub use journal::{Damage, Journal, Recovery, read_records};
pub use knows::Knows;
pub use listener::{Listener, install_panic_hook};
pub use plan::Plan;
pub use plan_file::{note_plan, read_plan};
pub use planned::PlannedRun;
pub(crate) use planned::Runs;
pub use selection::Selection;
pub(crate) use timing::{MARK, TIMING_ARMS, TimingArm, knots};
pub use timing::{Target, timing_preset};
