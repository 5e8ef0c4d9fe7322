//! One learner meets one session of samples.

use super::super::goals::NoSettings;
use super::exact::ExactObserver;
use super::task::{ChangePointLearner, ChangePointTask, Script};
use crate::switching::pace::Progress;
use crate::switching::trace::Trace;
use base::error::{Error, Result};
use base::rng::Streams;
use contract::{Channel, Channels, Footprint, RunLog, Watch};
use dynamics::ReducedBayesianObserver;

/// What a learner did with each sample.
#[derive(Debug, Default)]
struct Course {
    /// Before the sample.
    prediction: Vec<f64>,
    /// The share of the error that was learned, for those who learn by one.
    rate: Vec<f64>,
    /// Probability of a jump, for those who have one.
    changed: Vec<f64>,
}

/// What an observer sets with each sample: the share of the error that is learned.
pub const CHANNELS: &[Channel] = &[Channel::new("rate", [0.0, 1.0])];
const RATE: usize = 0;

/// Runs a session.
///
/// # Errors
/// A prediction that is not finite; a watch that asks to stop.
pub fn session(
    task: &ChangePointTask,
    learner: &ChangePointLearner,
    streams: &Streams,
    channels: &mut Channels,
    watch: &mut dyn Watch,
) -> Result<RunLog> {
    let script = task.draw(streams);
    let progress = &mut Progress(watch);
    let course = match learner {
        ChangePointLearner::FixedRate(s) => fixed(task, &script, progress, || s.rate)?,
        ChangePointLearner::ToldMean(NoSettings {}) => told(task, &script, progress)?,
        ChangePointLearner::ExactObserver(NoSettings {}) => exact(task, &script, progress)?,
        // A control has no observer, only its rates.
        ChangePointLearner::ReducedObserver(_) if channels.replays() => {
            fixed(task, &script, progress, || channels.pass(RATE, || 0.0))?
        }
        ChangePointLearner::ReducedObserver(s) => {
            let hazard = s.hazard.unwrap_or(task.hazard);
            observed(task, &script, hazard, progress, |rate| channels.pass(RATE, || rate))?
        }
    };
    if let Some(at) = course.prediction.iter().position(|prediction| !prediction.is_finite()) {
        return Err(Error::Diverged {
            update: at,
            what: "the prediction".into(),
            value: course.prediction[at],
        });
    }
    Ok(log(task, script, course))
}

fn start(task: &ChangePointTask) -> f64 {
    f64::midpoint(task.range[0], task.range[1])
}

fn fixed(
    task: &ChangePointTask,
    script: &Script,
    progress: &mut Progress<'_>,
    mut rate: impl FnMut() -> f64,
) -> Result<Course> {
    let mut course = Course::default();
    let mut belief = start(task);
    for (trial, x) in script.sample.iter().enumerate() {
        progress.at(trial, task.trials)?;
        let rate = rate();
        course.prediction.push(belief);
        course.rate.push(rate);
        belief += rate * (x - belief);
    }
    Ok(course)
}

fn observed(
    task: &ChangePointTask,
    script: &Script,
    hazard: f64,
    progress: &mut Progress<'_>,
    mut pass: impl FnMut(f64) -> f64,
) -> Result<Course> {
    let mut observer = ReducedBayesianObserver::new(hazard, task.noise, task.range)?;
    let mut course = Course::default();
    for (trial, x) in script.sample.iter().enumerate() {
        progress.at(trial, task.trials)?;
        course.prediction.push(observer.belief());
        let (changed, rate) = observer.observe(*x);
        course.changed.push(changed);
        course.rate.push(pass(rate));
    }
    Ok(course)
}

fn exact(task: &ChangePointTask, script: &Script, progress: &mut Progress<'_>) -> Result<Course> {
    let mut observer = ExactObserver::new(task);
    let mut course = Course::default();
    for (trial, x) in script.sample.iter().enumerate() {
        // Without jumps every past trial stays possible, so that a step costs as much as there were trials.
        progress.always(trial, task.trials)?;
        course.prediction.push(observer.belief());
        course.changed.push(observer.observe(*x));
    }
    Ok(course)
}

