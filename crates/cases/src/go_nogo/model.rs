//! Every parameter of the model. A method preset states only what differs from these defaults, so that a condition is a
//! switch and not another model.

use serde::{Deserialize, Serialize};

use crate::spiking::locus_coeruleus::LocusCoeruleusSettings;
use crate::spiking::predictive::PredictiveSettings;
use contract::Replay;
use dynamics::Receptor;

/// The parameters of a method preset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// Off: dopamine is clamped to 0, actor and critic learn nothing (relaxation and attention stay).
    pub dopamine: bool,
    /// Share of answers replaced by a coin flip (a control without noradrenaline).
    pub exploration: f64,
    pub noradrenaline: NoradrenalineSettings,
    pub locus_coeruleus: LocusCoeruleusSettings,
    pub predictive: PredictiveSettings,
    pub bursting: BurstingSettings,
    pub plasticity: PlasticitySettings,
    pub relaxation: RelaxationSettings,
    pub attention: AttentionSettings,
    pub network: NetworkSettings,
    pub recurrent: RecurrentSettings,
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

/// Source of noradrenaline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoradrenalineSettings {
    pub source: NoradrenalineSource,
    /// Level of the `constant` source, in [0, 1].
    pub level: f64,
    /// Trials at level 1 of the `boundary` source.
    pub trials: usize,
    pub drive: LcDrive,
}

impl Default for NoradrenalineSettings {
    fn default() -> Self {
        Self { source: NoradrenalineSource::Surprise, level: 0.35, trials: 8, drive: LcDrive::Absent }
    }
}

/// Correlated bursting of excitatory neurons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BurstingSettings {
    pub enabled: bool,
    /// Time constant of the apical drive, ms.
    pub tau: f32,
    /// Share of its variance common to a cluster.
    pub correlation: f32,
    /// Extra current of the plateau.
    pub current: f32,
    /// Thresholds at noradrenaline 0 and 1, in standard deviations.
    pub threshold_high: f32,
    pub threshold_low: f32,
    /// Share of noradrenaline's strength that reaches the critic.
    pub critic_share: f32,
    /// Reset potential and recovery jump in burst mode.
    pub reset: f32,
    pub jump: f32,
}

impl Default for BurstingSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            tau: 50.0,
            correlation: 0.5,
            current: 3.0,
            threshold_high: 3.0,
            threshold_low: 0.3,
            critic_share: 0.5,
            reset: -50.0,
            jump: 2.0,
        }
    }
}

/// Reward-modulated STDP.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlasticitySettings {
    /// Learning rates η of actor and critic.
    pub rate_actor: f32,
    pub rate_critic: f32,
    /// Traces, ms.
    pub tau_pre: f32,
    pub tau_post: f32,
    pub tau_eligibility: f32,
    /// Amplitude of post-before-pre depression; 0 turns it off.
    pub depression: f32,
    /// Strength of the reversed update of the cluster that was not chosen.
    pub unchosen: f32,
    /// Noradrenaline's explicit gain on plasticity: η·(1 + this·NA).
    pub noradrenaline_gain: f64,
    /// Burst-mode spikes enter the eligibility with 1 + this.
    pub burst_eligibility: f32,
}

impl Default for PlasticitySettings {
    fn default() -> Self {
        Self {
            rate_actor: 0.02,
            rate_critic: 0.02,
            tau_pre: 20.0,
            tau_post: 20.0,
            tau_eligibility: 500.0,
            depression: 0.0,
            unchosen: 1.0,
            noradrenaline_gain: 0.0,
            burst_eligibility: 0.0,
        }
    }
}

/// Relaxation of the actor's weights toward their initial value, per trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RelaxationSettings {
    /// By noradrenaline: this × relu(NA − threshold)/(1 − threshold).
    pub noradrenaline: f64,
    pub threshold: f64,
    /// By bursts: each burst-mode spike of the target neuron relaxes its synapses by this share.
    pub burst: f32,
    /// By apical plateaus: each 100 ms above the apical threshold relaxes a neuron's synapses by this share, whether or
    /// not it fires; interneurons go with the mean of their cluster. Plateau potentials move weak synapses up and strong ones down without postsynaptic spikes
    /// (behavioural-time-scale plasticity: Bittner 2017, Milstein 2021).
    pub plateau: f32,
    /// Constant forgetting (a control without noradrenaline).
    pub constant: f32,
}

impl RelaxationSettings {
    /// Noradrenaline's receptor: the share by which a level relaxes the weights.
    pub fn receptor(&self) -> Receptor {
        Receptor::bias(self.noradrenaline).above(self.threshold)
    }
}

