//! One learner meets one session of switching goals.

use rand::RngExt;

use super::learner::{Cholinergic, GoalLearner};
use super::observer::GoalObserver;
use super::task::{GoalTask, Script};
use crate::switching::check::{Progress, Replay};
use crate::switching::rotation::Rotation;
use crate::switching::softmax;
use crate::switching::trace::Trace;
use base::error::Result;
use base::rng::Streams;
use contract::{Footprint, RunLog, Watch};

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
    /// The NE that decided whether to reset.
    decisive: Vec<f64>,
}

/// Runs a session. Replay controls first run the rule with the same seed.
///
/// # Errors
/// A watch that asks to stop.
pub fn run(
    task: &GoalTask,
    learner: &GoalLearner,
    streams: &Streams,
    watch: &mut dyn Watch,
) -> Result<RunLog> {
    let script = task.draw(streams);
    let replay = if let GoalLearner::AchNe(s) = learner { s.replay } else { Replay::None };
    let mut rotation = None;
    let course = if replay == Replay::None {
        play(task, &script, learner, streams, None, &mut Progress::new(watch, 0.0, 1.0))?
    } else {
        let first = play(task, &script, learner, streams, None, &mut Progress::new(watch, 0.0, 0.5))?;
        let (forced, chosen) = replayed(first.decisive, replay, &script.switches, streams);
        rotation = chosen;
        play(task, &script, learner, streams, Some(&forced), &mut Progress::new(watch, 0.5, 0.5))?
    };
    let mut log = log(task, script, course);
    if let Some(rotation) = rotation {
        rotation.write(&mut log);
    }
    Ok(log)
}

/// The levels of a session at their mean, or rotated in time.
fn replayed(
    mut levels: Vec<f64>,
    replay: Replay,
    switches: &[usize],
    streams: &Streams,
) -> (Vec<f64>, Option<Rotation>) {
    let mut rotation = None;
    match replay {
        Replay::None => {}
        Replay::Mean => {
            let mean = levels.iter().sum::<f64>() / levels.len() as f64;
            levels.fill(mean);
        }
        Replay::Rotated => {
            let chosen = Rotation::new(switches, levels.len(), streams);
            levels.rotate_right(chosen.by);
            rotation = Some(chosen);
        }
    }
    (levels, rotation)
}

/// One learner, one session; `forced`: the noradrenaline of each trial in place of its own.
fn play(
    task: &GoalTask,
    script: &Script,
    learner: &GoalLearner,
    streams: &Streams,
    forced: Option<&[f64]>,
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
                let (reset, decisive) = rule.learn(guess, fed, forced.map(|levels| levels[trial]));
                if reset {
                    course.resets.push(trial);
                }
                course.decisive.push(decisive);
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
    let Course { right, positive, resets, levels, decisive } = course;
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
    if !decisive.is_empty() {
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
    fn replayed_levels_are_the_mean_or_come_at_other_times_and_decide() {
        let streams = Streams::new(5);
        let levels: Vec<f64> = (0..30).map(f64::from).collect();
        assert_eq!(replayed(levels.clone(), Replay::Mean, &[], &streams), (vec![14.5; 30], None));
        let (mut rotated, rotation) = replayed(levels.clone(), Replay::Rotated, &[], &streams);
        let first = rotated.iter().position(|level| *level == 0.0).expect("the first level");
        assert_eq!(rotation.map(|rotation| rotation.by), Some(first));
        rotated.sort_by(f64::total_cmp);
        assert_eq!(rotated, levels);
        let task = GoalTask { block: 40, jitter: 0, blocks: 2, ..GoalTask::default() };
        let script = task.draw(&streams);
        let learner = GoalLearner::AchNe(super::super::CholinergicSettings::default());
        let forced = vec![0.3; 80];
        let mut watch = contract::Unwatched;
        let mut progress = Progress::new(&mut watch, 0.0, 1.0);
        let course = play(&task, &script, &learner, &streams, Some(&forced), &mut progress).expect("course");
        assert_eq!(course.decisive, forced);
    }

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
