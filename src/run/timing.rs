//! The arms of the question whether timing a gain can help at all on a benchmark, as presets: the best constant, the best
//! decay that is blind to changes, the best schedule that knows the true changes, one that knows the hidden state, one that has
//! units of its own for each hidden state, and a free schedule of the whole run.
//!
//! They follow from a benchmark, a base method without modulation and a target. Every effect begins at neutral, where the
//! run is the base method's, bit for bit.

use std::fmt;

use toml::{Table, Value};

use super::knows::Knows;
use crate::registry::protocol;
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Benchmark, Library, MethodPreset};
use contract::{Protocol, Timeline};
use dynamics::Response;
use learn::modulation::{TARGETS, TargetKind};

/// What separates the base method's id from the arm's name.
pub(crate) const MARK: &str = "headroom:";
/// The arms' line in `bench list modulators`.
pub(crate) const TIMING_ARMS: &[(&str, &str)] = &[(
    "headroom:TARGET:ARM",
    "of a method without modulation: its best constant, change-blind, event-locked, state-locked (of two kinds of state also noise-locked, speed-locked), unit-locked or free gain on the target, where \
     `bench headroom` has found it; says where timing can help at all",
)];
/// Knots of a free schedule, at most.
const MOST_KNOTS: u64 = 16;

/// What a gain acts on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub kind: TargetKind,
    /// The loss term, for `loss-weight`.
    pub term: Option<String>,
    /// For `learning-rate`, `slope`, `bias` and `feature-gate`: the one layer that it acts on, from 0 at the input; `None`: all.
    pub layer: Option<usize>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.entry().name)?;
        self.layer.map_or(Ok(()), |layer| write!(f, ".{layer}"))?;
        self.term.as_ref().map_or(Ok(()), |term| write!(f, ".{term}"))
    }
}

impl std::str::FromStr for Target {
    type Err = DefinitionError;

    /// `learning-rate`, with a loss term `loss-weight.ewc`, or of one layer `slope.0`.
    fn from_str(text: &str) -> Result<Self, DefinitionError> {
        let (name, term) = text.split_once('.').map_or((text, None), |(name, term)| (name, Some(term)));
        let entry = TARGETS.iter().find(|entry| entry.name == name).ok_or_else(|| {
            DefinitionError::unknown("target", name, TARGETS.iter().map(|entry| entry.name))
        })?;
        if entry.kind == TargetKind::PlasticityGate {
            let allowed = "learning-rate: a gate on every update is a gain on the rate";
            return Err(DefinitionError::range("", text, allowed));
        }
        let layers = matches!(
            entry.kind,
            TargetKind::LearningRate | TargetKind::Slope | TargetKind::Bias | TargetKind::FeatureGate
        );
        let layer = term.filter(|_| layers).map(str::parse::<usize>);
        if let Some(layer) = layer {
            let allowed = format!("{name}, or {name}.LAYER with the number of a layer, 0 at the input");
            let layer = layer.map_err(|_| DefinitionError::range("", text, &allowed))?;
            return Ok(Self { kind: entry.kind, term: None, layer: Some(layer) });
        }
        if (entry.kind == TargetKind::LossWeight) != term.is_some_and(|term| !term.is_empty()) {
            let allowed = "loss-weight.TERM, and no term behind any other target";
            return Err(DefinitionError::range("", text, allowed));
        }
        Ok(Self { kind: entry.kind, term: term.map(str::to_owned), layer: None })
    }
}

/// One arm: `latest+headroom:learning-rate:event-locked` is what of the base method `latest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimingArm {
    pub target: Target,
    pub knows: Knows,
}

impl fmt::Display for TimingArm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}:{}", self.target, self.knows.word())
    }
}

impl TimingArm {
    /// What stands behind the `+` of a method's id; `None`: another control.
    ///
    /// # Errors
    /// An unknown target or arm.
    pub fn parse(text: &str) -> Option<Result<Self, DefinitionError>> {
        let rest = text.strip_prefix(MARK)?;
        let (target, knows) = rest.rsplit_once(':').unwrap_or((rest, ""));
        let of = || {
            let known = Knows::ALL.iter().map(|knows| knows.word());
            let knows = Knows::ALL.into_iter().find(|own| own.word() == knows);
            let knows = knows.ok_or_else(|| DefinitionError::unknown("arm of headroom", text, known))?;
            Ok(Self { target: target.parse()?, knows })
        };
        Some(of().map_err(|error| DefinitionError { key: "controls".into(), ..error }))
    }

