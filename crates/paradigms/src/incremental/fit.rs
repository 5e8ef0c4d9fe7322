//! Whether a method, a stream and a network fit each other: asked before anything trains.

use crate::method::{Composition, MethodEntry};
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use learn::nn::{DendriteSpec, ModelSpec};
use learn::stream::{Scenario, StreamSpec};

/// What is asked to fit.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub preset: &'a MethodPreset,
    pub benchmark: &'a Benchmark,
    pub stream: &'a StreamSpec,
}

impl Asked<'_> {
    /// A refusal of the benchmark: what the method needs and this one does not have.
    fn lacks(&self, key: &str, problem: String) -> base::error::Error {
        self.benchmark.refuse(DefinitionError { key: key.into(), problem, ..DefinitionError::default() })
    }

    /// A refusal of one of the method's parameters.
    fn unfit(&self, error: DefinitionError) -> base::error::Error {
        self.preset.refuse_parameter(&self.benchmark.header.id, error)
    }

    /// Law 5 at the gate: a method that needs what the stream hides cannot run on it.
    ///
    /// # Errors
    /// Names the method and what is hidden.
    pub fn check_reveals(&self, method: &MethodEntry) -> Result<()> {
        let id = &self.preset.header.id;
        match method.info.needs.iter().find(|need| !self.stream.reveals(**need)) {
            Some(need) => {
                let problem = format!("method `{id}` needs `{}`, which this stream hides", need.word());
                Err(self.lacks("stream.reveals", problem))
            }
            None => Ok(()),
        }
    }

    /// Where numbers are answered: that no part of the method asks for classes, among the outputs or among the tasks' targets.
    ///
    /// # Errors
    /// Names the method, or the key of its that asks.
    pub fn check_answers(&self, composition: &Composition, regression: bool) -> Result<()> {
        let Some((key, why)) = composition.classes.filter(|_| regression) else { return Ok(()) };
        let id = &self.preset.header.id;
        if key.is_empty() {
            let problem =
                format!("method `{id}` needs classes to answer, and here numbers are answered: {why}");
            return Err(self.lacks("data.target", problem));
        }
        Err(self.preset.refuse(DefinitionError {
            key: format!("parameters.{key}"),
            problem: format!("needs classes to answer, and here numbers are answered: {why}"),
            ..DefinitionError::default()
        }))
    }

    /// The same for what a method's settings ask for, and for tasks that add classes.
    ///
    /// # Errors
    /// Names the key that asks.
    pub fn check_needs(&self, composition: &Composition, outputs: usize) -> Result<()> {
        if let Some((key, need)) = composition.needs.filter(|(_, need)| !self.stream.reveals(*need)) {
            return Err(self.preset.refuse(DefinitionError {
                key: format!("parameters.{key}"),
                problem: format!("this value needs `{}`, which this stream hides", need.word()),
                ..DefinitionError::default()
            }));
        }
        if !composition.only_classes {
            return Ok(());
        }
        if self.stream.scenario != Scenario::Class {
            let id = &self.preset.header.id;
            let problem = format!("method `{id}` needs the scenario `class`, in which tasks add classes");
            return Err(self.lacks("stream.scenario", problem));
        }
        let samples = composition.memory();
        if samples < outputs {
            let allowed = format!("at least {outputs}, one per class");
            return Err(self.unfit(DefinitionError::range("memory.samples", samples, &allowed)));
        }
        Ok(())
    }

    /// The network that the method makes of the benchmark's.
    ///
    /// # Errors
    /// Another network than a multilayer perceptron where the method needs one.
    pub fn network(&self, composition: &Composition, model: &ModelSpec, classes: usize) -> Result<ModelSpec> {
        let mut model = model.clone();
        let tasks = self.stream.len(classes);
        if composition.columns {
            model.widen(tasks);
        }
        match &mut model {
            ModelSpec::Mlp(spec) => {
                let segments = composition.segments;
                spec.dendrites = segments.map(|segments| DendriteSpec { segments, contexts: tasks });
            }
            _ if composition.only_dense => {
                let id = &self.preset.header.id;
                return Err(self.lacks("model.kind", format!("method `{id}` needs an `mlp`")));
            }
            _ => {}
        }
        Ok(model)
    }

    /// Checks that every layer has units that win and weights for every task.
    ///
    /// # Errors
    /// Names the value that leaves nothing.
    pub fn check_room(
        &self,
        composition: &Composition,
        model: &ModelSpec,
        (shape, classes, outputs): ([usize; 3], usize, usize),
        freeze_biases: bool,
    ) -> Result<()> {
        if composition.winners.is_none() && composition.own.is_none() && !composition.only_dense {
            return Ok(());
        }
        let network = model.undrawn(shape, outputs)?;
        let layers = network.layer_units();
        let hidden = &layers[..layers.len().saturating_sub(1)];
        if composition.only_dense && hidden.is_empty() {
            let problem = format!("method `{}` needs a hidden layer", self.preset.header.id);
            return Err(self.lacks("model.hidden", problem));
        }
        if let Some(share) = composition.winners
            && let Some(units) = hidden.iter().find(|units| share * (**units as f32) < 0.5)
        {
            let allowed = format!("a share that lets at least one of {units} units win");
            return Err(self.unfit(DefinitionError::range("winners", share, &allowed)));
        }
        if composition.learns_biases && freeze_biases {
            let problem = format!("method `{}` learns biases, which stay fixed here", self.preset.header.id);
            return Err(self.lacks("freeze_biases", problem));
        }
        let Some(own) = &composition.own else { return Ok(()) };
        let room = own.check(self.stream.len(classes), network.parameters());
        room.map_err(|error| self.unfit(error))
    }
}
