//! Modulation as a preset's `[modulation]` table says it, checked against the network and method that it is to act on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::interaction;
use super::interaction::{Interaction, InteractionKind};
use super::replay::Replayed;
use super::source::{Need, SOURCES, SourceEntry, SourceSpec};
use super::target::{Scope, TARGETS, TargetKind};
use super::transmission::Transmission;
use base::error::DefinitionError;
use dynamics::{Level, Receptor, Release, Response};

/// Neuromodulators and how they interact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModulationSpec {
    /// By name: `dopamine`, `noradrenaline`, `acetylcholine`, `serotonin`, or any other.
    pub modulators: BTreeMap<String, ModulatorSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interactions: Vec<Interaction>,
    /// Limits of gains unless a receptor sets its own. Default [0.1, 10].
    #[serde(default = "default_clamp", skip_serializing_if = "is_default_clamp")]
    pub clamp: [f64; 2],
    /// For the control `context-input`: levels are plain inputs of the network, receptors have no effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_input: bool,
    /// For controls: effects come from a recorded run instead of the sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Replayed>,
}

fn default_clamp() -> [f64; 2] {
    [0.1, 10.0]
}

fn is_default_clamp(clamp: &[f64; 2]) -> bool {
    *clamp == default_clamp()
}

/// source → level → transmission → receptors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModulatorSpec {
    pub source: SourceSpec,
    #[serde(default, skip_serializing_if = "is_default")]
    pub level: LevelSpec,
    #[serde(default, skip_serializing_if = "is_default")]
    pub transmission: Transmission,
    pub receptors: Vec<ReceptorSpec>,
}

/// m ← γ m + (1 − γ) m₀ + η s. Defaults make the level the signal itself: m₀ = 0, γ = 0, η = 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LevelSpec {
    /// Tonic baseline m₀.
    pub baseline: f64,
    /// γ in [0, 1): τ = 1/(1 − γ) steps.
    pub retention: f64,
    /// η.
    pub gain: f64,
    /// `additive` or `saturating`.
    pub release: Release,
}

impl Default for LevelSpec {
    fn default() -> Self {
        Self { baseline: 0.0, retention: 0.0, gain: 1.0, release: Release::Additive }
    }
}

impl LevelSpec {
    pub(super) fn build(&self) -> Result<Level, DefinitionError> {
        Level::new(self.baseline, self.retention, self.gain, self.release)
    }
}

/// A receptor on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptorSpec {
    pub target: TargetKind,
    /// For `loss-weight`: the term's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Default `global`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scope: Scope,
    /// Layers counted from 0 at the input; absent: all. Not with scope `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<usize>>,
    /// ρ: the effect is 1 + ρ m, or ρ m where a value is set. Its sign is the receptor's. Default 1.
    #[serde(default = "one")]
    pub sensitivity: f64,
    /// Levels below this do nothing, in [0, 1). Default 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub threshold: f64,
    /// Limits of the effect; absent: those of the target or the preset's `clamp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<[f64; 2]>,
    /// 0: ionotropic, acts in the same step. Above: metabotropic, a leaky mean over τ steps. Default 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tau: f64,
    /// Share of units with the receptor, for scope `population`. Default 0.5.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    pub share: f64,
    /// Spread of the sensitivity over units or synapses: ρ (1 + h ε), ε ~ N(0, 1), fixed at the start. Only with scopes
    /// `unit` and `synapse`. Default 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub heterogeneity: f64,
}

fn one() -> f64 {
    1.0
}

fn half() -> f64 {
    0.5
}

fn is_half(value: &f64) -> bool {
    *value == half()
}

// What is written says only what differs from the defaults: presets are read by people.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What there is to act on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anatomy {
    /// Units per layer, from the input; empty where only the optimiser's updates can be reached.
    pub layers: Vec<usize>,
    /// How many of the first layers are recurrent.
    pub recurrent: usize,
    /// Loss terms by name, `task` first.
    pub terms: Vec<String>,
    /// A term that draws past samples.
    pub replay: bool,
    /// The optimiser has momentum.
    pub momentum: bool,
    /// The stream reveals task boundaries.
    pub boundaries: bool,
    /// Steps are batches whose inputs can be seen.
    pub inputs: bool,
    /// Answers are classes, so that there is a predictive distribution.
    pub distribution: bool,
}

