//! Learned modulation in small recurrent networks, trained by backpropagation through time: an NM-RNN that scales the
//! components of its low-rank weights (Costacurta et al. 2024) on an interval-timing task, and Backpropamine, whose
//! plastic weights a learned signal gates (Miconi et al. 2019), on binding cues to labels within an episode. What comes
//! out: `docs/sequence.md`.

mod control;
mod episodes;
mod examine;
mod lane;
mod network;
pub mod nm_rnn;
pub mod plastic;
mod protocol;
mod settings;
pub mod task;
mod train;

pub use control::Control;
pub use episodes::{Episodes, Target, Trial};
pub use lane::{LANES, Lane};
pub use network::{Network, Tape};
pub use protocol::Sequence;
pub use settings::{NetworkSettings, Optimiser, Settings, Training};
pub use train::{Trained, train};

#[cfg(test)]
mod tests;
