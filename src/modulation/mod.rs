//! Layer 2: neuromodulators as gains. A neuromodulator is a name; what it does comes from what drives it
//! ([`SourceSpec`]), how it evolves ([`Level`]), whom it reaches ([`Transmission`], [`Scope`]) and what it scales
//! ([`Receptor`], [`TargetKind`]). The mapping is data ([`ModulationSpec`]), and its effects on a learner are data too:
//! [`Gains`] on learning rate, momentum, slopes, biases, loss weights and more.
//!
//! ```text
//! signal source ─► release (interactions) ─► level ─► transmission ─► receptor ─► gain on a target
//! ```

mod change_point;
mod channel;
mod control;
mod gains;
mod interaction;
mod level;
mod pipeline;
mod receptor;
mod replay;
mod shares;
mod source;
mod spec;
mod target;
mod transmission;

pub use change_point::ReducedBayesianObserver;
pub use control::{CONTROLS, Control};
pub use gains::{Gain, Gains, LayerGain};
pub use interaction::{INTERACTIONS, Interaction, InteractionKind};
pub use level::{Level, Release};
pub use pipeline::Modulation;
pub use receptor::{Receptor, Response};
pub use replay::{ReplayKind, Replayed, Trace};
pub use source::{BoundaryTold, Need, Observation, Rule, SOURCES, SourceEntry, SourceSpec};
pub use spec::{Anatomy, LevelSpec, ModulationSpec, ModulatorSpec, ReceptorSpec};
pub use target::{Scope, TARGETS, TargetEntry, TargetKind};
pub use transmission::{Transmission, Volume};