impl ReceptorSpec {
    /// A gain of scope `global` without kinetics.
    pub(super) fn global(target: TargetKind, sensitivity: f64) -> Self {
        Self {
            target,
            term: None,
            scope: Scope::Global,
            layers: None,
            sensitivity,
            threshold: 0.0,
            limits: None,
            tau: 0.0,
            share: half(),
            heterogeneity: 0.0,
        }
    }

    /// `noradrenaline→slope` of a modulator, distinct within a preset when its receptors are.
    pub(super) fn channel(&self, modulator: &str) -> String {
        let layers = self.layers.as_ref().map(|layers| {
            let layers: Vec<String> = layers.iter().map(ToString::to_string).collect();
            format!(" {}", layers.join("+"))
        });
        let term = self.term.as_ref().map(|term| format!(" {term}"));
        format!(
            "{modulator} → {}{}{}",
            self.target.entry().name,
            term.unwrap_or_default(),
            layers.unwrap_or_default()
        )
    }

    pub(super) fn build(&self, clamp: [f64; 2]) -> Receptor {
        let entry = self.target.entry();
        let limits = self.limits.or(entry.limits).unwrap_or(clamp);
        Receptor {
            sensitivity: self.sensitivity,
            threshold: self.threshold,
            response: entry.response,
            limits,
        }
    }

    fn check(&self, clamp: [f64; 2], anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let rule = |key: &str, value: f64, fine: bool, allowed: &str| {
            if fine { Ok(()) } else { Err(DefinitionError::range(key, value, allowed)) }
        };
        rule("sensitivity", self.sensitivity, self.sensitivity.is_finite(), "a finite number")?;
        rule("threshold", self.threshold, (0.0..1.0).contains(&self.threshold), "at least 0 and below 1")?;
        rule("tau", self.tau, self.tau >= 0.0 && self.tau.is_finite(), "0 or a number of steps")?;
        rule("share", self.share, self.share > 0.0 && self.share <= 1.0, "above 0, up to 1")?;
        let spread = self.heterogeneity;
        rule("heterogeneity", spread, spread >= 0.0 && spread.is_finite(), "a finite number >= 0")?;
        let entry = self.target.entry();
        if anatomy.layers.is_empty() && self.scope != Scope::Global {
            return Err(DefinitionError::range(
                "scope",
                self.scope.word(),
                "`global`: updates have no layers",
            ));
        }
        if !entry.scopes.contains(&self.scope) {
            return Err(DefinitionError {
                key: "scope".into(),
                found: self.scope.word().into(),
                problem: format!("not a scope of `{}`", entry.name),
                allowed: entry.scopes.iter().map(|scope| scope.word().to_owned()).collect(),
                ..DefinitionError::default()
            });
        }
        if spread > 0.0 && !matches!(self.scope, Scope::Unit | Scope::Synapse) {
            return Err(DefinitionError::range(
                "heterogeneity",
                spread,
                "0 unless the scope is `unit` or `synapse`",
            ));
        }
        let [low, high] = self.limits.or(entry.limits).unwrap_or(clamp);
        if low.is_nan() || high.is_nan() || low > high {
            return Err(DefinitionError::range(
                "limits",
                format!("[{low}, {high}]"),
                "[low, high], low <= high",
            ));
        }
        let least = match self.target {
            TargetKind::Bias => f64::NEG_INFINITY,
            TargetKind::Temperature => f64::MIN_POSITIVE,
            _ => 0.0,
        };
        if low < least {
            let allowed = format!("a lower limit of at least {least:e} for `{}`", entry.name);
            return Err(DefinitionError::range("limits", format!("[{low}, {high}]"), &allowed));
        }
        if self.target == TargetKind::Dropout && high >= 1.0 {
            return Err(DefinitionError::range("limits", format!("[{low}, {high}]"), "a share below 1"));
        }
        let neutral = self.target.neutral();
        if !(low..=high).contains(&neutral) && entry.response == Response::Gain {
            let allowed = format!("limits around {neutral}, the value without modulation");
            return Err(DefinitionError::range("limits", format!("[{low}, {high}]"), &allowed));
        }
        self.check_fit(anatomy)
    }

