//! A method's part: what the one scalar acts on, and how.

use serde::{Deserialize, Serialize};

use super::task::{Task, demand};
use base::error::{DefinitionError, Result};
use contract::declare::Declared;
use contract::{Registered, settings};

/// What selects a behaviour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// The level of one scalar on one population.
    #[default]
    Level,
    /// Which of as many disjoint sub-populations stands at `population_level`.
    Population,
}

/// Whose modulation a behaviour gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assign {
    /// Its own.
    #[default]
    Own,
    /// A control: the mean over the behaviours, in training and at test.
    Mean,
    /// A control: trained with its own; at test that of a behaviour drawn evenly in every trial.
    Shuffled,
}

impl Assign {
    /// The default is left out of records.
    fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// Which cells may be targeted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cells {
    #[default]
    All,
    Excitatory,
    Inhibitory,
}

/// Which weights of a targeted unit the gain scales.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Those it receives.
    #[default]
    Incoming,
    /// Those it sends.
    Outgoing,
    /// Those between two targeted units.
    BothEnds,
}

/// The method: what the context does to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing: the network cannot know the context.
    None,
    /// f scales weights.
    WeightGain,
    /// Every targeted synapse gets 1 ± (f − 1), sign fixed at random: a gain of equal norm.
    RandomGain,
    /// The targeted units get a current of matched effect, (f − 1) times the root mean square of the recurrent input
    /// in the untrained network.
    AdditiveCurrent,
    /// One more input per behaviour with fixed N(0, 1) weights, on during the whole trial.
    ContextInput,
}

/// The registry of methods.
pub const METHODS: &[Registered<Kind>] = &[
    Registered::new(
        "none",
        "τ ẋ = −x + W r + w_in u, the same in every context",
        "the network of Tsuda, Pate, Tye, Siegelmann & Sejnowski 2026",
        Kind::None,
    ),
    Registered::new(
        "weight-gain",
        "τ ẋ = −x + (F ∘ W) r + w_in u, F = f at targeted synapses, 1 elsewhere",
        "Tsuda, Pate, Tye, Siegelmann & Sejnowski 2026",
        Kind::WeightGain,
    )
    .with(MethodParameters::PARAMETERS),
    Registered::new(
        "random-gain",
        "τ ẋ = −x + (F ∘ W) r + w_in u, F = 1 ± (f − 1) at targeted synapses, signs random",
        "control of Tsuda, Pate, Tye, Siegelmann & Sejnowski 2026",
        Kind::RandomGain,
    )
    .with(MethodParameters::PARAMETERS),
    Registered::new(
        "additive-current",
        "τ ẋ = −x + W r + w_in u + (f − 1) κ at targeted units, κ = rms of (W r)",
        "control of Tsuda, Pate, Tye, Siegelmann & Sejnowski 2026",
        Kind::AdditiveCurrent,
    )
    .with(MethodParameters::PARAMETERS),
    Registered::new(
        "context-input",
        "τ ẋ = −x + W r + w_in u + w_context, one fixed random vector per context",
        "baseline: the context as an input",
        Kind::ContextInput,
    )
    .with(MethodParameters::PARAMETERS),
];

settings! {
    /// Parameters of a method preset.
    #[derive(Debug, Clone, PartialEq)]
    pub(super) struct MethodParameters {
        /// share of the cells that is targeted (per behaviour, where populations select)
        pub fraction: f64 = 1.0 => [above 0 to 1];
        /// which cells may be targeted
        pub cells: Cells = Cells::All => ["all" | "excitatory" | "inhibitory"];
        /// which weights of a targeted unit the gain scales: those it receives, it sends, or between two targeted units
        pub scope: Scope = Scope::Incoming => ["incoming" | "outgoing" | "both-ends"];
        /// what selects a behaviour: the level of f, or which of disjoint sub-populations stands at the task's `population_level`
        pub select: Select = Select::Level => ["level" | "population"];
        /// whose modulation a behaviour gets: its own, the mean over behaviours, or at test that of one drawn in every trial (controls)
        pub assign: Assign = Assign::Own => ["own" | "mean" | "shuffled"];
    }
}

/// A method, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modulation {
    pub kind: Kind,
    /// Share of the cells that is targeted (per behaviour, if selected by population), in (0, 1].
    pub fraction: f64,
    pub cells: Cells,
    pub scope: Scope,
    pub select: Select,
    #[serde(default, skip_serializing_if = "Assign::is_own")]
    pub assign: Assign,
}

impl Modulation {
    pub(super) fn check(&self, task: &Task) -> Result<(), DefinitionError> {
        let fraction = self.fraction;
        if self.select == Select::Population {
            let count = task.behaviour.len();
            let fine = fraction * count as f64 <= 1.0 + 1e-9;
            let allowed = format!("at most 1/{count}, as the {count} sub-populations are disjoint");
            demand(fine, "parameters.fraction", fraction, &allowed)?;
        }
        if self.kind == Kind::RandomGain {
            let levels = task.behaviour.iter().map(|behaviour| behaviour.level);
            let worst = levels.fold(0.0, |worst: f64, level| worst.max((level - 1.0).abs()));
            let allowed = "levels from 0 to 2, so that 1 ± (f − 1) keeps the sign of every weight";
            demand(worst <= 1.0, "kind", format!("random-gain with |f − 1| = {worst}"), allowed)?;
        }
        Ok(())
    }
}
