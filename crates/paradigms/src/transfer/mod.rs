//! Transfer learning (Eq. 1 of Mei et al. 2025): a source, then a target with few samples,
//! θ_t* = argmin L_t(θ; D_t) + λ R(θ), θ initialised at θ_s.
//!
//! λR is the method's term, the same as in incremental learning with two tasks: L2-SP, EWC, nothing (fine-tuning) …
//! Every number of transfer needs the same target learned from scratch, so each run trains that reference too, from the
//! same initial weights and on the same batches.

mod comparison;
mod probe;
mod settings;

pub use settings::{Resolved, TransferBudget, TransferSettings};

use std::collections::BTreeMap;

use crate::method::{Composer, Composition, METHODS, Regime, method};
use base::error::Result;
use base::rng::Streams;
use base::state::State;
use comparison::{Trace, compare};
use contract::definition::{Benchmark, MethodPreset};
use contract::protocol::as_written;
use contract::{Course, Curve, Experiment, ExperimentInfo, Footprint, Registered, RunLog, RunSpec, Watch};
use data::Data;
use learn::Learner;
use learn::context::Event;
use learn::modulated::add_modulation;
use learn::objective::{MeanSquared, Objective, Weighted};
use learn::stream::{Loader, TrainingData, TransferPair};
use probe::Probe;

/// The transfer protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct Transfer;

impl Experiment for Transfer {
    type Settings = Resolved;
    type Kind = Composer;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        evaluates: true,
        ..ExperimentInfo::new(
            "transfer",
            "a source, then a target with few samples: what is gained over learning from scratch (Eq. 1)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::TransferSettings>()?)
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        settings.benchmark.task.datasets()
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        settings.expected_cost()
    }

    fn train(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        Run::new(settings, spec, data)?.run(watch)
    }
}

struct Run<'a> {
    settings: &'a TransferSettings,
    pair: TransferPair,
    streams: Streams,
    /// min L_t(θ) + λ R(θ).
    learner: Learner,
    /// min L_t(θ) from the initial weights.
    reference: Learner,
    source: Probe,
    target: Probe,
    /// The method is the reference itself: no source.
    from_scratch: bool,
    freeze_features: bool,
    /// The run is a control that replays another one.
    replays: bool,
}

impl<'a> Run<'a> {
    fn new(resolved: &'a Resolved, spec: &RunSpec, data: &Data) -> Result<Self> {
        let settings = &resolved.benchmark;
        let streams = Streams::new(spec.seed);
        let (shape, outputs) = settings.task.check()?;
        let pair = TransferPair::new(&settings.task, data, settings.evaluate, &streams)?;
        // More shots than samples must be refused before any training.
        for shots in &settings.shots {
            pair.few(*shots)?;
        }
        let kind = &resolved.method.kind;
        let composition = method(kind)?.compose(&resolved.method.parameters)?;
        composition.check_memory(kind, pair.source.training.len())?;
        let Composition { terms, regime, freeze_features, .. } = composition;
        let learner = |terms: Vec<Weighted>| -> Result<Learner> {
            let model = settings.model.build(shape, outputs, &streams)?;
            // Eq. 1: the target's loss plus λ R(θ).
            let objective = if settings.task.is_regression() {
                Objective::with_task(MeanSquared::default(), terms)
            } else {
                Objective::new(terms)
            };
            Ok(Learner::new(model, objective, settings.optimiser.build(), &streams))
        };
        Ok(Self {
            settings,
            learner: learner(terms)?.modulated(resolved.modulation.as_ref(), spec.trace())?,
            replays: spec.replays.is_some(),
            reference: learner(Vec::new())?,
            source: Probe::new(&pair.source, usize::MAX),
            target: Probe::new(&pair.target, settings.curve.samples),
            from_scratch: regime == Regime::Separate,
            freeze_features,
            pair,
            streams,
        })
    }

