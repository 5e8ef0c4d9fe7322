//! The spiking set-shifting Go/No-Go: actor, critic and predictive network, dopamine-modulated R-STDP, and noradrenaline
//! that reopens learning after a set shift. What it is and what came out: `docs/go-nogo.md`.

mod agent;
mod attention;
mod curves;
mod entropy;
mod feedback;
mod measures;
mod model;
mod network_settings;
mod noradrenaline;
mod policy;
mod probe;
mod probing;
mod protocol;
mod ranges;
mod receptors;
mod session;
mod subject;
mod task;
mod trial;
mod wiring;

pub use agent::Agent;
pub use curves::align_at_shifts;
pub use entropy::{Estimate, action_entropy};
pub use measures::{BlockMeasures, measure_blocks, scalars, trials_to_criterion};
pub use model::{
    AttentionSettings, BurstingSettings, LcDrive, ModelSettings, NoradrenalineSettings, NoradrenalineSource,
    PlasticitySettings, RelaxationSettings,
};
pub use network_settings::{NetworkSettings, RecurrentSettings};
pub use policy::{policy_scalars, policy_series};
pub use probe::Probe;
pub use probing::ProbeSettings;
pub use protocol::{GoNoGo, RunSettings};
pub use session::{Session, run_session};
pub use task::{Block, Cue, RewardReading, Schedule, ShiftKind, TaskSettings};
pub use trial::Trial;