fn told(task: &ChangePointTask, script: &Script, progress: &mut Progress<'_>) -> Result<Course> {
    let mut course = Course::default();
    let (mut belief, mut known) = (start(task), 0.0);
    for (trial, x) in script.sample.iter().enumerate() {
        progress.at(trial, task.trials)?;
        // Told with the first sample of the new mean: what the prediction missed is no one's fault.
        if script.switches.binary_search(&trial).is_ok() {
            known = 0.0;
        }
        known += 1.0;
        course.prediction.push(belief);
        course.rate.push(1.0 / known);
        belief += (x - belief) / known;
    }
    Ok(course)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn log(task: &ChangePointTask, script: Script, course: Course) -> RunLog {
    let distance = |(b, centre): (&f64, &f64)| (b - centre).abs() / task.noise;
    let error: Vec<f64> = course.prediction.iter().zip(&script.mean).map(distance).collect();
    let mut log = RunLog {
        footprint: Footprint { parameters: 1, updates: task.trials as u64, ..Footprint::default() },
        ..RunLog::default()
    };
    log.scalars.insert("prediction_error".into(), mean(&error));
    // Without the samples at which the mean jumped, which no prediction could know.
    let jumped = |trial: &usize| script.switches.binary_search(trial).is_ok();
    let predictable: Vec<f64> =
        (0..error.len()).filter(|trial| !jumped(trial)).map(|trial| error[trial]).collect();
    log.scalars.insert("prediction_error_between".into(), mean(&predictable));
    if !course.rate.is_empty() {
        log.scalars.insert("mean_rate".into(), mean(&course.rate));
    }
    let signals = [("rate", course.rate), ("change_probability", course.changed)];
    let signals = signals.into_iter().filter(|(_, values)| !values.is_empty()).collect();
    Trace { switches: script.switches, performance: vec![("error", error)], signals }.write(&mut log);
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Unwatched;

    fn script(sample: &[f64], switches: &[usize]) -> Script {
        Script { switches: switches.to_vec(), mean: vec![0.0; sample.len()], sample: sample.to_vec() }
    }

    #[test]
    fn a_constant_rate_moves_by_its_share_of_the_error() {
        let task = ChangePointTask { range: [0.0, 8.0], ..ChangePointTask::default() };
        let mut unwatched = Unwatched;
        let mut progress = Progress(&mut unwatched);
        let course = fixed(&task, &script(&[8.0, 8.0, 0.0], &[]), &mut progress, || 0.5).expect("runs");
        assert_eq!(course.prediction, [4.0, 6.0, 7.0]);
    }

    #[test]
    fn who_is_told_takes_the_mean_since_the_jump() {
        let task = ChangePointTask::default();
        let mut unwatched = Unwatched;
        let mut progress = Progress(&mut unwatched);
        let course = told(&task, &script(&[2.0, 4.0, 9.0, 11.0, 0.0], &[2]), &mut progress).expect("runs");
        assert_eq!(course.prediction, [150.0, 2.0, 3.0, 9.0, 10.0]);
        assert_eq!(course.rate, [1.0, 0.5, 1.0, 0.5, 1.0 / 3.0]);
    }

    #[test]
    fn errors_are_in_units_of_the_noise_and_told_apart_at_jumps() {
        let task = ChangePointTask { noise: 2.0, trials: 3, ..ChangePointTask::default() };
        let course = Course { prediction: vec![1.0, 6.0, 2.0], rate: vec![0.5; 3], ..Course::default() };
        let log = log(&task, script(&[0.0; 3], &[1]), course);
        assert_eq!(log.scalars["prediction_error"], 1.5); // (0.5 + 3 + 1)/3
        assert_eq!(log.scalars["prediction_error_between"], 0.75);
    }
}
