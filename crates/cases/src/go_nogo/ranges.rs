//! The ranges of every parameter of the model, checked before anything is built.

use super::model::{
    AttentionSettings, BurstingSettings, ModelSettings, NetworkSettings, PlasticitySettings,
    RelaxationSettings,
};
use crate::spiking::check;
use base::error::DefinitionError;

fn inside(table: &str, check: Result<(), DefinitionError>) -> Result<(), DefinitionError> {
    check.map_err(|error| error.below(table))
}

impl ModelSettings {
    /// Checks every number before anything is built.
    ///
    /// # Errors
    /// Names the dotted key, the value and what is allowed.
    pub fn check(&self) -> Result<(), DefinitionError> {
        check::within("exploration", self.exploration, 0.0, 1.0)?;
        inside("noradrenaline", check::within("level", self.noradrenaline.level, 0.0, 1.0))?;
        inside("locus_coeruleus", self.locus_coeruleus.check())?;
        inside("predictive", self.predictive.check())?;
        inside("bursting", self.bursting.check())?;
        inside("plasticity", self.plasticity.check())?;
        inside("relaxation", self.relaxation.check())?;
        inside("attention", self.attention.check())?;
        inside("network", self.network.check())?;
        for (key, value) in [
            ("recurrent.excitation", self.recurrent.excitation),
            ("recurrent.recruitment", self.recurrent.recruitment),
            ("recurrent.inhibition", self.recurrent.inhibition),
            ("recurrent.lateral", self.recurrent.lateral),
        ] {
            check::within(key, f64::from(value), 0.0, 1e4)?;
        }
        // Attention multiplies the input rates.
        let highest = if self.attention.enabled { f64::from(self.attention.limit) } else { 1.0 };
        inside("network", check::rate("rate_on", self.network.rate_on * highest, 1.0))
    }
}

impl BurstingSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::positive("tau", f64::from(self.tau))?;
        check::within("correlation", f64::from(self.correlation), 0.0, 1.0)?;
        check::within("current", f64::from(self.current), 0.0, 1e3)?;
        check::within("threshold_high", f64::from(self.threshold_high), -10.0, 100.0)?;
        check::within("threshold_low", f64::from(self.threshold_low), -10.0, 100.0)?;
        check::within("critic_share", f64::from(self.critic_share), 0.0, 1.0)?;
        check::within("reset", f64::from(self.reset), -100.0, 29.0)?;
        check::within("jump", f64::from(self.jump), -100.0, 100.0)
    }
}

impl PlasticitySettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::within("rate_actor", f64::from(self.rate_actor), 0.0, 10.0)?;
        check::within("rate_critic", f64::from(self.rate_critic), 0.0, 10.0)?;
        check::positive("tau_pre", f64::from(self.tau_pre))?;
        check::positive("tau_post", f64::from(self.tau_post))?;
        check::positive("tau_eligibility", f64::from(self.tau_eligibility))?;
        check::within("depression", f64::from(self.depression), 0.0, 10.0)?;
        check::within("unchosen", f64::from(self.unchosen), 0.0, 10.0)?;
        check::within("noradrenaline_gain", self.noradrenaline_gain, 0.0, 100.0)?;
        check::within("burst_eligibility", f64::from(self.burst_eligibility), 0.0, 100.0)
    }
}

impl RelaxationSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::within("noradrenaline", self.noradrenaline, 0.0, 1.0)?;
        check::within("threshold", self.threshold, 0.0, 0.99)?;
        check::within("burst", f64::from(self.burst), 0.0, 1.0)?;
        check::within("plateau", f64::from(self.plateau), 0.0, 1.0)?;
        check::within("constant", f64::from(self.constant), 0.0, 1.0)
    }
}

impl AttentionSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::within("rate", f64::from(self.rate), 0.0, 1.0)?;
        check::within("limit", f64::from(self.limit), 1.0, 2.0)?;
        check::within("flattening", f64::from(self.flattening), 0.0, 1.0)
    }
}

impl NetworkSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        check::not_empty("excitatory", self.excitatory)?;
        check::not_empty("inhibitory", self.inhibitory)?;
        check::not_empty("inputs", self.inputs)?;
        check::within("inputs", self.inputs as f64, 1.0, 16_000.0)?;
        check::within("excitatory", self.excitatory as f64, 1.0, 10_000.0)?;
        check::within("inhibitory", self.inhibitory as f64, 1.0, 10_000.0)?;
        check::rate("rate_on", self.rate_on, 1.0)?;
        check::rate("rate_off", self.rate_off, 1.0)?;
        check::within("stimulus", self.stimulus as f64, 2.0, 100_000.0)?;
        check::within("read_from", self.read_from as f64, 0.0, self.stimulus as f64 - 1.0)?;
        check::positive("trial", self.trial)?;
        check::within("scale_excitatory", f64::from(self.scale_excitatory), 0.0, 1e4)?;
        check::within("scale_inhibitory", f64::from(self.scale_inhibitory), 0.0, 1e4)?;
        check::positive("tau_synapse", f64::from(self.tau_synapse))?;
        check::within("noise", f64::from(self.noise), 0.0, 1e3)?;
        check::within("weight", f64::from(self.weight), 0.0, 1.0)?;
        check::within("weight_sd", f64::from(self.weight_sd), 0.0, 1.0)?;
        check::positive("hertz_per_value", self.hertz_per_value)
    }
}
