//! Layer 2: the objective L(θ) = Σ_k gain_k · weight_k · term_k(θ), a sum of small terms.

mod anchor;
mod balance;
mod head_loss;
mod mean_squared;
mod past_model;
mod projection;
mod subspace;
mod sum;
mod task_loss;
mod term;
mod weighted;

pub use anchor::Anchor;
pub use balance::*;
pub use head_loss::{HeadLoss, NoTask};
pub use mean_squared::MeanSquared;
pub use past_model::PastModel;
pub use projection::{gem_weights, project};
pub use subspace::Subspace;
pub use sum::Objective;
pub use task_loss::TaskLoss;
pub use term::{LossTerm, PathGradient};
pub use weighted::Weighted;
