//! Backpropamine (Miconi, Rawal, Clune & Stanley 2019, retroactive modulation) and its controls, one step as the unit:
//!
//! - y = tanh(W in + (w + α ∘ H) y′ + b), y′ the activity one step before
//! - H ← clip(H + M E, −1, 1) with the trace E of the steps before, M = tanh(m · y + m₀); then
//!   E ← (1 − η) E + η · y y′ᵀ, the order of the authors' code. `gated_trace = "new"` swaps the two.
//! - out = C y + d
//!
//! Differentiable plasticity without modulation (Miconi, Stanley & Clune 2018): H ← (1 − η) H + η · y y′ᵀ.

mod network;
mod pass;
mod synapse;
#[cfg(test)]
mod tests;

pub use network::{GatedTrace, Modulation, Plastic, PlasticSettings};