impl Default for RelaxationSettings {
    fn default() -> Self {
        Self { noradrenaline: 0.8, threshold: 0.3, burst: 0.0, plateau: 0.0, constant: 0.0 }
    }
}

/// Attention per dimension: input gains that follow learned evidence (after Mackintosh 1975). Off in the plain model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttentionSettings {
    pub enabled: bool,
    /// Approach to the share of evidence, per trial.
    pub rate: f32,
    /// Gains stay in [2 − limit, limit].
    pub limit: f32,
    /// Noradrenaline moves gains toward 1 at this rate × NA per trial.
    pub flattening: f32,
}

impl Default for AttentionSettings {
    fn default() -> Self {
        Self { enabled: false, rate: 0.05, limit: 1.7, flattening: 0.15 }
    }
}

/// Sizes, inputs and electrical constants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSettings {
    /// Neurons of each actor cluster and of the critic.
    pub excitatory: usize,
    pub inhibitory: usize,
    /// Poisson inputs per stimulus element and their rates in Hz.
    pub inputs: usize,
    pub rate_on: f64,
    pub rate_off: f64,
    /// Duration of the stimulus, start of the read-out, duration of a trial, ms.
    pub stimulus: usize,
    pub read_from: usize,
    pub trial: f64,
    /// Current per weight and spike.
    pub scale_excitatory: f32,
    pub scale_inhibitory: f32,
    pub tau_synapse: f32,
    /// Current noise, sd per ms.
    pub noise: f32,
    /// Initial weights: mean and standard deviation.
    pub weight: f32,
    pub weight_sd: f32,
    /// Net critic rate per unit of value, Hz.
    pub hertz_per_value: f64,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            excitatory: 32,
            inhibitory: 8,
            inputs: 25,
            rate_on: 40.0,
            rate_off: 1.0,
            stimulus: 250,
            read_from: 50,
            trial: 600.0,
            scale_excitatory: 9.0,
            scale_inhibitory: 3.2,
            tau_synapse: 5.0,
            noise: 3.0,
            weight: 0.5,
            weight_sd: 0.05,
            hertz_per_value: 12.0,
        }
    }
}

/// Fixed recurrent weights (mean current per spike of the whole source population firing once); all 0: feed-forward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecurrentSettings {
    /// Excitatory to excitatory and to inhibitory neurons of the same actor cluster.
    pub excitation: f32,
    pub recruitment: f32,
    /// Inhibitory to excitatory neurons of the same cluster.
    pub inhibition: f32,
    /// Excitatory neurons of one actor cluster onto those of the other, through an implied fast interneuron.
    pub lateral: f32,
}

impl RecurrentSettings {
    /// Whether anything is connected.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            dopamine: true,
            exploration: 0.0,
            noradrenaline: NoradrenalineSettings::default(),
            locus_coeruleus: LocusCoeruleusSettings::default(),
            predictive: PredictiveSettings::default(),
            bursting: BurstingSettings::default(),
            plasticity: PlasticitySettings::default(),
            relaxation: RelaxationSettings::default(),
            attention: AttentionSettings::default(),
            network: NetworkSettings::default(),
            recurrent: RecurrentSettings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl Fn(&mut ModelSettings)) -> String {
        let mut settings = ModelSettings::default();
        change(&mut settings);
        settings.check().unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_allowed() {
        ModelSettings::default().check().unwrap();
    }

    #[test]
    fn bad_parameters_are_refused_by_their_dotted_name() {
        assert!(refusal(|s| s.plasticity.tau_pre = -20.0).starts_with("`plasticity.tau_pre` = -20"));
        assert!(refusal(|s| s.network.rate_on = 1200.0).contains("1/dt = 1000 Hz"));
        assert!(
            refusal(|s| {
                s.network.rate_on = 700.0;
                s.attention.enabled = true;
            })
            .starts_with("`network.rate_on` = 1190")
        );
        assert!(refusal(|s| s.network.excitatory = 0).starts_with("`network.excitatory` = 0"));
        assert!(refusal(|s| s.network.noise = f32::NAN).starts_with("`network.noise` = NaN"));
        assert!(refusal(|s| s.locus_coeruleus.width = 0.0).starts_with("`locus_coeruleus.width` = 0"));
        assert!(refusal(|s| s.predictive.population = 0).starts_with("`predictive.population` = 0"));
        assert!(refusal(|s| s.noradrenaline.level = 1.5).starts_with("`noradrenaline.level` = 1.5"));
    }
}
