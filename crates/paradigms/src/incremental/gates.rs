//! Hidden units that speak in one task and are silent in another, in training and at test.

use std::sync::Arc;

use rand::seq::index;

use base::rng::Streams;
use learn::gains::{Gain, Gains};

/// A mask per task and hidden layer.
pub(super) struct Gates {
    masks: Vec<Vec<Arc<[f32]>>>,
}

impl Gates {
    /// Silences the share `off` of every hidden layer, an exact number of units, at least one speaking; drawn from the
    /// streams `gates/task{t}/layer{l}`. `layers`: units per layer, the output layer last.
    pub fn new(off: f32, tasks: usize, layers: &[usize], streams: &Streams) -> Self {
        let hidden = &layers[..layers.len().saturating_sub(1)];
        let mask = |task: usize, layer: usize, units: usize| -> Arc<[f32]> {
            let silent = ((off * units as f32) as usize).min(units.saturating_sub(1));
            let mut random = streams.fast(&format!("gates/task{task}/layer{layer}"));
            let mut mask = vec![1.0; units];
            index::sample(&mut random, units, silent).iter().for_each(|unit| mask[unit] = 0.0);
            mask.into()
        };
        let of = |task| hidden.iter().enumerate().map(|(layer, units)| mask(task, layer, *units)).collect();
        Self { masks: (0..tasks).map(of).collect() }
    }

    /// Sets the gates of a task.
    pub fn set(&self, task: usize, gains: &mut Gains) {
        for (layer, mask) in self.masks[task].iter().enumerate() {
            gains.layer_mut(layer).gate = Gain::Units(mask.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_share_of_each_hidden_layer_is_silent_and_another_one_in_each_task() {
        let gates = Gates::new(0.9, 2, &[40, 10, 3], &Streams::new(1));
        let mut first = Gains::default();
        gates.set(0, &mut first);
        assert_eq!(first.layers.len(), 2, "the output layer speaks");
        let speaking = |gains: &Gains, layer: usize| match &gains.layer(layer).gate {
            Gain::Units(mask) => mask.iter().filter(|unit| **unit == 1.0).count(),
            _ => 0,
        };
        assert_eq!((speaking(&first, 0), speaking(&first, 1)), (4, 1));
        let mut second = first.clone();
        gates.set(1, &mut second);
        assert_ne!(first, second);
    }
}
