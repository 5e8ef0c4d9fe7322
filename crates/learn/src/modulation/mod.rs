//! Layer 2: neuromodulators as gains. A neuromodulator is a name; what it does comes from what drives it
//! ([`SourceSpec`]), how it evolves ([`LevelSpec`]), whom it reaches ([`Transmission`], [`Scope`]) and what it scales
//! ([`ReceptorSpec`], [`TargetKind`]). The mapping is data ([`ModulationSpec`]), and its effects on a learner are data too:
//! [`Gains`](crate::gains::Gains) on learning rate, momentum, slopes, biases, loss weights and more.
//!
//! ```text
//! signal source ─► release (interactions) ─► level ─► transmission ─► receptor ─► gain on a target
//! ```

mod anatomy;
mod channel;
mod control;
mod control_names;
mod fit;
mod interaction;
mod local;
mod pipeline;
mod pipeline_state;
mod replay;
mod shares;
mod source;
mod spec;
mod target;
mod transmission;
mod wants;

pub use anatomy::Anatomy;
pub use control::{CONTROLS, Control};
pub use interaction::{INTERACTIONS, Interaction, InteractionKind};
pub use local::{LocalSpec, Owned, Relative};
pub use pipeline::Modulation;
pub use replay::{ReplayKind, Replayed};
pub use source::{BoundaryTold, Need, Observation, Rule, SOURCES, SourceEntry, SourceSpec, StateTold};
pub use spec::{LevelSpec, ModulationSpec, ModulatorSpec, ReceptorSpec};
pub use target::{Scope, TARGETS, TargetEntry, TargetKind};
pub use transmission::{Transmission, Volume};
