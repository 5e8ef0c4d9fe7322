//! Incremental learning (Eq. 6 of Mei et al. 2025): tasks arrive one after another,
//! θ_t* = argmin L_t(θ; D_t) + Σ_{i<t} λ_i Ω(θ, θ_i*).
//!
//! The method composes the terms; this protocol lays out tasks, boundaries and evaluation.

mod answers;
mod exported;
mod fit;
mod meter;
mod probes;
mod settings;

pub use settings::{Budget, CurveSettings, IncrementalSettings, Resolved, ResolvedMethod};

use meter::Meter;
use probes::{FIRST_UPDATES, Probes};

use std::collections::BTreeMap;

use crate::method::{Composer, Composition, METHODS, Regime, Site, method};
use base::error::Result;
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::exported::Exported;
use contract::protocol::as_written;
use contract::{
    AccuracyMatrix, Experiment, ExperimentInfo, Footprint, Mark, Pace, Registered, Reveal, RunLog, RunSpec,
    Timeline, Watch,
};
use data::Data;
use learn::Learner;
use learn::context::Event;
use learn::modulated::add_modulation;
use learn::nn::{Init, ModelSpec, Role};
use learn::objective::{MeanSquared, Objective};
use learn::stream::{Batch, Scenario, TaskStream, TrainingData};

/// The incremental protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct Incremental;

impl Experiment for Incremental {
    type Settings = Resolved;
    type Kind = Composer;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        evaluates: true,
        ..ExperimentInfo::new(
            "incremental",
            "tasks one after another: what is kept, what is forgotten (Eq. 6)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::IncrementalSettings>()?)
    }

    fn times(&self, settings: &Resolved) -> Option<Timeline> {
        let benchmark = &settings.benchmark;
        let tasks = benchmark.stream.len(benchmark.data.facts().ok()?.classes) as u64;
        let told = benchmark.stream.reveals(Reveal::Boundary);
        let updates = tasks * benchmark.budget.updates_per_task? as u64;
        Some(Timeline {
            updates,
            changes: if told { tasks.saturating_sub(1) } else { 0 },
            states: benchmark.stream.states(benchmark.data.facts().ok()?.classes) as u64,
            kinds: None,
        })
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        settings.benchmark.data.set().map(str::to_owned).into_iter().collect()
    }

    fn fingerprints(&self, settings: &Resolved) -> Result<BTreeMap<String, String>> {
        Ok(BTreeMap::from([settings.benchmark.data.fingerprint()?]))
    }

    fn ready(&self, settings: &Resolved, data: &Data) -> Result<()> {
        let dataset = data.of(&settings.benchmark.data)?;
        settings.check_data(&dataset)
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        settings.expected_cost()
    }

    fn exported(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        answers: bool,
    ) -> Result<Option<Exported>> {
        exported::exported(settings, spec, data, answers).map(Some)
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
    settings: &'a IncrementalSettings,
    stream: TaskStream,
    streams: Streams,
    learner: Learner,
    meter: Meter,
    probes: Probes,
    /// Updates before each task, and after the last one.
    bounds: Vec<usize>,
    /// Updates of the whole run, those of references included.
    total: usize,
    regime: Regime,
    freeze_features: bool,
    rate_per_task: Option<f32>,
    least_rate: f32,
    /// The run is a control that replays another one.
    replays: bool,
    done: usize,
}

impl<'a> Run<'a> {
    fn new(resolved: &'a Resolved, spec: &RunSpec, data: &Data) -> Result<Self> {
        let settings = &resolved.benchmark;
        let streams = Streams::new(spec.seed);
        let dataset = data.split(&settings.data, settings.split, &streams)?;
        let stream = TaskStream::new(&settings.stream, &dataset, settings.evaluate, &streams)?;
        let model = settings.model.build(dataset.shape, stream.outputs(), &streams)?;
        let composition = method(&resolved.method.kind)?.compose(&resolved.method.parameters)?;
        resolved.check_data(&dataset)?;
        let Composition { terms, regime, freeze_features, rate_per_task, least_rate, .. } = composition;
        let Composition { dropout, noisy_tests, winners, mut own, .. } = composition;
        let init = match &settings.model {
            ModelSpec::Mlp(spec) => spec.init,
            _ => Init::default(),
        };
        let layers = model.layer_units();
        if let Some(own) = &mut own {
            own.start(&Site { tasks: stream.len(), layers: &layers, init, streams: &streams });
        }
        // Eq. 6: the task's loss plus Σ_{i<t} λ_i Ω(θ, θ_i*); each method's file says which Ω and which λ_i.
        let objective = if dataset.is_regression() {
            Objective::with_task(MeanSquared::default(), terms)
        } else {
            Objective::new(terms)
        };
        let mut learner = Learner::new(model, objective, settings.optimiser.build(), &streams)
            .modulated(resolved.modulation.as_ref(), spec.trace())?;
        learner.base.dropout = dropout;
        if let Some(share) = winners {
            learner.compete(share);
        }
        if settings.freeze_biases {
            learner.freeze(|parameter| parameter.role == Role::Bias);
        }
        let mut meter = Meter::new(&stream, &settings.curve, settings.curve_tasks, own);
        meter.noise = noisy_tests.then(|| streams.within("tests"));
        let bounds = settings.budget.bounds(&stream);
        let total = match regime {
            Regime::Joint if settings.references => bounds.iter().sum(),
            _ => bounds[stream.len()],
        };
        let probes = Probes::new(&stream, &settings.budget);
        let replays = spec.replays.is_some();
        Ok(Self {
            settings,
            stream,
            streams,
            learner,
            meter,
            probes,
            bounds,
            total,
            regime,
            freeze_features,
            rate_per_task,
            least_rate,
            replays,
            done: 0,
        })
    }