    /// The base method with this arm's effects, all at neutral, and when things happen there.
    ///
    /// # Errors
    /// A base method with modulation; a target that it lacks on this benchmark; no changes to lock events to.
    pub fn derive(&self, base: &MethodPreset, benchmark: &Benchmark) -> Result<(MethodPreset, Timeline)> {
        if !base.header.modulation.is_empty() || base.header.control.is_some() {
            let allowed = "a method without modulation that is no control";
            return Err(base.refuse(DefinitionError::range("base", &base.header.id, allowed)));
        }
        if self.knows == Knows::UnitLocked && !Self::has_units(&self.target) {
            let allowed = "learning-rate.LAYER: single units have gains on how fast they learn, of one layer";
            return Err(DefinitionError::range("--target", &self.target, allowed).into());
        }
        let protocol = protocol(&benchmark.header.paradigm)?;
        let timeline = timeline(protocol, benchmark, base, self.knows)?;
        let mut preset = base.clone();
        let (base, knows) = (&base.header, self.knows.word());
        preset.header.id = format!("{}+{self}", base.id);
        preset.header.title =
            format!("{}, {knows} {}", base.title, self.target.to_string().replace('-', " "));
        preset.header.provenance = "neutral: nothing was searched".into();
        let mut modulators = Table::new();
        for effect in self.effects() {
            modulators.insert(effect.to_owned(), self.modulator(effect, timeline)?);
        }
        self.check(&preset, benchmark, protocol)?;
        if !modulators.is_empty() {
            preset.header.modulation.insert("modulators".into(), modulators.into());
        }
        Ok((preset, timeline))
    }

    /// Whether single units can have gains of their own here: how fast those of one layer learn.
    pub fn has_units(target: &Target) -> bool {
        target.kind == TargetKind::LearningRate && target.layer.is_some()
    }

    /// The modulators that the arm has. A constant gain on the learning rate of all layers is the optimiser's own rate.
    pub fn effects(&self) -> Vec<&'static str> {
        let own_rate = self.target.kind == TargetKind::LearningRate && self.target.layer.is_none();
        let constant = (!own_rate).then_some("constant");
        let more: &[&str] = match self.knows {
            Knows::Constant => &[],
            Knows::ChangeBlind => &["annealing"],
            Knows::EventLocked => &["annealing", "event"],
            Knows::NoiseLocked | Knows::SpeedLocked | Knows::StateLocked => &["annealing", "state"],
            Knows::UnitLocked => &["annealing", "units"],
            Knows::Free => &["annealing", "free"],
        };
        constant.into_iter().chain(more.iter().copied()).collect()
    }

    fn modulator(&self, effect: &str, timeline: Timeline) -> Result<Value> {
        let gain = self.target.kind.entry().response == Response::Gain;
        let source = match effect {
            "free" => {
                let values = vec!["0.0"; knots(timeline)].join(", ");
                format!("{{ kind = \"knots\", values = [{values}], updates = {} }}", timeline.updates)
            }
            "state" => {
                let (values, stride) = self.knows.states(timeline);
                let values = vec!["0.0"; values].join(", ");
                let stride = if stride == 1 { String::new() } else { format!(", stride = {stride}") };
                format!("{{ kind = \"state\", values = [{values}]{stride} }}")
            }
            "constant" | "units" => "{ kind = \"constant\" }".to_owned(),
            other => format!("{{ kind = \"{other}\" }}"),
        };
        let sensitivity = if matches!(effect, "free" | "state") { 1.0 } else { 0.0 };
        let term = self.target.term.as_ref().map_or_else(String::new, |term| format!(", term = {term:?}"));
        let scope = if effect == "units" {
            "scope = \"unit\", local = { kind = \"state\", depth = 0.0 }"
        } else {
            "scope = \"layer\""
        };
        let layer =
            (self.target.layer).map_or_else(String::new, |layer| format!(", {scope}, layers = [{layer}]"));
        let limits = match self.target.kind {
            TargetKind::Window => ", limits = [0.001, 1.0]",
            _ if gain => ", limits = [0.001, 1000.0]",
            _ => "",
        };
        let text = format!(
            "source = {source}\nreceptors = [{{ target = \"{}\"{term}{layer}, sensitivity = {sensitivity:?}{limits} }}]\n",
            self.target.kind.entry().name
        );
        let table: Table = text.parse().map_err(|error: toml::de::Error| DefinitionError {
            key: "target".into(),
            found: self.target.to_string(),
            problem: error.message().to_owned(),
            ..DefinitionError::default()
        })?;
        Ok(table.into())
    }

    /// The benchmark must be able to take the target: asked with a modulation whose only fault can be that.
    fn check(&self, preset: &MethodPreset, benchmark: &Benchmark, protocol: &dyn Protocol) -> Result<()> {
        if !protocol.takes_modulation() {
            let allowed = format!("nothing: the paradigm {} has no gains to set", protocol.name());
            return Err(DefinitionError::range("--target", &self.target, &allowed).into());
        }
        let mut asked = preset.clone();
        let asks = if self.knows == Knows::UnitLocked { "units" } else { "constant" };
        let modulator = self.modulator(asks, Timeline { updates: 1, changes: 0, states: 0, kinds: None })?;
        let modulators = Table::from_iter([(asks.to_owned(), modulator)]);
        asked.header.modulation.insert("modulators".into(), modulators.into());
        let resolved = protocol.resolve(benchmark, &asked).map(drop);
        resolved.map_err(|error| match error {
            Error::Definition(error) if error.key.starts_with("modulation.") => DefinitionError {
                place: String::new(),
                line: None,
                key: "--target".into(),
                found: self.target.to_string(),
                ..*error
            }
            .into(),
            other => other,
        })
    }
}

