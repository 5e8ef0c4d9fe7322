//! Estimating the mean of a Gaussian that jumps (Nassar, Wilson, Heasly & Gold 2010): predict, see a sample, learn.

mod exact;
mod session;
mod task;

pub(super) use session::{CHANNELS, session};
pub use task::{ChangePointLearner, ChangePointTask, FixedRateSettings, ObserverSettings};
