//! A memory's state: samples, what the policy remembers, and both random streams.

use std::sync::Arc;

use super::store::Memory;
use crate::error::Result;
use base::state::State;
use serde_json::json;

impl Memory {
    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        let masks: Vec<Option<&[bool]>> = self.masks.iter().map(Option::as_deref).collect();
        State::default()
            .number("boundaries", self.boundaries.into())
            .number("passes", self.passes as f64)
            .buffer("inputs", std::slice::from_ref(&self.inputs))
            .buffer("values", std::slice::from_ref(&self.values))
            .buffer("logits", std::slice::from_ref(&self.logits))
            .value("place", json!(self.place))
            .value("store", json!(self.store))
            .value("draw", json!(self.draw))
            .value("labels", json!(self.labels))
            .value("tasks", json!(self.tasks))
            .value("masks", json!(masks))
    }

    /// The inverse of [`Memory::save`].
    ///
    /// # Errors
    /// When the state is something else's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.place = state.get_value("place")?;
        self.store = state.get_value("store")?;
        self.draw = state.get_value("draw")?;
        self.labels = state.get_value("labels")?;
        self.tasks = state.get_value("tasks")?;
        let masks: Vec<Option<Vec<bool>>> = state.get_value("masks")?;
        self.masks = masks.into_iter().map(|mask| mask.map(Arc::from)).collect();
        self.inputs = state.get_buffer("inputs")?.concat();
        self.values = state.get_buffer("values")?.concat();
        self.logits = state.get_buffer("logits")?.concat();
        self.boundaries = state.get_number("boundaries")? as u32;
        self.passes = state.get_number("passes")? as u64;
        Ok(())
    }
}