/// The preset of an arm by the id of its records and tuned values, `latest+headroom:learning-rate:free`, all effects at
/// neutral; `None`: another id.
///
/// # Errors
/// An arm that there is none of, or that does not fit the benchmark.
pub fn timing_preset(library: &Library, benchmark: &Benchmark, id: &str) -> Option<Result<MethodPreset>> {
    let (base, arm) = id.split_once('+')?;
    let arm = TimingArm::parse(arm)?;
    let derived = || Ok(arm?.derive(library.method(&benchmark.header.paradigm, base)?, benchmark)?.0);
    Some(derived())
}

/// Parts of a free schedule: two for each stretch between changes, so that all changes lie between parts.
pub(crate) fn knots(timeline: Timeline) -> usize {
    let parts = 2 * (timeline.changes + 1);
    usize::try_from(if parts <= MOST_KNOTS { parts } else { MOST_KNOTS }).unwrap_or(1)
}

/// When things happen; for arms that need to know. The others do with a benchmark that has no changes.
fn timeline(
    protocol: &dyn Protocol,
    benchmark: &Benchmark,
    base: &MethodPreset,
    knows: Knows,
) -> Result<Timeline> {
    let settings = protocol.resolve(benchmark, base)?;
    let refuse = |problem: &str| DefinitionError {
        key: knows.word().into(),
        found: benchmark.header.id.clone(),
        problem: problem.into(),
        allowed: vec!["a benchmark with change points that are the same in every seed".into()],
        ..DefinitionError::default()
    };
    let timeline = protocol.timeline(&settings);
    let timeline = timeline.ok_or_else(|| refuse("has no timeline that is one for all seeds"))?;
    if knows.is_of_one_kind() && timeline.kinds.is_none() {
        return Err(DefinitionError {
            allowed: vec!["a benchmark whose `stream.shifts` are of the kind `noise-speed`".into()],
            ..refuse("has no two kinds of hidden state")
        }
        .into());
    }
    if knows.is_of_states() && timeline.states < 2 {
        return Err(DefinitionError {
            allowed: vec!["a benchmark with `stream.shifts`, or whose tasks are told (`task-id`)".into()],
            ..refuse("has no hidden states that recur")
        }
        .into());
    }
    if knows.is_schedule() && timeline.changes == 0 {
        return Err(refuse("has no changes that an oracle could be told").into());
    }
    Ok(timeline)
}
