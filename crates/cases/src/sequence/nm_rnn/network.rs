//! The network of the NM-RNN and its controls: settings and weights. Its equations stand above it, in `mod.rs`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::control::Control;
use super::super::network::Layout;
use crate::check::within;
use base::error::DefinitionError;
use contract::settings;

/// What becomes of the modulatory signal s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modulation {
    /// s_r(t) scales component r of the recurrent weights: the NM-RNN.
    Gain,
    /// s_r = σ(b_r), learned, constant in time: no modulatory network.
    Constant,
    /// The same modulatory network, but its signal enters as a current Σ_r k_r s_r(t); the weights stay as they are.
    Input,
    /// s = 1: a low-rank network.
    None,
}

settings! {
    /// The network. Defaults are ours.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NmRnnSettings {
        /// units N
        pub units: usize = 64 => [1 to 256];
        /// rank R of the recurrent weights, at most N
        pub rank: usize = 3 => [1 to 16];
        /// time constant τ in steps
        pub time_constant: f64 = 4.0 => [1 to 1000];
        /// units M of the modulatory network
        pub modulator_units: usize = 8 => [1 to 64];
        /// its time constant τ_z in steps
        pub modulator_time_constant: f64 = 20.0 => [1 to 1000];
        /// what becomes of the signal s: it scales the weights, is constant in time, enters as a current, or is 1
        pub modulation: Modulation = Modulation::Gain => ["gain" | "constant" | "input" | "none"];
        pub control: Control = Control::default() => [each Control::PARAMETERS];
    }
}

impl NmRnnSettings {
    /// # Errors
    /// A rank above the number of units.
    pub fn check(&self) -> Result<(), DefinitionError> {
        within("rank", self.rank, 1, self.units)
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