    fn run(mut self, watch: &mut dyn Watch) -> Result<RunLog> {
        let course = &mut Course::new(watch, self.total());
        let mut log = RunLog::default();
        let mut sums: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let untrained = self.reference.save()?;
        if !self.from_scratch {
            self.learn_source(course)?;
        }
        // θ_s, together with what the terms remember of the source.
        let source = self.learner.save()?;
        let before = self.source.performance(&self.learner, &mut course.pace())?;
        let mut updates = self.learner.updates();
        let (outcome, flip) =
            if self.settings.task.is_regression() { ("error", -1.0) } else { ("accuracy", 1.0) };
        for shots in &self.settings.shots {
            let few = self.pair.few(*shots)?;
            let (batch, order) = (self.settings.budget.batch, format!("order/target{shots}"));
            let streams = self.streams.clone();
            let loader = || few.loader(batch, streams.get(&order));
            self.return_to(&source, &few, course)?;
            let trace = self.learn_target(false, loader(), course)?;
            let scratch = if self.from_scratch {
                trace.clone()
            } else {
                self.reference.go_back(&untrained)?;
                self.reference.optimiser.reset();
                self.learn_target(true, loader(), course)?
            };
            updates += self.settings.budget.target_updates as u64;
            let mut values: Vec<(String, f64)> = compare(&trace, &scratch, batch.min(few.len()))
                .into_iter()
                .map(|(name, v)| (name.to_owned(), v))
                .collect();
            let whole = Probe::new(&self.pair.target, usize::MAX);
            let mut pace = course.pace();
            values.push((format!("target_{outcome}"), flip * whole.performance(&self.learner, &mut pace)?));
            if !self.from_scratch {
                let after = self.source.performance(&self.learner, &mut pace)?;
                values.push((format!("source_{outcome}_after"), flip * after));
                values.push(("source_loss".into(), before - after));
            }
            for (name, value) in values {
                log.scalars.insert(format!("{name}@{shots}"), value);
                sums.entry(name).or_default().push(value);
            }
            log.curves.push(curve(format!("{outcome}@{shots}"), &trace, flip));
            log.curves.push(curve(format!("scratch_{outcome}@{shots}"), &scratch, flip));
        }
        if !self.from_scratch {
            log.scalars.insert(format!("source_{outcome}_before"), flip * before);
        }
        // Over all numbers of shots; undefined where one of them is.
        let complete = sums.into_iter().filter(|(_, values)| values.len() == self.settings.shots.len());
        log.scalars.extend(complete.map(|(name, v)| (name, v.iter().sum::<f64>() / v.len() as f64)));
        log.footprint = self.footprint(updates);
        // Of the last number of shots: each starts again from the source.
        add_modulation(&mut log, &self.learner, self.replays, 1.0);
        Ok(log)
    }

    /// Goes back to what the source left, about to learn the target from `few`.
    fn return_to(&mut self, source: &State, few: &TrainingData, course: &mut Course<'_>) -> Result<()> {
        self.learner.go_back(source)?;
        self.learner.optimiser.reset();
        if self.freeze_features {
            self.learner.freeze_features();
        }
        if self.from_scratch {
            return Ok(());
        }
        Ok(self.learner.event_at(Event::TaskStart { index: 1 }, few, &mut course.pace())?)
    }

    /// Trains on the source and lets the terms consolidate it: θ_s.
    fn learn_source(&mut self, course: &mut Course<'_>) -> Result<()> {
        let data: TrainingData = self.pair.source.training.clone();
        self.learner.event_at(Event::TaskStart { index: 0 }, &data, &mut course.pace())?;
        let mut loader = data.loader(self.settings.budget.batch, self.streams.get("order/source"));
        let updates = self.settings.budget.source_updates;
        self.learner.train(updates, course, |_, _| loader.next_batch(), |_, _, _, _| Ok(()))?;
        Ok(self.learner.event_at(Event::TaskEnd { index: 0 }, &data, &mut course.pace())?)
    }

    /// Trains on the target and measures on the way, from before the first update.
    fn learn_target(&mut self, scratch: bool, mut loader: Loader, course: &mut Course<'_>) -> Result<Trace> {
        let learner = if scratch { &mut self.reference } else { &mut self.learner };
        let (updates, every) = (self.settings.budget.target_updates, self.settings.curve.every);
        let mut trace = Trace(vec![(0.0, self.target.performance(learner, &mut course.pace())?)]);
        learner.train(
            updates,
            course,
            |_, _| loader.next_batch(),
            |learner, update, _, course| {
                if update % every == 0 || update == updates {
                    trace.0.push((update as f64, self.target.performance(learner, &mut course.pace())?));
                }
                Ok(())
            },
        )?;
        Ok(trace)
    }

    /// Updates of the run, those of the reference included.
    fn total(&self) -> usize {
        let budget = &self.settings.budget;
        let targets = self.settings.shots.len() * budget.target_updates;
        if self.from_scratch { targets } else { budget.source_updates + 2 * targets }
    }

    /// What the method costs; the reference is not part of it.
    fn footprint(&self, updates: u64) -> Footprint {
        let per_update = 3 * self.learner.model.multiply_adds() * self.settings.budget.batch as u64;
        Footprint {
            parameters: self.learner.model.parameters().count() as u64,
            state_bytes: self.learner.objective.state_bytes(),
            replay_bytes: self.learner.objective.replay_bytes(),
            updates,
            multiply_adds: updates * per_update
                + self.learner.model.multiply_adds() * self.learner.objective.extra_passes(),
            ..Footprint::default()
        }
    }
}

fn curve(name: String, trace: &Trace, flip: f64) -> Curve {
    let mut curve = Curve::new(name);
    trace.0.iter().for_each(|(x, y)| curve.push(*x, flip * y));
    curve
}
