//! The test of a trained network: its score, what its signals did, and one trial to look at.

use std::collections::BTreeMap;

use super::control;
use super::episodes::{Episodes, Target};
use super::lane::Lane;
use super::network::{Network, Tape};
use super::settings::Settings;
use super::task::Problem;
use base::error::Result;
use base::rng::Streams;
use contract::{Curve, Pace, RunLog};

/// Numbers of sixteen trials at a time, by group and step.
type Lanes = Vec<Vec<Lane>>;

/// Scores, the example trial (curves `trial/…` over its steps, its events as marks) and the mean signals at events.
pub(super) fn examine(
    settings: &Settings,
    network: &dyn Network,
    problem: &dyn Problem,
    parameters: &[f32],
    streams: &Streams,
    log: &mut RunLog,
    pace: &mut Pace<'_>,
) -> Result<()> {
    let test = problem.test(settings.training.test_trials, streams);
    let mut tape = Tape::default();
    let mut run = |forced: Option<&[Vec<Lane>]>| -> Result<(Lanes, Lanes)> {
        let one = |(g, episodes): (usize, &Episodes)| {
            pace.ask()?;
            network.forward(parameters, episodes, forced.map(|forced| forced[g].as_slice()), &mut tape);
            Ok((tape.outputs.clone(), tape.signals.clone()))
        };
        Ok(test.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?.into_iter().unzip())
    };
    let (mut outputs, mut signals) = run(None)?;
    let streams = streams.within("control");
    let control = settings.network.control();
    if let Some(forced) = control::forced(control.test_signal, control.block, &signals, &test, &streams) {
        (outputs, signals) = run(Some(&forced))?;
    }
    problem.score(&test, &outputs, log);
    let index = problem.example();
    let (Some(episodes), Some(shown)) = (test.get(index), outputs.get(index)) else { return Ok(()) };
    example(episodes, (shown, problem.outputs()), (&signals[index], network.signals()), log);
    log.scalars.extend(at_events(&test, &signals, network.signals()));
    Ok(())
}

/// The first trial of a group: outputs, what was wanted, signals and events, of each what it has per step.
fn example(
    episodes: &Episodes,
    (shown, width): (&[Lane], usize),
    (signals, count): (&[Lane], usize),
    log: &mut RunLog,
) {
    let over_time = |name: String, lanes: &[Lane], width: usize, k: usize| {
        let mut curve = Curve::new(name);
        for (t, lane) in lanes.iter().skip(k).step_by(width).enumerate() {
            curve.push(t as f64, rounded(lane[0]));
        }
        curve
    };
    for k in 0..width {
        log.curves.push(over_time(format!("trial/output{}", k + 1), shown, width, k));
    }
    match &episodes.target {
        Target::Values(values) => log.curves.push(over_time("trial/target".into(), values, 1, 0)),
        Target::Labels(labels) => {
            let mut curve = Curve::new("trial/label");
            for (t, labels) in labels.iter().enumerate() {
                if let Some(label) = labels[0] {
                    curve.push(t as f64, label as f64 + 1.0);
                }
            }
            log.curves.push(curve);
        }
    }
    for k in 0..count {
        log.curves.push(over_time(format!("trial/signal{}", k + 1), signals, count, k));
    }
    log.marks = episodes.trials[0].marks.clone();
}

/// Means of the signals over all trials at each kind of event.
fn at_events(test: &[Episodes], signals: &Lanes, count: usize) -> impl Iterator<Item = (String, f64)> {
    let mut at: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (episodes, signals) in test.iter().zip(signals) {
        for (b, trial) in episodes.trials.iter().enumerate() {
            for mark in &trial.marks {
                for k in 0..count {
                    let value = f64::from(signals[mark.x as usize * count + k][b]);
                    let sum = at.entry(format!("signal{}/{}", k + 1, mark.label)).or_default();
                    *sum = (sum.0 + value, sum.1 + 1.0);
                }
            }
        }
    }
    at.into_iter().map(|(name, (sum, count))| (name, sum / count))
}

/// Four decimals: curves are for the eye, and records stay small.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1e4).round() / 1e4
}