    fn check_fit(&self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let lacks = |what: &str, exists: Vec<String>| {
            Err(DefinitionError {
                key: "target".into(),
                found: self.target.entry().name.into(),
                problem: format!("there is {what} here"),
                allowed: exists,
                ..DefinitionError::default()
            })
        };
        let others = || -> Vec<String> {
            let exist = TARGETS.iter().filter(|entry| anatomy.has(entry.kind));
            exist.map(|entry| entry.name.to_owned()).collect()
        };
        if !anatomy.has(self.target) {
            let what = match self.target {
                TargetKind::Replay => "no replay of past samples",
                TargetKind::RecurrentWeight => "no recurrent layer",
                TargetKind::Dropout => "no hidden layer",
                TargetKind::Momentum => "no momentum",
                TargetKind::LossWeight => "no loss term",
                TargetKind::Temperature if !anatomy.layers.is_empty() => "no softmax: answers are numbers",
                _ => "only the learning rate and the momentum of updates to reach",
            };
            return lacks(what, others());
        }
        match (&self.term, self.target) {
            (None, TargetKind::LossWeight) => {
                return Err(DefinitionError {
                    key: "term".into(),
                    problem: "missing: which loss term?".into(),
                    allowed: anatomy.terms.clone(),
                    ..DefinitionError::default()
                });
            }
            (Some(term), TargetKind::LossWeight) if !anatomy.terms.contains(term) => {
                let known = anatomy.terms.iter().map(String::as_str);
                let error = DefinitionError::unknown("loss term of this method", term, known);
                return Err(DefinitionError { key: "term".into(), ..error });
            }
            (Some(term), target) if target != TargetKind::LossWeight => {
                return Err(DefinitionError::range("term", term, "nothing: only `loss-weight` has one"));
            }
            _ => {}
        }
        let Some(layers) = &self.layers else {
            let needs = self.scope == Scope::Layer;
            let all = format!("layers from 0 to {}", anatomy.layers.len().saturating_sub(1));
            return if needs { Err(DefinitionError::range("layers", "nothing", &all)) } else { Ok(()) };
        };
        if self.scope == Scope::Global {
            return Err(DefinitionError::range(
                "layers",
                format!("{layers:?}"),
                "nothing with scope `global`",
            ));
        }
        let fine = |layer: &usize| *layer < anatomy.layers.len();
        if layers.is_empty() || !layers.iter().all(fine) {
            let allowed = format!("layers from 0 to {}", anatomy.layers.len().saturating_sub(1));
            return Err(DefinitionError::range("layers", format!("{layers:?}"), &allowed));
        }
        Ok(())
    }
}

impl Anatomy {
    /// Whether there is something of this kind to act on.
    pub fn has(&self, target: TargetKind) -> bool {
        match target {
            TargetKind::Replay => self.replay,
            TargetKind::RecurrentWeight => self.recurrent > 0,
            TargetKind::Dropout => self.layers.len() > 1,
            TargetKind::Momentum => self.momentum,
            TargetKind::LearningRate | TargetKind::PlasticityGate => true,
            TargetKind::LossWeight => !self.terms.is_empty(),
            TargetKind::Temperature => !self.layers.is_empty() && self.distribution,
            TargetKind::Slope | TargetKind::Bias | TargetKind::FeatureGate => !self.layers.is_empty(),
        }
    }

    /// Why a source that needs this would never say anything here; `None`: it is there.
    fn lacks(&self, need: Need) -> Option<&'static str> {
        match need {
            Need::Boundary if !self.boundaries => Some("needs task boundaries, which this stream hides"),
            Need::Input if !self.inputs => {
                Some("needs the inputs of a batch; a step of the outer loop has none of its own")
            }
            Need::Distribution if !self.distribution => Some(
                "needs a distribution over classes; here answers are numbers, or a step is one of the outer loop",
            ),
            _ => None,
        }
    }
}

