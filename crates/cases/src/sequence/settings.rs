//! A run's settings: the benchmark's task, training and optimiser, and the preset's network.

use serde::{Deserialize, Serialize};

use super::control::Control;
use super::lane::LANES;
use super::network::Network;
use super::nm_rnn::{NmRnn, NmRnnSettings};
use super::plastic::{Plastic, PlasticSettings};
use super::task::Task;
use super::{nm_rnn, plastic};
use base::error::{DefinitionError, Result};
use contract::declare::Declared;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Reader, Registered, reads, registered, settings};

settings! {
    /// How much is learned and tested.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Training {
        /// Adam updates.
        pub updates: usize = 1000 => [1 to 100000];
        /// Trials per update, a multiple of 16, at most 512.
        pub batch: usize = 32;
        /// Trials of the test, per condition where the task has any; rounded up to a multiple of 16.
        pub test_trials: usize = 32 => [1 to 10000];
    }
}

settings! {
    /// Adam with a rate that falls linearly to a tenth of its first value.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Optimiser {
        /// First learning rate.
        pub rate: f64 = 0.004 => [above 0 to 1];
        /// Largest norm of a gradient.
        pub clip: f64 = 1.0 => [above 0 to 1000000];
    }
}

/// A network with its parameters, or one of its controls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NetworkSettings {
    NmRnn(NmRnnSettings),
    Backpropamine(PlasticSettings),
}

/// Everything that decides a run, apart from its seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub task: Task,
    pub training: Training,
    pub optimiser: Optimiser,
    pub network: NetworkSettings,
}

/// The body of a benchmark's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    task: Task,
    #[serde(default)]
    training: Training,
    #[serde(default)]
    optimiser: Optimiser,
}

/// The networks; which variant of each a preset asks for is a parameter.
pub(super) const METHODS: &[Registered<Reader<NetworkSettings>>] = &[
    reads!(
        "nm-rnn",
        NetworkSettings::NmRnn(NmRnnSettings),
        "τẋ = −x + Σ_r s_r(t) u_r v_rᵀ tanh(x) + B in",
        "Costacurta, Bhandarkar, Zoltowski & Linderman 2024"
    ),
    reads!(
        "backpropamine",
        NetworkSettings::Backpropamine(PlasticSettings),
        "y = tanh(W in + (w + α∘H) y′ + b), H ← clip(H + M(t) E)",
        "Miconi, Rawal, Clune & Stanley 2019"
    ),
];

fn read(method: &MethodPreset, benchmark: &str) -> Result<NetworkSettings> {
    (registered(METHODS, method)?.means)(method, benchmark)
}

/// One line for reports.
pub(super) fn formula(method: &MethodPreset) -> Result<&'static str> {
    use nm_rnn::Modulation as Gain;
    use plastic::Modulation as Gate;
    Ok(match read(method, "")? {
        NetworkSettings::NmRnn(settings) => match settings.modulation {
            Gain::Gain => {
                "τẋ = −x + Σ_r s_r(t) u_r v_rᵀ tanh(x) + B in, s = σ(A z + b), z a small recurrent network"
            }
            Gain::Constant => "τẋ = −x + Σ_r s_r u_r v_rᵀ tanh(x) + B in, s = σ(b) learned, constant in time",
            Gain::Input => "τẋ = −x + Σ_r u_r v_rᵀ tanh(x) + Σ_r k_r s_r(t) + B in, s as in the NM-RNN",
            Gain::None => "τẋ = −x + Σ_r u_r v_rᵀ tanh(x) + B in",
        },
        NetworkSettings::Backpropamine(settings) => match settings.modulation {
            Gate::Learned => {
                "y = tanh(W in + (w + α∘H) y′ + b), E ← (1 − η)E + η y y′ᵀ, H ← clip(H + M(t) E), M = tanh(m·y + m₀)"
            }
            Gate::Constant => {
                "y = tanh(W in + (w + α∘H) y′ + b), E ← (1 − η)E + η y y′ᵀ, H ← clip(H + M E), M = tanh(m₀) learned, constant in time"
            }
            Gate::Decay => "y = tanh(W in + (w + α∘H) y′ + b), H ← (1 − η)H + η y y′ᵀ",
            Gate::None => "y = tanh(W in + w y′ + b)",
        },
    })
}

impl Training {
    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        if self.batch == 0 || !self.batch.is_multiple_of(LANES) || self.batch > 512 {
            return Err(DefinitionError::range("batch", self.batch, "a multiple of 16, 16 to 512"));
        }
        Ok(())
    }
}

impl NetworkSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        if let Self::NmRnn(settings) = self {
            settings.check()?;
        }
        self.control().check(self.has_signal())
    }

    /// What replaces the network's own signals at test.
    pub(super) fn control(&self) -> &Control {
        match self {
            Self::NmRnn(settings) => &settings.control,
            Self::Backpropamine(settings) => &settings.control,
        }
    }

    fn has_signal(&self) -> bool {
        match self {
            Self::NmRnn(settings) => settings.modulation != nm_rnn::Modulation::None,
            Self::Backpropamine(settings) => {
                matches!(settings.modulation, plastic::Modulation::Learned | plastic::Modulation::Constant)
            }
        }
    }

    /// The network for a task with these inputs and outputs.
    pub fn build(&self, channels: usize, outputs: usize) -> Box<dyn Network> {
        match self {
            Self::NmRnn(settings) => Box::new(NmRnn::new(settings, channels, outputs)),
            Self::Backpropamine(settings) => Box::new(Plastic::new(settings, channels, outputs)),
        }
    }
}

impl Settings {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn resolve(benchmark: &Benchmark, method: &MethodPreset) -> Result<Self> {
        let Body { task, training, optimiser } = benchmark.settings()?;
        task.problem().check().map_err(|error| benchmark.refuse(error.below("task")))?;
        training.check().map_err(|error| benchmark.refuse(error.below("training")))?;
        optimiser.check_ranges().map_err(|error| benchmark.refuse(error.below("optimiser")))?;
        let id = &benchmark.header.id;
        let optimiser = match method.optimiser(&optimiser, id)? {
            Some(own) => {
                own.check_ranges().map_err(|error| method.refuse(error.below("optimiser")))?;
                own
            }
            None => optimiser,
        };
        let network = read(method, id)?;
        network.check().map_err(|error| method.refuse_parameter(id, error))?;
        Ok(Self { task, training, optimiser, network })
    }
}
