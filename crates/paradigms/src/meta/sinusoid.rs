//! Sinusoid regression (Finn, Abbeel & Levine 2017): a task is y = A sin(x − φ).

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::episode::{Answers, Episode, Set};
use base::error::DefinitionError;

/// The distribution of tasks and the number of samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sinusoid {
    /// Samples to adapt to, 1 to 10,000.
    pub shots: usize,
    /// Query samples in meta-training, 1 to 10,000. Default 10.
    #[serde(default = "ten")]
    pub queries: usize,
    /// Query samples at test, 1 to 10,000. Default 100.
    #[serde(default = "hundred")]
    pub test_queries: usize,
    /// A, uniform. Default [0.1, 5].
    #[serde(default = "amplitude")]
    pub amplitude: [f32; 2],
    /// φ in radians, uniform. Default [0, π].
    #[serde(default = "phase")]
    pub phase: [f32; 2],
    /// x, uniform. Default [−5, 5].
    #[serde(default = "domain")]
    pub x: [f32; 2],
}

fn ten() -> usize {
    10
}
fn hundred() -> usize {
    100
}
fn amplitude() -> [f32; 2] {
    [0.1, 5.0]
}
fn phase() -> [f32; 2] {
    [0.0, std::f32::consts::PI]
}
fn domain() -> [f32; 2] {
    [-5.0, 5.0]
}

impl Default for Sinusoid {
    fn default() -> Self {
        Self {
            shots: 10,
            queries: ten(),
            test_queries: hundred(),
            amplitude: amplitude(),
            phase: phase(),
            x: domain(),
        }
    }
}

impl Sinusoid {
    pub(super) fn check(&self, at: &str) -> Result<(), DefinitionError> {
        let counts = [("shots", self.shots), ("queries", self.queries), ("test_queries", self.test_queries)];
        for (key, count) in counts {
            DefinitionError::check_count(&format!("{at}.{key}"), count, 10_000)?;
        }
        for (key, [low, high]) in [("amplitude", self.amplitude), ("phase", self.phase), ("x", self.x)] {
            if !(low.is_finite() && high.is_finite() && low < high) {
                let found = format!("[{low}, {high}]");
                return Err(DefinitionError::range(&format!("{at}.{key}"), found, "[low, high], low < high"));
            }
        }
        Ok(())
    }

    /// One task with `queries` query samples.
    pub(super) fn draw(&self, queries: usize, random: &mut impl Rng) -> Episode {
        let mut uniform = |[low, high]: [f32; 2]| random.random_range(low..high);
        let (amplitude, phase) = (uniform(self.amplitude), uniform(self.phase));
        let mut set = |count: usize| {
            let inputs: Vec<f32> = (0..count).map(|_| uniform(self.x)).collect();
            let values = inputs.iter().map(|x| amplitude * (x - phase).sin()).collect();
            Set { inputs, answers: Answers::Values(values) }
        };
        Episode { support: set(self.shots), query: set(queries) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn guessing_zero_costs_half_the_mean_squared_amplitude() {
        // E[A²] = (0.01 + 0.5 + 25) / 3 = 8.5033; over a half-turn of phase the mean of sin² is 1/2: 4.2517.
        let mut random = Streams::new(1).fast("episodes");
        let (mut sum, mut count) = (0.0, 0);
        for _ in 0..20_000 {
            let episode = Sinusoid::default().draw(10, &mut random);
            let Answers::Values(values) = &episode.query.answers else { panic!("values") };
            sum += values.iter().map(|y| f64::from(*y).powi(2)).sum::<f64>();
            count += values.len();
        }
        let mean = sum / f64::from(u32::try_from(count).expect("small"));
        assert!((mean - 4.2517).abs() < 0.08, "{mean}");
    }

    #[test]
    fn support_and_query_are_samples_of_one_curve() {
        let sinusoid =
            Sinusoid { amplitude: [2.0, 2.000_001], phase: [0.5, 0.500_001], ..Sinusoid::default() };
        let episode = sinusoid.draw(7, &mut Streams::new(2).fast("episodes"));
        assert_eq!((episode.support.len(), episode.query.len()), (10, 7));
        for set in [&episode.support, &episode.query, &episode.all()] {
            let Answers::Values(values) = &set.answers else { panic!("values") };
            for (x, y) in set.inputs.iter().zip(values) {
                assert!((-5.0..5.0).contains(x) && (y - 2.0 * (x - 0.5).sin()).abs() < 1e-4);
            }
        }
        assert_eq!(episode.all().len(), 17);
    }
}
