//! The samples themselves: what of each is kept, how some are drawn, and the state of both.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use rand::SeedableRng;
use rand::seq::index;

use super::drawn::Drawn;
use super::place::Place;
use super::spec::{Fill, MemorySpec, Weighing};
use crate::context::{Event, EventContext, StepContext};
use crate::error::{Error, Result};
use crate::nn::{Active, read};
use crate::stream::{Batch, Extra};
use base::rng::{FastRng, Streams};

/// Past samples of a stream, at most as many as its [`MemorySpec`] says.
#[derive(Debug)]
pub struct Memory {
    pub(super) spec: MemorySpec,
    keeps_logits: bool,
    pub(super) place: Place,
    pub(super) store: FastRng,
    pub(super) draw: FastRng,
    /// One entry per sample held, in the order of slots.
    pub(super) inputs: Vec<f32>,
    pub(super) labels: Vec<u32>,
    /// Numbers that the samples ask for; empty where they ask for their labels.
    pub(super) values: Vec<f32>,
    /// Outputs that competed when the sample was seen; `None`: all.
    pub(super) masks: Vec<Option<Arc<[bool]>>>,
    /// Boundaries passed when it was seen: with [`Memory::tasks`], which of the past tasks it is of.
    pub(super) tasks: Vec<u32>,
    pub(super) logits: Vec<f32>,
    /// Scores of the batch at hand, as it was before its update.
    latest: Vec<f32>,
    pub(super) boundaries: u32,
    pub(super) passes: u64,
}

impl Memory {
    /// An empty memory. `keeps_logits`: of each sample also how it was scored when it was seen.
    pub fn new(spec: &MemorySpec, keeps_logits: bool) -> Self {
        Self {
            spec: spec.clone(),
            keeps_logits,
            place: Place::new(spec.policy),
            store: FastRng::seed_from_u64(0),
            draw: FastRng::seed_from_u64(1),
            inputs: Vec::new(),
            labels: Vec::new(),
            values: Vec::new(),
            masks: Vec::new(),
            tasks: Vec::new(),
            logits: Vec::new(),
            latest: Vec::new(),
            boundaries: 0,
            passes: 0,
        }
    }

    /// Takes its random streams, `memory/store` and `memory/draw`.
    pub fn begin(&mut self, streams: &Streams) {
        self.store = streams.fast("memory/store");
        self.draw = streams.fast("memory/draw");
    }

    /// Samples that fit.
    pub fn capacity(&self) -> usize {
        self.spec.samples
    }

    /// Samples held.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Labels of the samples held.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Task boundaries passed: the tasks that are over while a task is learned. 0 where the stream hides them.
    pub fn tasks(&self) -> u32 {
        self.boundaries
    }

    /// Bytes held: inputs, labels, tasks, one byte per output of a mask, scores.
    pub fn bytes(&self) -> u64 {
        let masks: usize = self.masks.iter().flatten().map(|mask| mask.len()).sum();
        let numbers = self.inputs.len() + self.labels.len() + self.values.len();
        let numbers = numbers + self.tasks.len() + self.logits.len();
        (numbers * size_of::<f32>() + masks) as u64
    }

    /// Samples passed through the network because of this memory, a backward pass counted as two.
    pub fn passes(&self) -> u64 {
        self.passes
    }

    /// How many samples [`Memory::draw`] gives at this step: as the settings say times the gain `replay`, at least 1, at most all.
    pub fn amount(&self, cx: &StepContext<'_>) -> usize {
        let asked = self.spec.draw.unwrap_or_else(|| cx.batch.samples()) as f32 * cx.gains.replay;
        (asked.round().max(1.0) as usize).min(self.len())
    }

    /// What the present and the past count in the loss of this step; (1, 0) while nothing is held.
    pub fn shares(&self, weighing: Weighing, cx: &StepContext<'_>) -> (f32, f32) {
        let past = self.amount(cx) as f32;
        let share = match weighing {
            _ if past == 0.0 => 0.0,
            Weighing::Mean => past / (cx.batch.samples() as f32 + past),
            Weighing::Tasks => 1.0 - 1.0 / (1.0 + self.boundaries as f32),
            Weighing::Sum => return (1.0, 1.0),
        };
        (1.0 - share, share)
    }

    /// Different samples, all equally likely; `None` while there are none.
    ///
    /// # Errors
    /// Engine errors.
    pub fn draw(&mut self, cx: &StepContext<'_>) -> Result<Option<Drawn>> {
        let amount = self.amount(cx);
        if amount == 0 {
            return Ok(None);
        }
        let held = self.len();
        let picked = index::sample(&mut self.draw, held, amount).into_vec();
        self.take(&picked, cx.batch).map(Some)
    }

    /// The same from the samples of one past task, by its number from 0.
    ///
    /// # Errors
    /// Engine errors.
    pub fn draw_of(&mut self, task: u32, cx: &StepContext<'_>) -> Result<Option<Drawn>> {
        let own: Vec<usize> = (0..self.len()).filter(|slot| self.tasks[*slot] == task).collect();
        let amount = self.amount(cx).min(own.len());
        if amount == 0 {
            return Ok(None);
        }
        let picked = index::sample(&mut self.draw, own.len(), amount).into_vec();
        let picked: Vec<usize> = picked.into_iter().map(|at| own[at]).collect();
        self.take(&picked, cx.batch).map(Some)
    }