impl ModulationSpec {
    /// Checks everything and fills in the sources' defaults. Keys are relative to the `[modulation]` table.
    ///
    /// # Errors
    /// The first thing that is wrong, with what exists instead.
    pub fn resolve(&mut self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let [low, high] = self.clamp;
        if !((0.0..=1.0).contains(&low) && high >= 1.0) {
            let allowed = "[low, high] with 0 <= low <= 1 <= high";
            return Err(DefinitionError::range("clamp", format!("[{low}, {high}]"), allowed));
        }
        if self.modulators.is_empty() {
            return Err(DefinitionError::range("modulators", "none", "at least one"));
        }
        let mut channels = Vec::new();
        for (name, modulator) in &mut self.modulators {
            let at = |part: &str, mut error: DefinitionError| {
                let dot = if error.key.is_empty() || part.is_empty() { "" } else { "." };
                error.key = format!("modulators.{name}.{part}{dot}{}", error.key);
                error
            };
            modulator.source.resolve().map_err(|error| at("source", error))?;
            let entry = modulator.source.entry().map_err(|error| at("source", error))?;
            if let Some(problem) = entry.needs.iter().find_map(|need| anatomy.lacks(*need)) {
                let speaks =
                    |other: &&SourceEntry| other.needs.iter().all(|need| anatomy.lacks(*need).is_none());
                return Err(at(
                    "source",
                    DefinitionError {
                        key: "kind".into(),
                        found: entry.name.into(),
                        problem: problem.into(),
                        allowed: SOURCES.iter().filter(speaks).map(|other| other.name.into()).collect(),
                        ..DefinitionError::default()
                    },
                ));
            }
            modulator.level.build().map_err(|error| at("level", error))?;
            modulator.transmission.check().map_err(|error| at("transmission", error))?;
            if modulator.receptors.is_empty() {
                return Err(at("receptors", DefinitionError::range("", "[]", "at least one receptor")));
            }
            for (index, receptor) in modulator.receptors.iter().enumerate() {
                let part = format!("receptors[{index}]");
                receptor.check(self.clamp, anatomy).map_err(|error| at(&part, error))?;
                let channel = receptor.channel(name);
                if channels.contains(&channel) {
                    let error =
                        DefinitionError::range("target", channel, "one receptor per target and layers");
                    return Err(at(&part, error));
                }
                channels.push(channel);
            }
        }
        self.check_interactions()
    }

    fn check_interactions(&self) -> Result<(), DefinitionError> {
        let names: Vec<String> = self.modulators.keys().cloned().collect();
        interaction::order(&names, &self.interactions)?;
        for (index, edge) in self.interactions.iter().enumerate() {
            let convergent = edge.kind == InteractionKind::Convergent;
            let key = format!("interactions[{index}].target");
            let Some(target) = edge.target else {
                if convergent {
                    return Err(DefinitionError::range(
                        &key,
                        "nothing",
                        "the target that both have a receptor on",
                    ));
                }
                continue;
            };
            if !convergent {
                let allowed = "nothing: only `convergent` names a target";
                return Err(DefinitionError::range(&key, target.entry().name, allowed));
            }
            let reaches = |name: &str| {
                let modulator = self.modulators.get(name);
                modulator.is_some_and(|modulator| {
                    modulator.receptors.iter().any(|receptor| {
                        receptor.target == target
                            && receptor.scope == Scope::Global
                            && receptor.term.is_none()
                    })
                })
            };
            if !reaches(&edge.from) || !reaches(&edge.to) || target.entry().response != Response::Gain {
                let allowed = "a gain on which both modulators have a receptor of scope `global`";
                return Err(DefinitionError::range(&key, target.entry().name, allowed));
            }
        }
        Ok(())
    }

    /// Whether a source of this preset is an oracle.
    pub fn needs_boundaries(&self) -> bool {
        self.needs(Need::Boundary)
    }

    pub(super) fn needs(&self, need: Need) -> bool {
        let needs =
            |modulator: &ModulatorSpec| modulator.source.entry().is_ok_and(|e| e.needs.contains(&need));
        self.modulators.values().any(needs)
    }
}
