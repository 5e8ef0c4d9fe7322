//! A run's settings: the benchmark's task and the preset's learner, checked against each other.

use serde::{Deserialize, Serialize};

use super::bandit::{BanditLearner, BanditTask, DoyaSettings, SoftmaxSettings, UncertaintySettings};
use super::change_point::{ChangePointLearner, ChangePointTask, FixedRateSettings};
use super::goals::{CholinergicSettings, DeltaSettings, GoalLearner, GoalTask, NoSettings};
use super::{bandit, change_point, goals};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::declare::Declared;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Channel, Reader, Registered, Replay, registered};

/// The three tasks; a benchmark's file has one table `[task]` with its `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    Bandit(BanditTask),
    Goals(GoalTask),
    ChangePoint(ChangePointTask),
}

/// The learners of each task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Learner {
    Bandit(BanditLearner),
    Goals(GoalLearner),
    ChangePoint(ChangePointLearner),
}

/// Everything that decides a run, apart from its seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub task: Task,
    pub learner: Learner,
}

/// The body of a benchmark's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    task: Task,
}

/// What a kind of method learns, and how its parameters are read.
#[derive(Clone, Copy)]
pub struct Learns {
    task: &'static str,
    read: Reader<Learner>,
}

macro_rules! learns {
    ($kind:literal, $task:literal, $variant:ident($learner:ident::$of:ident($settings:ty)), $formula:literal, $source:literal) => {
        Registered::new(
            $kind,
            $formula,
            $source,
            Learns {
                task: $task,
                read: |preset, on| Ok(Learner::$variant($learner::$of(preset.checked(on)?))),
            },
        )
        .with(<$settings as Declared>::PARAMETERS)
    };
}

/// Every kind of method.
pub(super) const METHODS: &[Registered<Learns>] = &[
    learns!(
        "softmax",
        "bandit",
        Bandit(BanditLearner::Softmax(SoftmaxSettings)),
        "Q ← Q + α(γⁿ⁻¹r + γⁿ max Q′ − Q), p ∝ exp(βQ); α, β, γ constant",
        "Q-learning (Watkins 1989)"
    ),
    learns!(
        "doya",
        "bandit",
        Bandit(BanditLearner::Doya(DoyaSettings)),
        "Q ← Q + α·DA, p ∝ exp(βQ); DA = γⁿ⁻¹r + γⁿ max Q′ − Q, α ∝ 1 + ρ·ACh, β ∝ 1 + ρ·NA, 1/(1 − γ) ∝ 1 + ρ·5-HT",
        "Doya 2002"
    ),
    learns!(
        "uncertainty",
        "bandit",
        Bandit(BanditLearner::Uncertainty(UncertaintySettings)),
        "ensemble of Q ← Q + α(γⁿ⁻¹r + γⁿ max Q′ − Q), p ∝ exp(βQ); α = E/(E + A), β = 1/⟨E⟩",
        "Lee, Liebana, Clopath & Dabney 2024"
    ),
    learns!(
        "ach-ne",
        "goals",
        Goals(GoalLearner::AchNe(CholinergicSettings)),
        "p ∝ exp(β·ACh); ACh × 1.4 or 0.9, NE × 0.7 or 1.1; reset when NE > ⟨ACh⟩/(0.5 + ⟨ACh⟩)",
        "Zou et al. 2020, after Yu & Dayan 2005"
    ),
    learns!(
        "goal-delta",
        "goals",
        Goals(GoalLearner::GoalDelta(DeltaSettings)),
        "V ← V + α(feedback − V), p ∝ exp(βV); α, β constant",
        "delta rule"
    ),
    learns!(
        "goal-observer",
        "goals",
        Goals(GoalLearner::GoalObserver(goals::ObserverSettings)),
        "argmax p(goal | feedback), validity known; hazard of the schedule or constant",
        "Bayesian observer"
    ),
    learns!(
        "reduced-observer",
        "change-point",
        ChangePoint(ChangePointLearner::ReducedObserver(change_point::ObserverSettings)),
        "b ← b + (τ + (1 − τ)·p_cp)·δ",
        "Nassar et al. 2010"
    ),
    learns!(
        "exact-observer",
        "change-point",
        ChangePoint(ChangePointLearner::ExactObserver(NoSettings)),
        "b = Σ p(last jump at t | samples)·b_t, hazard and noise known",
        "Adams & MacKay 2007"
    ),
    learns!(
        "fixed-rate",
        "change-point",
        ChangePoint(ChangePointLearner::FixedRate(FixedRateSettings)),
        "b ← b + α·δ, α constant",
        "delta rule"
    ),
    learns!(
        "told-mean",
        "change-point",
        ChangePoint(ChangePointLearner::ToldMean(NoSettings)),
        "b = mean of the samples since the last jump, which it is told",
        "oracle"
    ),
];

impl Task {
    /// Trials at which the rule of a seed's session switches.
    pub(super) fn switches(&self, streams: &Streams) -> Vec<usize> {
        match self {
            Self::Bandit(task) => task.switches(streams),
            Self::Goals(task) => task.switches(streams),
            Self::ChangePoint(task) => task.switches(streams),
        }
    }
}

impl Learner {
    /// What it sets at each decision.
    pub(super) fn channels(&self) -> &'static [Channel] {
        match self {
            Self::Bandit(_) => bandit::CHANNELS,
            Self::Goals(_) => goals::CHANNELS,
            Self::ChangePoint(_) => change_point::CHANNELS,
        }
    }

    /// Whether it is a control that replays itself.
    pub(super) fn replay(&self) -> Replay {
        match self {
            Self::Bandit(BanditLearner::Doya(s)) => s.replay,
            Self::Bandit(BanditLearner::Uncertainty(s)) => s.replay,
            Self::Goals(GoalLearner::AchNe(s)) => s.replay,
            Self::ChangePoint(ChangePointLearner::ReducedObserver(s)) => s.replay,
            _ => Replay::None,
        }
    }
}

impl Settings {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file: a value out of range, a method for another task.
    pub fn resolve(benchmark: &Benchmark, method: &MethodPreset) -> Result<Self> {
        let Body { task } = benchmark.settings()?;
        let (name, checked) = match &task {
            Task::Bandit(task) => ("bandit", task.check()),
            Task::Goals(task) => ("goals", task.check()),
            Task::ChangePoint(task) => ("change-point", task.check()),
        };
        checked.map_err(|error| benchmark.refuse(error.below("task")))?;
        let Registered { info, means } = registered(METHODS, method)?;
        if means.task != name {
            let allowed =
                METHODS.iter().filter(|row| row.means.task == name).map(|row| row.info.kind.to_owned());
            return Err(method.refuse(DefinitionError {
                key: "kind".into(),
                found: info.kind.into(),
                problem: format!("does not learn the task `{name}` of `{}`", benchmark.header.id),
                allowed: allowed.collect(),
                ..DefinitionError::default()
            }));
        }
        let learner = (means.read)(method, &benchmark.header.id)?;
        let checked = match &learner {
            Learner::Bandit(BanditLearner::Uncertainty(settings)) => settings.check(),
            Learner::Goals(GoalLearner::AchNe(settings)) => settings.check(),
            _ => Ok(()),
        };
        checked.map_err(|error| method.refuse_parameter(&benchmark.header.id, error))?;
        Ok(Self { task, learner })
    }
}
