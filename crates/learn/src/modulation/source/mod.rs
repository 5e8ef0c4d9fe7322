//! What drives a neuromodulator: a number per step, computed from what the learner itself saw in the step before.
//!
//! A source is checked settings, a memory, and a rule from [`Observation`] to a signal. Adding one is a file here and a
//! line in [`SOURCES`]. What a source may know is what [`Observation`] holds: the batch that was trained on, never test
//! data, a later sample, or the task. Task boundaries reach a source only as a [`BoundaryTold`], which nothing but the
//! learner's event path can make, and only where the stream reveals them:
//!
//! ```compile_fail
//! let told = learn::modulation::BoundaryTold { _private: () };
//! ```
//!
//! Hidden states of a stream reach a source only as a [`StateTold`], likewise.
//!
//! ```compile_fail
//! fn task_of(seen: &learn::modulation::Observation) -> usize { seen.task }
//! ```

mod accumulated;
mod agreement;
mod change;
mod conflict;
mod control;
mod entry;
mod input;
mod network;
mod novelty;
mod reward;
mod rule;
mod schedule;
mod state;
mod uncertainty;

use serde_json::Value;

pub(super) use entry::Signal;
pub use entry::{SourceEntry, SourceSpec};
pub(super) use rule::RunningMean;
pub use rule::{BoundaryTold, Need, Observation, Rule, StateTold};

use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;

/// The registry of sources: definitions, `bench list modulators` and tests iterate over it.
pub const SOURCES: &[SourceEntry] = &[
    SourceEntry::of::<reward::PredictionError>(
        "reward-prediction-error",
        "r − r̄, r̄ ← r̄ + rate (r − r̄); r the batch's accuracy: a surrogate, no reward is given",
        "Schultz, Dayan & Montague 1997; the surrogate is this suite's",
        &[],
    ),
    SourceEntry::of::<reward::Rate>(
        "reward-rate",
        "r̄ ← r̄ + rate (r − r̄), r the batch's accuracy",
        "Niv et al. 2007 (average reward)",
        &[],
    ),
    SourceEntry::of::<reward::Improvement>(
        "loss-improvement",
        "(L̄_slow − L̄_fast) / L̄_slow, running means of the loss",
        "this suite, after learning-progress signals (Oudeyer 2007)",
        &[],
    ),
    SourceEntry::of::<uncertainty::Surprise>(
        "surprise",
        "−ln p(y), the mean cross-entropy in nats; squash = true: tanh of it",
        "Shannon; squashing after Barry & Gerstner 2024",
        &[],
    ),
    SourceEntry::of::<uncertainty::Entropy>(
        "predictive-entropy",
        "H(softmax) / ln K; nats = true: H itself",
        "Rodriguez-Garcia, Ghosh & Ramaswamy 2025",
        &[Need::Distribution],
    ),
    SourceEntry::of::<uncertainty::Excess>(
        "excess-surprise",
        "running mean of −ln p(y) − H(softmax), nats: 0 where answers are as uncertain as they are wrong, above 0 where they are sure \
         and wrong",
        "this suite: expected uncertainty (H) taken from surprise, after Yu & Dayan 2005",
        &[Need::Distribution],
    ),
    SourceEntry::of::<uncertainty::Expected>(
        "expected-uncertainty",
        "running mean of the loss, held while (L − μ)/σ > threshold flags a change",
        "Yu & Dayan 2005",
        &[],
    ),
    SourceEntry::of::<uncertainty::Unexpected>(
        "unexpected-uncertainty",
        "relu((L − μ)/σ − threshold), running μ and σ of the loss",
        "Yu & Dayan 2005",
        &[],
    ),
    SourceEntry::of::<change::TimeSince>(
        "time-since-change",
        "s ← min(1, s + 1/horizon); s ← 0 when (L − μ)/σ > threshold flags a change",
        "this suite: patience (Doya 2002, serotonin as time scale)",
        &[],
    ),
    SourceEntry::of::<change::ChangePoint>(
        "change-point",
        "p_cp that the mean loss has jumped, by the reduced Bayesian observer; rate = true: its learning rate α",
        "Nassar et al. 2010, 2012",
        &[],
    ),
    SourceEntry::of::<accumulated::AccumulatedSurprise>(
        "accumulated-surprise",
        "1/(1 + e^(−steepness (a − threshold))), a ← max(0, retention a + (L − μ)/σ − drift), running μ and σ of the loss",
        "this suite: evidence that adds up before a steep threshold, as in the locus coeruleus of the Go/No-Go model; the sum \
         is Page's (1954)",
        &[],
    ),
    SourceEntry::of::<novelty::Novelty>(
        "novelty",
        "d / (d + d̄), d the distance of the batch's mean input to the nearest of K running prototypes, d̄ its running mean",
        "Hwu & Krichmar 2020",
        &[Need::Input],
    ),
    SourceEntry::of::<novelty::Familiarity>(
        "familiarity",
        "1 − novelty",
        "Hwu & Krichmar 2020",
        &[Need::Input],
    ),
    SourceEntry::of::<novelty::Both>(
        "novelty-familiarity",
        "4 · novelty · familiarity",
        "Hwu & Krichmar 2020 (their product; the 4 makes 1 the largest value)",
        &[Need::Input],
    ),
    SourceEntry::of::<conflict::Conflict>(
        "gradient-conflict",
        "max(0, −cos(g, ḡ)), ḡ the running mean of the gradient",
        "this suite, after gradient surgery (Yu et al. 2020)",
        &[Need::Gradient],
    ),
    SourceEntry::of::<agreement::Agreement>(
        "gradient-agreement",
        "|ḡ|²/mean |g|², running means of the gradient g and of its square: near 1 where updates agree (the concept has moved), \
         near 0 where they are noise; noise = true: 1 minus it",
        "Schaul, Zhang & LeCun 2013; volatility and noise move successive errors' agreement in opposite directions: Piray & Daw \
         2021",
        &[Need::Gradient],
    ),
    SourceEntry::of::<input::Contrast>(
        "input-contrast",
        "σ_usual/σ − 1, σ the running standard deviation of the inputs, σ_usual its slow running mean: with sensitivity 1 a gain \
         of σ_usual/σ",
        "contrast gain control (Carandini & Heeger 2012)",
        &[Need::Input, Need::Ahead],
    ),
    SourceEntry::of::<input::Luminance>(
        "input-luminance",
        "μ − μ_usual, μ the running mean of all inputs, μ_usual its slow running mean",
        "light adaptation (Carandini & Heeger 2012)",
        &[Need::Input, Need::Ahead],
    ),
    network::ENTRY,
    SourceEntry::of::<control::Constant>("constant", "value", "control", &[]),
    SourceEntry::of::<control::Noise>(
        "noise",
        "AR(1): x ← mean + a (x − mean) + sd √(1 − a²) ε, ε ~ N(0, 1)",
        "control",
        &[],
    ),
    SourceEntry::of::<control::Boundary>(
        "boundary",
        "1 in the step after a task boundary, else 0: an oracle",
        "control",
        &[Need::Boundary],
    ),
    SourceEntry::of::<control::Schedule>(
        "schedule",
        "decay^n − 1 after n task boundaries: with sensitivity 1 a gain of decay^n",
        "control: a hand-made schedule (stable SGD, Mirzadeh 2020)",
        &[Need::Boundary],
    ),
    SourceEntry::of::<schedule::Annealing>(
        "annealing",
        "(1 + n/τ)^(−p) at update n: blind to changes",
        "control: headroom's change-blind arm",
        &[],
    ),
    SourceEntry::of::<schedule::Event>(
        "event",
        "(1 + k/τ)^(−p), k updates after the start and after each change, 0 while k < delay: an oracle",
        "control: headroom's event-locked arm",
        &[Need::Boundary],
    ),
    SourceEntry::of::<schedule::Knots>(
        "knots",
        "the value of the run's part that update n lies in, parts of equal length: knows when what happens",
        "control: headroom's free arm",
        &[],
    ),
    SourceEntry::of::<state::State>(
        "state",
        "the value of the hidden state of the samples that are answered and learned from next, number (state / stride) mod the \
         number of values: an oracle",
        "control: headroom's state-locked arm",
        &[Need::State, Need::Ahead],
    ),
];

