//! The NM-RNN of Costacurta, Bhandarkar, Zoltowski & Linderman 2024 (*Structured flexibility in recurrent neural
//! networks via neuromodulation*), in discrete time with one step as the unit:
//!
//! - p = tanh(x), q_r = v_r · p, x ← (1 − 1/τ) x + 1/τ (Σ_r s_r u_r q_r + B in)
//! - z ← (1 − 1/τ_z) z + 1/τ_z (W tanh(z) + B_z in + c), s = σ(A z + b)
//! - out = C p + d
//!
//! Reading rates (p) rather than states, the bias c and all sizes are ours.

mod network;
mod pass;
#[cfg(test)]
mod tests;

pub use network::{Modulation, NmRnn, NmRnnSettings};
