//! Dense and convolutional networks as functions of a flat parameter vector that can be differentiated twice.
//!
//! Second-order meta-learning needs ∇L and H·v. Fused ops refuse a second derivative and plain graph ops are slow for
//! small networks, so both products are written out here: the gradient by back-propagation, the Hessian times a vector
//! by Pearlmutter's R-operator (1994), R{·} = ∂/∂r of the same passes at θ + r·v. No difference quotient, no matrix H:
//! one product costs about two gradients.

mod function;
mod hessian;
mod layer;
mod normalise;
mod part;
mod tape;
mod target;
#[cfg(test)]
mod tests;

pub use function::{Function, Normalise, gather};
pub use tape::{Samples, Tape};
pub use target::Targets;
