//! Adaptation at test, Eq. 4: from w* to θ_t* on the support set of tasks that meta-training never met, judged on their
//! query sets after each step.

use super::episode::{Answers, Episode, Phase};
use super::tasks::Tasks;
use base::error::Error;
use base::rng::{FastRng, Streams};
use contract::{Curve, Pace, RunLog};
use learn::error::Result;

/// The steps at which single numbers are recorded.
pub const MILESTONES: [usize; 4] = [0, 1, 5, 10];

/// Query performance per step and episode.
#[derive(Debug, Default)]
pub(super) struct Adaptation {
    /// \[k\]\[episode\], k = 0 … K.
    loss: Vec<Vec<f64>>,
    /// The same for accuracy; empty for regression.
    accuracy: Vec<Vec<f64>>,
}

/// The query set of one episode after some adaptation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    pub loss: f64,
    /// n × outputs: values or scores.
    pub outputs: Vec<f32>,
}

/// A way to adapt to an episode.
pub(super) trait Judge {
    /// Before a series of test episodes.
    ///
    /// # Errors
    /// Engine errors.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// The query set after 0 … `steps` steps of adaptation to the support set; a method that takes no steps says it once.
    ///
    /// # Errors
    /// Engine errors.
    fn judge(&mut self, episode: &Episode, steps: usize) -> Result<Vec<Judged>>;

    /// K of meta-training: a loss must be finite up to there.
    fn trained_steps(&self) -> usize {
        0
    }
}

/// A fixed sequence of test episodes, drawn afresh each time: they would fill hundreds of megabytes.
#[derive(Debug)]
pub(super) struct Meter {
    tasks: Tasks,
    random: FastRng,
    steps: usize,
}

impl Meter {
    /// Test episodes of a run; the same for every method with the same seed.
    pub fn new(tasks: Tasks, steps: usize, streams: &Streams) -> Self {
        Self { tasks, random: streams.fast("episodes/test"), steps }
    }

    /// Adapts to the first `count` episodes.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a loss stops being finite within the steps of meta-training; beyond them it is infinite. [`Error::Stopped`].
    pub fn adapt(&self, judge: &mut dyn Judge, count: usize, pace: &mut Pace<'_>) -> Result<Adaptation> {
        judge.prepare()?;
        let mut adaptation = Adaptation::default();
        let mut random = self.random.clone();
        for _ in 0..count {
            pace.ask()?;
            let episode = self.tasks.draw(Phase::Test, &mut random);
            for (step, Judged { loss, outputs }) in judge.judge(&episode, self.steps)?.into_iter().enumerate()
            {
                // Rates learned for K steps may not bear more of them (Meta-SGD): that is a result, not a failed run.
                if !loss.is_finite() && step <= judge.trained_steps() {
                    let what = "the query loss in adaptation".into();
                    return Err(Error::Diverged { update: step, what, value: loss }.into());
                }
                let of_step = |rows: &mut Vec<Vec<f64>>, value: f64| {
                    rows.resize_with(rows.len().max(step + 1), Vec::new);
                    rows[step].push(value);
                };
                of_step(&mut adaptation.loss, if loss.is_finite() { loss } else { f64::INFINITY });
                if let Answers::Labels(labels) = &episode.query.answers {
                    of_step(&mut adaptation.accuracy, share_correct(&outputs, labels));
                }
            }
        }
        Ok(adaptation)
    }
}

fn share_correct(outputs: &[f32], labels: &[u32]) -> f64 {
    let width = outputs.len() / labels.len().max(1);
    let rows = outputs.chunks_exact(width.max(1)).zip(labels);
    let correct = rows.filter(|(row, label)| learn::nn::argmax(row, None) == **label as usize).count();
    correct as f64 / labels.len().max(1) as f64
}

impl Adaptation {
    /// Mean query loss after the last step.
    pub fn adapted_loss(&self) -> f64 {
        self.loss.last().map_or(f64::NAN, |values| mean(values))
    }

    /// Mean query accuracy after the last step, for classification.
    pub fn adapted_accuracy(&self) -> Option<f64> {
        self.accuracy.last().map(|values| mean(values))
    }

    /// Curves over the steps of adaptation, and the scalars at the [`MILESTONES`].
    pub fn record(&self, log: &mut RunLog) {
        record(log, "loss", &self.loss);
        if !self.accuracy.is_empty() {
            record(log, "accuracy", &self.accuracy);
        }
        // How far the error rises from one milestone to the next beyond what its own 95 % interval over episodes
        // allows, in pairs; at most 0 where it falls or stays.
        let milestones: Vec<&Vec<f64>> = MILESTONES.iter().filter_map(|k| self.loss.get(*k)).collect();
        let rises = milestones.windows(2).map(|pair| {
            let differences: Vec<f64> =
                pair[1].iter().zip(pair[0]).map(|(after, before)| after - before).collect();
            mean(&differences) - half_width(&differences)
        });
        if let Some(rise) = rises.reduce(f64::max).filter(|rise| rise.is_finite()) {
            log.scalars.insert("query_loss_rise".into(), rise);
        }
    }
}

fn record(log: &mut RunLog, quantity: &str, by_step: &[Vec<f64>]) {
    let mut level = Curve::new(format!("adaptation/{quantity}"));
    let mut width = Curve::new(format!("adaptation/{quantity}/half-width"));
    for (step, values) in by_step.iter().enumerate() {
        level.push(step as f64, mean(values));
        width.push(step as f64, half_width(values));
        if MILESTONES.contains(&step) && mean(values).is_finite() {
            log.scalars.insert(format!("query_{quantity}_k{step}"), mean(values));
        }
    }
    if let Some(values) = by_step.last().filter(|values| mean(values).is_finite()) {
        log.scalars.insert(format!("query_{quantity}"), mean(values));
    }
    log.curves.extend([level, width]);
}

fn mean(values: &[f64]) -> f64 {
    base::stats::mean(values).unwrap_or(f64::NAN)
}

/// Half the width of the 95 % interval of the mean over episodes, 1.96 s/√n.
fn half_width(values: &[f64]) -> f64 {
    let deviation = base::stats::standard_deviation(values).unwrap_or(f64::NAN);
    1.96 * deviation / (values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_intervals_and_rises_are_those_of_paper() {
        // Two episodes, losses at k = 0, 1: means 4 and 2; s at k = 0 is √2, half-width 1.96·√2/√2 = 1.96.
        // Differences −1 and −3: mean −2, s = √2, so the rise is −2 − 1.96.
        let adaptation = Adaptation { loss: vec![vec![3.0, 5.0], vec![2.0, 2.0]], accuracy: Vec::new() };
        let mut log = RunLog::default();
        adaptation.record(&mut log);
        assert_eq!(log.scalars["query_loss_k0"], 4.0);
        assert_eq!(log.scalars["query_loss_k1"], 2.0);
        assert_eq!(log.scalars["query_loss"], 2.0);
        assert!((log.scalars["query_loss_rise"] + 3.96).abs() < 1e-9);
        assert!((log.curves[1].y[0].expect("defined") - 1.96).abs() < 1e-9);
        assert!(!log.scalars.contains_key("query_accuracy"));
    }

    #[test]
    fn accuracy_counts_the_largest_output() {
        assert_eq!(share_correct(&[0.1, 0.9, 2.0, -1.0, 0.0, 0.5], &[1, 0, 0]), 2.0 / 3.0);
    }
}
