//! What a checkpoint holds of the neuromodulators.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::local;
use super::pipeline::Modulation;
use super::transmission::Way;
use crate::error::Result;
use base::state::State;

impl Modulation {
    /// Everything a checkpoint needs.
    ///
    /// # Errors
    /// When a memory cannot be written as JSON.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default().number("steps", self.steps as f64);
        for modulator in &self.modulators {
            let remembered = Remembered {
                source: modulator.source.save()?,
                level: modulator.level.value(),
                before: modulator.before,
                way: modulator.way.clone(),
                history: modulator.history.clone(),
            };
            state.values.insert(modulator.name.clone(), serde_json::to_value(&remembered)?);
        }
        let channels: Vec<_> = self.channels().map(|c| (c.drive, c.effect, c.clamped, &c.history)).collect();
        state.values.insert("channels".into(), serde_json::to_value(channels)?);
        let local: Vec<_> = self.channels().map(|c| c.local.as_ref().map(|local| &local.memory)).collect();
        if local.iter().any(Option::is_some) {
            state.values.insert("local".into(), serde_json::to_value(local)?);
        }
        Ok(state)
    }

    /// The inverse of [`Modulation::save`].
    ///
    /// # Errors
    /// When the state is another pipeline's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let steps = state.get_number("steps")? as u64;
        self.steps = steps;
        for modulator in &mut self.modulators {
            let remembered: Remembered = state.get_value(&modulator.name)?;
            modulator.source.load(&remembered.source)?;
            modulator.level.clamp_to(remembered.level);
            modulator.before = remembered.before;
            modulator.way = remembered.way;
            modulator.history = remembered.history;
        }
        let channels: Vec<(f64, f64, u64, Vec<f32>)> = state.get_value("channels")?;
        for (channel, remembered) in self.channels_mut().zip(channels) {
            (channel.drive, channel.effect, channel.clamped, channel.history) = remembered;
        }
        if self.channels().any(|channel| channel.local.is_some()) {
            let local: Vec<Option<local::Remembered>> = state.get_value("local")?;
            for (channel, memory) in self.channels_mut().zip(local) {
                if let (Some(local), Some(memory)) = (&mut channel.local, memory) {
                    local.memory = memory;
                }
            }
        }
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    source: Value,
    level: f64,
    before: f64,
    way: Way,
    history: Vec<f32>,
}
