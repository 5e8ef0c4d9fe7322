//! Layer 3: methods against forgetting, one file each. A method is checked settings plus a composition of loss terms
//! and training rules. Adding one is a file here and a line in [`METHODS`].

mod a_gem;
mod active_dendrites;
mod composition;
mod conventions;
mod der;
mod er;
mod ewc;
mod fisher;
mod frozen;
mod gdumb;
mod gem;
mod generative_replay;
mod gpm;
mod icarl;
mod joint;
mod k_wta;
mod l2;
mod l2_sp;
mod learned_biases;
mod lwf;
mod mas;
mod naive;
mod online_ewc;
mod packnet;
mod progressive;
mod rwalk;
mod scp;
mod separate;
mod si;
mod stable_sgd;
mod task_owned;
#[cfg(test)]
mod tests;
mod xdg;

pub use composition::{Composer, Composition, MethodEntry, Regime};
pub use conventions::{CONVENTIONS, Convention};
pub use fisher::{FisherEstimator, FisherSettings};
pub use task_owned::{Site, TaskOwned};

use base::error::Result;
use contract::of_kind;

/// The registry of methods: command line, help, docs and tests iterate over it.
pub const METHODS: &[MethodEntry] = &[
    naive::ENTRY,
    frozen::ENTRY,
    joint::ENTRY,
    separate::ENTRY,
    l2::ENTRY,
    l2_sp::ENTRY,
    ewc::ENTRY,
    online_ewc::ENTRY,
    si::ENTRY,
    rwalk::ENTRY,
    mas::ENTRY,
    scp::ENTRY,
    lwf::ENTRY,
    er::ENTRY,
    der::ENTRY,
    a_gem::ENTRY,
    gem::ENTRY,
    generative_replay::ENTRY,
    stable_sgd::ENTRY,
    xdg::ENTRY,
    k_wta::ENTRY,
    learned_biases::ENTRY,
    packnet::ENTRY,
    gdumb::ENTRY,
    icarl::ENTRY,
    gpm::ENTRY,
    progressive::ENTRY,
    active_dendrites::ENTRY,
];

/// What a method by its registered name is made of.
///
/// # Errors
/// Unknown name, with the nearest known one.
pub fn method(kind: &str) -> Result<&'static Composer> {
    Ok(&of_kind(METHODS, kind)?.means)
}
