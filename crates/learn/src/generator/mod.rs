//! A generator of past samples: a variational autoencoder that learns beside the learner, and what it was when the last
//! task ended.

mod replay;
mod spec;
mod vae;

pub use replay::Generator;
pub use spec::GeneratorSpec;
