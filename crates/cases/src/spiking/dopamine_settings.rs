//! Settings of [`super::dopamine_stdp`].

use contract::settings;

/// Rows of the ring of recent traces and spike lists; longer than any delay.
pub(super) const RING: usize = 16;

settings! {
    /// Size, rates and plasticity. Times in ms, one step is 1 ms.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct DopamineStdpSettings {
        /// Excitatory and inhibitory neurons.
        pub excitatory: usize = 800 => [1 to 1000000];
        pub inhibitory: usize = 200 => [1 to 1000000];
        /// Synapses out of each neuron (inhibitory ones reach excitatory neurons only).
        pub synapses: usize = 100 => [1 to 1000000];
        /// Delays are uniform in 1..=this.
        pub longest_delay: usize = 10 => [1 to 15];
        /// Uniform input current of this total width around 0, per neuron and ms.
        pub noise_width: f32 = 13.0 => [0 to 1e6];
        /// Initial excitatory weight, its upper limit, and the inhibitory weight.
        pub initial: f32 = 1.0 => [0 to 1e6];
        pub limit: f32 = 4.0 => [0 to 1e6];
        pub inhibition: f32 = -1.0 => [-1e6 to 0];
        /// Amplitudes of potentiation and depression, and their time constant.
        pub potentiation: f32 = 0.1 => [0 to 1e6];
        pub depression: f32 = 0.15 => [0 to 1e6];
        pub tau_stdp: f32 = 20.0 => [above 0];
        /// Time constant of the eligibility.
        pub tau_eligibility: f32 = 1000.0 => [above 0];
        /// Tonic dopamine b and the time constant of the phasic part.
        pub tonic: f32 = 0.002 => [0 to 1e6];
        pub tau_dopamine: f32 = 200.0 => [above 0];
        /// Weight change per ms and unit of dopamine × eligibility.
        pub learning_rate: f32 = 0.1 => [0 to 1e6];
    }
}

impl DopamineStdpSettings {
    /// The same network with `neurons` neurons, four fifths of them excitatory, 100 synapses each.
    #[must_use]
    pub fn with_neurons(neurons: usize) -> Self {
        let inhibitory = neurons / 5;
        Self { excitatory: neurons - inhibitory, inhibitory, ..Self::default() }
    }
}
