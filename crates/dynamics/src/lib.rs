//! The scalar equations of neuromodulation, without tensors: how a level rises and decays, how a receptor answers it,
//! and what an ideal observer of change points believes. The pipeline of `learn` and the case studies share them.

mod change_point;
mod level;
mod receptor;

pub use change_point::ReducedBayesianObserver;
pub use level::{Level, Release};
pub use receptor::{Receptor, Response};
