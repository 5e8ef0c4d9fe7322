//! From settings and a seed to a network, its targets and its problem.

use super::behaviour::Stimulus;
use super::bptt::Tape;
use super::network::{Effective, Network};
use super::settings::{Assign, Kind, Settings};
use super::targets::{Context, Targets};
use super::task::{Condition, conditions};
use super::train::{Problem, Stage, simulate};
use base::error::Result;
use base::rng::Streams;
use contract::Pace;
use numeric::lanes::combine_rows;

/// The untrained network of a run, whom its method reaches, and what it has to learn.
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn prepare<'a>(
    settings: &'a Settings,
    streams: &Streams,
    pace: &mut Pace<'_>,
) -> Result<(Network, Targets, Problem<'a>)> {
    let Settings { task, modulation } = settings;
    let network = Network::new(&task.network, streams);
    let count = task.behaviour.len();
    let mut targets = Targets::new(&network, modulation, count, 0.0, streams);
    if modulation.kind == Kind::AdditiveCurrent {
        let members: Vec<usize> = (0..count).flat_map(|index| targets.population(index).to_vec()).collect();
        let neutral = Context::neutral(network.shape);
        let streams = streams.within("matching");
        let scale = recurrent_input(&network, settings, &neutral, &members, &streams, pace)?;
        targets.set_current_scale(scale);
    }
    let contexts = task.behaviour.iter().enumerate();
    let mut contexts: Vec<Context> =
        contexts.map(|(k, b)| targets.context(network.shape, k, b, task.population_level)).collect();
    if modulation.assign == Assign::Mean {
        let mean = Context::mean(&contexts, network.shape);
        contexts.fill(mean);
    }
    let problem = Problem { task, contexts, conditions: conditions(&task.behaviour, task.no_go) };
    Ok((network, targets, problem))
}

/// Root mean square of the summed recurrent input W r of `units` over the trials of all stimuli: raising the gain from
/// 1 to f changes their input by f − 1 times this.
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn recurrent_input(
    network: &Network,
    settings: &Settings,
    context: &Context,
    units: &[usize],
    streams: &Streams,
    pace: &mut Pace<'_>,
) -> Result<f32> {
    let effective = Effective::new(network, None, false);
    let mut tape = Tape::new(network.shape);
    let (mut sum, mut count) = (0.0f64, 0usize);
    let width = network.shape.width;
    let mut rates = vec![0.0; width];
    let mut input = vec![0.0; width];
    for stimulus in Stimulus::ALL {
        let condition = Condition { behaviour: 0, stimulus, response: 0 };
        let stage = Stage { network, task: &settings.task, context, condition };
        simulate(stage, 4, streams, &mut tape, pace, |tape, b| {
            for t in 0..settings.task.trial.steps {
                let now = tape.rates(t, b);
                rates[..now.len()].copy_from_slice(now);
                combine_rows(&effective.forward, network.shape.units, width, &rates, &mut input);
                sum += units.iter().map(|unit| f64::from(input[*unit]).powi(2)).sum::<f64>();
                count += units.len();
            }
        })?;
    }
    Ok((sum / count.max(1) as f64).sqrt() as f32)
}
