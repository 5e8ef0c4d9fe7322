//! Sizes and rates of the network, and its recurrent weights.

use contract::settings;

settings! {
    /// Sizes, inputs and electrical constants.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct NetworkSettings {
        /// excitatory neurons of each actor cluster and of the critic
        pub excitatory: usize = 32 => [1 to 10000];
        /// inhibitory neurons of each actor cluster and of the critic
        pub inhibitory: usize = 8 => [1 to 10000];
        /// Poisson inputs per stimulus element
        pub inputs: usize = 25 => [1 to 16000];
        /// rate of an input whose element is shown, Hz
        pub rate_on: f64 = 40.0 => [told "0 to 1000"];
        /// rate of an input whose element is not shown, Hz
        pub rate_off: f64 = 1.0 => [told "0 to 1000"];
        /// duration of the stimulus, ms
        pub stimulus: usize = 250 => [2 to 100000];
        /// start of the read-out, ms
        pub read_from: usize = 50 => [told "0 to below stimulus"];
        /// duration of a trial, ms
        pub trial: f64 = 600.0 => [above 0];
        /// current per weight and spike at excitatory neurons
        pub scale_excitatory: f32 = 9.0 => [0 to 10000];
        /// current per weight and spike at inhibitory neurons
        pub scale_inhibitory: f32 = 3.2 => [0 to 10000];
        /// time constant of the synaptic current, ms
        pub tau_synapse: f32 = 5.0 => [above 0];
        /// current noise, sd per ms
        pub noise: f32 = 3.0 => [0 to 1000];
        /// mean of the initial weights
        pub weight: f32 = 0.5 => [0 to 1];
        /// standard deviation of the initial weights
        pub weight_sd: f32 = 0.05 => [0 to 1];
        /// net critic rate per unit of value, Hz
        pub hertz_per_value: f64 = 12.0 => [above 0];
    }
}

settings! {
    /// Fixed recurrent weights (mean current per spike of the whole source population firing once); all 0: feed-forward.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct RecurrentSettings {
        /// excitatory to excitatory neurons of the same actor cluster
        pub excitation: f32 = 0.0 => [0 to 10000];
        /// excitatory to inhibitory neurons of the same actor cluster
        pub recruitment: f32 = 0.0 => [0 to 10000];
        /// inhibitory to excitatory neurons of the same cluster
        pub inhibition: f32 = 0.0 => [0 to 10000];
        /// excitatory neurons of one actor cluster onto those of the other, through an implied fast interneuron
        pub lateral: f32 = 0.0 => [0 to 10000];
    }
}

impl RecurrentSettings {
    /// Whether anything is connected.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}
