//! Accuracy of every head on test samples, which the learner never sees.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use contract::Pace;
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, predict};
use learn::stream::{Extra, Table};

/// Samples per forward pass.
const BATCH: usize = 512;

/// Test samples of one head.
struct Head {
    inputs: Vec<f32>,
    /// Output indices.
    targets: Vec<usize>,
    mask: Arc<[bool]>,
}

/// Test samples of all heads.
pub(super) struct HeadTest {
    features: usize,
    heads: Vec<Head>,
}

impl HeadTest {
    /// At most `limit` test samples per task, evenly spaced.
    pub fn new(table: &Table, tasks: &[(String, usize)], limit: usize) -> Self {
        let width: usize = tasks.iter().map(|(_, outputs)| outputs).sum();
        let labels = if let Extra::Heads(heads) = &table.targets { heads.as_slice() } else { &[] };
        let mut first = 0;
        let heads = tasks.iter().zip(labels).map(|((_, outputs), labels)| {
            let range = first..first + outputs;
            first += outputs;
            let own: Vec<(u32, u32)> =
                (0u32..).zip(labels.iter().copied()).filter(|(_, label)| *label != Extra::ABSENT).collect();
            let count = own.len().min(limit);
            let chosen: Vec<(u32, u32)> = (0..count).map(|i| own[i * own.len() / count]).collect();
            let rows: Vec<u32> = chosen.iter().map(|(row, _)| *row).collect();
            Head {
                inputs: table.inputs(&rows),
                targets: chosen.iter().map(|(_, label)| range.start + *label as usize).collect(),
                mask: (0..width).map(|output| range.contains(&output)).collect(),
            }
        });
        Self { features: table.features, heads: heads.collect() }
    }

    /// One accuracy per task.
    pub fn accuracies(&self, learner: &Learner, pace: &mut Pace<'_>) -> Result<Vec<f64>> {
        let mut score = |head: &Head| {
            let active = Active::Same(head.mask.clone());
            let model = learner.model.as_ref();
            let rows = head.inputs.chunks(BATCH * self.features).zip(head.targets.chunks(BATCH));
            let mut right = 0;
            for (inputs, targets) in rows {
                pace.ask()?;
                let x = Tensor::from_slice(inputs, (targets.len(), self.features), &Device::Cpu)?;
                let predicted = predict(model, &x, &active, learner.gains())?;
                right += predicted.iter().zip(targets).filter(|(p, target)| p == target).count();
            }
            Ok(right as f64 / head.targets.len().max(1) as f64)
        };
        self.heads.iter().map(&mut score).collect()
    }
}
