//! The locus coeruleus: accumulated surprise passes a steep, adapting threshold and releases noradrenaline.

use base::error::DefinitionError;
use contract::declare::Declared;
use contract::{allowed, settings};
use dynamics::{Level, Release};

settings! {
    /// Parameters; times in ms. Defaults: the case study's design.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct LocusCoeruleusSettings {
        /// time constant with which surprise is accumulated, ms
        pub tau_surprise: f64 = 1200.0 => [above 0];
        /// threshold of the sigmoid L = σ((s − threshold − adaptation)/width)
        pub threshold: f64 = 0.21 => [at least -1000000];
        /// its width
        pub width: f64 = 0.006 => [above 0];
        /// rise of the adaptation per trial at L = 1
        pub adaptation: f64 = 0.05 => [at least 0];
        /// time constant of the adaptation, ms
        pub tau_adaptation: f64 = 15000.0 => [above 0];
        /// NA ← NA·exp(−Δ/τ), then + gain·L·(1 − NA)
        pub gain: f64 = 0.9 => [0 to 1];
        /// τ of noradrenaline, ms
        pub tau_noradrenaline: f64 = 4500.0 => [above 0];
    }
}

/// Its state between trials; noradrenaline is a [`Level`] with saturating release.
#[derive(Debug, Clone)]
pub struct LocusCoeruleus {
    settings: LocusCoeruleusSettings,
    /// Noradrenaline, in [0, 1].
    pub noradrenaline: Level,
    accumulated: f64,
    adaptation: f64,
    enter: f64,
    keep_adaptation: f64,
}

impl LocusCoeruleus {
    /// Silent; one step is `trial` ms.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(settings: LocusCoeruleusSettings, trial: f64) -> Result<Self, DefinitionError> {
        settings.check_ranges()?;
        allowed!(above 0).check("trial", trial)?;
        let retention = Level::retention_of(trial, settings.tau_noradrenaline);
        Ok(Self {
            settings,
            noradrenaline: Level::new(0.0, retention, settings.gain, Release::Saturating)?,
            accumulated: 0.0,
            adaptation: 0.0,
            enter: 1.0 - (-trial / settings.tau_surprise).exp(),
            keep_adaptation: (-trial / settings.tau_adaptation).exp(),
        })
    }

    /// One trial's surprise; returns the activity L in [0, 1]. The release is the caller's: `noradrenaline.step(L)`.
    pub fn activity(&mut self, surprise: f64) -> f64 {
        self.accumulated += (surprise - self.accumulated) * self.enter;
        let s = self.settings;
        let activity = 1.0 / (1.0 + (-(self.accumulated - s.threshold - self.adaptation) / s.width).exp());
        self.adaptation = self.adaptation * self.keep_adaptation + s.adaptation * activity;
        activity
    }

    /// Surprise accumulated so far.
    pub fn accumulated(&self) -> f64 {
        self.accumulated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprise_at_the_threshold_gives_half_activity_and_adapts() {
        let mut lc = LocusCoeruleus::new(LocusCoeruleusSettings::default(), 600.0).unwrap();
        // 0.21 is reached in one trial by a surprise of 0.21/(1 − e^(−0.5)).
        let activity = lc.activity(0.21 / (1.0 - (-0.5f64).exp()));
        assert!((activity - 0.5).abs() < 1e-9);
        // Then adaptation 0.05 · 0.5 shifts the threshold to 0.235: (0.21 − 0.235)/0.006 = −4.17.
        let again = lc.activity(0.21);
        assert!((again - 1.0 / (1.0 + (0.025f64 / 0.006).exp())).abs() < 1e-9, "{again}");
    }

    #[test]
    fn bad_parameters_are_refused_by_name() {
        let settings = LocusCoeruleusSettings { tau_noradrenaline: 0.0, ..LocusCoeruleusSettings::default() };
        let error = LocusCoeruleus::new(settings, 600.0).unwrap_err();
        assert!(error.to_string().starts_with("`tau_noradrenaline` = 0"));
    }
}
