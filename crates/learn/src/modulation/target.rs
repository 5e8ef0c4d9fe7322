//! What a neuromodulator can act on, and how a receptor's effect becomes gains.

use serde::{Deserialize, Serialize};

use crate::gains::{Gain, Gains};
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
    pub scopes: &'static [Scope],
    /// What the effect does.
    pub meaning: &'static str,
    /// Limits of the effect unless the definition sets others; `None`: the preset's `clamp`.
    pub limits: Option<[f64; 2]>,
}

const EVERYWHERE: &[Scope] = &[Scope::Global, Scope::Layer, Scope::Population, Scope::Unit, Scope::Synapse];
const UNITS: &[Scope] = &[Scope::Global, Scope::Layer, Scope::Population, Scope::Unit];
const ONE: &[Scope] = &[Scope::Global];
const FREE: Option<[f64; 2]> = Some([f64::NEG_INFINITY, f64::INFINITY]);

/// All targets.
pub const TARGETS: &[TargetEntry] = &[
    entry(
        TargetKind::LearningRate,
        "learning-rate",
        Response::Gain,
        EVERYWHERE,
        "multiplies the learning rate",
        None,
    ),
    entry(
        TargetKind::Momentum,
        "momentum",
        Response::Gain,
        ONE,
        "multiplies SGD's μ or Adam's β₁ (kept below 1)",
        None,
    ),
    entry(TargetKind::Slope, "slope", Response::Gain, UNITS, "multiplies the weighted input of units", None),
    entry(TargetKind::Bias, "bias", Response::Bias, UNITS, "is added to the bias of units", FREE),
    entry(
        TargetKind::LossWeight,
        "loss-weight",
        Response::Gain,
        ONE,
        "multiplies λ of the loss term named by `term`",
        None,
    ),
    entry(
        TargetKind::Temperature,
        "temperature",
        Response::Gain,
        ONE,
        "divides the scores inside the task loss",
        None,
    ),
    entry(
        TargetKind::Dropout,
        "dropout",
        Response::Bias,
        ONE,
        "is the share of silent hidden units while training",
        Some([0.0, 0.95]),
    ),
    entry(
        TargetKind::Replay,
        "replay",
        Response::Gain,
        ONE,
        "multiplies the number of past samples replayed",
        None,
    ),
    entry(
        TargetKind::Discount,
        "discount",
        Response::Gain,
        ONE,
        "stretches the horizon of the discounted past (Eq. 7): λ_t = γ^((T−t)/gain)",
        None,
    ),
    entry(
        TargetKind::Window,
        "window",
        Response::Gain,
        ONE,
        "multiplies the mini-batches of the past that count (Eq. 7's W, or those that replay draws from), at least one; at most 1, as no more are kept",
        Some([0.0, 1.0]),
    ),
    entry(
        TargetKind::PlasticityGate,
        "plasticity-gate",
        Response::Bias,
        EVERYWHERE,
        "multiplies every update by ρ·m, a third factor: no release, no learning",
        Some([0.0, 10.0]),
    ),
    entry(
        TargetKind::FeatureGate,
        "feature-gate",
        Response::Gain,
        UNITS,
        "multiplies the output of units",
        Some([0.0, 10.0]),
    ),
    entry(
        TargetKind::RecurrentWeight,
        "recurrent-weight",
        Response::Gain,
        ONE,
        "multiplies the recurrent weights",
        None,
    ),
    entry(
        TargetKind::Winners,
        "winners",
        Response::Gain,
        ONE,
        "multiplies the share of hidden units that k-winner-take-all lets speak",
        None,
    ),
];

const fn entry(
    kind: TargetKind,
    name: &'static str,
    response: Response,
    scopes: &'static [Scope],
    meaning: &'static str,
    limits: Option<[f64; 2]>,
) -> TargetEntry {
    TargetEntry { kind, name, response, scopes, meaning, limits }
}

impl TargetKind {
    /// Its line in [`TARGETS`].
    pub fn entry(self) -> &'static TargetEntry {
        // Every kind has a line: a test goes through them.
        TARGETS.iter().find(|entry| entry.kind == self).unwrap_or(&TARGETS[0])
    }

    /// The value that changes nothing.
    pub fn neutral(self) -> f64 {
        match self {
            Self::Bias | Self::Dropout => 0.0,
            _ => 1.0,
        }
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
