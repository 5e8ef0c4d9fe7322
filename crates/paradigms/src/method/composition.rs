//! What a method is made of.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::task_owned::TaskOwned;
use base::error::{DefinitionError, Error, Result};
use contract::declare::Declared;
use contract::definition::MethodPreset;
use contract::{MethodInfo, Parameter, Registered, Reveal};
use data::Dataset;
use learn::memory::{Fill, Memory, MemorySpec, Policy};
use learn::objective::{LossTerm, Weighted};

/// What the method trains on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Regime {
    /// The stream as it comes.
    #[default]
    Sequential,
    /// All tasks at once from the start, with the updates of the whole stream: a ceiling.
    Joint,
    /// A fresh network per task: a ceiling without transfer or interference.
    Separate,
}

/// The parts that a method adds to plain training.
#[derive(Default)]
pub struct Composition {
    /// Terms beside the task loss.
    pub terms: Vec<Weighted>,
    pub regime: Regime,
    /// After the first task only the output layer learns.
    pub freeze_features: bool,
    /// What these settings need beside what the method always does, with the key that asks for it.
    pub needs: Option<(&'static str, Reveal)>,
    /// Factor on the learning rate at every boundary; `None`: the rate stays.
    pub rate_per_task: Option<f32>,
    /// Least factor that comes of it.
    pub least_rate: f32,
    /// Share of hidden units that are silent at each training step.
    pub dropout: f32,
    /// They are so in tests too.
    pub noisy_tests: bool,
    /// What of the network belongs to one task alone.
    pub own: Option<Box<dyn TaskOwned>>,
    /// Share of each hidden layer that speaks for a sample; `None`: all of it.
    pub winners: Option<f32>,
    /// Dendritic segments of every hidden unit, which see the task.
    pub segments: Option<usize>,
    /// The network is as many times as wide as there are tasks.
    pub columns: bool,
    /// It learns biases, and not much else.
    pub learns_biases: bool,
    /// Only a multilayer perceptron will do.
    pub only_dense: bool,
    /// Only a stream will do whose tasks add classes.
    pub only_classes: bool,
    /// Only answers that are classes will do: the key that asks for them, empty where it is the method itself, and why.
    pub classes: Option<(&'static str, &'static str)>,
    /// Only inputs from 0 to 1 will do.
    pub only_unit_inputs: bool,
    /// Only a sequence of tasks will do.
    pub only_sequences: bool,
    /// Rough work of an update beyond plain training's, as a share of that.
    pub extra_work: f64,
}

impl Composition {
    /// One quadratic pull, λ (or twice that) times the term, which `proximal` takes as a step of its own.
    pub fn pulling(strength: f32, proximal: bool, term: impl LossTerm + 'static) -> Self {
        let term = Weighted { proximal, ..Weighted::new(strength, term) };
        Self { terms: vec![term], ..Self::default() }
    }

    /// One term that keeps past samples and passes as many through the network as a batch has.
    pub fn remembering(term: Weighted, memory: &MemorySpec) -> Self {
        let needs = (memory.fill == Fill::TaskEnd).then_some(("memory.fill", Reveal::Boundary));
        let shares = memory.policy != Policy::Reservoir;
        let classes = shares.then_some((
            "memory.policy",
            "this policy shares the memory out over classes; `reservoir` does not",
        ));
        Self { terms: vec![term], needs, classes, extra_work: 1.0, ..Self::default() }
    }

    /// Parts of the network that belong to one task each.
    pub fn owning(own: impl TaskOwned + 'static) -> Self {
        Self { own: Some(Box::new(own)), ..Self::default() }
    }

    /// Whether only a sequence of tasks can give it what it asks for.
    pub fn is_sequential(&self) -> bool {
        let trains = self.rate_per_task.is_some() || self.dropout > 0.0 || self.winners.is_some();
        trains || self.own.is_some() || self.only_sequences
    }

