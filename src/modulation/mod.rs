//! Layer 2: what modulation does to the learner: gains on learning rate, momentum, slopes, biases and loss weights.

mod gains;

pub use gains::{Gain, Gains, LayerGain};
