//! Controls of a mechanism: the same preset with one thing taken away. The suite derives them, nobody writes them.

use super::local::LocalSpec;
use super::replay::{ReplayKind, Replayed};
use super::source::SourceSpec;
use super::spec::ModulationSpec;
use super::target::TargetKind;
use base::error::DefinitionError;
use contract::replay::yoked_seed;

/// A control that follows from the mechanism's own preset. In definitions and on the command line it is written behind
/// the mechanism's id: `na-slope+shuffled`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// No modulation at all.
    Unmodulated,
    /// The run's mean effects, always.
    MeanGain,
    /// The same for slopes as initial weights × ḡ and learning rate × E\[g²\].
    MeanGainRescaled,
    /// The run's effects, block-permuted in time.
    Shuffled,
    /// The effects of another seed's run.
    Yoked,
    /// Noise with the effects' mean, variance and autocorrelation.
    MatchedNoise,
    /// Every source replaced by the true task boundaries.
    Oracle,
    /// Every source replaced by a hand-made schedule over tasks.
    Schedule,
    /// Every receptor with the opposite sign.
    SignFlip,
    /// Each unit with what another one does.
    OtherUnits,
    /// Without one modulator.
    Without(String),
    /// Without the receptors on one target.
    WithoutTarget(TargetKind),
    /// Only these modulators (a cell of the 2^K factorial).
    Only(Vec<String>),
    /// No modulation, hidden layers twice as wide.
    Wider,
    /// The levels as plain inputs instead of gains; for an `mlp`.
    ContextInput,
}

/// A control's line in `bench list modulators`.
pub const CONTROLS: &[(&str, &str)] = &[
    ("unmodulated", "the method without modulation"),
    ("mean-gain", "rules out the level instead of the dynamics"),
    ("mean-gain-rescaled", "the same for slopes as initial weights × g and learning rate × E[g²]"),
    ("shuffled", "rules out what does not depend on timing"),
    ("yoked", "rules out what does not depend on the learner's own state"),
    ("matched-noise", "rules out what noise of the same size and smoothness does"),
    ("oracle", "every source replaced by the true task boundaries: does it only detect them?"),
    ("schedule", "every source replaced by a hand-made schedule that decays with each task"),
    ("sign-flip", "every receptor with the opposite sign: direction"),
    (
        "other-units",
        "each unit has the gain that another's activity or gradient says: rules out what any spread of gains does",
    ),
    ("without:MODULATOR", "ablation of one modulator"),
    ("without-target:TARGET", "ablation of the receptors on one target"),
    ("only:A,B", "a cell of the 2^K factorial"),
    ("wider", "no modulation, hidden layers twice as wide: capacity"),
    ("context-input", "the levels as plain inputs of an mlp, without gains: information"),
];

impl Control {
    /// The controls that a list names: `required` are those of the verdict that follow from the mechanism, `all` every
    /// control that fits it, `ablations` and `factorial` what they say. `mlp`: the network can take further inputs.
    ///
    /// # Errors
    /// Unknown names.
    pub fn expand(names: &[String], spec: &ModulationSpec, mlp: bool) -> Result<Vec<Self>, DefinitionError> {
        let mut controls = Vec::new();
        for name in names {
            match name.as_str() {
                "required" => controls.extend([Self::MeanGain, Self::Shuffled]),
                "ablations" => controls.extend(Self::ablations(spec)),
                "factorial" => controls.extend(Self::factorial(spec)),
                "all" => {
                    controls.extend([
                        Self::Unmodulated,
                        Self::MeanGain,
                        Self::Shuffled,
                        Self::Yoked,
                        Self::MatchedNoise,
                        Self::Oracle,
                        Self::Schedule,
                        Self::SignFlip,
                        Self::Wider,
                    ]);
                    if spec
                        .modulators
                        .values()
                        .flat_map(|m| &m.receptors)
                        .any(|r| r.target == TargetKind::Slope)
                    {
                        controls.push(Self::MeanGainRescaled);
                    }
                    if mlp {
                        controls.push(Self::ContextInput);
                    }
                    if dealt(spec) {
                        controls.push(Self::OtherUnits);
                    }
                    controls.extend(Self::ablations(spec));
                }
                _ => controls.push(name.parse()?),
            }
        }
        let mut seen = Vec::new();
        controls.retain(|control| {
            let new = !seen.contains(control);
            seen.push(control.clone());
            new
        });
        Ok(controls)
    }

    /// Each modulator and each target left out, where more than one remains possible.
    fn ablations(spec: &ModulationSpec) -> Vec<Self> {
        let mut controls = Vec::new();
        if spec.modulators.len() > 1 {
            controls.extend(spec.modulators.keys().cloned().map(Self::Without));
        }
        let mut targets: Vec<TargetKind> =
            spec.modulators.values().flat_map(|m| &m.receptors).map(|receptor| receptor.target).collect();
        targets.sort_unstable();
        targets.dedup();
        if targets.len() > 1 {
            controls.extend(targets.into_iter().map(Self::WithoutTarget));
        }
        controls
    }

    /// Every proper subset of the modulators (K ≤ 4 gives 14 beside none and all).
    fn factorial(spec: &ModulationSpec) -> Vec<Self> {
        let names: Vec<&String> = spec.modulators.keys().collect();
        let whole = (1usize << names.len().min(8)) - 1;
        let subset = |bits: usize| {
            let chosen = names.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
            Self::Only(chosen.map(|(_, name)| (*name).clone()).collect())
        };
        std::iter::once(Self::Unmodulated).chain((1..whole).map(subset)).collect()
    }

