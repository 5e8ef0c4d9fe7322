//! Settings of the modulatory network, and the controls that they make.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Result};
use contract::declare::Declared;
use contract::{TestSignal, settings};

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

settings! {
    /// Settings of `[parameters.context]`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct NmnSettings {
        /// units of the recurrent network
        pub units: usize = 32 => [1 to 4096];
        /// signals
        pub signals: usize = 8 => [1 to 4096];
        /// what the signals act on
        pub form: Form = Form::Gain => ["gain" | "slope" | "bias" | "input" | "constant" | "none"];
        /// what the signals are at test: those of the support set, their mean over 256 tasks of meta-training, or those of one of
        /// these tasks, drawn for each test episode
        pub test_signal: TestSignal = TestSignal::Own => ["own" | "mean" | "shuffled"];
    }
}

impl NmnSettings {
    /// # Errors
    /// The first value out of range; a replaced signal where there is none.
    pub fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
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
