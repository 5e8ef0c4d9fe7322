//! The optimisers' loops over memory: Adam, momentum, the clip of a gradient. The engine's chain and the passes that are
//! written by hand share them.

mod adam;
mod clip;
mod momentum;
mod subnormal;

pub use adam::{Adam, AdamStep, adam, adam_descend};
pub use clip::clip_norm;
pub use momentum::{momentum, momentum_descend};
