//! How a released neuromodulator reaches its receptors.

use std::collections::VecDeque;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use base::error::DefinitionError;
use base::rng::{FastRng, Streams};
use contract::declare::Declared;
use contract::settings;

/// Wired (direct, without loss) or through the volume. Default: wired.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Transmission {
    #[default]
    Wired,
    Volume(Volume),
}

settings! {
    /// Volume transmission: late, lossy, spread out.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Volume {
        /// steps from release to arrival
        pub delay: usize = 5 => [0 to 100000];
        /// share of the concentration that is lost per step: c ← (1 − leak) c + leak · m
        pub leak: f64 = 0.2 => [above 0 to 1];
        /// probability that a step's release does not arrive
        pub failure: f64 = 0.0 => [0 to below 1];
        /// width σ of the spread around the release site, as a share of the layer's extent;
        /// with scope `unit` or `synapse`, the unit at distance d gets exp(−d²/2σ²) of the level
        #[serde(skip_serializing_if = "Option::is_none")]
        pub spread: Option<f64> = None => [or "everywhere alike"; above 0];
        /// release site along the layer; on a grid it is the same share of both edges
        pub site: f64 = 0.5 => [0 to 1];
        /// whether units stand on a square grid, row by row, rather than on a line
        pub grid: bool = false;
    }
}

impl Transmission {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        let Self::Volume(volume) = self else { return Ok(()) };
        volume.check_ranges()
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
