//! The online paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Result};
use learn::nn::ModelSpec;
use learn::optim::OptimiserSpec;
use learn::stream::EvaluateOn;
use learn::stream::online::{OnlineStreamSpec, Scored};

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineSettings {
    pub stream: OnlineStreamSpec,
    #[serde(default)]
    pub model: ModelSpec,
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    /// Samples that are predicted, then learned together, 1 to 65,536. Default 1: one sample at a time.
    #[serde(default = "one")]
    pub batch: usize,
    #[serde(default)]
    pub curve: OnlineCurve,
    /// `test` (default): the reported stream; `validation`: the one for choosing hyper-parameters, which has no sample of
    /// the reported one.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

fn one() -> usize {
    1
}

/// How performance over time is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnlineCurve {
    /// Samples between two points of the curves, ≥ 1. Default 100.
    pub every: usize,
    /// Samples in the sliding window, also the one in which recovery is measured, ≥ 1. Default 200.
    pub window: usize,
    /// Fading factor α in (0, 1). Default 0.99.
    pub fading: f64,
}

impl Default for OnlineCurve {
    fn default() -> Self {
        Self { every: 100, window: 200, fading: 0.99 }
    }
}

impl OnlineSettings {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        self.stream.check()?;
        if self.evaluate == EvaluateOn::Validation && self.stream.scored == Some(Scored::Whole) {
            let allowed =
                "test: with stream.scored = \"whole\" every row is scored, so none is left to search on";
            return Err(DefinitionError::range("evaluate", "validation", allowed));
        }
        DefinitionError::check_count("batch", self.batch, 65_536)?;
        DefinitionError::check_count("curve.every", self.curve.every, 10_000_000)?;
        DefinitionError::check_count("curve.window", self.curve.window, 10_000_000)?;
        if !(self.curve.fading > 0.0 && self.curve.fading < 1.0) {
            return Err(DefinitionError::range("curve.fading", self.curve.fading, "between 0 and 1"));
        }
        self.model.check("model")?;
        self.model.check_fit("model", self.stream.shape(), self.stream.classes())?;
        self.optimiser.check("optimiser")
    }
}
