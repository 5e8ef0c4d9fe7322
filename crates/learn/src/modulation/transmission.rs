//! How a released neuromodulator reaches its receptors.

use std::collections::VecDeque;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use base::error::DefinitionError;
use base::rng::{FastRng, Streams};

/// Wired (direct, without loss) or through the volume. Default: wired.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Transmission {
    #[default]
    Wired,
    Volume(Volume),
}

/// Volume transmission: late, lossy, spread out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Volume {
    /// Steps from release to arrival, 0 to 100,000. Default 5.
    pub delay: usize,
    /// Share of the concentration that is lost per step, above 0 and up to 1: c ← (1 − leak) c + leak · m. Default 0.2.
    pub leak: f64,
    /// Probability that a step's release does not arrive, in [0, 1). Default 0.
    pub failure: f64,
    /// Width σ of the spread around the release site, as a share of the layer's extent; absent: everywhere alike.
    /// With scope `unit` or `synapse`, the unit at distance d gets exp(−d²/2σ²) of the level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// Release site along the layer, in \[0, 1\]. On a grid it is the same share of both edges. Default 0.5.
    pub site: f64,
    /// Units stand on a square grid, row by row, rather than on a line. Default false.
    pub grid: bool,
}

impl Default for Volume {
    fn default() -> Self {
        Self { delay: 5, leak: 0.2, failure: 0.0, spread: None, site: 0.5, grid: false }
    }
}

impl Transmission {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        let Self::Volume(volume) = self else { return Ok(()) };
        let rule = |key: &str, value: f64, fine: bool, allowed: &str| {
            if fine { Ok(()) } else { Err(DefinitionError::range(key, value, allowed)) }
        };
        if volume.delay > 100_000 {
            return Err(DefinitionError::range("delay", volume.delay, "0 to 100000 steps"));
        }
        rule("leak", volume.leak, volume.leak > 0.0 && volume.leak <= 1.0, "above 0, up to 1")?;
        rule("failure", volume.failure, (0.0..1.0).contains(&volume.failure), "at least 0 and below 1")?;
        rule("site", volume.site, (0.0..=1.0).contains(&volume.site), "0 to 1")?;
        let spread = volume.spread.unwrap_or(1.0);
        rule("spread", spread, spread > 0.0 && spread.is_finite(), "a number > 0")
    }

    /// What share of the level each of `units` units gets.
    pub(super) fn profile(&self, units: usize) -> Vec<f64> {
        let spread = match self {
            Self::Volume(volume) => volume.spread.map(|spread| (volume, spread)),
            Self::Wired => None,
        };
        let Some((volume, spread)) = spread else { return vec![1.0; units] };
        let edge = if volume.grid { (units as f64).sqrt().ceil() as usize } else { units }.max(1);
        let place = |index: usize| (index as f64 + 0.5) / edge as f64 - volume.site;
        let rows = |unit: usize| if volume.grid { place(unit / edge) } else { 0.0 };
        (0..units)
            .map(|unit| place(unit % edge).powi(2) + rows(unit).powi(2))
            .map(|square| (-square / (2.0 * spread * spread)).exp())
            .collect()
    }
}

/// What is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Way {
    queue: VecDeque<f64>,
    concentration: f64,
    random: FastRng,
}

impl Way {
    /// `baseline` is the level before the first step.
    pub fn new(transmission: &Transmission, baseline: f64, streams: &Streams) -> Self {
        let delay = match transmission {
            Transmission::Wired => 0,
            Transmission::Volume(volume) => volume.delay,
        };
        Self {
            queue: std::iter::repeat_n(baseline, delay).collect(),
            concentration: baseline,
            random: streams.fast("transmission"),
        }
    }

    /// The level at the receptors after a release of `level`.
    pub fn step(&mut self, transmission: &Transmission, level: f64) -> f64 {
        let Transmission::Volume(volume) = transmission else { return level };
        self.queue.push_back(level);
        let arriving = self.queue.pop_front().unwrap_or(level);
        let fails = volume.failure > 0.0 && self.random.random::<f64>() < volume.failure;
        let arriving = if fails { 0.0 } else { arriving };
        self.concentration = (1.0 - volume.leak) * self.concentration + volume.leak * arriving;
        self.concentration
    }
}
