//! What leaves the program besides reports: a benchmark's stream, for learners that run elsewhere, and metadata of its data.

pub mod croissant;
mod npz;
pub mod stream;