    /// The seed whose recorded run it replays.
    pub fn replays(&self, seed: u64) -> Option<u64> {
        match self {
            Self::MeanGain | Self::MeanGainRescaled | Self::Shuffled | Self::MatchedNoise => Some(seed),
            Self::Yoked => Some(yoked_seed(seed)),
            _ => None,
        }
    }

    /// Factor on the widths of hidden layers.
    pub fn width(&self) -> usize {
        if *self == Self::Wider { 2 } else { 1 }
    }

    /// For titles: `NA on slopes, shuffled in time`.
    pub fn title(&self) -> String {
        match self {
            Self::Unmodulated => "unmodulated".into(),
            Self::MeanGain => "mean gain".into(),
            Self::MeanGainRescaled => "mean gain in init and rate".into(),
            Self::Shuffled => "shuffled".into(),
            Self::Yoked => "yoked".into(),
            Self::MatchedNoise => "matched noise".into(),
            Self::Oracle => "boundary oracle".into(),
            Self::Schedule => "hand-made schedule".into(),
            Self::SignFlip => "sign flipped".into(),
            Self::OtherUnits => "other units".into(),
            Self::Without(name) => format!("without {name}"),
            Self::WithoutTarget(target) => format!("without {}", target.entry().name.replace('-', " ")),
            Self::Only(names) => format!("only {}", names.join(" + ")),
            Self::Wider => "unmodulated, twice as wide".into(),
            Self::ContextInput => "levels as plain inputs".into(),
        }
    }

    /// The mechanism with one thing taken away; `None`: no modulation is left.
    ///
    /// # Errors
    /// A modulator or target that the mechanism does not have.
    pub fn apply(&self, mut spec: ModulationSpec) -> Result<Option<ModulationSpec>, DefinitionError> {
        let replay = |kind| Some(Replayed::new(kind));
        match self {
            Self::Unmodulated | Self::Wider => return Ok(None),
            Self::ContextInput => spec.as_input = true,
            Self::MeanGain => spec.replayed = replay(ReplayKind::MeanGain),
            Self::MeanGainRescaled => spec.replayed = replay(ReplayKind::MeanGainRescaled),
            Self::Shuffled => spec.replayed = replay(ReplayKind::Shuffled),
            Self::Yoked => spec.replayed = replay(ReplayKind::Yoked),
            Self::MatchedNoise => spec.replayed = replay(ReplayKind::MatchedNoise),
            Self::Oracle | Self::Schedule => {
                let kind = if *self == Self::Oracle { "boundary" } else { "schedule" };
                for modulator in spec.modulators.values_mut() {
                    modulator.source = SourceSpec { kind: kind.into(), settings: serde_json::Map::new() };
                }
            }
            Self::SignFlip => {
                let receptors = spec.modulators.values_mut().flat_map(|modulator| &mut modulator.receptors);
                receptors.for_each(|receptor| receptor.sensitivity = -receptor.sensitivity);
            }
            Self::OtherUnits => self.pass_on(&mut spec)?,
            Self::Without(name) => {
                let known: Vec<String> = spec.modulators.keys().cloned().collect();
                if spec.modulators.remove(name).is_none() {
                    return Err(unknown_modulator(name, &known));
                }
            }
            Self::WithoutTarget(target) => {
                for modulator in spec.modulators.values_mut() {
                    modulator.receptors.retain(|receptor| receptor.target != *target);
                }
                spec.modulators.retain(|_, modulator| !modulator.receptors.is_empty());
            }
            Self::Only(names) => {
                let known: Vec<String> = spec.modulators.keys().cloned().collect();
                if let Some(name) = names.iter().find(|name| !known.contains(name)) {
                    return Err(unknown_modulator(name, &known));
                }
                spec.modulators.retain(|name, _| names.contains(name));
            }
        }
        let left = &spec.modulators;
        let reaches = |name: &str, target: Option<TargetKind>| {
            left.get(name).is_some_and(|modulator| {
                target
                    .is_none_or(|target| modulator.receptors.iter().any(|receptor| receptor.target == target))
            })
        };
        spec.interactions.retain(|edge| reaches(&edge.from, edge.target) && reaches(&edge.to, edge.target));
        Ok(if spec.modulators.is_empty() { None } else { Some(spec) })
    }
}

impl Control {
    /// Each unit's stand to another one.
    fn pass_on(&self, spec: &mut ModulationSpec) -> Result<(), DefinitionError> {
        if !dealt(spec) {
            let allowed = "a control of a mechanism with a receptor that has `local`";
            return Err(DefinitionError::range("controls", self, allowed));
        }
        let receptors = spec.modulators.values_mut().flat_map(|modulator| &mut modulator.receptors);
        receptors.filter_map(|receptor| receptor.local.as_mut()).for_each(LocalSpec::pass_on);
        Ok(())
    }
}

/// Whether some receptor deals its effect out by what units do.
fn dealt(spec: &ModulationSpec) -> bool {
    spec.modulators
        .values()
        .flat_map(|modulator| &modulator.receptors)
        .any(|receptor| receptor.local.is_some())
}

fn unknown_modulator(name: &str, known: &[String]) -> DefinitionError {
    let error =
        DefinitionError::unknown("modulator of this mechanism", name, known.iter().map(String::as_str));
    DefinitionError { key: "controls".into(), ..error }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
