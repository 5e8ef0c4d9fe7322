//! Three small tasks whose rules switch, learned without gradients: a bandit with a delayed reward, goals behind
//! unreliable feedback, the mean of a Gaussian that jumps. What comes out: `docs/switching.md`.

pub mod bandit;
pub mod change_point;
pub mod goals;
mod pace;
mod protocol;
mod settings;
mod softmax;
mod trace;

pub use protocol::Switching;
pub use settings::{Learner, Settings, Task};
pub use trace::Trace;

#[cfg(test)]
mod tests;
