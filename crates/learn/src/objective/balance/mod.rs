//! How the weights λ_i of Eq. 5, Σ_i λ_i L_i(θ; D_i), are set while learning, one rule per file.

mod average;
mod fixed;
mod grad_norm;
mod part;
mod pc_grad;
mod spec;
#[cfg(test)]
mod tests;
mod uncertainty;

pub use average::{WeightAverage, WeightAverageSpec};
pub use fixed::{Fixed, FixedSpec};
pub use grad_norm::{GradNorm, GradNormSpec};
pub use part::{Balance, conflict_rate, shared_product};
pub use pc_grad::{PcGrad, PcGradSpec};
pub use spec::{BalanceSpec, WEIGHTINGS};
pub use uncertainty::{Uncertainty, UncertaintySpec};
