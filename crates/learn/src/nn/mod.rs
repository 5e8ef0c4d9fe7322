//! Layer 1: parameters, layers and fused tensor operations on top of candle.

mod binary_cross_entropy;
mod cnn;
mod conv;
mod cross_entropy;
mod dendrites;
mod dense;
mod exported;
mod features;
mod fused;
mod gate;
mod init;
mod limits;
mod mlp;
mod model;
mod parameters;
pub mod patches;
mod pool;
mod recurrent;
mod rnn;
mod soft_cross_entropy;
mod spec;
pub mod squared;
mod tap;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod twice;

pub use binary_cross_entropy::binary_cross_entropy;
pub use cnn::{Cnn, CnnSizes};
pub use conv::Conv;
pub use cross_entropy::{Active, BatchStatistics, argmax, cross_entropy, weighted_cross_entropy};
pub use dendrites::DendriteSpec;
pub use dense::{Dense, Gained};
pub use exported::{described, weights};
pub use features::{features, to_length_one};
pub use init::Init;
pub use mlp::Mlp;
pub use model::{Model, activity, predict};
pub use parameters::{Gradients, Parameter, Parameters, Role, SharedSlot, Slot, read, write};
pub use pool::max_pool;
pub use recurrent::Recurrent;
pub use rnn::{Rnn, RnnSizes};
pub use soft_cross_entropy::{soft_cross_entropy, softened};
pub use spec::{CnnSpec, MlpSpec, ModelSpec, RnnSpec};
pub use squared::{LabelPass, Passes};
pub use tap::Magnitude;
