//! Every parameter of the model. A method preset states only what differs from these defaults, so that a condition is a
//! switch and not another model.

use serde::{Deserialize, Serialize};

use super::network_settings::{NetworkSettings, RecurrentSettings};
use crate::spiking::locus_coeruleus::LocusCoeruleusSettings;
use crate::spiking::predictive::PredictiveSettings;
use contract::{Replay, settings};
use dynamics::Receptor;

settings! {
    /// The parameters of a method preset.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ModelSettings {
        /// whether dopamine acts; off, it is 0, and actor and critic learn nothing (relaxation and attention stay)
        pub dopamine: bool = true => [true | false];
        /// share of answers replaced by a coin flip (a control without noradrenaline)
        pub exploration: f64 = 0.0 => [0 to 1];
        pub noradrenaline: NoradrenalineSettings = NoradrenalineSettings::default() => [each NoradrenalineSettings::PARAMETERS];
        pub locus_coeruleus: LocusCoeruleusSettings = LocusCoeruleusSettings::default() => [each LocusCoeruleusSettings::PARAMETERS];
        pub predictive: PredictiveSettings = PredictiveSettings::default() => [each PredictiveSettings::PARAMETERS];
        pub bursting: BurstingSettings = BurstingSettings::default() => [each BurstingSettings::PARAMETERS];
        pub plasticity: PlasticitySettings = PlasticitySettings::default() => [each PlasticitySettings::PARAMETERS];
        pub relaxation: RelaxationSettings = RelaxationSettings::default() => [each RelaxationSettings::PARAMETERS];
        pub attention: AttentionSettings = AttentionSettings::default() => [each AttentionSettings::PARAMETERS];
        pub network: NetworkSettings = NetworkSettings::default() => [each NetworkSettings::PARAMETERS];
        pub recurrent: RecurrentSettings = RecurrentSettings::default() => [each RecurrentSettings::PARAMETERS];
    }
}

/// What sets the noradrenaline level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoradrenalineSource {
    /// The locus coeruleus, driven by the predictive network.
    #[default]
    Surprise,
    /// Ablated: 0 throughout.
    None,
    /// A constant level.
    Constant,
    /// The trajectory that the same seed produces under `surprise`, rotated in time by a random amount.
    Shuffled,
    /// The mean level of that trajectory throughout, and in place of the relaxation by noradrenaline its mean over the
    /// session (its receptor is silent at low levels, so that the mean level would relax nothing).
    Mean,
    /// 1 for some trials after each shift, 0 otherwise: an oracle that is told the boundaries.
    Boundary,
}

impl NoradrenalineSource {
    /// How it replays the same model with `surprise`, if it does.
    pub fn replay(self) -> Replay {
        match self {
            Self::Shuffled => Replay::Rotated,
            Self::Mean => Replay::Mean,
            Self::Surprise | Self::None | Self::Constant | Self::Boundary => Replay::None,
        }
    }
}

/// Which error population drives the locus coeruleus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LcDrive {
    /// Predicted but absent (P1).
    #[default]
    Absent,
    /// Both.
    Both,
}

settings! {
    /// Source of noradrenaline.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct NoradrenalineSettings {
        /// what sets the level: the locus coeruleus, nothing, a constant, the shuffled or the mean level of `surprise`, or an oracle of shifts
        pub source: NoradrenalineSource = NoradrenalineSource::Surprise => ["surprise" | "none" | "constant" | "shuffled" | "mean" | "boundary"];
        /// level of the `constant` source
        pub level: f64 = 0.35 => [0 to 1];
        /// trials at level 1 of the `boundary` source
        pub trials: usize = 8 => [at least 0];
        /// which error population drives the locus coeruleus: predicted but absent, or both
        pub drive: LcDrive = LcDrive::Absent => ["absent" | "both"];
    }
}

settings! {
    /// Correlated bursting of excitatory neurons.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct BurstingSettings {
        /// whether excitatory neurons burst
        pub enabled: bool = true => [true | false];
        /// time constant of the apical drive, ms
        pub tau: f32 = 50.0 => [above 0];
        /// share of its variance common to a cluster
        pub correlation: f32 = 0.5 => [0 to 1];
        /// extra current of the plateau
        pub current: f32 = 3.0 => [0 to 1000];
        /// threshold at noradrenaline 0, in standard deviations
        pub threshold_high: f32 = 3.0 => [-10 to 100];
        /// threshold at noradrenaline 1, in standard deviations
        pub threshold_low: f32 = 0.3 => [-10 to 100];
        /// share of noradrenaline's strength that reaches the critic
        pub critic_share: f32 = 0.5 => [0 to 1];
        /// reset potential in burst mode, mV
        pub reset: f32 = -50.0 => [-100 to 29];
        /// recovery jump in burst mode
        pub jump: f32 = 2.0 => [-100 to 100];
    }
}

settings! {
    /// Reward-modulated STDP.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct PlasticitySettings {
        /// learning rate η of the actor
        pub rate_actor: f32 = 0.02 => [0 to 10];
        /// learning rate η of the critic
        pub rate_critic: f32 = 0.02 => [0 to 10];
        /// presynaptic trace, ms
        pub tau_pre: f32 = 20.0 => [above 0];
        /// postsynaptic trace, ms
        pub tau_post: f32 = 20.0 => [above 0];
        /// eligibility trace, ms
        pub tau_eligibility: f32 = 500.0 => [above 0];
        /// amplitude of post-before-pre depression; 0 turns it off
        pub depression: f32 = 0.0 => [0 to 10];
        /// strength of the reversed update of the cluster that was not chosen
        pub unchosen: f32 = 1.0 => [0 to 10];
        /// noradrenaline's explicit gain on plasticity: η·(1 + this·NA)
        pub noradrenaline_gain: f64 = 0.0 => [0 to 100];
        /// burst-mode spikes enter the eligibility with 1 + this
        pub burst_eligibility: f32 = 0.0 => [0 to 100];
    }
}

settings! {
    /// Relaxation of the actor's weights toward their initial value, per trial.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct RelaxationSettings {
        /// by noradrenaline: this × relu(NA − threshold)/(1 − threshold)
        pub noradrenaline: f64 = 0.8 => [0 to 1];
        /// noradrenaline below this relaxes nothing
        pub threshold: f64 = 0.3 => [0 to 0.99];
        /// by bursts: each burst-mode spike of the target neuron relaxes its synapses by this share
        pub burst: f32 = 0.0 => [0 to 1];
        /// by apical plateaus: each 100 ms above the apical threshold relaxes a neuron's synapses by this share,
        /// whether or not it fires; interneurons go with the mean of their cluster (Bittner 2017, Milstein 2021)
        pub plateau: f32 = 0.0 => [0 to 1];
        /// constant forgetting (a control without noradrenaline)
        pub constant: f32 = 0.0 => [0 to 1];
    }
}

impl RelaxationSettings {
    /// Noradrenaline's receptor: the share by which a level relaxes the weights.
    pub fn receptor(&self) -> Receptor {
        Receptor::bias(self.noradrenaline).above(self.threshold)
    }
}

settings! {
    /// Attention per dimension: input gains that follow learned evidence (after Mackintosh 1975). Off in the plain model.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct AttentionSettings {
        /// whether gains follow evidence
        pub enabled: bool = false => [true | false];
        /// approach to the share of evidence, per trial
        pub rate: f32 = 0.05 => [0 to 1];
        /// gains stay in [2 − limit, limit]
        pub limit: f32 = 1.7 => [1 to 2];
        /// noradrenaline moves gains toward 1 at this rate × NA per trial
        pub flattening: f32 = 0.15 => [0 to 1];
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