    fn run(mut self, watch: &mut dyn Watch) -> Result<RunLog> {
        let tasks = self.stream.len();
        let mut rows = Vec::with_capacity(tasks);
        // Where only classes seen so far compete, an untrained network has no score to compare with.
        let baseline = match self.settings.stream.scenario {
            Scenario::Class => None,
            _ => {
                let mut pace = Pace::new(watch, 0.0);
                Some(self.meter.accuracies(&self.stream, &self.learner, (0, None), &mut pace)?)
            }
        };
        let initial = self.learner.model.parameters().snapshot()?;
        let mut networks = Vec::new();
        match self.regime {
            Regime::Sequential => {
                let batch = self.settings.budget.batch;
                let mut flow = self.stream.gradual(&self.bounds, batch, &self.streams);
                for task in 0..tasks {
                    match &mut flow {
                        // What a boundary asks for is asked by methods that need one, which such a stream refuses.
                        Some(flow) => self.train(&mut || flow.next_batch(), (task, task), watch)?,
                        None => self.train_task(task, watch)?,
                    }
                    let mut pace = Pace::new(watch, self.share());
                    let reached = (task, Some(task));
                    rows.push(self.meter.accuracies(&self.stream, &self.learner, reached, &mut pace)?);
                }
            }
            Regime::Joint => {
                let pool = self.stream.pool(0, tasks - 1);
                let mut loader = pool.loader(self.settings.budget.batch, self.streams.get("order/joint"));
                for part in 0..tasks {
                    self.train(&mut || loader.next_batch(), (part, tasks - 1), watch)?;
                    let mut pace = Pace::new(watch, self.share());
                    let reached = (part, Some(tasks - 1));
                    rows.push(self.meter.accuracies(&self.stream, &self.learner, reached, &mut pace)?);
                }
            }
            Regime::Separate => {
                for task in 0..tasks {
                    self.learner.model.parameters().restore(&initial)?;
                    self.train_task(task, watch)?;
                    networks.push(self.learner.model.parameters().snapshot()?);
                    let mut row = Vec::with_capacity(tasks);
                    for tested in 0..tasks {
                        let network = networks.get(tested).unwrap_or(&initial);
                        self.learner.model.parameters().restore(network)?;
                        let mut pace = Pace::new(watch, self.share());
                        let of = (task, tested, Some(task));
                        row.push(self.meter.accuracy(&self.stream, &self.learner, of, &mut pace)?);
                    }
                    rows.push(row);
                }
            }
        }
        let labels = self.stream.labels();
        let marks = labels
            .iter()
            .enumerate()
            .map(|(task, label)| Mark { x: self.bounds[task] as f64, label: label.clone() })
            .collect();
        let mut log = RunLog {
            probes: self.probes.curves(),
            footprint: self.footprint(networks.len()),
            matrix: Some(AccuracyMatrix {
                tasks: labels,
                rows,
                baseline,
                joint: self.regime == Regime::Joint,
                regression: self.meter.answers.is_some(),
                reference: None,
            }),
            marks: if self.regime == Regime::Joint { Vec::new() } else { marks },
            curves: self.meter.curves(self.regime == Regime::Separate),
            ..RunLog::default()
        };
        if let (Some(answers), Some(last)) =
            (&self.meter.answers, log.matrix.as_ref().and_then(|m| m.rows.last()))
        {
            log.scalars.insert("average_rmse".into(), answers.mean_error(last));
        }
        add_modulation(&mut log, &self.learner, self.replays, 1.0);
        // A reference is an unmodulated network.
        if self.regime == Regime::Joint && self.settings.references && self.learner.modulation().is_none() {
            let reference = self.references(&initial, &log, watch)?;
            log.matrix.iter_mut().for_each(|matrix| matrix.reference = Some(reference.clone()));
        }
        Ok(log)
    }

