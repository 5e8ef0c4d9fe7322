//! One learner meets one session of switching goals.

use rand::RngExt;

use super::learner::{Cholinergic, GoalLearner};
use super::observer::GoalObserver;
use super::task::{GoalTask, Script};
use crate::switching::pace::Progress;
use crate::switching::softmax;
use crate::switching::trace::Trace;
use base::error::Result;
use base::rng::Streams;
use contract::{Channel, Channels, Footprint, RunLog, Watch};

/// Right guesses in a row that count as having found the goal.
const FOUND: usize = 8;

/// What learns.
enum Agent {
    Cholinergic(Cholinergic, f64),
    Delta { values: Vec<f64>, rate: f64, inverse_temperature: f64 },
    Observer(GoalObserver),
}

/// What a learner did, trial by trial.
#[derive(Default)]
struct Course {
    right: Vec<f64>,
    positive: usize,
    resets: Vec<usize>,
    /// Mean ACh, NE, threshold after each trial, for those who have them.
    levels: [Vec<f64>; 3],
}

/// What the rule sets after each guess: the noradrenaline that decides whether to reset.
pub const CHANNELS: &[Channel] = &[Channel::new("noradrenaline", [0.0, f64::INFINITY])];
const NORADRENALINE: usize = 0;

/// Runs a session.
///
/// # Errors
/// A watch that asks to stop.
pub fn session(
    task: &GoalTask,
    learner: &GoalLearner,
    streams: &Streams,
    channels: &mut Channels,
    watch: &mut dyn Watch,
) -> Result<RunLog> {
    let script = task.draw(streams);
    let course = play(task, &script, learner, streams, channels, &mut Progress(watch))?;
    Ok(log(task, script, course))
}

/// One learner, one session.
fn play(
    task: &GoalTask,
    script: &Script,
    learner: &GoalLearner,
    streams: &Streams,
    channels: &mut Channels,
    progress: &mut Progress<'_>,
) -> Result<Course> {
    let mut agent = match learner {
        GoalLearner::AchNe(s) => Agent::Cholinergic(Cholinergic::new(s, task.goals), s.inverse_temperature),
        GoalLearner::GoalDelta(s) => Agent::Delta {
            values: vec![0.0; task.goals],
            rate: s.rate,
            inverse_temperature: s.inverse_temperature,
        },
        GoalLearner::GoalObserver(s) => Agent::Observer(GoalObserver::new(*s, task.goals)),
    };
    let mut rng = streams.get("choices");
    let trials = script.goal.len();
    let mut course = Course::default();
    for trial in 0..trials {
        progress.at(trial, trials)?;
        let draw: f64 = rng.random();
        let guess = match &agent {
            Agent::Cholinergic(rule, beta) => {
                softmax::pick(&softmax::probabilities(&rule.acetylcholine, *beta), draw)
            }
            Agent::Delta { values, inverse_temperature, .. } => {
                softmax::pick(&softmax::probabilities(values, *inverse_temperature), draw)
            }
            Agent::Observer(observer) => most_probable(&observer.probability, draw),
        };
        let fed = script.feedback(trial, guess, task.feedback);
        course.positive += usize::from(fed);
        course.right.push(f64::from(u8::from(guess == script.goal[trial])));
        match &mut agent {
            Agent::Cholinergic(rule, _) => {
                if rule.learn(guess, fed, |own| channels.pass(NORADRENALINE, || own)) {
                    course.resets.push(trial);
                }
                let mean = rule.acetylcholine.iter().sum::<f64>() / task.goals as f64;
                for (series, value) in
                    course.levels.iter_mut().zip([mean, rule.noradrenaline, rule.threshold()])
                {
                    series.push(value);
                }
            }
            Agent::Delta { values, rate, .. } => {
                values[guess] += *rate * (f64::from(u8::from(fed)) - values[guess]);
            }
            Agent::Observer(observer) => observer.learn(task, guess, fed),
        }
    }
    Ok(course)
}

