//! Arithmetic on slices, and the only place with `unsafe`. It knows neither tensors nor networks.

#![allow(unsafe_code)]

pub mod elementwise;
pub mod lanes;
pub mod matrix;
pub mod optimiser;

pub use elementwise::Activation;