    fn take(&mut self, slots: &[usize], batch: &Batch) -> Result<Drawn> {
        let amount = slots.len();
        self.passes += 3 * amount as u64;
        let rows = |values: &[f32]| -> Result<Tensor> {
            let width = values.len() / self.len();
            let rows = slots.iter().flat_map(|slot| &values[slot * width..(slot + 1) * width]);
            Ok(Tensor::from_vec(rows.copied().collect::<Vec<_>>(), (amount, width), &Device::Cpu)?)
        };
        let inputs = rows(&self.inputs)?;
        let logits = if self.keeps_logits { Some(rows(&self.logits)?) } else { None };
        let own = batch.task.is_some() || matches!(batch.active, Active::PerSample { .. });
        let masks: Option<Arc<[_]>> =
            if own { slots.iter().map(|slot| self.masks[*slot].clone()).collect() } else { None };
        let active = match masks {
            Some(masks) => Active::PerSample { masks, of: (0..amount).collect() },
            None => batch.active.clone(),
        };
        let targets = slots.iter().map(|slot| self.labels[*slot]).collect();
        let values = slots.iter().filter_map(|slot| self.values.get(*slot).copied()).collect();
        Ok(Drawn { inputs, targets, values, active, logits })
    }

    /// Notes the scores of the batch at hand, before its update.
    ///
    /// # Errors
    /// Engine errors.
    pub fn note(&mut self, logits: &Tensor) -> Result<()> {
        if self.keeps_logits {
            self.latest = read(&logits.contiguous()?, <[f32]>::to_vec)?;
        }
        Ok(())
    }

    /// Meets the samples of the update that has just been made.
    ///
    /// # Errors
    /// A batch without a label per sample; engine errors.
    pub fn see(&mut self, batch: &Batch) -> Result<()> {
        if self.spec.fill == Fill::Batch { self.store(batch) } else { Ok(()) }
    }

    /// Counts boundaries, and stores a task that has ended where the settings say so.
    ///
    /// # Errors
    /// Engine errors; a stop that was asked for.
    pub fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        let Event::TaskEnd { index } = event else { return Ok(()) };
        if self.spec.fill == Fill::TaskEnd {
            self.store_task(cx)?;
        }
        self.boundaries = u32::try_from(index + 1).unwrap_or(u32::MAX);
        Ok(())
    }

    /// Meets all samples of the task at hand, in the order of the data.
    ///
    /// # Errors
    /// Engine errors; a stop that was asked for.
    pub fn store_task(&mut self, cx: &EventContext<'_>) -> Result<()> {
        for batch in cx.data.batches(128) {
            (cx.ask)()?;
            let batch = batch?;
            if self.keeps_logits {
                self.note(&cx.model.infer(&batch.inputs, cx.gains)?)?;
                self.passes += batch.samples() as u64;
            }
            self.store(&batch)?;
        }
        Ok(())
    }

    fn store(&mut self, batch: &Batch) -> Result<()> {
        let samples = batch.samples();
        if batch.targets.len() != samples {
            let problem = "has no label per sample, which a memory of past samples needs";
            return Err(Error::data("batch", problem));
        }
        let kept = read(&batch.inputs.contiguous()?, |inputs| {
            let mut kept = Vec::new();
            let width = inputs.len() / samples.max(1);
            for (sample, label) in batch.targets.iter().enumerate() {
                let (capacity, held) = (self.spec.samples, self.labels.len());
                let slot = self.place.slot(*label as usize, capacity, held, &mut self.store);
                let Some(slot) = slot else { continue };
                put(&mut self.inputs, slot, &inputs[sample * width..(sample + 1) * width]);
                put(&mut self.labels, slot, &[*label]);
                kept.push((sample, slot));
            }
            kept
        })?;
        for (sample, slot) in kept {
            if let Extra::Values(values) = &batch.extra {
                put(&mut self.values, slot, &values[sample..=sample]);
            }
            put(&mut self.tasks, slot, &[self.boundaries]);
            put(&mut self.masks, slot, &[mask(&batch.active, sample)]);
            if self.keeps_logits {
                let width = self.latest.len() / samples;
                put(&mut self.logits, slot, &self.latest[sample * width..(sample + 1) * width]);
            }
        }
        Ok(())
    }
}

/// The outputs that compete for one sample; shared, not copied, where the batch shares them.
pub(super) fn mask(active: &Active, sample: usize) -> Option<Arc<[bool]>> {
    match active {
        Active::All => None,
        Active::Same(mask) => Some(mask.clone()),
        Active::PerSample { masks, of } => Some(masks[of[sample]].clone()),
    }
}

/// Overwrites an entry, or appends it where the slot is the first free one.
fn put<T: Clone>(values: &mut Vec<T>, slot: usize, entry: &[T]) {
    let first = slot * entry.len();
    if first == values.len() {
        values.extend_from_slice(entry);
    } else {
        values[first..first + entry.len()].clone_from_slice(entry);
    }
}
