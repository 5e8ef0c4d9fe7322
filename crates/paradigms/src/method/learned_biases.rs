//! Learned biases: fixed random weights, and for every task biases of its own.

use super::composition::{Composition, MethodEntry, Settings, entry};
use super::task_owned::{TaskOwned, bytes_of};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, Parameters, Role};

settings! {
    /// Learned biases.
    #[derive(Debug)]
    struct LearnedBiases {
        /// whether every task learns output weights of its own too
        output: bool = false => [false | true];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<LearnedBiases>(MethodInfo {
    kind: "learned-biases",
    summary: "Learned biases: the weights stay as they were drawn, every task learns a vector of biases of its own",
    formula: "L_t(W_0, b_t): random weights W_0, fixed; b_t from the initial biases, kept for task t",
    source: "Williams et al. 2024 (Expressivity of neural networks with random weights and learned biases)",
    mapping: "theirs have one hidden layer of 10⁴ units and more; with output = true the output layer learns too, which is not theirs.",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: LearnedBiases::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for LearnedBiases {
    fn compose(&self) -> Composition {
        let own = OwnBiases { output: self.output, initial: Vec::new(), kept: Vec::new() };
        Composition { learns_biases: true, ..Composition::owning(own) }
    }
}

struct OwnBiases {
    output: bool,
    /// Parameters of the start; empty before the first task.
    initial: Vec<Vec<f32>>,
    /// Per task that is over, its own parameters; empty buffers where they are shared.
    kept: Vec<Vec<Vec<f32>>>,
}

impl OwnBiases {
    /// Which buffers belong to a task, in the store's order.
    fn owned(&self, parameters: &Parameters) -> Vec<bool> {
        let last = parameters.last_layer();
        let own = parameters.iter().map(|one| one.role == Role::Bias || (self.output && one.layer == last));
        own.collect()
    }
}

impl TaskOwned for OwnBiases {
    fn begin(&mut self, _task: usize, _active: &Active, learner: &mut Learner) -> Result<()> {
        let owned = self.owned(learner.model.parameters());
        if self.initial.is_empty() {
            self.initial = learner.model.parameters().snapshot()?;
            let mut owned = owned.iter();
            let frozen: Vec<String> = learner
                .model
                .parameters()
                .iter()
                .filter(|_| owned.next() == Some(&false))
                .map(|one| one.name.clone())
                .collect();
            learner.freeze(|parameter| frozen.contains(&parameter.name));
        }
        // What is not owned never moved, so all of the start is restored.
        learner.model.parameters().restore(&self.initial)
    }

    fn end(&mut self, learner: &mut Learner) -> Result<()> {
        let owned = self.owned(learner.model.parameters());
        let mut values = learner.model.parameters().snapshot()?;
        values.iter_mut().zip(owned).filter(|(_, own)| !own).for_each(|(buffer, _)| *buffer = Vec::new());
        self.kept.push(values);
        Ok(())
    }

    fn tested(&self, task: usize, parameters: &Parameters) -> Result<Option<Vec<Vec<f32>>>> {
        let Some(kept) = self.kept.get(task) else { return Ok(None) };
        let mut values = parameters.snapshot()?;
        let own = values.iter_mut().zip(kept).filter(|(_, kept)| !kept.is_empty());
        own.for_each(|(buffer, kept)| buffer.clone_from(kept));
        Ok(Some(values))
    }

    fn state_bytes(&self) -> u64 {
        // The initial biases are drawn again from the seed.
        self.kept.iter().map(|kept| bytes_of(kept)).sum::<u64>()
    }

    fn save(&self) -> State {
        let state = State::default().number("tasks", self.kept.len() as f64).buffer("initial", &self.initial);
        let kept = self.kept.iter().enumerate();
        kept.fold(state, |state, (task, kept)| state.buffer(&format!("task{task}"), kept))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let tasks = state.get_number("tasks")? as usize;
        self.initial = state.get_buffer("initial")?;
        let kept = (0..tasks).map(|task| state.get_buffer(&format!("task{task}")));
        self.kept = kept.collect::<base::error::Result<_>>()?;
        Ok(())
    }
}
