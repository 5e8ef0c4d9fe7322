//! What a neuromodulator can act on, and how a receptor's effect becomes gains.

use serde::{Deserialize, Serialize};

use super::anatomy::Anatomy;
use crate::gains::{Gain, Gains};
use contract::declare::Allowed;
use dynamics::Response;

/// The part of learning that a receptor acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    LearningRate,
    Momentum,
    Slope,
    Bias,
    LossWeight,
    Temperature,
    Dropout,
    Replay,
    Discount,
    Window,
    PlasticityGate,
    FeatureGate,
    RecurrentWeight,
    Winners,
}

/// Who receives it, and how finely.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// One value everywhere.
    #[default]
    Global,
    /// One value on the named layers.
    Layer,
    /// One value on a random share of the units.
    Population,
    /// A value per unit.
    Unit,
    /// A value per trainable scalar.
    Synapse,
}

impl Scope {
    /// As written in definitions.
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Layer => "layer",
            Self::Population => "population",
            Self::Unit => "unit",
            Self::Synapse => "synapse",
        }
    }
}

/// A target's line in the registry.
#[derive(Debug, Clone, Copy)]
pub struct TargetEntry {
    pub kind: TargetKind,
    /// As written in definitions.
    pub name: &'static str,
    /// Factor 1 + ρ m, or value ρ m.
    pub response: Response,
    /// The value that changes nothing.
    pub neutral: f64,
    pub scopes: &'static [Scope],
    /// What the effect does.
    pub meaning: &'static str,
    /// Limits of the effect unless the definition sets others; `None`: the preset's `clamp`.
    pub limits: Option<[f64; 2]>,
    /// Where both limits lie.
    pub ends: Allowed,
    /// Whether a learner has what it acts on.
    pub exists: fn(&Anatomy) -> bool,
    /// What there is in a network that lacks it.
    pub absent: &'static str,
}

const EVERYWHERE: &[Scope] = &[Scope::Global, Scope::Layer, Scope::Population, Scope::Unit, Scope::Synapse];
const UNITS: &[Scope] = &[Scope::Global, Scope::Layer, Scope::Population, Scope::Unit];
const FREE: Option<[f64; 2]> = Some([f64::NEG_INFINITY, f64::INFINITY]);

/// A factor that every learner has, one for all, limited by the preset's clamp.
const PLAIN: TargetEntry = TargetEntry {
    kind: TargetKind::LearningRate,
    name: "",
    response: Response::Gain,
    neutral: 1.0,
    scopes: &[Scope::Global],
    meaning: "",
    limits: None,
    ends: Allowed::within(0.0, f64::INFINITY),
    exists: |_| true,
    absent: "",
};

