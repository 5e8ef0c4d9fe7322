//! Parameters of the online methods.

use contract::settings;

settings! {
    /// A method without parameters.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Nothing {}
}

settings! {
    /// A method whose only parameter is the learning rate.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Rate {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
    }
}

settings! {
    /// Inputs standardised by their running mean and standard deviation.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StandardisedSettings {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// share of the newest mini-batch in the running moments
        pub follow: f64 = 0.1 => [above 0 to 1];
    }
}

settings! {
    /// η_n = η (1 + n/τ)^(−p) at update n.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DecayedRate {
        /// learning rate η
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// τ in updates
        pub tau: f64 = 100.0 => [above 0];
        /// p
        pub power: f64 = 0.5 => [0 to 1];
    }
}

settings! {
    /// Eq. 7 with λ_t = γ^(T−t) over the last W mini-batches.
    #[derive(Debug, Clone, PartialEq)]
    pub struct WindowSettings {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// W, the newest mini-batch included
        pub length: usize = 10 => [1 to 10000];
        /// γ
        pub gamma: f32 = 0.8 => [0 to 1];
    }
}

settings! {
    /// Draws from a window of the past.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ReplaySettings {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// mini-batches kept
        pub length: usize = 20 => [1 to 100000];
        /// samples drawn per update
        pub samples: usize = 10 => [1 to 10000];
        /// λ of the drawn samples' mean loss
        pub weight: f32 = 1.0 => [at least 0];
    }
}

settings! {
    /// See [`Adwin`](super::detector::Adwin).
    #[derive(Debug, Clone, PartialEq)]
    pub struct AdwinSettings {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// δ, the chance of a false alarm
        pub delta: f64 = 0.002 => [above 0 below 1];
    }
}

settings! {
    /// See [`PageHinkley`](super::detector::PageHinkley).
    #[derive(Debug, Clone, PartialEq)]
    pub struct PageHinkleySettings {
        /// learning rate
        pub rate: Option<f32> = None => [or "the optimiser's"; above 0];
        /// δ, the rise of the errors that is no change
        pub delta: f64 = 0.005 => [0 to 1];
        /// λ, the sum of rises at which the alarm goes
        pub threshold: f64 = 50.0 => [above 0];
        /// α, the share of that sum which an error leaves
        pub alpha: f64 = 0.9999 => [above 0 to 1];
        /// errors seen before the first alarm
        pub fewest: u64 = 30 => [at least 0];
    }
}
