//! Progressive networks: a column per task that reads from all earlier ones, which no longer change.

use std::ops::Range;
use std::sync::Arc;

use super::composition::{Composition, MethodEntry, Settings, entry};
use super::task_owned::{Site, TaskOwned};
use base::rng::Streams;
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, Init, Role};

settings! {
    /// Progressive networks have no settings.
    #[derive(Debug)]
    struct Progressive {}
}

pub(super) const ENTRY: MethodEntry = entry::<Progressive>(MethodInfo {
    kind: "progressive",
    summary: "Progressive networks: every task has a column of the benchmark's network, which reads the hidden layers of all earlier columns; those no longer change",
    formula: "h_l^t = φ(W_l^t h_{l−1}^t + Σ_{j<t} U_l^{t,j} h_{l−1}^j + b_l^t), L_t over W^t, U^t and b^t alone",
    source: "Rusu et al. 2016, Eq. 1, without their adapters",
    mapping: "a column has the benchmark's widths, so that parameters grow with the square of the tasks, and work too.",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: Progressive::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Progressive {
    fn compose(&self) -> Composition {
        let own = Columns { tasks: 0, init: Init::default(), streams: Streams::new(0) };
        Composition { columns: true, only_dense: true, ..Composition::owning(own) }
    }
}

/// The columns lie side by side in one wide network: unit r of a hidden layer of width T·h is of column r / h. What would lead from
/// a later column to an earlier one is 0 and stays so. Where the task is known its outputs are its own, so that they need no copy.
struct Columns {
    tasks: usize,
    init: Init,
    streams: Streams,
}

impl Columns {
    /// The units of a layer of so many that belong to the columns `of`.
    fn part(&self, units: usize, of: Range<usize>) -> Range<usize> {
        let own = units / self.tasks.max(1);
        of.start * own..of.end * own
    }
}

impl TaskOwned for Columns {
    fn start(&mut self, site: &Site<'_>) {
        (self.tasks, self.init, self.streams) = (site.tasks, site.init, site.streams.within("columns"));
    }

    fn begin(&mut self, task: usize, active: &Active, learner: &mut Learner) -> Result<()> {
        let parameters = learner.model.parameters();
        let mut values = parameters.snapshot()?;
        if task == 0 {
            values.iter_mut().for_each(|buffer| buffer.fill(0.0));
        }
        let mut rates: Vec<Vec<f32>> = values.iter().map(|buffer| vec![0.0; buffer.len()]).collect();
        let outputs = learner.model.outputs();
        let heads: Vec<usize> =
            (0..outputs).filter(|output| active.mask(0).is_none_or(|mask| mask[*output])).collect();
        let last = parameters.last_layer();
        // The store holds a layer's weight, then its bias.
        for (index, parameter) in parameters.iter().enumerate().filter(|(_, one)| one.role == Role::Weight) {
            let (units, inputs) = parameter.var.dims2()?;
            let rows: Vec<usize> = if parameter.layer == last {
                heads.clone()
            } else {
                self.part(units, task..task + 1).collect()
            };
            let read = if parameter.layer == 0 { 0..inputs } else { self.part(inputs, 0..task + 1) };
            let init = if parameter.layer == last { self.init.of_output() } else { self.init };
            let mut random = self.streams.get(&format!("task{task}/layer{}", parameter.layer));
            let (weights, biases) = init.dense(read.len(), rows.len(), &mut random);
            for ((row, weights), bias) in rows.iter().zip(weights.chunks_exact(read.len())).zip(biases) {
                let all = row * inputs..(row + 1) * inputs;
                values[index][all.clone()].fill(0.0);
                values[index][all.clone()][read.clone()].copy_from_slice(weights);
                rates[index][all][read.clone()].fill(1.0);
                values[index + 1][*row] = bias;
                rates[index + 1][*row] = 1.0;
            }
        }
        parameters.restore(&values)?;
        learner.base.parameter_learning_rate = Some(Arc::new(rates));
        Ok(())
    }

    /// What it needs comes from the run's site again.
    fn save(&self) -> State {
        State::default()
    }

    fn load(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}
