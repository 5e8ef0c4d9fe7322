//! Multi-task learning (Eq. 5 of Mei et al. 2025): all tasks at once, θ* = argmin Σ_i λ_i L_i(θ; D_i).
//!
//! One trunk, one head per task in the output layer. The method sets λ_i. Δm needs single-task networks of equal size,
//! so each run trains those too: the same initial weights and the same batches, with λ_j = 0 for all other tasks.

mod heads;
mod settings;

pub use settings::{MultiTaskBudget, MultiTaskSettings, Resolved};

use heads::HeadTest;

use base::error::Result;
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::protocol::as_written;
use contract::{
    Course, Curve, Experiment, ExperimentInfo, Footprint, Reader, Registered, RunLog, RunSpec, Watch,
};
use data::Data;
use learn::Learner;
use learn::modulated::add_modulation;
use learn::objective::{Balance, BalanceSpec, Fixed, NoTask, Objective, WEIGHTINGS, conflict_rate};
use learn::stream::{TaskSet, TrainingData};

/// The multi-task protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct MultiTask;

impl Experiment for MultiTask {
    type Settings = Resolved;
    type Kind = Reader<BalanceSpec>;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        evaluates: true,
        ..ExperimentInfo::new(
            "multi-task",
            "several tasks at once on a shared trunk, against a network per task (Eq. 5)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = WEIGHTINGS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::MultiTaskSettings>()?)
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        vec![settings.benchmark.tasks.data().to_owned()]
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
    resolved: &'a Resolved,
    spec: &'a RunSpec,
    settings: &'a MultiTaskSettings,
    method: &'a BalanceSpec,
    /// Names and numbers of outputs.
    tasks: Vec<(String, usize)>,
    shape: [usize; 3],
    set: TaskSet,
    streams: Streams,
}

/// What training one network leaves behind.
struct Outcome {
    accuracies: Vec<f64>,
    curves: Vec<Curve>,
    weights: Vec<Curve>,
    conflict: Curve,
    learner: Learner,
}

impl<'a> Run<'a> {
    fn new(resolved: &'a Resolved, spec: &'a RunSpec, data: &Data) -> Result<Self> {
        let settings = &resolved.benchmark;
        let streams = Streams::new(spec.seed);
        let (tasks, shape) = settings.tasks.check()?;
        let set = settings.tasks.load(data, settings.evaluate, &streams)?;
        Ok(Self { resolved, spec, settings, method: &resolved.method, tasks, shape, set, streams })
    }

    /// Eq. 5: Σ_i λ_i L_i(θ; D_i), one term per task, λ_i from the rule.
    fn learner(&self, balance: Box<dyn Balance>) -> Result<Learner> {
        let width = self.tasks.iter().map(|(_, outputs)| outputs).sum();
        let objective = Objective::with_task(NoTask, settings::terms(&self.tasks));
        let model = self.settings.model.build(self.shape, width, &self.streams)?;
        let mut learner = Learner::new(model, objective, self.settings.optimiser.build(), &self.streams);
        learner.balance = Some(balance);
        Ok(learner)
    }

    fn run(self, watch: &mut dyn Watch) -> Result<RunLog> {
        let count = self.tasks.len();
        let course = &mut Course::new(watch, self.settings.budget.updates * (1 + count));
        let shared = self.train(self.method.build(count, &self.streams), true, course)?;
        let mut single = Vec::with_capacity(count);
        for task in 0..count {
            let weights = (0..count).map(|i| if i == task { 1.0 } else { 0.0 }).collect();
            single.push(self.train(Box::new(Fixed { weights }), false, course)?.accuracies[task]);
        }
        let mut log = RunLog { curves: shared.curves, signals: shared.weights, ..RunLog::default() };
        let mut relative = 0.0;
        for ((name, _), (own, alone)) in self.tasks.iter().zip(shared.accuracies.iter().zip(&single)) {
            log.scalars.insert(format!("accuracy/{name}"), *own);
            log.scalars.insert(format!("single_accuracy/{name}"), *alone);
            relative += (own - alone) / alone;
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        log.scalars.insert("average_task_accuracy".into(), mean(&shared.accuracies));
        log.scalars.insert("single_task_accuracy".into(), mean(&single));
        // A single-task network with accuracy 0 leaves Δm undefined.
        if relative.is_finite() {
            log.scalars.insert("delta_m".into(), 100.0 * relative / count as f64);
        }
        let conflicts: Vec<f64> = shared.conflict.y.iter().flatten().copied().collect();
        if !conflicts.is_empty() {
            log.scalars.insert("conflict_rate".into(), mean(&conflicts));
        }
        log.curves.push(shared.conflict);
        add_modulation(&mut log, &shared.learner, self.spec.replays.is_some(), 1.0);
        log.footprint = footprint(&shared.learner, self.settings.budget.batch);
        Ok(log)
    }

    fn train(&self, balance: Box<dyn Balance>, observed: bool, course: &mut Course<'_>) -> Result<Outcome> {
        let mut learner = self.learner(balance)?;
        if observed {
            learner = learner.modulated(self.resolved.modulation.as_ref(), self.spec.trace())?;
        }
        let (budget, every) = (&self.settings.budget, self.settings.curve.every);
        let mut loader = TrainingData::of_table(self.set.train.clone(), None)
            .loader(budget.batch, self.streams.get("order"));
        let test = HeadTest::new(&self.set.test, &self.tasks, self.settings.curve.samples);
        let named =
            |prefix: &str| self.tasks.iter().map(|(n, _)| Curve::new(format!("{prefix}/{n}"))).collect();
        let (mut curves, mut weights): (Vec<Curve>, Vec<Curve>) = (named("accuracy"), named("lambda"));
        let mut conflict = Curve::new("conflict_rate");
        let measured = |update: usize| observed && (update.is_multiple_of(every) || update == budget.updates);
        let next = |learner: &mut Learner, update: usize| {
            let batch = loader.next_batch()?;
            if measured(update) {
                // Signs do not depend on λ_i > 0.
                let apart = learner.gradients_by_term(&batch)?;
                let apart: Vec<_> = apart.into_iter().map(|(_, gradients)| gradients).collect();
                let rate = conflict_rate(&apart, learner.model.parameters()).unwrap_or(f64::NAN);
                conflict.push(update as f64, rate);
            }
            Ok(batch)
        };
        learner.train(budget.updates, course, next, |learner, update, _, course| {
            if measured(update) {
                let x = update as f64;
                let accuracies = test.accuracies(learner, &mut course.pace())?;
                curves.iter_mut().zip(accuracies).for_each(|(curve, accuracy)| curve.push(x, accuracy));
                let lambda = learner.balance.as_ref().map_or(&[][..], |balance| balance.weights());
                weights.iter_mut().zip(lambda).for_each(|(curve, w)| curve.push(x, f64::from(*w)));
            }
            Ok(())
        })?;
        let whole = HeadTest::new(&self.set.test, &self.tasks, usize::MAX);
        let accuracies = whole.accuracies(&learner, &mut course.pace())?;
        Ok(Outcome { accuracies, curves, weights, conflict, learner })
    }
}

/// What the shared network costs; the references are not part of it.
fn footprint(learner: &Learner, batch: usize) -> Footprint {
    Footprint {
        parameters: learner.model.parameters().count() as u64,
        updates: learner.updates(),
        multiply_adds: learner.updates() * 3 * learner.model.multiply_adds() * batch as u64,
        ..Footprint::default()
    }
}
