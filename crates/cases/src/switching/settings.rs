//! A run's settings: the benchmark's task and the preset's learner, checked against each other.

use serde::{Deserialize, Serialize};

use super::bandit::{BanditLearner, BanditTask};
use super::change_point::{ChangePointLearner, ChangePointTask};
use super::goals::{GoalLearner, GoalTask};
use super::{bandit, change_point, goals};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Channel, MethodInfo, Replay, registered};

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

/// A kind of method: name, the task it learns, formula, how its parameters are read.
struct Kind {
    info: MethodInfo,
    task: &'static str,
    read: fn(&MethodPreset, &str) -> Result<Learner>,
}

macro_rules! reads {
    ($task:ident, $learner:ident, $kind:ident) => {
        |preset, benchmark| Ok(Learner::$task($learner::$kind(preset.parameters(benchmark)?)))
    };
}

const KINDS: &[Kind] = &[
    Kind {
        info: MethodInfo::new(
            "softmax",
            "Q ← Q + α(γⁿ⁻¹r + γⁿ max Q′ − Q), p ∝ exp(βQ); α, β, γ constant",
            "Q-learning (Watkins 1989)",
        ),
        task: "bandit",
        read: reads!(Bandit, BanditLearner, Softmax),
    },
    Kind {
        info: MethodInfo::new(
            "doya",
            "the same; DA = δ, α ∝ 1 + ρ·ACh, β ∝ 1 + ρ·NA, 1/(1 − γ) ∝ 1 + ρ·5-HT",
            "Doya 2002",
        ),
        task: "bandit",
        read: reads!(Bandit, BanditLearner, Doya),
    },
    Kind {
        info: MethodInfo::new(
            "uncertainty",
            "ensemble of the same; α = E/(E + A), β = 1/⟨E⟩",
            "Lee, Liebana, Clopath & Dabney 2024",
        ),
        task: "bandit",
        read: reads!(Bandit, BanditLearner, Uncertainty),
    },
    Kind {
        info: MethodInfo::new(
            "ach-ne",
            "p ∝ exp(β·ACh); ACh × 1.4 or 0.9, NE × 0.7 or 1.1; reset when NE > ⟨ACh⟩/(0.5 + ⟨ACh⟩)",
            "Zou et al. 2020, after Yu & Dayan 2005",
        ),
        task: "goals",
        read: reads!(Goals, GoalLearner, AchNe),
    },
    Kind {
        info: MethodInfo::new(
            "goal-delta",
            "V ← V + α(feedback − V), p ∝ exp(βV); α, β constant",
            "delta rule",
        ),
        task: "goals",
        read: reads!(Goals, GoalLearner, GoalDelta),
    },
    Kind {
        info: MethodInfo::new(
            "goal-observer",
            "argmax p(goal | feedback), validity known; hazard of the schedule or constant",
            "Bayesian observer",
        ),
        task: "goals",
        read: reads!(Goals, GoalLearner, GoalObserver),
    },
    Kind {
        info: MethodInfo::new("reduced-observer", "b ← b + (τ + (1 − τ)·p_cp)·δ", "Nassar et al. 2010"),
        task: "change-point",
        read: reads!(ChangePoint, ChangePointLearner, ReducedObserver),
    },
    Kind {
        info: MethodInfo::new(
            "exact-observer",
            "b = Σ p(last jump at t | samples)·b_t, hazard and noise known",
            "Adams & MacKay 2007",
        ),
        task: "change-point",
        read: reads!(ChangePoint, ChangePointLearner, ExactObserver),
    },
    Kind {
        info: MethodInfo::new("fixed-rate", "b ← b + α·δ, α constant", "delta rule"),
        task: "change-point",
        read: reads!(ChangePoint, ChangePointLearner, FixedRate),
    },
    Kind {
        info: MethodInfo::new(
            "told-mean",
            "b = mean of the samples since the last jump, which it is told",
            "oracle",
        ),
        task: "change-point",
        read: reads!(ChangePoint, ChangePointLearner, ToldMean),
    },
];

fn kind(method: &MethodPreset) -> Result<&'static Kind> {
    registered(KINDS, |kind| &kind.info, method)
}

/// Every kind of method.
pub(super) fn methods() -> Vec<&'static MethodInfo> {
    KINDS.iter().map(|kind| &kind.info).collect()
}

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
        let kind = kind(method)?;
        if kind.task != name {
            let allowed = KINDS.iter().filter(|kind| kind.task == name).map(|kind| kind.info.kind.to_owned());
            return Err(method.refuse(DefinitionError {
                key: "kind".into(),
                found: kind.info.kind.into(),
                problem: format!("does not learn the task `{name}` of `{}`", benchmark.header.id),
                allowed: allowed.collect(),
                ..DefinitionError::default()
            }));
        }
        let learner = (kind.read)(method, &benchmark.header.id)?;
        let checked = match &learner {
            Learner::Bandit(learner) => learner.check(),
            Learner::Goals(learner) => learner.check(),
            Learner::ChangePoint(learner) => learner.check(),
        };
        checked.map_err(|error| method.refuse(error.below("parameters")))?;
        Ok(Self { task, learner })
    }
}
