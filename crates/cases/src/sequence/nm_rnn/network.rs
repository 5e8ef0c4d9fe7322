//! The network of the NM-RNN and its controls: settings and weights. Its equations stand above it, in `mod.rs`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::control::Control;
use super::super::network::Layout;
use crate::check::{above, count};
use base::error::DefinitionError;

/// What becomes of the modulatory signal s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modulation {
    /// s_r(t) scales component r of the recurrent weights: the NM-RNN.
    #[default]
    Gain,
    /// s_r = σ(b_r), learned, constant in time: no modulatory network.
    Constant,
    /// The same modulatory network, but its signal enters as a current Σ_r k_r s_r(t); the weights stay as they are.
    Input,
    /// s = 1: a low-rank network.
    None,
}

/// The network. Defaults are ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NmRnnSettings {
    /// Units N, 1 to 256. Default 64.
    pub units: usize,
    /// Rank R of the recurrent weights, 1 to 16, at most N. Default 3.
    pub rank: usize,
    /// Time constant τ in steps, 1 to 1000. Default 4.
    pub time_constant: f64,
    /// Units M of the modulatory network, 1 to 64. Default 8.
    pub modulator_units: usize,
    /// Its time constant τ_z in steps, 1 to 1000. Default 20.
    pub modulator_time_constant: f64,
    pub modulation: Modulation,
    /// What replaces the network's own signals at test. Default: nothing.
    pub control: Control,
}

impl Default for NmRnnSettings {
    fn default() -> Self {
        Self {
            units: 64,
            rank: 3,
            time_constant: 4.0,
            modulator_units: 8,
            modulator_time_constant: 20.0,
            modulation: Modulation::Gain,
            control: Control::default(),
        }
    }
}

impl NmRnnSettings {
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        count("units", self.units, 1, 256)?;
        count("rank", self.rank, 1, self.units.min(16))?;
        count("modulator_units", self.modulator_units, 1, 64)?;
        let constants = [
            ("time_constant", self.time_constant),
            ("modulator_time_constant", self.modulator_time_constant),
        ];
        for (key, value) in constants {
            if value.is_nan() || value < 1.0 {
                return Err(DefinitionError::range(key, value, "1 to 1000 steps"));
            }
            above(key, value, 0.0, 1000.0)?;
        }
        Ok(())
    }
}

/// The modulatory network's parameters.
#[derive(Debug, Clone)]
pub(super) struct Modulator {
    /// W\[from\]\[to\], B_z\[channel\]\[to\], c, A\[r\]\[unit\].
    pub(super) recurrent: Range<usize>,
    pub(super) input: Range<usize>,
    pub(super) bias: Range<usize>,
    pub(super) signal: Range<usize>,
}

/// An NM-RNN, or one of its controls, for a number of input channels and outputs.
#[derive(Debug, Clone)]
pub struct NmRnn {
    pub(super) layout: Layout,
    pub(super) units: usize,
    pub(super) rank: usize,
    /// Units of the modulatory network; 0: there is none.
    pub(super) modulators: usize,
    pub(super) channels: usize,
    pub(super) outputs: usize,
    /// 1/τ and 1/τ_z.
    pub(super) rate: f32,
    pub(super) modulator_rate: f32,
    pub(super) modulation: Modulation,
    /// u\[r\]\[unit\], v\[r\]\[unit\], B\[channel\]\[unit\], C\[output\]\[unit\], d.
    pub(super) left: Range<usize>,
    pub(super) right: Range<usize>,
    pub(super) input: Range<usize>,
    pub(super) readout: Range<usize>,
    pub(super) offset: Range<usize>,
    pub(super) modulator: Option<Modulator>,
    /// b\[r\]; empty without a signal.
    pub(super) signal_bias: Range<usize>,
    /// k\[r\]\[unit\]; empty unless the signal enters as a current.
    pub(super) current: Range<usize>,
}

impl NmRnn {
    /// The network of these settings, which must have passed their check.
    pub fn new(settings: &NmRnnSettings, channels: usize, outputs: usize) -> Self {
        let (units, rank) = (settings.units, settings.rank);
        let modulation = settings.modulation;
        let has_network = matches!(modulation, Modulation::Gain | Modulation::Input);
        let modulators = if has_network { settings.modulator_units } else { 0 };
        let root = |n: usize| 1.0 / (n as f32).sqrt();
        let mut layout = Layout::default();
        let left = layout.add("left", rank * units, 0.0, root(units));
        let right = layout.add("right", rank * units, 0.0, root(units));
        let input = layout.add("input", channels * units, 0.0, 1.0);
        let readout = layout.add("readout", outputs * units, 0.0, root(units));
        let offset = layout.add("offset", outputs, 0.0, 0.0);
        let modulator = has_network.then(|| Modulator {
            recurrent: layout.add("modulator/recurrent", modulators * modulators, 0.0, root(modulators)),
            input: layout.add("modulator/input", channels * modulators, 0.0, 1.0),
            bias: layout.add("modulator/bias", modulators, 0.0, 0.0),
            signal: layout.add("modulator/signal", rank * modulators, 0.0, root(modulators)),
        });
        let has_signal = modulation != Modulation::None;
        let signal_bias = layout.add("signal_bias", if has_signal { rank } else { 0 }, 0.0, 0.0);
        let has_current = modulation == Modulation::Input;
        let current = layout.add("current", if has_current { rank * units } else { 0 }, 0.0, root(rank));
        Self {
            layout,
            units,
            rank,
            modulators,
            channels,
            outputs,
            rate: (1.0 / settings.time_constant) as f32,
            modulator_rate: (1.0 / settings.modulator_time_constant) as f32,
            modulation,
            left,
            right,
            input,
            readout,
            offset,
            modulator,
            signal_bias,
            current,
        }
    }

    /// Lanes that a step leaves in the tape's state: z, tanh(z), p, q.
    pub(super) fn stride(&self) -> usize {
        2 * self.modulators + self.units + self.rank
    }

    /// Whether s scales the weights.
    pub(super) fn scales(&self) -> bool {
        matches!(self.modulation, Modulation::Gain | Modulation::Constant)
    }
}
