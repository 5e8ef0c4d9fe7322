//! The generator as a part of a loss term: what it draws, what it learns from, what it was.

use candle_core::Tensor;
use rand::SeedableRng;

use super::spec::GeneratorSpec;
use super::vae::Vae;
use crate::error::{Error, Result};
use crate::nn::read;
use crate::stream::Batch;
use base::rng::{FastRng, Streams};
use base::state::State;

/// Learns the samples of a stream and draws from what it was at the last boundary.
pub struct Generator {
    spec: GeneratorSpec,
    streams: Streams,
    random: FastRng,
    /// From the first batch on, with its number of features.
    vae: Option<(Vae, usize)>,
    /// The decoder at the last boundary; empty before.
    past: Vec<Vec<f32>>,
    /// What was drawn for the update at hand.
    drawn: Option<Tensor>,
    multiply_adds: u64,
}

impl Generator {
    /// Before any sample.
    pub fn new(spec: &GeneratorSpec) -> Self {
        Self {
            spec: spec.clone(),
            streams: Streams::new(0),
            random: FastRng::seed_from_u64(0),
            vae: None,
            past: Vec::new(),
            drawn: None,
            multiply_adds: 0,
        }
    }

    /// Takes its random streams, below `generator`.
    pub fn begin(&mut self, streams: &Streams) {
        self.random = streams.fast("generator/noise");
        self.streams = streams.clone();
    }

    /// Whether there is no past to draw from.
    pub fn is_empty(&self) -> bool {
        self.past.is_empty()
    }

    /// Draws samples of the past, count × features, each feature in (0, 1).
    ///
    /// # Errors
    /// Before the first boundary; engine errors.
    pub fn draw(&mut self, count: usize) -> Result<Tensor> {
        let Some((vae, _)) = self.vae.as_ref().filter(|_| !self.past.is_empty()) else {
            return Err(Error::data("generator", "has no past to draw from"));
        };
        let drawn = vae.sample(&self.past, count, &mut self.random)?;
        self.multiply_adds += vae.multiply_adds() / 2 * count as u64;
        self.drawn = Some(drawn.clone());
        Ok(drawn)
    }

    /// One step on a batch and on what was drawn beside it, which counts `share`.
    ///
    /// # Errors
    /// Features outside \[0, 1\]; engine errors.
    pub fn see(&mut self, batch: &Batch, share: f32) -> Result<()> {
        let (samples, features) = batch.inputs.dims2()?;
        let inside =
            read(&batch.inputs.contiguous()?, |values| values.iter().all(|x| (0.0..=1.0).contains(x)))?;
        if !inside {
            return Err(Error::data("inputs", "lie outside 0 to 1, which a generator of pixels needs"));
        }
        let (vae, _) = match &mut self.vae {
            Some(vae) => vae,
            none => none.insert((Vae::new(&self.spec, features, &self.streams)?, features)),
        };
        let drawn = self.drawn.take();
        let mut count = samples as u64;
        match &drawn {
            Some(drawn) => {
                count += drawn.dim(0)? as u64;
                let share = f64::from(share);
                vae.learn(&[(&batch.inputs, 1.0 - share), (drawn, share)], &mut self.random)?;
            }
            None => vae.learn(&[(&batch.inputs, 1.0)], &mut self.random)?,
        }
        self.multiply_adds += 3 * count * vae.multiply_adds();
        Ok(())
    }

    /// A boundary: what it is now is the past.
    ///
    /// # Errors
    /// Engine errors.
    pub fn keep(&mut self) -> Result<()> {
        if let Some((vae, _)) = &self.vae {
            self.past = vae.decoder()?;
        }
        Ok(())
    }

    /// Multiply–adds so far.
    pub fn multiply_adds(&self) -> u64 {
        self.multiply_adds
    }

    /// Bytes of parameters, of what its optimiser remembers, and of the decoder of the past.
    pub fn bytes(&self) -> u64 {
        let past: usize = self.past.iter().map(|buffer| size_of_val(buffer.as_slice())).sum();
        self.vae.as_ref().map_or(0, |(vae, _)| vae.bytes()) + past as u64
    }

    /// Everything a checkpoint between updates needs.
    pub fn save(&self) -> State {
        let mut state = State::default()
            .number("multiply_adds", self.multiply_adds as f64)
            .buffer("past", &self.past)
            .value("random", serde_json::json!(self.random));
        if let Some((vae, features)) = &self.vae {
            state = state.number("features", *features as f64);
            state.parts.insert("vae".into(), vae.save());
        }
        state
    }

    /// The inverse of [`Generator::save`], after [`Generator::begin`].
    ///
    /// # Errors
    /// When the state is something else's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.multiply_adds = state.get_number("multiply_adds")? as u64;
        self.past = state.get_buffer("past")?;
        self.random = state.get_value("random")?;
        self.vae = match state.get_number("features") {
            Ok(features) => {
                let features = features as usize;
                let mut vae = Vae::new(&self.spec, features, &self.streams)?;
                vae.load(state.get_part("vae")?)?;
                Some((vae, features))
            }
            Err(_) => None,
        };
        Ok(())
    }
}