impl SourceSpec {
    /// A source that is always `value`.
    pub fn constant(value: f64) -> Self {
        let settings = [("value".to_owned(), Value::from(value))].into_iter().collect();
        Self { kind: "constant".into(), settings }
    }

    /// The registered entry.
    ///
    /// # Errors
    /// Unknown kind, with the nearest known one.
    pub fn entry(&self) -> Result<&'static SourceEntry, DefinitionError> {
        self.entry_of(SOURCES)
    }

    /// Checks the settings and fills in defaults. Keys of errors are relative to the source's table.
    ///
    /// # Errors
    /// Unknown kind or key, a value out of range.
    pub fn resolve(&mut self) -> Result<(), DefinitionError> {
        self.resolve_of(SOURCES)
    }

    /// What it needs, and what the sources need that it reads (`inputs`).
    pub fn needs(&self) -> Vec<Need> {
        let read = self.settings.get("inputs").cloned();
        let read: Vec<Self> = read.and_then(|own| serde_json::from_value(own).ok()).unwrap_or_default();
        let own = self.entry().map_or(&[][..], |entry| entry.needs);
        own.iter().copied().chain(read.iter().flat_map(Self::needs)).collect()
    }

    pub(super) fn start(&self, streams: &Streams) -> Result<Box<dyn Signal>> {
        self.start_of(SOURCES, streams)
    }
}

#[cfg(test)]
mod tests;
