//! What a checkpoint holds of a learner.

use super::learner::Learner;
use crate::error::Result;
use base::state::State;

impl Learner {
    /// Everything a checkpoint needs.
    ///
    /// # Errors
    /// Engine errors.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default()
            .number("updates", self.updates as f64)
            .buffer("parameters", &self.model.parameters().snapshot()?);
        state.parts.insert("objective".into(), self.objective.save());
        state.parts.insert("optimiser".into(), self.optimiser.save());
        if let Some(balance) = &self.balance {
            state.parts.insert("balance".into(), balance.save());
        }
        if let Some(modulation) = &self.modulation {
            state.parts.insert("modulation".into(), modulation.save()?);
        }
        Ok(state)
    }

    /// The inverse of [`Learner::save`].
    ///
    /// # Errors
    /// When the state is another learner's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.model.parameters().restore(&state.get_buffer("parameters")?)?;
        self.objective.load(state.get_part("objective")?)?;
        self.optimiser.load(state.get_part("optimiser")?)?;
        if let Some(balance) = &mut self.balance {
            balance.load(state.get_part("balance")?)?;
        }
        if let Some(modulation) = &mut self.modulation {
            modulation.load(state.get_part("modulation")?)?;
        }
        let updates = state.get_number("updates")? as u64;
        self.updates = updates;
        self.gains = self.gains_over(&self.base);
        Ok(())
    }
}