    /// Past samples that fit into the terms' memories, the largest; 0: none are kept.
    pub fn memory(&self) -> usize {
        let memories = self.terms.iter().filter_map(|weighted| weighted.term.memory());
        memories.map(Memory::capacity).max().unwrap_or(0)
    }

    /// Checks that no memory is larger than the data, where `samples` are all there are.
    ///
    /// # Errors
    /// Names the key and both numbers.
    pub fn check_memory(&self, kind: &str, samples: usize) -> Result<(), DefinitionError> {
        if self.memory() <= samples {
            return Ok(());
        }
        let allowed = format!("1 to {samples}, the training samples of this benchmark");
        let error = DefinitionError::range("parameters.memory.samples", self.memory(), &allowed);
        Err(DefinitionError { place: format!("method `{kind}`"), ..error })
    }

    /// Checks that inputs are what the method can take.
    ///
    /// # Errors
    /// Names the data, the method and both ranges.
    pub fn check_inputs(&self, kind: &str, dataset: &Dataset) -> Result<()> {
        let Some((low, high)) = self.only_unit_inputs.then(|| dataset.train_full.pixels.range()).flatten()
        else {
            return Ok(());
        };
        let [low, high] = [low, high].map(|value| value * dataset.scale + dataset.offset);
        if low >= 0.0 && high <= 1.0 {
            return Ok(());
        }
        let problem = format!(
            "inputs from {low} to {high}, and method `{kind}` needs them from 0 to 1; `data.scale` multiplies them, another method takes them as they are"
        );
        Err(Error::data(&dataset.id, problem))
    }
}

/// The line of every quadratic pull's `proximal`.
pub(super) const PROXIMAL: Parameter = Parameter::new(
    "proximal",
    "false",
    "true, false",
    "a Euclidean proximal step after the optimiser's update instead of the penalty's gradient: it ends in the \
              minimum of loss + penalty under SGD alone. Under momentum μ the penalty counts 1 − μ; Adam divides the \
              loss's gradient by √v̂ and leaves the step as it is, so that λ means something else there",
);

/// A method's settings: deserialised from a preset, checked, then turned into a composition.
pub trait Settings: Serialize + DeserializeOwned + Declared {
    /// Checks every range. Keys are relative to the preset's `parameters`.
    ///
    /// # Errors
    /// The first value out of range.
    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()
    }

    /// Builds the parts.
    fn compose(&self) -> Composition;
}

/// How a method's settings are read, and what they compose.
#[derive(Debug, Clone, Copy)]
pub struct Composer {
    resolve: fn(&MethodPreset, &str) -> Result<serde_json::Value>,
    compose: fn(&serde_json::Value) -> Result<Composition>,
}

impl Composer {
    /// Checks a preset for one benchmark and fills in defaults.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub fn resolve(&self, preset: &MethodPreset, benchmark: &str) -> Result<serde_json::Value> {
        (self.resolve)(preset, benchmark)
    }

    /// Builds the method from resolved settings.
    ///
    /// # Errors
    /// When the settings did not come from [`Composer::resolve`].
    pub fn compose(&self, settings: &serde_json::Value) -> Result<Composition> {
        (self.compose)(settings)
    }
}

/// A registered method.
pub type MethodEntry = Registered<Composer>;

/// The entry of a method with settings `S`.
pub(super) const fn entry<S: Settings>(info: MethodInfo) -> MethodEntry {
    Registered { info, means: Composer { resolve: resolve::<S>, compose: compose::<S> } }
}

fn resolve<S: Settings>(preset: &MethodPreset, benchmark: &str) -> Result<serde_json::Value> {
    let settings: S = preset.parameters(benchmark)?;
    settings.check().map_err(|error| preset.refuse_parameter(benchmark, error))?;
    Ok(serde_json::to_value(settings)?)
}

fn compose<S: Settings>(settings: &serde_json::Value) -> Result<Composition> {
    Ok(serde_json::from_value::<S>(settings.clone())?.compose())
}
