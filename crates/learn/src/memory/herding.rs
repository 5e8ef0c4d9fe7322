//! Exemplars: of every label the samples whose mean stays nearest to the mean of all (iCaRL).

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::store::{Memory, mask};
use crate::context::EventContext;
use crate::error::Result;
use crate::gains::Gains;
use crate::nn::{ClassMeans, Model, features, read, to_length_one};

/// Samples per forward pass.
const BATCH: usize = 128;

/// Which `count` rows of `width` features, in this order, keep their running mean nearest to the mean of all rows: each is the
/// argmin over rows not taken yet of ‖μ − (φ(x) + Σ_j φ(p_j))/k‖ (Rebuffi et al. 2017, Algorithm 4); the first one of equals.
pub fn herd(features: &[f32], width: usize, count: usize) -> Vec<usize> {
    let rows: Vec<&[f32]> = features.chunks_exact(width.max(1)).collect();
    let mut mean = vec![0.0f32; width];
    rows.iter().for_each(|row| mean.iter_mut().zip(*row).for_each(|(sum, x)| *sum += x / rows.len() as f32));
    let (mut sum, mut free) = (vec![0.0f32; width], vec![true; rows.len()]);
    let mut order = Vec::with_capacity(count.min(rows.len()));
    for k in 1..=count.min(rows.len()) {
        let distance = |row: &[f32]| -> f32 {
            let off = mean.iter().zip(&sum).zip(row).map(|((mean, sum), x)| mean - (sum + x) / k as f32);
            off.map(|off| off * off).sum()
        };
        let mut best: Option<(f32, usize)> = None;
        for (at, row) in rows.iter().enumerate().filter(|(at, _)| free[*at]) {
            let found = distance(row);
            if best.is_none_or(|(least, _)| found < least) {
                best = Some((found, at));
            }
        }
        let Some((_, at)) = best else { break };
        free[at] = false;
        sum.iter_mut().zip(rows[at]).for_each(|(sum, x)| *sum += x);
        order.push(at);
    }
    order
}

/// Samples of one label: what a slot of a memory holds of each, and its features.
#[derive(Default)]
struct Candidates {
    inputs: Vec<Vec<f32>>,
    masks: Vec<Option<Arc<[bool]>>>,
    tasks: Vec<u32>,
    features: Vec<f32>,
}

impl Memory {
    /// Takes in exemplars of the task at hand: an equal share of the capacity for every label met. Labels held already keep the
    /// first ones of theirs; those of this task are herded by the features of the network as it is.
    ///
    /// # Errors
    /// Engine errors; a stop that was asked for.
    pub fn herd_task(&mut self, cx: &EventContext<'_>) -> Result<()> {
        let gains = cx.gains.unmasked();
        let mut met: BTreeMap<u32, Candidates> = BTreeMap::new();
        let mut width = 1;
        for batch in cx.data.batches(BATCH) {
            (cx.ask)()?;
            let batch = batch?;
            let (rows, units) = features(cx.model, &batch.inputs, &gains)?;
            width = units;
            self.passes += batch.samples() as u64;
            let inputs = read(&batch.inputs.contiguous()?, <[f32]>::to_vec)?;
            let wide = inputs.len() / batch.samples().max(1);
            for (sample, label) in batch.targets.iter().enumerate() {
                let own = met.entry(*label).or_default();
                own.inputs.push(inputs[sample * wide..(sample + 1) * wide].to_vec());
                own.masks.push(mask(&batch.active, sample));
                own.tasks.push(self.boundaries);
                own.features.extend_from_slice(&rows[sample * units..(sample + 1) * units]);
            }
        }
        let mut held = self.by_label();
        held.retain(|label, _| !met.contains_key(label));
        let share = self.spec.samples / (held.len() + met.len()).max(1);
        let kept = held.into_iter().map(|(label, own)| {
            let first = (0..own.inputs.len().min(share)).collect::<Vec<_>>();
            (label, own, first)
        });
        let new = met.into_iter().map(|(label, own)| {
            let order = herd(&own.features, width, share);
            (label, own, order)
        });
        let all: Vec<_> = kept.chain(new).collect();
        self.clear();
        for (label, own, order) in all {
            for at in order {
                self.inputs.extend_from_slice(&own.inputs[at]);
                self.labels.push(label);
                self.masks.push(own.masks[at].clone());
                self.tasks.push(own.tasks[at]);
            }
        }
        Ok(())
    }

    /// What is held, label by label in the order of slots, without features.
    fn by_label(&self) -> BTreeMap<u32, Candidates> {
        let wide = self.inputs.len() / self.len().max(1);
        let mut found: BTreeMap<u32, Candidates> = BTreeMap::new();
        for (slot, label) in self.labels.iter().enumerate() {
            let own = found.entry(*label).or_default();
            own.inputs.push(self.inputs[slot * wide..(slot + 1) * wide].to_vec());
            own.masks.push(self.masks[slot].clone());
            own.tasks.push(self.tasks[slot]);
        }
        found
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.labels.clear();
        self.masks.clear();
        self.tasks.clear();
    }

    /// The mean of the features of every label's samples as the network sees them now, scaled to length 1; `None` while nothing
    /// is held.
    ///
    /// # Errors
    /// Engine errors.
    pub fn class_means(&self, model: &dyn Model, gains: &Gains) -> Result<Option<ClassMeans>> {
        let gains = gains.unmasked();
        let (mut sums, mut width): (BTreeMap<u32, Vec<f32>>, _) = (BTreeMap::new(), 0);
        let wide = self.inputs.len() / self.len().max(1);
        for (chunk, labels) in self.inputs.chunks((BATCH * wide).max(1)).zip(self.labels.chunks(BATCH)) {
            let inputs = Tensor::from_slice(chunk, (labels.len(), wide), &Device::Cpu)?;
            let (rows, units) = features(model, &inputs, &gains)?;
            width = units;
            for (row, label) in rows.chunks_exact(units).zip(labels) {
                let sum = sums.entry(*label).or_insert_with(|| vec![0.0; units]);
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
        }
        sums.values_mut().for_each(|sum| to_length_one(sum));
        let labels: Vec<u32> = sums.keys().copied().collect();
        let means = sums.into_values().flatten().collect();
        Ok((!labels.is_empty()).then_some(ClassMeans { labels, means, width }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn herding_picks_what_keeps_the_running_mean_nearest() {
        // Rows 0, 4, 5, 7 on a line: μ = 4. First 4 (distance 0). Then (4 + x)/2: 0 → 2, 5 → 4.5, 7 → 5.5: 5. Then (9 + x)/3:
        // 0 → 3, 7 → 5.33: distances 1 and 1.33: 0. Last 7.
        let rows = [0.0, 4.0, 5.0, 7.0];
        assert_eq!(herd(&rows, 1, 4), [1, 2, 0, 3]);
        assert_eq!(herd(&rows, 1, 2), [1, 2], "a shorter list is the beginning of a longer one");
        assert_eq!(herd(&rows, 1, 9).len(), 4, "no more than there are");
    }

    #[test]
    fn of_equal_rows_the_first_is_taken_and_none_twice() {
        assert_eq!(herd(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 2, 3), [0, 1, 2]);
    }
}
