//! Context-dependent gating: every task speaks through a random share of the hidden units of its own.

use std::sync::Arc;

use super::composition::{Composition, MethodEntry, Settings, entry};
use super::task_owned::{Site, TaskOwned};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::error::Result;
use learn::gains::{Gain, Gains};
use rand::seq::index;

settings! {
    /// Context-dependent gating.
    #[derive(Debug)]
    struct Xdg {
        /// share of each hidden layer that is silent in a task
        off: f32 = 0.8 => [0 to below 1];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Xdg>(MethodInfo {
    kind: "xdg",
    summary: "Context-dependent gating: in every task a random share of the hidden units is silent, the same ones at test",
    formula: "L_t(θ) of the network with h ← m_t ∘ h in every hidden layer, m_t a fixed random mask of task t",
    source: "Masse, Grant & Freedman 2018, without its stabilisation",
    mapping: "van de Ven: off = gating_prop, an exact share of each layer (0.9 on Split MNIST).",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: Xdg::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Xdg {
    fn compose(&self) -> Composition {
        if self.off == 0.0 {
            return Composition::default();
        }
        Composition::owning(Gates { off: self.off, masks: Vec::new() })
    }
}

/// A mask per task and hidden layer.
struct Gates {
    off: f32,
    masks: Vec<Vec<Arc<[f32]>>>,
}

impl TaskOwned for Gates {
    /// Silences the share `off` of every hidden layer, an exact number of units, at least one speaking; drawn from the
    /// streams `gates/task{t}/layer{l}`.
    fn start(&mut self, site: &Site<'_>) {
        let hidden = &site.layers[..site.layers.len().saturating_sub(1)];
        let mask = |task: usize, layer: usize, units: usize| -> Arc<[f32]> {
            let silent = ((self.off * units as f32) as usize).min(units.saturating_sub(1));
            let mut random = site.streams.fast(&format!("gates/task{task}/layer{layer}"));
            let mut mask = vec![1.0; units];
            index::sample(&mut random, units, silent).iter().for_each(|unit| mask[unit] = 0.0);
            mask.into()
        };
        let of = |task| hidden.iter().enumerate().map(|(layer, units)| mask(task, layer, *units)).collect();
        self.masks = (0..site.tasks).map(of).collect();
    }

    fn set(&self, task: usize, gains: &mut Gains) {
        for (layer, mask) in self.masks[task].iter().enumerate() {
            gains.layer_mut(layer).gate = Gain::Units(mask.clone());
        }
    }

    fn gates_units(&self) -> bool {
        true
    }

    /// All of it is drawn from the run's site again.
    fn save(&self) -> State {
        State::default()
    }

    fn load(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;
    use learn::nn::Init;

    #[test]
    fn an_exact_share_of_each_hidden_layer_is_silent_and_another_one_in_each_task() {
        let mut gates = Gates { off: 0.9, masks: Vec::new() };
        let streams = Streams::new(1);
        gates.start(&Site { tasks: 2, layers: &[40, 10, 3], init: Init::default(), streams: &streams });
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