/// All targets.
pub const TARGETS: &[TargetEntry] = &[
    TargetEntry {
        kind: TargetKind::LearningRate,
        name: "learning-rate",
        scopes: EVERYWHERE,
        meaning: "multiplies the learning rate",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Momentum,
        name: "momentum",
        meaning: "multiplies SGD's μ or Adam's β₁ (kept below 1)",
        exists: |anatomy| anatomy.momentum,
        absent: "no momentum",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Slope,
        name: "slope",
        scopes: UNITS,
        meaning: "multiplies the weighted input of units",
        exists: Anatomy::has_layers,
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Bias,
        name: "bias",
        response: Response::Bias,
        neutral: 0.0,
        scopes: UNITS,
        meaning: "is added to the bias of units",
        limits: FREE,
        ends: Allowed::FINITE,
        exists: Anatomy::has_layers,
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::LossWeight,
        name: "loss-weight",
        meaning: "multiplies λ of the loss term named by `term`",
        exists: |anatomy| !anatomy.terms.is_empty(),
        absent: "no loss term",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Temperature,
        name: "temperature",
        meaning: "divides the scores inside the task loss",
        ends: Allowed::above(0.0, f64::INFINITY),
        exists: |anatomy| anatomy.has_layers() && anatomy.distribution,
        absent: "no softmax: answers are numbers",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Dropout,
        name: "dropout",
        response: Response::Bias,
        neutral: 0.0,
        meaning: "is the share of silent hidden units while training",
        limits: Some([0.0, 0.95]),
        ends: Allowed::within(0.0, 1.0).below(),
        exists: |anatomy| anatomy.layers.len() > 1,
        absent: "no hidden layer",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Replay,
        name: "replay",
        meaning: "multiplies the number of past samples replayed",
        exists: |anatomy| anatomy.replay,
        absent: "no replay of past samples",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Discount,
        name: "discount",
        meaning: "stretches the horizon of the discounted past (Eq. 7): λ_t = γ^((T−t)/gain)",
        exists: |anatomy| anatomy.discount,
        absent: "no discounted window of the past",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Window,
        name: "window",
        meaning: "multiplies the mini-batches of the past that count (Eq. 7's W, or those that replay draws from), at least one; at most 1, as no more are kept",
        limits: Some([0.0, 1.0]),
        ends: Allowed::within(0.0, 1.0),
        exists: |anatomy| anatomy.window,
        absent: "no window of the past",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::PlasticityGate,
        name: "plasticity-gate",
        response: Response::Bias,
        scopes: EVERYWHERE,
        meaning: "multiplies every update by ρ·m, a third factor: no release, no learning",
        limits: Some([0.0, 10.0]),
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::FeatureGate,
        name: "feature-gate",
        scopes: UNITS,
        meaning: "multiplies the output of units",
        limits: Some([0.0, 10.0]),
        exists: Anatomy::has_layers,
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::RecurrentWeight,
        name: "recurrent-weight",
        meaning: "multiplies the recurrent weights",
        exists: |anatomy| anatomy.recurrent > 0,
        absent: "no recurrent layer",
        ..PLAIN
    },
    TargetEntry {
        kind: TargetKind::Winners,
        name: "winners",
        meaning: "multiplies the share of hidden units that k-winner-take-all lets speak",
        exists: |anatomy| anatomy.winners,
        absent: "no competition between units",
        ..PLAIN
    },
];

impl TargetKind {
    /// Its line in [`TARGETS`].
    pub fn entry(self) -> &'static TargetEntry {
        // Every kind has a line: a test goes through them.
        TARGETS.iter().find(|entry| entry.kind == self).unwrap_or(&TARGETS[0])
    }
}

/// Puts the value `effect` on one target that has one value everywhere.
pub(super) fn apply_scalar(target: TargetKind, term: Option<&str>, effect: f64, gains: &mut Gains) {
    let effect = effect as f32;
    match target {
        TargetKind::LearningRate | TargetKind::PlasticityGate => gains.learning_rate *= effect,
        TargetKind::Momentum => gains.momentum *= effect,
        TargetKind::LossWeight => {
            if let Some(term) = term {
                *gains.terms.entry(term.to_owned()).or_insert(1.0) *= effect;
            }
        }
        TargetKind::Temperature => gains.temperature *= effect,
        // Two sources of silence: a unit speaks where neither silences it.
        TargetKind::Dropout => gains.dropout = 1.0 - (1.0 - gains.dropout) * (1.0 - effect),
        TargetKind::Replay => gains.replay *= effect,
        TargetKind::Discount => gains.discount *= effect,
        TargetKind::Window => gains.window *= effect,
        TargetKind::Winners => {
            let shares = gains.layers.iter_mut().filter_map(|layer| layer.winners.as_mut());
            shares.for_each(|share| *share = (*share * effect).min(1.0));
        }
        TargetKind::Slope | TargetKind::Bias | TargetKind::FeatureGate | TargetKind::RecurrentWeight => {}
    }
}

/// Puts a gain on the units of one layer.
pub(super) fn apply_layer(target: TargetKind, layer: usize, units: usize, gain: Gain, gains: &mut Gains) {
    let own = gains.layer_mut(layer);
    match target {
        TargetKind::Slope => own.slope.combine(gain, units, true),
        TargetKind::Bias => own.bias.combine(gain, units, false),
        TargetKind::FeatureGate => own.gate.combine(gain, units, true),
        _ => {}
    }
}
