//! The observer that the reduced one approximates: it keeps every possible moment of the last jump apart.

use super::task::ChangePointTask;

/// Hypotheses below this share of the probability are dropped.
const NEGLIGIBLE: f64 = 1e-9;

/// The mean believed in since a possible jump.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Hypothesis {
    probability: f64,
    mean: f64,
    variance: f64,
}

/// Bayes' rule over run lengths (Adams & MacKay 2007) with the task's own hazard, noise and range. As in the reduced
/// observer the mean after a jump is taken as uniform with no correction at the ends of the range, so that after the
/// first sample x of a run it is N(x, σ_N²).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExactObserver {
    hazard: f64,
    noise: f64,
    density: f64,
    hypotheses: Vec<Hypothesis>,
}

impl ExactObserver {
    pub(super) fn new(task: &ChangePointTask) -> Self {
        let [low, high] = task.range;
        let width = high - low;
        let start =
            Hypothesis { probability: 1.0, mean: f64::midpoint(low, high), variance: width * width / 12.0 };
        Self {
            hazard: task.hazard,
            noise: task.noise * task.noise,
            density: width.recip(),
            hypotheses: vec![start],
        }
    }

    /// The mean of what it believes about the mean.
    pub(super) fn belief(&self) -> f64 {
        self.hypotheses.iter().map(|h| h.probability * h.mean).sum()
    }

    /// Learns from one sample; returns the probability that the mean has jumped before it.
    pub(super) fn observe(&mut self, x: f64) -> f64 {
        for h in &mut self.hypotheses {
            let spread = h.variance + self.noise;
            let error = x - h.mean;
            let likelihood = (-0.5 * error * error / spread).exp() / (std::f64::consts::TAU * spread).sqrt();
            let rate = h.variance / spread;
            h.probability *= (1.0 - self.hazard) * likelihood;
            h.mean += rate * error;
            h.variance = rate * self.noise;
        }
        let jumped = self.hazard * self.density;
        self.hypotheses.push(Hypothesis { probability: jumped, mean: x, variance: self.noise });
        let sum: f64 = self.hypotheses.iter().map(|h| h.probability).sum();
        self.hypotheses.retain(|h| h.probability > NEGLIGIBLE * sum);
        let kept: f64 = self.hypotheses.iter().map(|h| h.probability).sum();
        self.hypotheses.iter_mut().for_each(|h| h.probability /= kept);
        jumped / sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dynamics::ReducedBayesianObserver;

    #[test]
    fn the_first_sample_is_the_reduced_observers_and_later_ones_keep_the_past_apart() {
        let task = ChangePointTask::default();
        let mut exact = ExactObserver::new(&task);
        let mut reduced = ReducedBayesianObserver::new(task.hazard, task.noise, task.range).unwrap();
        let (changed, _) = reduced.observe(80.0);
        assert!((exact.observe(80.0) - changed).abs() < 1e-12);
        assert!((exact.belief() - reduced.belief()).abs() < 1e-9);
        // The first step of both is one mixture of two; the second is three Gaussians here and two there.
        reduced.observe(90.0);
        exact.observe(90.0);
        assert_eq!(exact.hypotheses.len(), 3);
        assert!((exact.belief() - reduced.belief()).abs() < 0.5);
        assert_ne!(exact.belief(), reduced.belief());
    }

    #[test]
    fn a_long_run_is_a_running_mean_and_a_jump_ends_it() {
        let task = ChangePointTask { hazard: 1e-6, noise: 1.0, ..ChangePointTask::default() };
        let mut exact = ExactObserver::new(&task);
        for x in [10.0, 11.0, 12.0, 13.0] {
            exact.observe(x);
        }
        assert!((exact.belief() - 11.5).abs() < 0.01, "{}", exact.belief());
        assert!(exact.observe(200.0) > 0.999);
        assert!((exact.belief() - 200.0).abs() < 1e-3);
        assert_eq!(exact.hypotheses.len(), 1, "nothing else is possible any more");
    }
}
