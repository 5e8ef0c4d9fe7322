//! What a checkpoint holds of a learner.

use std::sync::Arc;

use super::learner::Learner;
use crate::error::Result;
use crate::gains::Gains;
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
        state.parts.insert("base".into(), written(&self.base)?);
        state.parts.insert("gains".into(), written(&self.gains)?);
        Ok(state)
    }

    /// The inverse of [`Learner::save`].
    ///
    /// # Errors
    /// When the state is another learner's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.go_back(state)?;
        self.gains = read(state.get_part("gains")?)?;
        Ok(())
    }

    /// Goes on from what was saved earlier in the same run. As [`Learner::load`], but that the gains in force stay until the
    /// next update.
    ///
    /// # Errors
    /// When the state is another learner's.
    pub fn go_back(&mut self, state: &State) -> Result<()> {
        self.model.parameters().restore(&state.get_buffer("parameters")?)?;
        self.objective.load(state.get_part("objective")?)?;
        self.optimiser.load(state.get_part("optimiser")?)?;
        if let Some(balance) = &mut self.balance {
            balance.load(state.get_part("balance")?)?;
        }
        if let Some(modulation) = &mut self.modulation {
            modulation.load(state.get_part("modulation")?)?;
        }
        self.base = read(state.get_part("base")?)?;
        let updates = state.get_number("updates")? as u64;
        self.updates = updates;
        Ok(())
    }
}

fn written(gains: &Gains) -> Result<State> {
    let state = State::default().value("gains", serde_json::to_value(gains)?);
    Ok(match &gains.parameter_learning_rate {
        Some(rates) => state.buffer("rates", rates),
        None => state,
    })
}

fn read(state: &State) -> Result<Gains> {
    let parameter_learning_rate = state.buffers.get("rates").cloned().map(Arc::new);
    Ok(Gains { parameter_learning_rate, ..state.get_value("gains")? })
}
