//! Layer 2: neuromodulators as gains. A neuromodulator is a name; what it does comes from what drives it (source),
//! how it evolves ([`Level`]), and what it scales ([`Receptor`]). Its effects on a learner are data, [`Gains`]: on learning
//! rate, momentum, slopes, biases and loss weights.

mod change_point;
mod gains;
mod level;
mod receptor;

pub use change_point::ReducedBayesianObserver;
pub use gains::{Gain, Gains, LayerGain};
pub use level::{Level, Release};
pub use receptor::{Receptor, Response};
