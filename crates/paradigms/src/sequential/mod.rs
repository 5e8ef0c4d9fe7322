//! Sequential learning after meta-training (Javed & White 2019; Beaulieu et al. 2020): Eqs. 2–4 of Mei et al. 2025 with
//! an inner loop that learns classes one after another, and an outer loss that also asks for what may not be forgotten.
//!
//! `fast` is Eq. 3, `outer` the gradient of Eq. 2, `sequence` Eq. 4; the learner descends along that gradient.

mod characters;
mod fast;
mod method;
mod networks;
mod outer;
mod resolved;
mod sequence;
mod settings;
#[cfg(test)]
mod tests;

pub use method::{Kind, METHODS, Method};
pub use resolved::Resolved;
pub use sequence::Rates;
pub use settings::{Budget, CharacterSpec, Features, Inner, SequenceSpec, SequentialSettings};

use characters::Characters;
use outer::Outer;
use sequence::Meter;

use base::error::{Error, Result};
use base::rng::{FastRng, Streams};
use contract::definition::{Benchmark, MethodPreset};
use contract::protocol::as_written;
use contract::{Curve, Experiment, ExperimentInfo, Footprint, Pace, Registered, RunLog, RunSpec, Watch};
use data::Data;
use learn::Learner;
use learn::nn::twice;
use learn::objective::Objective;

/// The protocol `meta-sequential`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sequential;

impl Experiment for Sequential {
    type Settings = Resolved;
    type Kind = Kind;

    const INFO: ExperimentInfo = ExperimentInfo {
        evaluates: true,
        ..ExperimentInfo::new(
            "meta-sequential",
            "meta-learning to learn classes one after another without forgetting (Eqs. 2-4)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::SequentialSettings>()?)
    }

    fn data(&self, _settings: &Resolved) -> Vec<String> {
        vec!["omniglot".into()]
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        cost(settings)
    }

    fn train(
        &self,
        resolved: &Resolved,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let mut run = Run::new(resolved, spec.seed, data)?;
        let loss = run.meta_train(watch)?;
        let method = &resolved.method;
        let rates = Rates { sequential: method.rate, mixed: method.mixed_rate };
        let mut log = RunLog { footprint: run.footprint(), ..RunLog::default() };
        for outcomes in run.measure(&[rates], watch)? {
            sequence::record(&outcomes, &mut log);
        }
        log.curves.extend(Some(loss).filter(|curve| !curve.x.is_empty()));
        Ok(log)
    }
}

/// Accuracy on held-out drawings after the last class, for each pair of step sizes at test after one meta-training: the
/// mean over sequences where classes come in order, and where drawings come mixed. For searches; only the settings'
/// `evaluate` decides which characters are used.
///
/// # Errors
/// As [`contract::Protocol::run`].
pub fn accuracy_by_rate(spec: &RunSpec, data: &Data, rates: &[Rates]) -> Result<Vec<[f64; 2]>> {
    let resolved: Resolved = serde_json::from_value(spec.settings.clone())?;
    let mut run = Run::new(&resolved, spec.seed, data)?;
    run.meta_train(&mut contract::Unwatched)?;
    let score = |outcomes: Vec<sequence::Outcome>| {
        let last = outcomes.iter().filter_map(|outcome| outcome.held_out.last().copied());
        let mixed = outcomes.iter().map(|outcome| outcome.mixed);
        [sequence::mean(&last.collect::<Vec<_>>()), sequence::mean(&mixed.collect::<Vec<_>>())]
    };
    Ok(run.measure(rates, &mut contract::Unwatched)?.into_iter().map(score).collect())
}

/// Rough cost in core-seconds: arithmetic at 10 GFLOP/s.
fn cost(resolved: &Resolved) -> f64 {
    let networks = networks::Networks::new(&resolved.benchmark, &resolved.method);
    let (per_drawing, per_step) = (networks.multiply_adds() as f64, networks.head.multiply_adds() as f64);
    let inner = &resolved.benchmark.inner;
    let steps = (inner.classes * inner.shots) as f64;
    let update = 3.0 * per_drawing * resolved.drawings_per_update() as f64 + 9.0 * steps * per_step;
    let sequence = &resolved.benchmark.sequence;
    let drawings = (sequence.classes * (sequence.shots + sequence.queries)) as f64;
    let test = sequence.sequences as f64 * drawings * (per_drawing + 6.0 * per_step);
    2.0 * (update * resolved.outer_steps() as f64 + test) / 10e9
}

struct Run<'a> {
    resolved: &'a Resolved,
    learner: Learner,
    outer: Outer,
    characters: Characters,
    streams: Streams,
    /// w as one flat vector.
    theta: Vec<f32>,
}

