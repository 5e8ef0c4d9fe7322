//! Sizes and rates of the network, and its recurrent weights.

use contract::settings;

settings! {
    /// Sizes, inputs and electrical constants.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct NetworkSettings {
        /// Neurons of each actor cluster and of the critic.
        pub excitatory: usize = 32 => [1 to 10000];
        pub inhibitory: usize = 8 => [1 to 10000];
        /// Poisson inputs per stimulus element and their rates in Hz.
        pub inputs: usize = 25 => [1 to 16000];
        pub rate_on: f64 = 40.0;
        pub rate_off: f64 = 1.0;
        /// Duration of the stimulus, start of the read-out, duration of a trial, ms.
        pub stimulus: usize = 250 => [2 to 100000];
        pub read_from: usize = 50;
        pub trial: f64 = 600.0 => [above 0];
        /// Current per weight and spike.
        pub scale_excitatory: f32 = 9.0 => [0 to 10000];
        pub scale_inhibitory: f32 = 3.2 => [0 to 10000];
        pub tau_synapse: f32 = 5.0 => [above 0];
        /// Current noise, sd per ms.
        pub noise: f32 = 3.0 => [0 to 1000];
        /// Initial weights: mean and standard deviation.
        pub weight: f32 = 0.5 => [0 to 1];
        pub weight_sd: f32 = 0.05 => [0 to 1];
        /// Net critic rate per unit of value, Hz.
        pub hertz_per_value: f64 = 12.0 => [above 0];
    }
}

settings! {
    /// Fixed recurrent weights (mean current per spike of the whole source population firing once); all 0: feed-forward.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct RecurrentSettings {
        /// Excitatory to excitatory and to inhibitory neurons of the same actor cluster.
        pub excitation: f32 = 0.0 => [0 to 10000];
        pub recruitment: f32 = 0.0 => [0 to 10000];
        /// Inhibitory to excitatory neurons of the same cluster.
        pub inhibition: f32 = 0.0 => [0 to 10000];
        /// Excitatory neurons of one actor cluster onto those of the other, through an implied fast interneuron.
        pub lateral: f32 = 0.0 => [0 to 10000];
    }
}

impl RecurrentSettings {
    /// Whether anything is connected.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}
