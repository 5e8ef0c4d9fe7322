//! Correlated apical drive: each excitatory neuron has an Ornstein–Uhlenbeck variable (variance 1), partly shared within
//! its cluster; while it exceeds a threshold and basal input is present, the neuron is in burst mode
//! (coincidence of basal and apical input: Larkum 2013).

use std::ops::Range;

use multiversion::multiversion;

use super::noise::Noise;
use base::error::DefinitionError;
use contract::allowed;
use numeric::elementwise;

/// Statistics of the drive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ApicalSettings {
    /// Time constant of the drive, ms.
    pub tau: f32,
    /// Share of variance common to a cluster, in [0, 1].
    pub correlation: f32,
}

/// The drive of several clusters.
#[derive(Debug, Clone)]
pub struct Apical {
    groups: Vec<Range<usize>>,
    own: Vec<f32>,
    shared: Vec<f32>,
    threshold: Vec<f32>,
    draws: Vec<f32>,
    keep: f32,
    kick: f32,
    weight_own: f32,
    weight_shared: f32,
}

impl Apical {
    /// One group of excitatory neurons per cluster.
    ///
    /// # Errors
    /// Names `apical.tau` or `apical.correlation`.
    pub fn new(groups: Vec<Range<usize>>, settings: ApicalSettings) -> Result<Self, DefinitionError> {
        allowed!(above 0).check("tau", settings.tau)?;
        allowed!(0 to 1).check("correlation", settings.correlation)?;
        let keep = (-1.0 / settings.tau).exp();
        let total = groups.iter().map(ExactSizeIterator::len).sum();
        Ok(Self {
            own: vec![0.0; total],
            draws: vec![0.0; total],
            shared: vec![0.0; groups.len()],
            threshold: vec![f32::INFINITY; groups.len()],
            groups,
            keep,
            kick: (1.0 - keep * keep).sqrt(),
            weight_own: (1.0 - settings.correlation).sqrt(),
            weight_shared: settings.correlation.sqrt(),
        })
    }

    /// Draws every variable from its stationary distribution: the start of a trial.
    pub fn start(&mut self, noise: &mut Noise) {
        noise.fill_normal(&mut self.own);
        noise.fill_normal(&mut self.shared);
    }

    /// Threshold of one cluster in standard deviations of the drive.
    pub fn set_threshold(&mut self, group: usize, threshold: f32) {
        self.threshold[group] = threshold;
    }

    /// Advances by 1 ms and marks with 1.0 the neurons of `active` (whole network) whose drive exceeds the threshold.
    #[inline]
    pub fn step(&mut self, noise: &mut Noise, active: &mut [f32]) {
        noise.fill_normal(&mut self.draws);
        elementwise::scale(&mut self.own, self.keep);
        elementwise::axpy(&mut self.own, self.kick, &self.draws);
        let mut at = 0;
        for (group, range) in self.groups.iter().enumerate() {
            let shared = &mut self.shared[group];
            *shared = self.keep * *shared + self.kick * noise.normal();
            let needed = self.threshold[group] - self.weight_shared * *shared;
            let own = &self.own[at..at + range.len()];
            mark(&mut active[range.clone()], self.weight_own, own, needed);
            at += range.len();
        }
    }
}

/// 1 where `weight` · own exceeds what is needed, 0 elsewhere.
#[multiversion(targets = "simd")]
fn mark(active: &mut [f32], weight: f32, own: &[f32], needed: f32) {
    for (active, own) in active.iter_mut().zip(own) {
        *active = if weight * own > needed { 1.0 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    /// Share of time above a threshold of 1 sd, and the chance that two neurons of a cluster are above it together.
    fn statistics(correlation: f32) -> (f64, f64) {
        let settings = ApicalSettings { tau: 5.0, correlation };
        let mut apical = Apical::new(vec![0..2, 2..4], settings).unwrap();
        let mut noise = Noise::new(Streams::new(1).fast("apical"));
        apical.start(&mut noise);
        apical.set_threshold(0, 1.0);
        let mut active = [0.0; 4];
        let (mut single, mut both) = (0.0, 0.0);
        for _ in 0..200_000 {
            apical.step(&mut noise, &mut active);
            assert_eq!(active[2..], [0.0, 0.0], "an infinite threshold is never passed");
            single += f64::from(active[0]) / 2e5;
            both += f64::from(active[0] * active[1]) / 2e5;
        }
        (single, both)
    }

    #[test]
    fn the_drive_passes_one_sd_a_sixth_of_the_time_together_only_if_correlated() {
        let (single, both) = statistics(0.0);
        assert!((single - 0.1587).abs() < 0.01, "{single}");
        assert!((both - 0.1587 * 0.1587).abs() < 0.01, "{both}");
        let (single, both) = statistics(1.0);
        assert!((single - both).abs() < 1e-9);
    }

    #[test]
    fn a_correlation_above_one_is_refused_by_name() {
        let one_neuron = std::iter::once(0..1).collect();
        let error = Apical::new(one_neuron, ApicalSettings { tau: 50.0, correlation: 1.5 }).unwrap_err();
        assert!(error.to_string().starts_with("`correlation` = 1.5"));
    }
}
