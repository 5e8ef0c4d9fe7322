//! Unexpected against expected uncertainty in closed form: the reduced Bayesian observer of a Gaussian whose mean jumps.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;

/// Nassar's reduced Bayesian observer (Nassar, Wilson, Heasly & Gold 2010; Nassar 2012): a delta rule whose rate follows
/// the probability of a change point (unexpected uncertainty) and the relative uncertainty τ (what is not yet known of
/// the mean, as a share of what a new sample varies by).
///
/// With belief b, prediction error δ = x − b, noise σ_N, hazard H and jumps uniform over a range of width 1/U:
///
/// - σ² = σ_N²/(1 − τ), p_cp = H·U / (H·U + (1 − H)·N(x; b, σ²)), α = τ + (1 − τ)·p_cp, b ← b + α·δ
/// - v = σ_N²·p_cp + (1 − p_cp)·τ·σ_N² + p_cp·(1 − p_cp)·(δ·(1 − τ))², τ ← v/(v + σ_N²)
///
/// It starts with the middle of the range and the variance of the uniform distribution over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReducedBayesianObserver {
    hazard: f64,
    noise: f64,
    /// U: density of the mean after a jump.
    density: f64,
    belief: f64,
    uncertainty: f64,
}

impl ReducedBayesianObserver {
    /// An observer that expects a jump with probability `hazard` per sample, samples with standard deviation `noise`
    /// (their unit), and means anywhere in `range` (low, high; same unit).
    ///
    /// # Errors
    /// When `hazard` is outside (0, 1), `noise` is not a finite number above 0, or `range` is not two finite numbers
    /// that increase.
    pub fn new(hazard: f64, noise: f64, range: [f64; 2]) -> Result<Self, DefinitionError> {
        if !(hazard > 0.0 && hazard < 1.0) {
            return Err(DefinitionError::range("hazard", hazard, "above 0 and below 1"));
        }
        if !(noise.is_finite() && noise > 0.0) {
            return Err(DefinitionError::range("noise", noise, "a finite number above 0"));
        }
        let [low, high] = range;
        let width = high - low;
        if !(width.is_finite() && width > 0.0) {
            return Err(DefinitionError::range(
                "range",
                format!("[{low}, {high}]"),
                "two finite numbers, increasing",
            ));
        }
        let prior = width * width / 12.0;
        Ok(Self {
            hazard,
            noise,
            density: width.recip(),
            belief: f64::midpoint(low, high),
            uncertainty: prior / (prior + noise * noise),
        })
    }

    /// b, the mean that it believes in and predicts.
    pub fn belief(&self) -> f64 {
        self.belief
    }

    /// τ, the relative uncertainty, in (0, 1).
    pub fn uncertainty(&self) -> f64 {
        self.uncertainty
    }

    /// Learns from one sample; returns the probability that the mean has jumped before it and the learning rate α, both
    /// in [0, 1]. A value that is not finite counts as a missing sample: nothing is learned, (0, 0) is returned.
    pub fn observe(&mut self, x: f64) -> (f64, f64) {
        if !x.is_finite() {
            return (0.0, 0.0);
        }
        let tau = self.uncertainty;
        let noise = self.noise * self.noise;
        let spread = noise / (1.0 - tau);
        let error = x - self.belief;
        let likelihood = (-0.5 * error * error / spread).exp() / (std::f64::consts::TAU * spread).sqrt();
        let jump = self.hazard * self.density;
        let changed = jump / (jump + (1.0 - self.hazard) * likelihood);
        let rate = tau + (1.0 - tau) * changed;
        self.belief += rate * error;
        // Beyond doubt there is no mixture left, and the square of a huge error would not be a number.
        let known = if changed < 1.0 { error * (1.0 - tau) } else { 0.0 };
        let variance =
            noise * changed + (1.0 - changed) * tau * noise + changed * (1.0 - changed) * known * known;
        self.uncertainty = variance / (variance + noise);
        (changed, rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn four_samples_agree_with_an_independent_script() {
        // Worked out as the exact mixture of two Gaussians (jumped: N(x, σ_N²); not: a Kalman step), with log-odds, in numpy.
        let mut observer = ReducedBayesianObserver::new(0.1, 10.0, [0.0, 300.0]).unwrap();
        near(observer.uncertainty(), 7500.0 / 7600.0);
        for (x, changed, rate, belief, uncertainty) in [
            (80.0, 0.10049394259184825, 0.9881643939814716, 80.82849242129699, 0.4972174121904371),
            (90.0, 0.01591855861005811, 0.5052209862826005, 85.46213052590767, 0.3371126758717394),
            (240.0, 1.0, 1.0, 240.0, 0.5),
            (236.0, 0.013480886465526599, 0.5067404432327649, 237.97303822706894, 0.33654992036140846),
        ] {
            let found = observer.observe(x);
            near(found.0, changed);
            near(found.1, rate);
            near(observer.belief(), belief);
            near(observer.uncertainty(), uncertainty);
        }
    }

    #[test]
    fn without_surprise_it_averages_and_after_a_jump_it_starts_anew() {
        let mut observer = ReducedBayesianObserver::new(0.02, 1.0, [0.0, 300.0]).unwrap();
        let mut rates = Vec::new();
        for _ in 0..20 {
            rates.push(observer.observe(100.0).1);
        }
        // τ ≈ 1/(n + 1), so that the rate falls about as in a running mean.
        assert!(rates.windows(2).all(|pair| pair[1] < pair[0]), "{rates:?}");
        assert!(rates[19] < 0.08, "{rates:?}");
        let (changed, rate) = observer.observe(200.0);
        assert!(changed > 0.999 && rate > 0.999, "{changed} {rate}");
        near(observer.belief(), 200.0);
        near(observer.uncertainty(), 0.5); // one sample is all it knows of the new mean
    }

    #[test]
    fn a_missing_sample_teaches_nothing() {
        let mut observer = ReducedBayesianObserver::new(0.1, 10.0, [0.0, 300.0]).unwrap();
        let before = observer.clone();
        assert_eq!(observer.observe(f64::NAN), (0.0, 0.0));
        assert_eq!(observer, before);
    }

    #[test]
    fn what_it_cannot_be_is_refused_by_name() {
        let new = ReducedBayesianObserver::new;
        for hazard in [-0.1, 0.0, 1.0, f64::NAN] {
            assert_eq!(new(hazard, 1.0, [0.0, 1.0]).unwrap_err().key, "hazard");
        }
        for noise in [-1.0, 0.0, f64::INFINITY] {
            assert_eq!(new(0.1, noise, [0.0, 1.0]).unwrap_err().key, "noise");
        }
        for range in [[1.0, 1.0], [2.0, 1.0], [f64::NAN, 1.0], [0.0, f64::INFINITY]] {
            assert_eq!(new(0.1, 1.0, range).unwrap_err().key, "range");
        }
    }
}
