//! Goal switching behind unreliable feedback, after Zou, Kolouri, Pilly & Krichmar (2020), who take the rule of Yu &
//! Dayan (2005): four goals, one of them valid, feedback that tells the truth with probability `validity`, a new valid
//! goal every 400 ± 30 trials.

mod learner;
mod observer;
mod session;
mod task;

pub use learner::{CholinergicSettings, DeltaSettings, GoalLearner, NoSettings};
pub use observer::{Hazard, ObserverSettings};
pub(super) use session::{CHANNELS, session};
pub use task::{Feedback, GoalTask};
