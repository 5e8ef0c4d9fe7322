//! The stream of a run for learners outside: what `Run` shows its learner, update by update, and no more.

use std::collections::BTreeMap;

use serde_json::json;

use super::settings::{IncrementalSettings, Resolved};
use crate::method::{Regime, method};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::exported::{Array, Exported, Numbers, check_size};
use contract::protocol::as_written;
use contract::{Reveal, RunSpec};
use data::Data;
use learn::nn::{described, read, weights};
use learn::stream::{TaskStream, TrainingData};

/// The stream, the initial weights, and where asked for the answers.
///
/// # Errors
/// A method that does not meet the tasks one after another; another network than an mlp; a stream that is too large.
pub(super) fn exported(resolved: &Resolved, spec: &RunSpec, data: &Data, answers: bool) -> Result<Exported> {
    let settings = &resolved.benchmark;
    if method(&resolved.method.kind)?.compose(&resolved.method.parameters)?.regime != Regime::Sequential {
        let allowed = "a method that meets the tasks one after another";
        return Err(DefinitionError::range("--method", &spec.method, allowed).into());
    }
    let streams = Streams::new(spec.seed);
    let dataset = data.split(&settings.data, settings.split, &streams)?;
    let stream = TaskStream::new(&settings.stream, &dataset, settings.evaluate, &streams)?;
    let model = settings.model.build(dataset.shape, stream.outputs(), &streams)?;
    if dataset.is_regression() {
        let allowed = "a benchmark whose answers are classes: there is no layout for numbers yet";
        return Err(DefinitionError::range("data.target", "numbers", allowed).into());
    }
    let features = dataset.features();
    let network = described(&settings.model, model.as_ref(), features)?;
    let (tasks, batch) = (stream.len(), settings.budget.batch);
    let updates = settings.budget.of(&stream);
    let bounds: Vec<i64> = settings.budget.bounds(&stream).into_iter().map(whole).collect();
    let total: usize = updates.iter().sum();
    let pooled: usize = (0..tasks).map(|task| stream.training(task).len()).sum();
    check_size(pooled.min(total * batch), features)?;

    let met = Met::all(settings, &stream, &streams)?;
    let mut about = serde_json::Map::new();
    let told = settings.stream.reveals(Reveal::Boundary);
    about.insert("model".into(), network);
    about.insert("optimiser".into(), as_written(&settings.optimiser)?);
    about.insert("reset_optimiser_at_boundaries".into(), json!(told && settings.budget.reset_optimiser));
    about.insert("freeze_biases".into(), json!(settings.freeze_biases));
    about.insert("batch".into(), json!(batch));
    about.insert("loss".into(), json!("mean cross-entropy in nats; only the outputs of the mask compete"));
    let mut all = met.arrays(features, stream.outputs());
    if told {
        let meaning = "updates before which a task begins; revealed by the benchmark";
        all.push(Array::new("boundaries", &[tasks], Numbers::I64(bounds[..tasks].to_vec()), meaning));
    }
    if settings.stream.reveals(Reveal::TaskId) {
        let ids = updates
            .iter()
            .enumerate()
            .flat_map(|(task, own)| std::iter::repeat_n(whole(task), *own))
            .collect();
        let meaning = "task of each update; revealed by the benchmark";
        all.push(Array::new("task", &[total], Numbers::I64(ids), meaning));
    }
    let answers = if answers { hidden(&stream, features, bounds[1..].to_vec())? } else { Vec::new() };
    Ok(Exported { stream: all, weights: weights(model.as_ref())?, answers, about })
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What a learner has met so far. Samples are numbered as they are met for the first time, so that their numbers tell no
/// more than that.
struct Met {
    batch: usize,
    /// Number of a sample by its view and place there.
    numbers: BTreeMap<(usize, usize), i64>,
    inputs: Vec<f32>,
    labels: Vec<i64>,
    order: Vec<i64>,
    masks: Vec<Vec<bool>>,
    mask: Vec<i64>,
}

impl Met {
    fn new(batch: usize) -> Self {
        Self {
            batch,
            numbers: BTreeMap::new(),
            inputs: Vec::new(),
            labels: Vec::new(),
            order: Vec::new(),
            masks: Vec::new(),
            mask: Vec::new(),
        }
    }

    /// Everything that the stream shows, update by update.
    fn all(settings: &IncrementalSettings, stream: &TaskStream, streams: &Streams) -> Result<Self> {
        let (batch, budget, views) = (settings.budget.batch, &settings.budget, stream.views());
        let mut met = Self::new(batch);
        let mut flow = stream.gradual(&budget.bounds(stream), batch, streams);
        for (task, own) in budget.of(stream).into_iter().enumerate() {
            if let Some(flow) = &mut flow {
                for _ in 0..own {
                    let positions = flow.next_positions().to_vec();
                    met.update(flow.whole(), &positions, (0, views))?;
                }
                continue;
            }
            let pool = stream.training(task);
            // A cumulative pool begins with the first task.
            let first = if settings.stream.cumulative { 0 } else { stream.first_view(task) };
            let mut loader = pool.loader(batch, streams.get(&format!("order/task{task}")));
            for _ in 0..own {
                met.update(&pool, loader.next_positions(), (first, views))?;
            }
        }
        Ok(met)
    }

    /// One update on the samples at these positions of a pool whose views begin with this one of so many; where tasks are met
    /// again their views are the same ones.
    fn update(
        &mut self,
        pool: &TrainingData,
        positions: &[u32],
        (first, views): (usize, usize),
    ) -> Result<()> {
        let batch = pool.batch(positions)?;
        let features = batch.inputs.elem_count() / positions.len().max(1);
        let values = read(&batch.inputs, <[f32]>::to_vec)?;
        for (place, position) in positions.iter().enumerate() {
            let (view, at) = pool.place(*position);
            let next = whole(self.labels.len());
            let number = *self.numbers.entry(((first + view) % views.max(1), at)).or_insert(next);
            if number == next {
                self.inputs.extend(&values[place * features..(place + 1) * features]);
                self.labels.push(i64::from(batch.targets[place]));
            }
            self.order.push(number);
            let own = batch.active.mask(place).unwrap_or_default();
            let known = self.masks.iter().position(|mask| mask == own);
            let mask = known.unwrap_or_else(|| {
                self.masks.push(own.to_vec());
                self.masks.len() - 1
            });
            self.mask.push(whole(mask));
        }
        // A pool that is smaller than a batch.
        for _ in positions.len()..self.batch {
            self.order.push(-1);
            self.mask.push(-1);
        }
        Ok(())
    }

    fn arrays(self, features: usize, outputs: usize) -> Vec<Array> {
        let (samples, batch, masks) = (self.labels.len(), self.batch, self.masks.len());
        let updates = self.order.len() / batch.max(1);
        let flat: Vec<bool> = self.masks.concat();
        vec![
            Array::new(
                "inputs",
                &[samples, features],
                Numbers::F32(self.inputs),
                "training samples, in the order in which they are met first",
            ),
            Array::new(
                "labels",
                &[samples],
                Numbers::I64(self.labels),
                "output index of each training sample",
            ),
            Array::new(
                "order",
                &[updates, batch],
                Numbers::I64(self.order),
                "samples of each update; -1: the batch is smaller",
            ),
            Array::new("masks", &[masks, outputs], Numbers::Bool(flat), "sets of outputs that compete"),
            Array::new(
                "mask",
                &[updates, batch],
                Numbers::I64(self.mask),
                "row of `masks` for each sample of each update",
            ),
        ]
    }
}

/// Test data, and when the accuracy matrix is measured.
fn hidden(stream: &TaskStream, features: usize, after: Vec<i64>) -> Result<Vec<Array>> {
    let tasks = stream.len();
    let (mut inputs, mut labels, mut of, mut masks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for task in 0..tasks {
        let set = stream.test_set(task, usize::MAX);
        let (values, targets) = set.batch(0..set.len())?;
        inputs.extend(read(&values, <[f32]>::to_vec)?);
        of.extend(std::iter::repeat_n(whole(task), targets.len()));
        labels.extend(targets.into_iter().map(i64::from));
    }
    let all = vec![true; stream.outputs()];
    for reached in 0..tasks {
        for task in 0..tasks {
            let active = stream.test_active(task, Some(reached));
            masks.extend_from_slice(active.mask(0).unwrap_or(&all));
        }
    }
    let samples = labels.len();
    Ok(vec![
        Array::new("answers_inputs", &[samples, features], Numbers::F32(inputs), "test samples"),
        Array::new("answers_labels", &[samples], Numbers::I64(labels), "output index of each test sample"),
        Array::new("answers_task", &[samples], Numbers::I64(of), "task of each test sample"),
        Array::new(
            "answers_masks",
            &[tasks, tasks, stream.outputs()],
            Numbers::Bool(masks),
            "outputs that compete at the test of a task (second axis) after training on another (first axis)",
        ),
        Array::new(
            "answers_after",
            &[tasks],
            Numbers::I64(after),
            "updates after which the rows of the accuracy matrix are measured",
        ),
    ])
}