    /// J\[k\] of Chaudhry et al. 2018: accuracy on task k of a network that learned the tasks 0..=k together, from the same
    /// initial weights and with the updates that a sequence has had by then. The last one is the run itself.
    fn references(&mut self, initial: &[Vec<f32>], log: &RunLog, watch: &mut dyn Watch) -> Result<Vec<f64>> {
        let tasks = self.stream.len();
        let mut found = Vec::with_capacity(tasks);
        for task in 0..tasks - 1 {
            self.learner.model.parameters().restore(initial)?;
            self.learner.optimiser.reset();
            let order = self.streams.get(&format!("order/joint{task}"));
            let mut loader = self.stream.pool(0, task).loader(self.settings.budget.batch, order);
            for _ in 0..self.bounds[task + 1] {
                self.learner.step(&loader.next_batch()?)?;
                self.done += 1;
                Pace::new(watch, self.share()).ask()?;
            }
            self.learner.check_finite()?;
            let mut pace = Pace::new(watch, self.share());
            found.push(self.meter.accuracy(
                &self.stream,
                &self.learner,
                (tasks - 1, task, Some(task)),
                &mut pace,
            )?);
        }
        let last = log.matrix.as_ref().and_then(|matrix| matrix.rows.last()?.last().copied());
        found.extend(last);
        Ok(found)
    }

    /// One task of a sequence, boundaries included where the stream reveals them.
    fn train_task(&mut self, task: usize, watch: &mut dyn Watch) -> Result<()> {
        let data = self.stream.training(task);
        if self.settings.budget.reset_optimiser || self.regime == Regime::Separate {
            self.learner.optimiser.reset();
        }
        if self.freeze_features && task == 1 {
            self.learner.freeze_features();
        }
        if let Some(factor) = self.rate_per_task.filter(|_| task > 0) {
            self.learner.base.learning_rate = (self.learner.base.learning_rate * factor).max(self.least_rate);
        }
        if let Some(state) = self.stream.state(task) {
            self.learner.state_told(state);
        }
        if let Some(own) = &mut self.meter.own {
            own.set(task, &mut self.learner.base);
            own.begin(task, &data.batch(&[0])?.active, &mut self.learner)?;
        }
        self.tell(Event::TaskStart { index: task }, &data, watch)?;
        let order = self.streams.get(&format!("order/task{task}"));
        let mut loader = data.loader(self.settings.budget.batch, order);
        self.train(&mut || loader.next_batch(), (task, task), watch)?;
        if let Some(own) = &mut self.meter.own {
            own.end(&mut self.learner)?;
        }
        self.tell(Event::TaskEnd { index: task }, &data, watch)
    }

    fn tell(&mut self, event: Event, data: &TrainingData, watch: &mut dyn Watch) -> Result<()> {
        if !self.stream.reveals(Reveal::Boundary) {
            return Ok(());
        }
        let share = self.share();
        Ok(self.learner.event_at(event, data, &mut Pace::new(watch, share))?)
    }

    /// Share of the run's updates that are done.
    fn share(&self) -> f64 {
        self.done as f64 / self.total as f64
    }

    /// The updates of task `part` of the sequence; `task`: the last one whose data the batches have.
    fn train(
        &mut self,
        next: &mut dyn FnMut() -> learn::error::Result<Batch>,
        (part, task): (usize, usize),
        watch: &mut dyn Watch,
    ) -> Result<()> {
        let per_task = self.bounds[part + 1] - self.bounds[part];
        // Neither joint training nor a mixture has first updates of a task.
        let gradual = self.settings.stream.gradual.is_some();
        let sequence = self.regime != Regime::Joint && !gradual && self.meter.answers.is_none();
        for update in 0..per_task {
            if sequence && update == 0 {
                self.probe(task, update, watch)?;
            }
            let statistics = self.learner.step(&next()?)?;
            self.done += 1;
            self.meter.saw(statistics.loss);
            if let Some(own) = &mut self.meter.own {
                own.updated(update + 1, per_task, &mut self.learner)?;
            }
            if sequence && update < FIRST_UPDATES {
                self.probe(task, update + 1, watch)?;
            }
            let mut pace = Pace::new(watch, self.share());
            if self.done.is_multiple_of(self.settings.curve.every) || update + 1 == per_task {
                self.meter.measure(&self.stream, &self.learner, task, self.done, &mut pace)?;
            }
            pace.ask()?;
        }
        self.learner.check_finite()?;
        let gains = self.meter.gains_in(task, &self.learner);
        self.probes.look(self.learner.model.as_ref(), &gains, task, self.done)
    }

    /// Tests a task after so many of its updates, on few samples.
    fn probe(&mut self, task: usize, update: usize, watch: &mut dyn Watch) -> Result<()> {
        let Some(set) = self.probes.first(task) else { return Ok(()) };
        let mut pace = Pace::new(watch, self.share());
        let accuracy = self.meter.score(set, &self.stream, &self.learner, (task, Some(task)), &mut pace)?;
        self.probes.after(task, update, accuracy);
        Ok(())
    }

    fn footprint(&self, networks: usize) -> Footprint {
        let parameters = self.learner.model.parameters().count() as u64;
        let updates = self.learner.updates();
        let per_update = 3 * self.learner.model.multiply_adds() * self.settings.budget.batch as u64;
        Footprint {
            parameters: parameters * networks.max(1) as u64,
            state_bytes: self.learner.objective.state_bytes() + self.meter.own_bytes(),
            replay_bytes: self.learner.objective.replay_bytes(),
            updates,
            multiply_adds: updates * per_update
                + self.learner.model.multiply_adds() * self.learner.objective.extra_passes(),
            ..Footprint::default()
        }
    }
}
