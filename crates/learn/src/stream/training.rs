//! The training samples that are open to a learner, and endless batches of them.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use rand::seq::SliceRandom;

use super::batch::{Batch, Extra};
use super::table::Table;
use super::view::View;
use crate::error::Result;
use crate::nn::Active;
use base::error::DefinitionError;
use base::rng::StreamRng;
use base::state::State;
use data::Dataset;

/// The training samples that are open to the learner now: those of the current task, or of several in cumulative and
/// joint training.
#[derive(Debug, Clone)]
pub struct TrainingData {
    pub(super) samples: Samples,
    /// One mask per view.
    pub(super) masks: Arc<[Arc<[bool]>]>,
    /// Whether every sample competes only inside its own task's outputs.
    pub(super) own_mask: bool,
    pub(super) task: Option<usize>,
}

/// Where training samples come from.
#[derive(Debug, Clone)]
pub(super) enum Samples {
    /// Images with one label each: one view per task in the pool.
    Views { dataset: Arc<Dataset>, views: Vec<View> },
    /// Samples with other targets.
    Table(Arc<Table>),
}

impl TrainingData {
    /// All samples of a table.
    pub fn of_table(table: Arc<Table>, task: Option<usize>) -> Self {
        Self { samples: Samples::Table(table), masks: Arc::from([]), own_mask: false, task }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match &self.samples {
            Samples::Views { views, .. } => views.iter().map(View::len).sum(),
            Samples::Table(table) => table.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which view of the pool holds a position, and its place there; of a table, the position.
    pub fn place(&self, position: u32) -> (usize, usize) {
        match &self.samples {
            Samples::Views { views, .. } => find(views, position as usize),
            Samples::Table(_) => (0, position as usize),
        }
    }

    /// The samples at these positions, as a batch.
    ///
    /// # Errors
    /// Engine errors.
    pub fn batch(&self, positions: &[u32]) -> Result<Batch> {
        let (dataset, views) = match &self.samples {
            Samples::Views { dataset, views } => (dataset, views),
            Samples::Table(table) => return table.batch(positions, self.task),
        };
        let features = dataset.features();
        let mut inputs = Vec::with_capacity(positions.len() * features);
        let mut targets = Vec::with_capacity(positions.len());
        let mut of = Vec::with_capacity(positions.len());
        let mut values = Vec::new();
        for position in positions {
            let (view, at) = find(views, *position as usize);
            values.extend(views[view].value(at));
            targets.push(views[view].push(dataset, at, &mut inputs));
            of.push(view);
        }
        let active = if self.own_mask && views.len() > 1 {
            Active::PerSample { masks: self.masks.clone(), of }
        } else {
            Active::Same(self.masks[0].clone())
        };
        let inputs = Tensor::from_vec(inputs, (positions.len(), features), &Device::Cpu)?;
        let extra = if values.is_empty() { Extra::None } else { Extra::Values(values) };
        Ok(Batch { inputs, targets, active, task: self.task, extra })
    }

    /// All samples in order, in batches of at most `size`.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = Result<Batch>> + '_ {
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let positions: Vec<u32> = (0..count).collect();
        let chunks: Vec<Vec<u32>> = positions.chunks(size.max(1)).map(<[u32]>::to_vec).collect();
        chunks.into_iter().map(|chunk| self.batch(&chunk))
    }

    /// Endless shuffled mini-batches: each pass visits every sample once, a last incomplete batch is dropped unless
    /// the pool is smaller than a batch.
    pub fn loader(&self, batch: usize, random: StreamRng) -> Loader {
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        Loader { data: self.clone(), order: (0..count).collect(), at: usize::MAX, batch, random }
    }
}

/// The view that holds this position of the pool, and the position inside it.
fn find(views: &[View], mut position: usize) -> (usize, usize) {
    for (index, view) in views.iter().enumerate() {
        if position < view.len() {
            return (index, position);
        }
        position -= view.len();
    }
    unreachable!("position beyond the pool of samples")
}

/// An endless source of batches.
#[derive(Debug)]
pub struct Loader {
    data: TrainingData,
    order: Vec<u32>,
    at: usize,
    batch: usize,
    random: StreamRng,
}

impl Loader {
    /// Everything a checkpoint needs: the order, the place in it, and the generator's place in its stream.
    pub fn save(&self) -> State {
        let order = self.order.iter().map(|at| *at as f32).collect(); // below 2²⁴, so exact
        let at = if self.at == usize::MAX { -1.0 } else { self.at as f64 };
        State::default()
            .number("at", at)
            .number("word", self.random.get_word_pos() as f64)
            .buffer("order", &[order])
    }

    /// The inverse of [`Loader::save`], for a loader of the same data and stream.
    ///
    /// # Errors
    /// When the state is another loader's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let order: Vec<u32> = state.get_buffer("order")?.into_iter().flatten().map(|at| at as u32).collect();
        if order.len() != self.order.len() {
            let found = format!("{} samples", order.len());
            return Err(
                DefinitionError::range("order", found, &format!("{} samples", self.order.len())).into()
            );
        }
        let at = state.get_number("at")?;
        self.at = if at < 0.0 { usize::MAX } else { at as usize };
        self.random.set_word_pos(state.get_number("word")? as u128);
        self.order = order;
        Ok(())
    }

    /// Samples of a pass.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The next batch.
    ///
    /// # Errors
    /// Engine errors.
    pub fn next_batch(&mut self) -> Result<Batch> {
        self.advance();
        let size = self.batch.min(self.order.len());
        self.data.batch(&self.order[self.at - size..self.at])
    }

    /// Positions in the pool of what would be the next batch, which they are taken as.
    pub fn next_positions(&mut self) -> &[u32] {
        self.advance();
        let size = self.batch.min(self.order.len());
        &self.order[self.at - size..self.at]
    }

    /// Moves behind the next batch.
    fn advance(&mut self) {
        let size = self.batch.min(self.order.len());
        if self.at.saturating_add(size) > self.order.len() {
            self.order.shuffle(&mut self.random);
            self.at = 0;
        }
        self.at += size;
    }
}
