//! Settings of [`super::dopamine_stdp`].

use crate::check;
use base::error::DefinitionError;

/// Rows of the ring of recent traces and spike lists; longer than any delay.
pub(super) const RING: usize = 16;

/// Size, rates and plasticity. Times in ms, one step is 1 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DopamineStdpSettings {
    /// Excitatory and inhibitory neurons.
    pub excitatory: usize,
    pub inhibitory: usize,
    /// Synapses out of each neuron (inhibitory ones reach excitatory neurons only).
    pub synapses: usize,
    /// Delays are uniform in 1..=this, at most 15.
    pub longest_delay: usize,
    /// Uniform input current of this total width around 0, per neuron and ms.
    pub noise_width: f32,
    /// Initial excitatory weight, its upper limit, and the inhibitory weight (negative).
    pub initial: f32,
    pub limit: f32,
    pub inhibition: f32,
    /// Amplitudes of potentiation and depression, and their time constant.
    pub potentiation: f32,
    pub depression: f32,
    pub tau_stdp: f32,
    /// Time constant of the eligibility.
    pub tau_eligibility: f32,
    /// Tonic dopamine b and the time constant of the phasic part.
    pub tonic: f32,
    pub tau_dopamine: f32,
    /// Weight change per ms and unit of dopamine × eligibility.
    pub learning_rate: f32,
}

impl Default for DopamineStdpSettings {
    fn default() -> Self {
        Self {
            excitatory: 800,
            inhibitory: 200,
            synapses: 100,
            longest_delay: 10,
            noise_width: 13.0,
            initial: 1.0,
            limit: 4.0,
            inhibition: -1.0,
            potentiation: 0.1,
            depression: 0.15,
            tau_stdp: 20.0,
            tau_eligibility: 1000.0,
            tonic: 0.002,
            tau_dopamine: 200.0,
            learning_rate: 0.1,
        }
    }
}

impl DopamineStdpSettings {
    /// The same network with `neurons` neurons, four fifths of them excitatory, 100 synapses each.
    #[must_use]
    pub fn with_neurons(neurons: usize) -> Self {
        let inhibitory = neurons / 5;
        Self { excitatory: neurons - inhibitory, inhibitory, ..Self::default() }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// Names the key.
    pub fn check(&self) -> Result<(), DefinitionError> {
        check::not_empty("excitatory", self.excitatory)?;
        check::not_empty("inhibitory", self.inhibitory)?;
        check::not_empty("synapses", self.synapses)?;
        check::count("longest_delay", self.longest_delay, 1, RING - 1)?;
        for (key, value) in [
            ("tau_stdp", self.tau_stdp),
            ("tau_eligibility", self.tau_eligibility),
            ("tau_dopamine", self.tau_dopamine),
        ] {
            check::positive(key, f64::from(value))?;
        }
        for (key, value) in [
            ("noise_width", self.noise_width),
            ("initial", self.initial),
            ("limit", self.limit),
            ("potentiation", self.potentiation),
            ("depression", self.depression),
            ("tonic", self.tonic),
            ("learning_rate", self.learning_rate),
        ] {
            check::within(key, f64::from(value), 0.0, 1e6)?;
        }
        check::within("inhibition", f64::from(self.inhibition), -1e6, 0.0)
    }
}
