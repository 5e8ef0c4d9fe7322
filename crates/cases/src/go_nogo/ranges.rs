//! What the ranges of single parameters do not say: tables below tables, rates that one step can represent, times that fit
//! into each other.

use super::model::ModelSettings;
use super::network_settings::NetworkSettings;
use crate::check;
use base::error::DefinitionError;
use contract::declare::Declared;

impl ModelSettings {
    /// Checks every number before anything is built.
    ///
    /// # Errors
    /// Names the dotted key, the value and what is allowed.
    pub fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        self.predictive.check().map_err(|error| error.below("predictive"))?;
        self.network.check().map_err(|error| error.below("network"))?;
        // Attention multiplies the input rates.
        let highest = if self.attention.enabled { f64::from(self.attention.limit) } else { 1.0 };
        check::rate("rate_on", self.network.rate_on * highest, 1.0).map_err(|error| error.below("network"))
    }
}

impl NetworkSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::rate("rate_on", self.rate_on, 1.0)?;
        check::rate("rate_off", self.rate_off, 1.0)?;
        check::within("read_from", self.read_from, 0, self.stimulus - 1)
    }
}
