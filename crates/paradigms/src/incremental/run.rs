//! One run: tasks, boundaries, tests, and the references that a run of joint training has beside it.

use super::meter::Meter;
use super::probes::{FIRST_UPDATES, Probes};
use super::settings::{IncrementalSettings, Resolved};
use crate::method::{Composition, Regime, Site, method};
use base::error::Result;
use base::rng::Streams;
use contract::{AccuracyMatrix, Course, Footprint, Mark, Reveal, RunLog, RunSpec, Watch};
use data::Data;
use learn::Learner;
use learn::context::Event;
use learn::modulated::add_modulation;
use learn::nn::{Init, ModelSpec, Role};
use learn::objective::{MeanSquared, Objective};
use learn::stream::{Batch, Scenario, TaskStream, TrainingData};

pub(super) struct Run<'a> {
    pub(super) settings: &'a IncrementalSettings,
    pub(super) stream: TaskStream,
    pub(super) streams: Streams,
    pub(super) learner: Learner,
    meter: Meter,
    probes: Probes,
    /// Updates before each task, and after the last one.
    pub(super) bounds: Vec<usize>,
    /// Updates of the whole run, those of references included.
    total: usize,
    regime: Regime,
    freeze_features: bool,
    rate_per_task: Option<f32>,
    least_rate: f32,
    /// The run is a control that replays another one.
    replays: bool,
}

impl<'a> Run<'a> {
    pub fn new(resolved: &'a Resolved, spec: &RunSpec, data: &Data) -> Result<Self> {
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
        })
    }

    pub fn run(mut self, watch: &mut dyn Watch) -> Result<RunLog> {
        let course = &mut Course::new(watch, self.total);
        // Where only classes seen so far compete, an untrained network has no score to compare with.
        let baseline = match self.settings.stream.scenario {
            Scenario::Class => None,
            _ => Some(self.meter.accuracies(&self.stream, &self.learner, (0, None), &mut course.pace())?),
        };
        let initial = self.learner.model.parameters().snapshot()?;
        let rows = match self.regime {
            Regime::Sequential => self.in_sequence(course)?,
            Regime::Joint => self.jointly(course)?,
            Regime::Separate => self.separately(&initial, course)?,
        };
        let labels = self.stream.labels();
        let marks = labels
            .iter()
            .enumerate()
            .map(|(task, label)| Mark { x: self.bounds[task] as f64, label: label.clone() })
            .collect();
        let mut log = RunLog {
            probes: self.probes.curves(),
            footprint: self.footprint(),
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
            let reference = self.references(&initial, &log, course)?;
            log.matrix.iter_mut().for_each(|matrix| matrix.reference = Some(reference.clone()));
        }
        Ok(log)
    }

    /// One task of a sequence, boundaries included where the stream reveals them.
    pub(super) fn train_task(&mut self, task: usize, course: &mut Course<'_>) -> Result<()> {
        let data = self.stream.training(task);
        self.begin(task, &data, course)?;
        let order = self.streams.get(&format!("order/task{task}"));
        let mut loader = data.loader(self.settings.budget.batch, order);
        self.train(&mut || loader.next_batch(), (task, task), course)?;
        self.end(task, &data, course)
    }

    /// What the method does before a task's first update.
    fn begin(&mut self, task: usize, data: &TrainingData, course: &mut Course<'_>) -> Result<()> {
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
        self.tell(Event::TaskStart { index: task }, data, course)
    }

    /// What it does after a task's last update.
    fn end(&mut self, task: usize, data: &TrainingData, course: &mut Course<'_>) -> Result<()> {
        if let Some(own) = &mut self.meter.own {
            own.end(&mut self.learner)?;
        }
        self.tell(Event::TaskEnd { index: task }, data, course)
    }

    fn tell(&mut self, event: Event, data: &TrainingData, course: &mut Course<'_>) -> Result<()> {
        if !self.stream.reveals(Reveal::Boundary) {
            return Ok(());
        }
        Ok(self.learner.event_at(event, data, &mut course.pace())?)
    }

    /// The tests of all tasks: of the part of the sequence that was learned, and the last task whose data were.
    pub(super) fn row(
        &mut self,
        reached: (usize, Option<usize>),
        course: &mut Course<'_>,
    ) -> Result<Vec<f64>> {
        self.meter.accuracies(&self.stream, &self.learner, reached, &mut course.pace())
    }

    /// The same of one task, the second number.
    pub(super) fn accuracy(
        &mut self,
        of: (usize, usize, Option<usize>),
        course: &mut Course<'_>,
    ) -> Result<f64> {
        self.meter.accuracy(&self.stream, &self.learner, of, &mut course.pace())
    }

    /// The updates of task `part` of the sequence; `task`: the last one whose data the batches have.
    pub(super) fn train(
        &mut self,
        next: &mut dyn FnMut() -> learn::error::Result<Batch>,
        (part, task): (usize, usize),
        course: &mut Course<'_>,
    ) -> Result<()> {
        let Self { settings, stream, learner, meter, probes, bounds, regime, .. } = self;
        let per_task = bounds[part + 1] - bounds[part];
        // Neither joint training nor a mixture has first updates of a task.
        let gradual = settings.stream.gradual.is_some();
        let sequence = *regime != Regime::Joint && !gradual && meter.answers.is_none();
        // Tests the task after so many of its updates, on few samples.
        let mut probe =
            |meter: &mut Meter, learner: &Learner, update, course: &mut Course<'_>| -> Result<()> {
                let Some(set) = probes.first(task).filter(|_| sequence && update <= FIRST_UPDATES) else {
                    return Ok(());
                };
                let accuracy = meter.score(set, stream, learner, (task, Some(task)), &mut course.pace())?;
                probes.after(task, update, accuracy);
                Ok(())
            };
        probe(meter, learner, 0, course)?;
        learner.train(
            per_task,
            course,
            |_, _| next(),
            |learner, update, loss, course| {
                meter.saw(loss);
                if let Some(own) = &mut meter.own {
                    own.updated(update, per_task, learner)?;
                }
                probe(meter, learner, update, course)?;
                let done = course.done();
                if done.is_multiple_of(settings.curve.every) || update == per_task {
                    meter.measure(stream, learner, task, done, &mut course.pace())?;
                }
                Ok(())
            },
        )?;
        let gains = meter.gains_in(task, learner);
        probes.look(learner.model.as_ref(), &gains, task, course.done())
    }

    fn footprint(&self) -> Footprint {
        let networks = if self.regime == Regime::Separate { self.stream.len() } else { 1 };
        let parameters = self.learner.model.parameters().count() as u64;
        let updates = self.learner.updates();
        let per_update = 3 * self.learner.model.multiply_adds() * self.settings.budget.batch as u64;
        Footprint {
            parameters: parameters * networks as u64,
            state_bytes: self.learner.objective.state_bytes() + self.meter.own_bytes(),
            replay_bytes: self.learner.objective.replay_bytes(),
            updates,
            multiply_adds: updates * per_update
                + self.learner.model.multiply_adds() * self.learner.objective.extra_passes(),
            ..Footprint::default()
        }
    }
}

#[cfg(test)]
#[path = "resume_tests.rs"]
mod resume_tests;
