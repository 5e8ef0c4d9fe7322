//! The Page–Hinkley test for an increase of the mean (Page 1954), as a drift detector (Gama et al. 2014, ACM Computing
//! Surveys), with the fading factor α of River's `PageHinkley`; α = 1 is the test as published.
//!
//! MOA's and scikit-multiflow's detectors of that name keep the sum alone (without its minimum, or cut off at 0): with
//! α < 1 that is another test.

use super::alarm::Detector;
use base::error::Result;
use base::state::State;
use serde_json::json;

/// m_t = α m_{t−1} + (x_t − x̄_t − δ), M_t = min_{s≤t} m_s; an alarm when m_t − M_t > λ. x̄_t is the mean of x_1 … x_t.
#[derive(Debug, Clone)]
pub struct PageHinkley {
    delta: f64,
    threshold: f64,
    alpha: f64,
    fewest: u64,
    count: u64,
    mean: f64,
    sum: f64,
    lowest: f64,
}

impl PageHinkley {
    /// δ ≥ 0: excess that is tolerated; λ > 0: the threshold; α in (0, 1]: fading; no alarm before `fewest` values.
    /// River's defaults: 0.005, 50, 0.9999, 30.
    pub fn new(delta: f64, threshold: f64, alpha: f64, fewest: u64) -> Self {
        Self { delta, threshold, alpha, fewest, count: 0, mean: 0.0, sum: 0.0, lowest: f64::INFINITY }
    }
}

impl Detector for PageHinkley {
    fn alarm(&mut self, error: f64) -> bool {
        self.count += 1;
        let count = self.count as f64;
        self.mean += (error - self.mean) / count;
        self.sum = self.alpha * self.sum + error - self.mean - self.delta;
        self.lowest = self.lowest.min(self.sum);
        self.count >= self.fewest && self.sum - self.lowest > self.threshold
    }

    fn reset(&mut self) {
        *self = Self::new(self.delta, self.threshold, self.alpha, self.fewest);
    }

    fn save(&self) -> State {
        State::default().value("sums", json!((self.count, self.mean, self.sum, self.lowest)))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        // Before the first error the minimum is infinite, which JSON cannot say.
        let lowest: Option<f64>;
        (self.count, self.mean, self.sum, lowest) = state.get_value("sums")?;
        self.lowest = lowest.unwrap_or(f64::INFINITY);
        Ok(())
    }

    fn bytes(&self) -> u64 {
        4 * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// m_t and M_t after each of these errors.
    fn sums(alpha: f64, errors: &[f64]) -> Vec<(f64, f64)> {
        let mut test = PageHinkley::new(0.1, 0.75, alpha, 1);
        let seen = errors.iter().map(|error| {
            let alarm = test.alarm(*error);
            assert_eq!(alarm, test.sum - test.lowest > 0.75);
            (test.sum, test.lowest)
        });
        seen.collect()
    }

    fn close(found: &[(f64, f64)], expected: &[(f64, f64)]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn the_sum_and_its_minimum_are_those_computed_by_hand() {
        // δ = 0.1; errors 0 0 1 1 have the means 0, 0, 1/3, 1/2.
        // α = 1: m = −0.1, −0.2, −0.2 + 2/3 − 0.1 = 0.366667, 0.366667 + 1/2 − 0.1 = 0.766667; M = −0.1, −0.2, −0.2, −0.2.
        let at_one = [(-0.1, -0.1), (-0.2, -0.2), (0.366_666_666_667, -0.2), (0.766_666_666_667, -0.2)];
        close(&sums(1.0, &[0.0, 0.0, 1.0, 1.0]), &at_one);
        // α = ½: m = −0.1, −0.05 − 0.1 = −0.15, −0.075 + 2/3 − 0.1 = 0.491667, 0.245833 + 0.4 = 0.645833; M as above.
        // Kept at 0 from below instead, the sum would be 0, 0, 0.566667, 0.683333: m − M is another number.
        let at_half = [(-0.1, -0.1), (-0.15, -0.15), (0.491_666_666_667, -0.15), (0.645_833_333_333, -0.15)];
        close(&sums(0.5, &[0.0, 0.0, 1.0, 1.0]), &at_half);
    }

    #[test]
    fn a_fading_sum_is_measured_from_its_own_lowest_value() {
        // 40 errors none of which is 1 take m to −δ (1 − α⁴⁰)/(1 − α); then one error in two. The first alarm of the
        // definition, term by term from the whole past, is the detector's.
        let errors: Vec<f64> = (0..400).map(|at| f64::from(u8::from(at >= 40 && at % 2 == 0))).collect();
        for alpha in [1.0, 0.99, 0.9] {
            let mut test = PageHinkley::new(0.02, 3.0, alpha, 30);
            let found = errors.iter().position(|error| test.alarm(*error));
            let excess: Vec<f64> = (0..errors.len())
                .map(|t| errors[t] - errors[..=t].iter().sum::<f64>() / (t + 1) as f64 - 0.02)
                .collect();
            let m = |t: usize| (0..=t).map(|s| alpha.powi((t - s) as i32) * excess[s]).sum::<f64>();
            let lowest = |t: usize| (0..=t).map(m).fold(f64::INFINITY, f64::min);
            let expected = (29..errors.len()).find(|t| m(*t) - lowest(*t) > 3.0);
            assert_eq!(found, expected, "α = {alpha}");
        }
    }

    #[test]
    fn a_rise_raises_an_alarm_and_a_fall_does_not() {
        let first = |early: u32, late: u32| {
            let mut test = PageHinkley::new(0.005, 10.0, 0.9999, 30);
            // Every n-th value is an error.
            (0..1000u32).find(|at| {
                let every = if *at < 500 { early } else { late };
                test.alarm(f64::from(u8::from(at % every == 0)))
            })
        };
        assert!(first(10, 2).is_some_and(|at| (500..560).contains(&at)), "{:?}", first(10, 2));
        assert_eq!(first(2, 10), None);
    }
}
