//! PackNet: every task gets the large weights of those that were still free, and the rest is freed for the next ones.

use std::sync::Arc;

use super::composition::{Composition, MethodEntry, Settings, entry};
use super::task_owned::TaskOwned;
use base::error::DefinitionError;
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, Parameter, Parameters, Role, write};

settings! {
    /// PackNet.
    #[derive(Debug, Clone, Copy)]
    struct PackNet {
        /// p, share of a layer's free weights that a task gives back
        share: f32 = 0.5 => [above 0 below 1];
        /// share of a task's updates that come after the pruning
        retrain: f32 = 1.0 / 3.0 => [0 to below 1];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<PackNet>(MethodInfo {
    kind: "packnet",
    summary: "PackNet: trains the free weights, frees the smallest of them again, trains the kept ones on; a task is tested with its own and older weights alone",
    formula: "L_t(θ) over the weights of no past task; then the share p of them in each layer that has the least |w| ← 0; then L_t over those kept",
    source: "Mallya & Lazebnik 2018, biases fixed after the first task as there",
    mapping: "share is their pruning share (0.5 and 0.75); they retrain for half as many epochs again, here a third of the task's own updates.",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: PackNet::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for PackNet {
    fn compose(&self) -> Composition {
        Composition::owning(Packed { settings: *self, owner: Vec::new(), rows: None, task: 0, pruned: 0 })
    }
}

/// How many of the free weights of a layer a task gives back.
fn freed(share: f32, free: usize) -> usize {
    (f64::from(share) * free as f64) as usize
}

/// Gives a task what is left of the free weights (owner 0) when the smallest of them are freed again, and sets those to 0. Of
/// equals the later ones are freed.
fn pack(weights: &mut [f32], owner: &mut [u16], share: f32, task: u16) {
    let mut free: Vec<usize> = (0..weights.len()).filter(|at| owner[*at] == 0).collect();
    free.sort_by(|a, b| weights[*b].abs().total_cmp(&weights[*a].abs()).then(a.cmp(b)));
    let kept = free.len() - freed(share, free.len());
    free[..kept].iter().for_each(|at| owner[*at] = task + 1);
    free[kept..].iter().for_each(|at| weights[*at] = 0.0);
}

struct Packed {
    settings: PackNet,
    /// Per scalar: 0 nobody's, t + 1 of task t.
    owner: Vec<Vec<u16>>,
    /// Outputs of the task at hand, where each task has outputs of its own: its rows are not packed.
    rows: Option<Arc<[bool]>>,
    task: u16,
    /// Tasks that have their weights.
    pruned: usize,
}

impl Packed {
    /// Whether a parameter is shared out: weights, but those of outputs that belong to one task anyway.
    fn packs(&self, parameter: &Parameter, last: usize) -> bool {
        parameter.role == Role::Weight && (parameter.layer < last || self.rows.is_none())
    }

    /// Lets learn what the task may change: weights of the owner `of`, and biases while there is no past to disturb.
    fn open(&self, of: u16, learner: &mut Learner) {
        let last = learner.model.parameters().last_layer();
        let rates =
            learner.model.parameters().iter().zip(&self.owner).map(|(parameter, owner)| -> Vec<f32> {
                let open = |yes: bool| f32::from(u8::from(yes));
                match &self.rows {
                    _ if self.packs(parameter, last) => owner.iter().map(|own| open(*own == of)).collect(),
                    Some(rows) if parameter.layer == last => {
                        let per_row = owner.len() / rows.len();
                        rows.iter().flat_map(|own| std::iter::repeat_n(open(*own), per_row)).collect()
                    }
                    _ => vec![open(self.task == 0); owner.len()],
                }
            });
        learner.base.parameter_learning_rate = Some(Arc::new(rates.collect()));
    }
}

impl TaskOwned for Packed {
    fn check(&self, tasks: usize, parameters: &Parameters) -> Result<(), DefinitionError> {
        for parameter in parameters.iter().filter(|one| one.role == Role::Weight) {
            let mut free = parameter.var.elem_count();
            for task in 0..tasks {
                if free == 0 {
                    let found = format!(
                        "{} leaves task {} of {tasks} no weight of `{}`",
                        self.settings.share,
                        task + 1,
                        parameter.name
                    );
                    let allowed = "a larger share, or larger layers";
                    return Err(DefinitionError::range("share", found, allowed));
                }
                free = freed(self.settings.share, free);
            }
        }
        Ok(())
    }

    fn begin(&mut self, task: usize, active: &Active, learner: &mut Learner) -> Result<()> {
        if self.owner.is_empty() {
            let sizes = learner.model.parameters().iter().map(|parameter| parameter.var.elem_count());
            self.owner = sizes.map(|size| vec![0; size]).collect();
        }
        self.task = u16::try_from(task).unwrap_or(u16::MAX - 1);
        self.rows = active.mask(0).filter(|mask| mask.contains(&false)).map(Arc::from);
        self.open(0, learner);
        Ok(())
    }

    fn updated(&mut self, done: usize, of: usize, learner: &mut Learner) -> Result<()> {
        let again = (f64::from(self.settings.retrain) * of as f64) as usize;
        if done != of - again {
            return Ok(());
        }
        let last = learner.model.parameters().last_layer();
        for (index, parameter) in learner.model.parameters().iter().enumerate() {
            if self.packs(parameter, last) {
                let (owner, share, task) = (&mut self.owner[index], self.settings.share, self.task);
                write(&parameter.var, |weights| pack(weights, owner, share, task))?;
            }
        }
        self.pruned += 1;
        self.open(self.task + 1, learner);
        Ok(())
    }

    fn tested(&self, task: usize, parameters: &Parameters) -> Result<Option<Vec<Vec<f32>>>> {
        if task >= self.pruned {
            return Ok(None);
        }
        let last = parameters.last_layer();
        let mut values = parameters.snapshot()?;
        for ((parameter, values), owner) in parameters.iter().zip(&mut values).zip(&self.owner) {
            if self.packs(parameter, last) {
                let others = values
                    .iter_mut()
                    .zip(owner)
                    .filter(|(_, own)| **own == 0 || usize::from(**own) > task + 1);
                others.for_each(|(weight, _)| *weight = 0.0);
            }
        }
        Ok(Some(values))
    }

    fn state_bytes(&self) -> u64 {
        self.owner.iter().map(|owner| size_of_val(owner.as_slice()) as u64).sum()
    }

    fn save(&self) -> State {
        let values = [
            ("owner", serde_json::json!(self.owner)),
            ("rows", serde_json::json!(self.rows.as_deref())),
            ("task", serde_json::json!(self.task)),
            ("pruned", serde_json::json!(self.pruned)),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value));
        State { values: values.into(), ..State::default() }
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.owner = state.get_value("owner")?;
        self.rows = state.get_value::<Option<Vec<bool>>>("rows")?.map(Arc::from);
        self.task = state.get_value("task")?;
        self.pruned = state.get_value("pruned")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_keeps_the_largest_of_the_free_weights_and_nulls_the_others() {
        // Six weights, half freed: task 0 keeps 5, −4 and 3; task 1 of the other three keeps two (1.5 rounded down is freed),
        // and what task 0 owns stays however small it is.
        let mut weights = [0.5, -4.0, 3.0, 0.1, 5.0, -1.0];
        let mut owner = [0; 6];
        pack(&mut weights, &mut owner, 0.5, 0);
        assert_eq!((weights, owner), ([0.0, -4.0, 3.0, 0.0, 5.0, 0.0], [0, 1, 1, 0, 1, 0]));
        (weights[0], weights[2], weights[3], weights[5]) = (-7.0, 0.01, 0.2, 0.3);
        pack(&mut weights, &mut owner, 0.5, 1);
        assert_eq!((weights, owner), ([-7.0, -4.0, 0.01, 0.0, 5.0, 0.3], [2, 1, 1, 0, 1, 2]));
    }
}
