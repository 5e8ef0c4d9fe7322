//! iCaRL: exemplars chosen by herding, the past network's answers for past classes, and the nearest mean of exemplars as answer.

use std::collections::BTreeSet;

use super::composition::{Composition, MethodEntry, Settings, entry};
use base::state::State;
use candle_core::Tensor;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext, StepContext};
use learn::error::Result;
use learn::gains::Gains;
use learn::keeps_memory;
use learn::memory::{Capacity, Memory, Policy};
use learn::nn::{Active, Model, Readout, binary_cross_entropy, read};
use learn::objective::{LossTerm, PastModel, Weighted};
use learn::stream::Batch;

settings! {
    /// iCaRL.
    #[derive(Debug)]
    struct ICarl {
        /// s, what this loss counts beside plain cross-entropy
        strength: f32 = 1.0 => [0 to 1];
        memory: Capacity = Capacity::default() => [each Capacity::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<ICarl>(MethodInfo {
    kind: "icarl",
    summary: "iCaRL: keeps exemplars by herding, distils past classes from the network of the last boundary, answers with the nearest mean of exemplars",
    formula: "(1 − s) L_t(θ) + s mean Σ_k BCE(σ(z_k), t_k), t_k = σ(past z_k) for past classes, 1[k = y] for new ones; ŷ = argmin_k ‖φ(x) − μ_k‖",
    source: "Rebuffi et al. 2017, Algorithms 1 to 5",
    mapping: "s = 1. They mix exemplars into the task's data by their number; here memory.draw of them stand beside each batch, in one mean.",
    strength: "strength",
    needs: &[Reveal::Boundary],
    parameters: ICarl::PARAMETERS,
});

impl Settings for ICarl {
    fn compose(&self) -> Composition {
        // The policy is none: herding fills the memory at boundaries.
        let spec = self.memory.with(Policy::Reservoir);
        let memory = Memory::new(&spec, false);
        let term = Exemplars { present: (1.0 - self.strength).max(0.0), memory, past: PastModel::default() };
        let own = Composition::remembering(Weighted::new(self.strength, term), &spec);
        let classes = Some(("", "its exemplars stand for classes"));
        Composition { only_sequences: true, only_classes: true, only_dense: true, classes, ..own }
    }
}

struct Exemplars {
    /// What plain cross-entropy counts.
    present: f32,
    memory: Memory,
    past: PastModel,
}

/// Targets and mask of some samples, n × K: past classes as the past network scores them, the others by the label.
fn targets(
    labels: &[u32],
    active: &Active,
    past: &[f32],
    old: &BTreeSet<u32>,
    width: usize,
) -> [Vec<f32>; 2] {
    let (mut wanted, mut mask) = (vec![0.0; labels.len() * width], vec![0.0; labels.len() * width]);
    for (sample, label) in labels.iter().enumerate() {
        for class in 0..width {
            let at = sample * width + class;
            let known = old.contains(&(class as u32));
            if known || active.mask(sample).is_none_or(|mask| mask[class]) {
                let yes = f32::from(u8::from(*label as usize == class));
                wanted[at] = if known { 1.0 / (1.0 + (-past[at]).exp()) } else { yes };
                mask[at] = 1.0;
            }
        }
    }
    [wanted, mask]
}

impl Exemplars {
    /// [`targets`] of inputs, with what the past network says of them.
    fn wanted(
        &mut self,
        inputs: &Tensor,
        labels: &[u32],
        active: &Active,
        cx: &StepContext<'_>,
    ) -> Result<[Vec<f32>; 2]> {
        let width = cx.model.outputs();
        let old: BTreeSet<u32> = self.memory.labels().iter().copied().collect();
        let past = if old.is_empty() {
            Vec::new()
        } else {
            read(&self.past.scores_of(inputs, cx)?, <[f32]>::to_vec)?
        };
        Ok(targets(labels, active, &past, &old, width))
    }
}

impl LossTerm for Exemplars {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "icarl"
    }

    fn task_factor(&self, _cx: &StepContext<'_>) -> f32 {
        self.present
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let [mut wanted, mut mask] =
            self.wanted(&cx.batch.inputs, &cx.batch.targets, &cx.batch.active, cx)?;
        let Some(drawn) = self.memory.draw(cx)? else {
            return Ok(Some(binary_cross_entropy(cx.logits, wanted, mask)?));
        };
        let [more, counts] = self.wanted(&drawn.inputs, &drawn.targets, &drawn.active, cx)?;
        wanted.extend(more);
        mask.extend(counts);
        let logits = Tensor::cat(&[cx.logits, &drawn.scores(cx)?], 0)?;
        Ok(Some(binary_cross_entropy(&logits, wanted, mask)?))
    }

    /// Exemplars are chosen when their task is over.
    fn after_batch(&mut self, _batch: &Batch) -> Result<()> {
        Ok(())
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { index } = event {
            self.memory.herd_task(cx)?;
            self.past.keep(index, cx)?;
        }
        self.memory.on_event(event, cx)
    }

    fn readout(&self, model: &dyn Model, gains: &Gains) -> Result<Option<Readout>> {
        Ok(self.memory.class_means(model, gains)?.map(Readout::Nearest))
    }

    fn extra_passes(&self) -> u64 {
        self.memory.passes() + self.past.passes()
    }

    fn state_bytes(&self) -> u64 {
        self.past.save().bytes()
    }

    fn save(&self) -> State {
        let mut state = self.memory.save();
        state.parts.insert("past".into(), self.past.save());
        state
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.past.load(state.get_part("past")?)?;
        self.memory.load(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_classes_are_wanted_as_the_past_network_scored_them_and_new_ones_by_the_label() {
        // Classes 0 and 1 are past, 2 is new, 3 is not met. σ(0) = ½, σ(ln 3) = ¾: also of the past class's own sample.
        let z = 3f32.ln();
        let active = Active::Same([true, true, true, false].into());
        let past = [0.0, z, 9.0, 9.0, z, 0.0, 9.0, 9.0];
        let [wanted, mask] = targets(&[2, 0], &active, &past, &BTreeSet::from([0, 1]), 4);
        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close(&wanted, &[0.5, 0.75, 1.0, 0.0, 0.75, 0.5, 0.0, 0.0]), "{wanted:?}");
        assert_eq!(mask, [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
    }
}
