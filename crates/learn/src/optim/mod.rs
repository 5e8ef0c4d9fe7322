//! Layer 2: the optimiser, a chain of small in-place transforms.

mod adagrad;
mod adam;
mod chain;
mod clip;
mod decay;
mod momentum;
mod spec;

pub use adagrad::Adagrad;
pub use adam::Adam;
pub use chain::{Chain, Proximal, Transform, UpdateContext};
pub use clip::{ClipNorm, ClipValue};
pub use decay::DecoupledDecay;
pub use momentum::Momentum;
pub use spec::{Kind, OptimiserSpec};
