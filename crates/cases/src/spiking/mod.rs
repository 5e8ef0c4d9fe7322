//! Layer 2: a small gradient-free spiking engine. Structure of arrays, event-aware, no allocation in the time loop,
//! deterministic per seed.

pub mod apical;
pub mod circuit;
pub mod dopamine_settings;
pub mod dopamine_stdp;
pub mod eligibility;
pub mod izhikevich;
pub mod locus_coeruleus;
pub mod noise;
pub mod poisson;
pub mod population;
pub mod predictive;
pub mod projection;
