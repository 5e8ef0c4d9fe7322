//! The Page–Hinkley test (Page 1954), as a drift detector (Gama et al. 2014).

use super::Detector;

/// Cumulative excess of the errors over their running mean: m ← max(0, α m + (x − x̄ − δ)); an alarm when m > λ.
#[derive(Debug, Clone)]
pub struct PageHinkley {
    delta: f64,
    threshold: f64,
    alpha: f64,
    fewest: u64,
    count: u64,
    mean: f64,
    excess: f64,
}

impl PageHinkley {
    /// δ ≥ 0: excess that is tolerated; λ > 0: the threshold; α in (0, 1]: forgetting; no alarm before `fewest` values.
    /// MOA's defaults: 0.005, 50, 0.9999, 30.
    pub fn new(delta: f64, threshold: f64, alpha: f64, fewest: u64) -> Self {
        Self { delta, threshold, alpha, fewest, count: 0, mean: 0.0, excess: 0.0 }
    }
}

impl Detector for PageHinkley {
    fn alarm(&mut self, error: f64) -> bool {
        self.count += 1;
        #[allow(clippy::cast_precision_loss)]
        let count = self.count as f64;
        self.mean += (error - self.mean) / count;
        self.excess = (self.alpha * self.excess + error - self.mean - self.delta).max(0.0);
        self.count >= self.fewest && self.excess > self.threshold
    }

    fn reset(&mut self) {
        *self = Self::new(self.delta, self.threshold, self.alpha, self.fewest);
    }

    fn bytes(&self) -> u64 {
        3 * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excess_is_the_sum_computed_by_hand() {
        // δ = 0.1, α = 1. x = 0: mean 0, excess max(0, −0.1) = 0. x = 1: mean ½, excess 0.4. x = 1: mean ⅔,
        // excess 0.4 + ⅓ − 0.1 = 0.6333. x = 0: mean ½, excess 0.0333.
        let mut test = PageHinkley::new(0.1, 0.6, 1.0, 1);
        let seen: Vec<(bool, f64)> = [0.0, 1.0, 1.0, 0.0].map(|x| (test.alarm(x), test.excess)).to_vec();
        for ((alarm, excess), (expected, value)) in
            seen.iter().zip([(false, 0.0), (false, 0.4), (true, 0.633_333), (false, 0.033_333)])
        {
            assert_eq!(*alarm, expected);
            assert!((excess - value).abs() < 1e-5, "{excess} {value}");
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