impl<'a> Run<'a> {
    fn new(resolved: &'a Resolved, seed: u64, data: &Data) -> Result<Self> {
        let streams = Streams::new(seed);
        let settings = &resolved.benchmark;
        let outer = Outer::new(resolved);
        let store = Box::new(outer.networks.parameters(&streams)?);
        let theta = vec![0.0; outer.networks.count()];
        Ok(Self {
            resolved,
            learner: Learner::new(store, Objective::new(Vec::new()), settings.optimiser.build(), &streams),
            outer,
            characters: Characters::new(data.get("omniglot")?, settings, &streams),
            streams,
            theta,
        })
    }

    /// Eq. 2; returns the curve of the outer loss.
    fn meta_train(&mut self, watch: &mut dyn Watch) -> Result<Curve> {
        let settings = &self.resolved.benchmark;
        let total = self.resolved.outer_steps();
        let mut random = self.streams.fast("tasks/training");
        let mut curve = Curve::new("meta-training/loss");
        let (mut sum, mut count) = (0.0, 0.0);
        for update in 1..=total {
            sum += self.update(&mut random)?;
            count += 1.0;
            let done = update as f64;
            if update % settings.budget.every == 0 || update == total {
                curve.push(done, sum / count);
                (sum, count) = (0.0, 0.0);
            }
            if let Some(reason) = watch.progress(done / total as f64) {
                return Err(Error::Stopped(reason));
            }
        }
        self.learner.check_finite()?;
        Ok(curve)
    }

    /// One outer update on a fresh task; returns its loss.
    fn update(&mut self, random: &mut FastRng) -> learn::error::Result<f64> {
        let Self { learner, outer, characters, theta, resolved, .. } = self;
        let task = outer::draw(resolved.method.kind, &resolved.benchmark.inner, characters, random);
        learner.step_along(|model, gradients| {
            twice::gather(model.parameters(), theta)?;
            let mut gradient = vec![0.0; theta.len()];
            let loss = outer.gradient(theta, &task, &mut gradient);
            let mut rest = gradient.iter();
            for buffer in &mut gradients.buffers {
                buffer.iter_mut().zip(&mut rest).for_each(|(out, value)| *out = *value);
            }
            Ok(loss)
        })
    }

    /// Eq. 4, on the run's test sequences.
    fn measure(&mut self, rates: &[Rates], watch: &mut dyn Watch) -> Result<Vec<Vec<sequence::Outcome>>> {
        twice::gather(self.learner.model.parameters(), &mut self.theta)?;
        let Resolved { benchmark, method } = self.resolved;
        let meter = Meter::new(&self.characters, &benchmark.sequence, method.gate, &self.streams);
        meter.measure(&self.outer.networks, &self.theta, rates, &mut Pace::new(watch, 1.0))
    }

    fn footprint(&self) -> Footprint {
        let updates = self.learner.updates();
        let networks = &self.outer.networks;
        let inner = &self.resolved.benchmark.inner;
        let steps =
            if self.resolved.method.kind == Kind::Pretrained { 0 } else { inner.classes * inner.shots };
        let per_update = 3 * networks.multiply_adds() * self.resolved.drawings_per_update() as u64
            + 9 * networks.head.multiply_adds() * steps as u64;
        Footprint {
            parameters: networks.count() as u64,
            updates,
            multiply_adds: updates * per_update,
            ..Footprint::default()
        }
    }
}
