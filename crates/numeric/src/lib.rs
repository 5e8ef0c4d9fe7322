//! Arithmetic on slices, and the only place with `unsafe`. It knows neither tensors nor networks.

#![allow(unsafe_code)]

mod eigen;
pub mod elementwise;
pub mod lanes;
pub mod matrix;
pub mod optimiser;

pub use eigen::{symmetric_eigen, symmetric_eigenvalues};
pub use elementwise::Activation;
