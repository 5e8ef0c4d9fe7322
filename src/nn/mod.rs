//! Layer 1: parameters, layers and fused tensor operations on top of candle.

mod cross_entropy;
mod dense;
mod init;
pub mod kernel;
mod mlp;
mod model;
mod parameters;
mod spec;
pub mod squared;
#[cfg(test)]
pub(crate) mod testing;

pub use cross_entropy::{Active, BatchStatistics, argmax, cross_entropy};
pub use dense::Dense;
pub use init::Init;
pub use kernel::Activation;
pub use mlp::Mlp;
pub use model::{Model, predict};
pub use parameters::{Gradients, Parameter, Parameters, Role, SharedSlot, Slot, read, write};
pub use spec::{MlpSpec, ModelSpec};
pub use squared::{LabelPass, Magnitude, Passes};
