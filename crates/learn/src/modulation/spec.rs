//! Modulation as a preset's `[modulation]` table says it, checked against the network and method that it is to act on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::anatomy::Anatomy;
use super::interaction;
use super::interaction::{Interaction, InteractionKind};
use super::local::LocalSpec;
use super::replay::Replayed;
use super::source::{Need, SOURCES, SourceEntry, SourceSpec};
use super::target::{Scope, TargetKind};
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
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub level: LevelSpec,
    #[serde(default, skip_serializing_if = "base::written::is_default")]
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
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub scope: Scope,
    /// Layers counted from 0 at the input; absent: all. Not with scope `global`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<usize>>,
    /// ρ: the effect is 1 + ρ m, or ρ m where a value is set. Its sign is the receptor's. Default 1.
    #[serde(default = "one")]
    pub sensitivity: f64,
    /// Levels below this do nothing, in [0, 1). Default 0.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub threshold: f64,
    /// Limits of the effect; absent: those of the target or the preset's `clamp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<[f64; 2]>,
    /// 0: ionotropic, acts in the same step. Above: metabotropic, a leaky mean over τ steps. Default 0.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub tau: f64,
    /// Share of units with the receptor, for scope `population`. Default 0.5.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    pub share: f64,
    /// Spread of the sensitivity over units or synapses: ρ (1 + h ε), ε ~ N(0, 1), fixed at the start. Only with scopes
    /// `unit` and `synapse`. Default 0.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub heterogeneity: f64,
    /// The effect is dealt out over hidden units by what each does itself; only for `learning-rate` with scope `unit` and `layers`.
    /// Absent: all alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalSpec>,
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
            local: None,
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
            let needs = modulator.source.needs();
            if let Some(problem) = needs.iter().find_map(|need| anatomy.lacks(*need)) {
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

    /// Whether a source of this preset is an oracle, or a receptor's `local`.
    pub fn is_oracle(&self) -> bool {
        let mut receptors = self.modulators.values().flat_map(|modulator| &modulator.receptors);
        let owned = receptors.any(|receptor| matches!(receptor.local, Some(LocalSpec::State(_))));
        owned || self.needs(Need::Boundary) || self.needs(Need::State)
    }

    pub(super) fn needs(&self, need: Need) -> bool {
        self.modulators.values().any(|modulator| modulator.source.needs().contains(&need))
    }
}
