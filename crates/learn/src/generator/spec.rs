//! A generator as a setting.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;

/// Sizes and rate of a variational autoencoder; defaults: van de Ven et al. 2020.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneratorSpec {
    /// Units of the encoder's hidden layers; the decoder has them in reverse.
    pub hidden: Vec<usize>,
    /// Latent dimensions, 1 to 4,096.
    pub latent: usize,
    /// Learning rate of its Adam, > 0.
    pub rate: f32,
}

impl Default for GeneratorSpec {
    fn default() -> Self {
        Self { hidden: vec![400, 400], latent: 100, rate: 1e-3 }
    }
}

impl GeneratorSpec {
    /// Checks every range. Keys begin with `generator.`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        if self.hidden.is_empty() || self.hidden.len() > 8 {
            return Err(DefinitionError::range("generator.hidden", self.hidden.len(), "1 to 8 layers"));
        }
        for units in &self.hidden {
            DefinitionError::check_count("generator.hidden", *units, 4_096)?;
        }
        DefinitionError::check_count("generator.latent", self.latent, 4_096)?;
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return Err(DefinitionError::range("generator.rate", self.rate, "a number > 0"));
        }
        Ok(())
    }
}
