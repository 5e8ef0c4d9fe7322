//! A generator as a setting.

use base::error::DefinitionError;
use contract::settings;

settings! {
    /// Sizes and rate of a variational autoencoder; defaults: van de Ven et al. 2020.
    #[derive(Debug, Clone, PartialEq)]
    pub struct GeneratorSpec {
        /// units of the encoder; the decoder has them in reverse
        pub hidden: Vec<usize> = vec![400, 400] => [or "[400, 400]"; told "1 to 8 layers of 1 to 4096"];
        /// latent dimensions
        pub latent: usize = 100 => [1 to 4096];
        /// learning rate of the generator's Adam
        pub rate: f32 = 0.001 => [above 0];
    }
}

impl GeneratorSpec {
    /// Checks the layers, which no range says.
    ///
    /// # Errors
    /// Their number, or the first size out of range.
    pub fn check_layers(&self) -> Result<(), DefinitionError> {
        if self.hidden.is_empty() || self.hidden.len() > 8 {
            return Err(DefinitionError::range("generator.hidden", self.hidden.len(), "1 to 8 layers"));
        }
        self.hidden
            .iter()
            .try_for_each(|units| DefinitionError::check_count("generator.hidden", *units, 4_096))
    }
}