fn log(task: &GoalTask, script: Script, course: Course) -> RunLog {
    let Course { right, positive, resets, levels } = course;
    let trials = right.len();
    let mut log = RunLog {
        footprint: Footprint {
            parameters: task.goals as u64,
            updates: trials as u64,
            ..Footprint::default()
        },
        ..RunLog::default()
    };
    log.scalars.insert("accuracy".into(), right.iter().sum::<f64>() / trials as f64);
    log.scalars.insert("positive_feedback".into(), positive as f64 / trials as f64);
    if let Some(lag) = lag(&right, &script.switches) {
        log.scalars.insert("lag".into(), lag);
    }
    if !levels[0].is_empty() {
        log.scalars.insert("resets".into(), resets.len() as f64);
        if let Some(lag) = reset_lag(&resets, &script.switches, trials) {
            log.scalars.insert("reset_lag".into(), lag);
        }
    }
    let names = ["acetylcholine", "noradrenaline", "threshold"];
    let trace = Trace {
        switches: script.switches,
        performance: vec![("right", right)],
        signals: names.into_iter().zip(levels).filter(|(_, series)| !series.is_empty()).collect(),
    };
    trace.write(&mut log);
    log
}

/// The most probable goal; `draw` in [0, 1) decides between equals.
fn most_probable(probability: &[f64], draw: f64) -> usize {
    let best = probability.iter().copied().fold(0.0, f64::max);
    let equal: Vec<usize> = (0..probability.len()).filter(|k| probability[*k] == best).collect();
    // At least one is its own maximum; the index stays below the length because the draw is below 1.
    equal.get((draw * equal.len() as f64) as usize).copied().unwrap_or(0)
}

/// The block of each switch: from it to the next, or to the end.
fn blocks(switches: &[usize], trials: usize) -> impl Iterator<Item = (usize, usize)> {
    let ends = switches.iter().skip(1).copied().chain([trials]);
    switches.iter().copied().zip(ends)
}

/// Mean over switches of the trials before the first [`FOUND`] right guesses in a row; a block's length where they never
/// come.
fn lag(right: &[f64], switches: &[usize]) -> Option<f64> {
    let found = |(from, to): (usize, usize)| {
        let block = &right[from..to];
        let first = block.windows(FOUND).position(|run| run.iter().all(|guess| *guess == 1.0));
        first.unwrap_or(block.len()) as f64
    };
    let lags: Vec<f64> = blocks(switches, right.len()).map(found).collect();
    (!lags.is_empty()).then(|| lags.iter().sum::<f64>() / lags.len() as f64)
}

/// Mean trials from a switch to the first reset after it, over the blocks that have one.
fn reset_lag(resets: &[usize], switches: &[usize], trials: usize) -> Option<f64> {
    let first = |(from, to): (usize, usize)| {
        resets.iter().find(|at| (from..to).contains(*at)).map(|at| (at - from + 1) as f64)
    };
    let lags: Vec<f64> = blocks(switches, trials).filter_map(first).collect();
    (!lags.is_empty()).then(|| lags.iter().sum::<f64>() / lags.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_counts_trials_before_eight_right_guesses_in_a_row() {
        let mut right = vec![1.0; 40];
        // Switch at 10: wrong for three trials, right for seven, wrong once: found at the twelfth trial after it.
        for wrong in [10, 11, 12, 20] {
            right[wrong] = 0.0;
        }
        assert_eq!(lag(&right, &[10]), Some(11.0));
        // Switch at 35: five trials are left, never found.
        assert_eq!(lag(&right, &[10, 35]), Some(8.0));
        assert_eq!(lag(&right, &[]), None);
    }

    #[test]
    fn the_reset_lag_is_over_blocks_that_reset() {
        assert_eq!(reset_lag(&[3, 14, 16], &[10, 20], 30), Some(5.0));
        assert_eq!(reset_lag(&[3], &[10], 30), None);
    }

    #[test]
    fn equals_are_chosen_by_the_draw() {
        assert_eq!(
            [0.0, 0.3, 0.5, 0.99].map(|draw| most_probable(&[0.4, 0.1, 0.4, 0.1], draw)),
            [0, 0, 2, 2]
        );
    }
}
