//! Bayes' rule over which goal is valid and since when.

use serde::{Deserialize, Serialize};

use super::task::GoalTask;
use contract::settings;

/// Hypotheses below this share of the probability are dropped.
const NEGLIGIBLE: f64 = 1e-12;

/// What an observer believes about when goals switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hazard {
    /// The task's own: a block lasts `block` ± `jitter` trials, every length alike.
    Schedule,
    /// Constant, 1/`block`: right on average, and blind to how long ago the last switch was.
    Constant,
}

settings! {
    /// The settings of the observer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ObserverSettings {
        /// what it believes about switches: the task's schedule, or a constant hazard of 1/block
        pub hazard: Hazard = Hazard::Schedule => ["schedule" | "constant"];
    }
}

impl Hazard {
    /// Probability that a block ends after `age` trials if it has lasted as long.
    fn at(self, age: usize, task: &GoalTask) -> f64 {
        match self {
            Self::Constant => (task.block as f64).recip(),
            Self::Schedule if age < task.block - task.jitter => 0.0,
            Self::Schedule => ((task.block + task.jitter + 1).saturating_sub(age).max(1) as f64).recip(),
        }
    }
}

/// The goals' probabilities if the present block has lasted `age` trials.
#[derive(Debug, Clone, PartialEq)]
struct Hypothesis {
    age: usize,
    goals: Vec<f64>,
}

/// The probability of each goal given all feedback, for an observer that knows validity and hazard.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GoalObserver {
    hazard: Hazard,
    pub probability: Vec<f64>,
    hypotheses: Vec<Hypothesis>,
}

impl GoalObserver {
    pub(super) fn new(settings: ObserverSettings, goals: usize) -> Self {
        let probability = vec![(goals as f64).recip(); goals];
        let hypotheses = vec![Hypothesis { age: 0, goals: probability.clone() }];
        Self { hazard: settings.hazard, probability, hypotheses }
    }

    /// Bayes' rule, then the chance of a switch before the next trial.
    pub(super) fn learn(&mut self, task: &GoalTask, guess: usize, positive: bool) {
        let others = (task.goals - 1) as f64;
        let mut fresh = vec![0.0; task.goals];
        for hypothesis in &mut self.hypotheses {
            for (goal, probability) in hypothesis.goals.iter_mut().enumerate() {
                let chance = task.positive(guess, goal);
                *probability *= if positive { chance } else { 1.0 - chance };
            }
            hypothesis.age += 1;
            let hazard = self.hazard.at(hypothesis.age, task);
            let sum: f64 = hypothesis.goals.iter().sum();
            for (goal, probability) in hypothesis.goals.iter_mut().enumerate() {
                fresh[goal] += hazard * (sum - *probability) / others;
                *probability *= 1.0 - hazard;
            }
        }
        if self.hazard == Hazard::Constant {
            // The age says nothing then.
            self.hypotheses[0].goals.iter_mut().zip(&fresh).for_each(|(old, new)| *old += new);
        } else if fresh.iter().any(|probability| *probability > 0.0) {
            self.hypotheses.push(Hypothesis { age: 0, goals: fresh });
        }
        self.normalise();
    }

    fn normalise(&mut self) {
        let of = |hypothesis: &Hypothesis| hypothesis.goals.iter().sum::<f64>();
        let sum: f64 = self.hypotheses.iter().map(of).sum();
        if sum > 0.0 {
            self.hypotheses.retain(|hypothesis| of(hypothesis) > NEGLIGIBLE * sum);
        }
        let kept: f64 = self.hypotheses.iter().map(of).sum();
        self.probability.fill(0.0);
        for hypothesis in &mut self.hypotheses {
            for (total, probability) in self.probability.iter_mut().zip(&mut hypothesis.goals) {
                *probability /= kept;
                *total += *probability;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switching::goals::Feedback;

    const CONSTANT: ObserverSettings = ObserverSettings { hazard: Hazard::Constant };

    #[test]
    fn with_a_constant_hazard_it_follows_bayes_rule() {
        let task = GoalTask { goals: 2, validity: 0.8, block: 10, ..GoalTask::default() };
        let mut observer = GoalObserver::new(CONSTANT, 2);
        observer.learn(&task, 0, true);
        // 0.8 against 0.2, then one switch in ten: 0.9·0.8 + 0.1·0.2.
        assert!((observer.probability[0] - 0.74).abs() < 1e-12, "{:?}", observer.probability);
        let task = GoalTask { goals: 3, feedback: Feedback::OtherGoal, ..task };
        let mut observer = GoalObserver::new(CONSTANT, 3);
        observer.learn(&task, 0, false);
        // 0.2 : 0.9 : 0.9 → 0.1, then 0.9·0.1 + 0.05·0.9.
        assert!((observer.probability[0] - 0.135).abs() < 1e-12, "{:?}", observer.probability);
        assert_eq!(observer.hypotheses.len(), 1);
    }

    #[test]
    fn with_the_schedule_it_expects_a_switch_when_one_is_due() {
        // Blocks of two or three trials, each as likely.
        let task = GoalTask { goals: 2, validity: 0.8, block: 3, jitter: 1, ..GoalTask::default() };
        assert_eq!([1, 2, 3, 4].map(|age| Hazard::Schedule.at(age, &task)), [0.0, 1.0 / 3.0, 0.5, 1.0]);
        let mut observer = GoalObserver::new(ObserverSettings::default(), 2);
        observer.learn(&task, 0, true);
        // No block ends after one trial: Bayes' rule alone.
        assert!((observer.probability[0] - 0.8).abs() < 1e-12, "{:?}", observer.probability);
        observer.learn(&task, 0, true);
        // 0.64 : 0.04 → 16/17; one block in three ends here: 2/3·16/17 + 1/3·1/17 = 33/51.
        assert!((observer.probability[0] - 33.0 / 51.0).abs() < 1e-12, "{:?}", observer.probability);
        assert_eq!(observer.hypotheses.iter().map(|h| h.age).collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn without_jitter_it_knows_every_switch_beforehand() {
        let task = GoalTask { goals: 2, validity: 1.0, block: 3, jitter: 0, ..GoalTask::default() };
        let mut observer = GoalObserver::new(ObserverSettings::default(), 2);
        observer.learn(&task, 0, true);
        observer.learn(&task, 0, true);
        assert_eq!(observer.probability, [1.0, 0.0]);
        observer.learn(&task, 0, true);
        assert_eq!(observer.probability, [0.0, 1.0]);
    }
}
