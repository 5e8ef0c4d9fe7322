//! A bandit whose best arm switches, with a second stage that makes the discount matter.
//!
//! One trial: choose an arm (one step), then choose *soon* (a small reward, one step) or *late* (reward 1, `1 + delay`
//! steps in which nothing else can be done). Whether the reward comes is the arm's chance; the best arm moves with
//! a probability, the hazard, before a trial. What counts is reward per step, so that neither the greedy nor the endlessly
//! patient learner wins by itself.

mod controller;
mod session;
mod settings;
mod task;
mod values;

pub(super) use session::{CHANNELS, session};
pub use settings::{
    BanditLearner, DoyaSettings, Modulator, SecondChoice, SoftmaxSettings, UncertaintySettings,
};
pub use task::BanditTask;
pub use values::Values;
