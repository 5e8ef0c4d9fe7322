//! Settings of the modulatory network, and the controls that they make.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Result};
use contract::TestSignal;

/// What the signals act on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Slope and bias of every hidden layer.
    #[default]
    Gain,
    /// Slope only.
    Slope,
    /// Bias only.
    Bias,
    /// None: z stands beside the inputs of the main network (information without modulation).
    Input,
    /// Slope and bias, by a learned z that no support set changes.
    Constant,
    /// No signal: the main network alone.
    None,
}

/// Tasks of meta-training whose signals stand in for others.
pub const CONTROL_EPISODES: usize = 256;

/// Settings of `[parameters.context]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NmnSettings {
    /// Units of the recurrent network, 1 to 4,096. Default 32.
    pub units: usize,
    /// Signals, 1 to 4,096. Default 8.
    pub signals: usize,
    pub form: Form,
    /// What the signals are at test: those of the support set, their mean over `CONTROL_EPISODES` tasks of meta-training,
    /// or those of one of these tasks, drawn for each test episode.
    pub test_signal: TestSignal,
}

impl Default for NmnSettings {
    fn default() -> Self {
        Self { units: 32, signals: 8, form: Form::Gain, test_signal: TestSignal::Own }
    }
}

impl NmnSettings {
    /// # Errors
    /// The first value out of range; a replaced signal where there is none.
    pub fn check(&self) -> Result<(), DefinitionError> {
        for (key, count) in [("units", self.units), ("signals", self.signals)] {
            if !(1..=4096).contains(&count) {
                return Err(DefinitionError::range(key, count, "1 to 4096"));
            }
        }
        if self.test_signal != TestSignal::Own && !self.reads() {
            let found = self.test_signal.word();
            return Err(DefinitionError::range("test_signal", found, "own: this form reads no support set"));
        }
        Ok(())
    }

    /// Whether signals depend on the support set.
    pub(super) fn reads(&self) -> bool {
        !matches!(self.form, Form::Constant | Form::None)
    }

    pub(super) fn has_slope(&self) -> bool {
        matches!(self.form, Form::Gain | Form::Slope | Form::Constant)
    }

    /// Whether a layer's bias takes signals. Signals beside the inputs are a shift of the first layer.
    pub(super) fn has_shift(&self, layer: usize) -> bool {
        match self.form {
            Form::Gain | Form::Bias | Form::Constant => true,
            Form::Input => layer == 0,
            Form::Slope | Form::None => false,
        }
    }
}
