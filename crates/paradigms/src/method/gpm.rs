//! Gradient projection memory: no step along directions in which inputs of past tasks lie.

use super::composition::{Composition, MethodEntry, Settings, entry};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext, StepContext};
use learn::error::Result;
use learn::nn::{Active, Gradients, Role, read};
use learn::objective::{LossTerm, Subspace, Weighted};

settings! {
    /// Gradient projection memory.
    #[derive(Debug, Clone, Copy)]
    struct Gpm {
        /// s, share of the part that is taken out; modulated, 1 at most
        strength: f32 = 1.0 => [0 to 1];
        /// ε of the first layer
        first: f32 = 0.95 => [0 to 1];
        /// ε of the other layers
        threshold: f32 = 0.99 => [0 to 1];
        /// samples of a task that are looked at when it ends
        samples: usize = 300 => [1 to 1000];
        /// whether a bias counts as the weight of an input that is always 1
        biases: bool = true => [true | false];
    }
}

impl Gpm {
    /// Inputs of a layer (n × `width`) with the 1 that a bias has, where biases count.
    fn inputs(self, rows: Vec<f32>, width: usize) -> Vec<f32> {
        if !self.biases {
            return rows;
        }
        rows.chunks_exact(width).flat_map(|row| [row, &[1.0]].concat()).collect()
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Gpm>(MethodInfo {
    kind: "gpm",
    summary: "Gradient projection memory: of every layer's gradient the part along inputs of past tasks is taken out, so that their answers stay",
    formula: "∇W ← ∇W − s ∇W M Mᵀ per layer, M the first singular directions of past inputs of the layer that carry ε of ‖X‖²",
    source: "Saha, Garg & Roy 2021, Eqs. 6 to 9",
    mapping: "theirs on permuted MNIST: ε 0.95 for the first layer and 0.99 for the others, 300 samples, no biases, plain SGD at 0.01. After Adam a projected gradient leaves its subspace.",
    strength: "strength",
    needs: &[Reveal::Boundary],
    parameters: Gpm::PARAMETERS,
});

impl Settings for Gpm {
    fn compose(&self) -> Composition {
        let term = ProjectionMemory { settings: *self, held: Vec::new(), passes: 0 };
        let terms = vec![Weighted::new(self.strength, term)];
        Composition {
            terms,
            only_sequences: true,
            only_dense: true,
            extra_work: 0.3,
            ..Composition::default()
        }
    }
}

struct ProjectionMemory {
    settings: Gpm,
    /// Per layer, from the input.
    held: Vec<Subspace>,
    passes: u64,
}

/// Whether every task has outputs of its own, which no other task's step can disturb: they are not projected.
fn own_outputs(task: Option<usize>, active: &Active) -> bool {
    task.is_some() && active.mask(0).is_some_and(|mask| mask.contains(&false))
}

impl LossTerm for ProjectionMemory {
    fn name(&self) -> &'static str {
        "gpm"
    }

    fn after_gradient(&mut self, cx: &StepContext<'_>, share: f32, gradients: &mut Gradients) -> Result<()> {
        let layers = cx.model.layer_units().len();
        let outputs = own_outputs(cx.batch.task, &cx.batch.active);
        // The store holds a layer's weight, then its bias.
        let weights = cx.model.parameters().iter().enumerate().filter(|(_, one)| one.role == Role::Weight);
        for (index, weight) in weights.filter(|(_, one)| !(outputs && one.layer + 1 == layers)) {
            let Some(held) = self.held.get(weight.layer).filter(|held| held.rank() > 0) else { continue };
            let width = weight.var.dims2()?.1;
            let inputs = match weight.layer {
                0 => {
                    Some(self.settings.inputs(read(&cx.batch.inputs.contiguous()?, <[f32]>::to_vec)?, width))
                }
                _ => None,
            };
            let (before, after) = gradients.buffers.split_at_mut(index + 1);
            if !self.settings.biases {
                held.project_rows_out(&mut before[index], inputs.as_deref(), share);
                continue;
            }
            let rows = before[index].chunks_exact(width).zip(&after[0]);
            let mut both: Vec<f32> = rows.flat_map(|(row, bias)| [row, &[*bias]].concat()).collect();
            held.project_rows_out(&mut both, inputs.as_deref(), share);
            let rows = before[index].chunks_exact_mut(width).zip(&mut after[0]);
            for ((row, bias), both) in rows.zip(both.chunks_exact(width + 1)) {
                row.copy_from_slice(&both[..width]);
                *bias = both[width];
            }
        }
        Ok(())
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        let Event::TaskEnd { .. } = event else { return Ok(()) };
        let count = self.settings.samples.min(cx.data.len());
        let places = (0..count).map(|i| i * cx.data.len() / count);
        let batch = cx.data.batch(&places.filter_map(|at| u32::try_from(at).ok()).collect::<Vec<_>>())?;
        self.passes += count as u64;
        let mut inputs = vec![batch.inputs.clone()];
        inputs.extend(cx.model.hidden(&batch.inputs, &cx.gains.unmasked())?);
        if own_outputs(batch.task, &batch.active) {
            inputs.pop();
        }
        self.held.resize(inputs.len(), Subspace::default());
        for (layer, (inputs, held)) in inputs.iter().zip(&mut self.held).enumerate() {
            (cx.ask)()?;
            let width = inputs.dim(1)?;
            let rows = self.settings.inputs(read(&inputs.contiguous()?, <[f32]>::to_vec)?, width);
            let threshold = if layer == 0 { self.settings.first } else { self.settings.threshold };
            held.grow(&rows, width + usize::from(self.settings.biases), threshold.into());
        }
        Ok(())
    }

    fn extra_passes(&self) -> u64 {
        self.passes
    }

    fn save(&self) -> State {
        let widths: Vec<f32> = self.held.iter().map(|held| held.width as f32).collect();
        let bases: Vec<Vec<f32>> = self.held.iter().map(|held| held.basis.clone()).collect();
        State::default()
            .number("passes", self.passes as f64)
            .buffer("widths", &[widths])
            .buffer("bases", &bases)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let widths = state.get_buffer("widths")?.concat();
        let bases = state.get_buffer("bases")?;
        let held =
            widths.into_iter().zip(bases).map(|(width, basis)| Subspace { width: width as usize, basis });
        self.held = held.collect();
        self.passes = state.get_number("passes")? as u64;
        Ok(())
    }
}
