//! Parameters of the online methods, with their defaults.

use serde::{Deserialize, Serialize};

/// A method without parameters.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A method whose only parameter is the learning rate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    pub rate: Option<f32>,
}

/// Inputs standardised by their running mean and standard deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StandardisedSettings {
    pub rate: Option<f32>,
    /// Share of the newest mini-batch in the running moments, in (0, 1]. Default 0.1.
    pub follow: f64,
}

impl Default for StandardisedSettings {
    fn default() -> Self {
        Self { rate: None, follow: 0.1 }
    }
}

/// η_n = η (1 + n/τ)^(−p) at update n.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecayedRate {
    pub rate: Option<f32>,
    /// τ in updates, > 0. Default 100.
    pub tau: f64,
    /// p in [0, 1]. Default 0.5.
    pub power: f64,
}

impl Default for DecayedRate {
    fn default() -> Self {
        Self { rate: None, tau: 100.0, power: 0.5 }
    }
}

/// Eq. 7 with λ_t = γ^(T−t) over the last W mini-batches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSettings {
    pub rate: Option<f32>,
    /// W, the newest mini-batch included, 1 to 10,000. Default 10.
    pub length: usize,
    /// γ in [0, 1]. Default 0.8.
    pub gamma: f32,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self { rate: None, length: 10, gamma: 0.8 }
    }
}

/// Draws from a window of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplaySettings {
    pub rate: Option<f32>,
    /// Mini-batches kept, 1 to 100,000. Default 20.
    pub length: usize,
    /// Samples drawn per update, 1 to 10,000. Default 10.
    pub samples: usize,
    /// λ ≥ 0 of the drawn samples' mean loss. Default 1.
    pub weight: f32,
}

impl Default for ReplaySettings {
    fn default() -> Self {
        Self { rate: None, length: 20, samples: 10, weight: 1.0 }
    }
}

/// See [`Adwin`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdwinSettings {
    pub rate: Option<f32>,
    /// δ in (0, 1). Default 0.002.
    pub delta: f64,
}

impl Default for AdwinSettings {
    fn default() -> Self {
        Self { rate: None, delta: 0.002 }
    }
}

/// See [`PageHinkley`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageHinkleySettings {
    pub rate: Option<f32>,
    /// δ in [0, 1]. Default 0.005.
    pub delta: f64,
    /// λ > 0. Default 50.
    pub threshold: f64,
    /// α in (0, 1]. Default 0.9999.
    pub alpha: f64,
    /// Errors seen before the first alarm. Default 30.
    pub fewest: u64,
}

impl Default for PageHinkleySettings {
    fn default() -> Self {
        Self { rate: None, delta: 0.005, threshold: 50.0, alpha: 0.9999, fewest: 30 }
    }
}
