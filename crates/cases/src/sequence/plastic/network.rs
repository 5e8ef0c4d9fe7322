//! The plastic network and its controls: settings and weights. Their equations stand above them, in `mod.rs`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::control::Control;
use super::super::network::Layout;
use contract::settings;

/// What gates the plasticity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modulation {
    /// M(t) from the network's own activity: Backpropamine.
    Learned,
    /// M = tanh(m₀), learned, constant in time.
    Constant,
    /// No gate and no trace: H decays and grows at the learned rate η (Miconi 2018).
    Decay,
    /// No plasticity: a plain recurrent network.
    None,
}

/// Which trace M multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GatedTrace {
    /// That of the steps before, as in the authors' code: this step's coincidence waits for the next signal.
    Old,
    /// That which this step's coincidence has entered already.
    New,
}

settings! {
    /// The network. Defaults are ours, but for the order of trace and gate.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PlasticSettings {
        /// units N
        pub units: usize = 32 => [1 to 128];
        /// η before training; it is learned
        pub initial_rate: f64 = 0.5 => [above 0 below 1];
        /// what gates the plasticity: M(t) from the network's activity, M learned but constant, no gate and a decaying H, no plasticity
        pub modulation: Modulation = Modulation::Learned => ["learned" | "constant" | "decay" | "none"];
        /// which trace M multiplies: that of the steps before (the authors' code) or that which this step has entered
        pub gated_trace: GatedTrace = GatedTrace::Old => ["old" | "new"];
        pub control: Control = Control::default() => [each Control::PARAMETERS];
    }
}

/// The plastic network, or one of its controls, for a number of input channels and outputs.
#[derive(Debug, Clone)]
pub struct Plastic {
    pub(super) layout: Layout,
    pub(super) units: usize,
    pub(super) channels: usize,
    pub(super) outputs: usize,
    pub(super) modulation: Modulation,
    pub(super) gated_trace: GatedTrace,
    /// W\[channel\]\[unit\], b, w\[from\]\[to\], C\[output\]\[unit\], d.
    pub(super) input: Range<usize>,
    pub(super) bias: Range<usize>,
    pub(super) weights: Range<usize>,
    pub(super) readout: Range<usize>,
    pub(super) offset: Range<usize>,
    /// α\[from\]\[to\] and the logit of η; empty without plasticity.
    pub(super) plasticity: Range<usize>,
    pub(super) rate: Range<usize>,
    /// m, empty unless M is learned from activity; m₀, empty without M.
    pub(super) gate: Range<usize>,
    pub(super) gate_bias: Range<usize>,
}

impl Plastic {
    /// The network of these settings, which must have passed their check.
    pub fn new(settings: &PlasticSettings, channels: usize, outputs: usize) -> Self {
        let units = settings.units;
        let modulation = settings.modulation;
        let root = 1.0 / (units as f32).sqrt();
        let mut layout = Layout::default();
        let input = layout.add("input", channels * units, 0.0, 1.0 / (channels as f32).sqrt());
        let bias = layout.add("bias", units, 0.0, 0.0);
        let weights = layout.add("weights", units * units, 0.0, root);
        let readout = layout.add("readout", outputs * units, 0.0, root);
        let offset = layout.add("offset", outputs, 0.0, 0.0);
        let plastic = modulation != Modulation::None;
        let plasticity = layout.add("plasticity", if plastic { units * units } else { 0 }, 0.0, 0.3 * root);
        let logit = (settings.initial_rate / (1.0 - settings.initial_rate)).ln() as f32;
        let rate = layout.add("rate", usize::from(plastic), logit, 0.0);
        let learned = modulation == Modulation::Learned;
        let gated = learned || modulation == Modulation::Constant;
        let gate = layout.add("gate", if learned { units } else { 0 }, 0.0, root);
        let gate_bias = layout.add("gate_bias", usize::from(gated), 0.5, 0.0);
        Self {
            layout,
            units,
            channels,
            outputs,
            modulation,
            gated_trace: settings.gated_trace,
            input,
            bias,
            weights,
            readout,
            offset,
            plasticity,
            rate,
            gate,
            gate_bias,
        }
    }

    pub(super) fn is_plastic(&self) -> bool {
        self.modulation != Modulation::None
    }

    /// Whether there is a gate M, and with it a trace E.
    pub(super) fn is_gated(&self) -> bool {
        matches!(self.modulation, Modulation::Learned | Modulation::Constant)
    }
}
