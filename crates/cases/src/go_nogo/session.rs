//! One session: the agent meets the task.

use rand::RngExt;

use super::model::ModelSettings;
use super::probe::Probe;
use super::subject::{CHANNELS, RELAXATION, Subject};
use super::task::{Block, Schedule, TaskSettings, TrialOrder};
use super::trial::Trial;
use crate::spiking::noise::Noise;
use base::error::{Error, Result};
use base::rng::Streams;
use contract::{Channels, Replay, Watch};

/// Trials whose spikes are kept when asked for: the last of a block and the first of the next.
const RASTER_TRIALS: usize = 3;

/// Spikes of one trial of an example session.
#[derive(Debug, Clone, PartialEq)]
pub struct RasterTrial {
    pub trial: usize,
    /// (ms, neuron)
    pub spikes: Vec<(u32, u16)>,
}

/// What a session leaves behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Session {
    pub trials: Vec<Trial>,
    pub blocks: Vec<Block>,
    /// Consecutive correct answers that end a block; `None` when blocks have a fixed length.
    pub criterion: Option<usize>,
    pub raster: Vec<RasterTrial>,
    /// The policy where it was probed, in order of trials.
    pub probes: Vec<Probe>,
    pub parameters: u64,
    pub spikes: u64,
    pub synaptic_operations: u64,
}

/// Runs a session. Controls that replay noradrenaline first run their own model with the same seed.
///
/// # Errors
/// Bad parameters; a weight that is not finite; a watch that asks to stop.
pub fn run_session(
    task: &TaskSettings,
    model: &ModelSettings,
    seed: u64,
    watch: &mut dyn Watch,
) -> Result<Session> {
    task.check()?;
    model.check()?;
    let streams = Streams::new(seed);
    let replay = model.noradrenaline.source.replay();
    let rotation = |trials| {
        let margin = task.block / 3;
        streams.get("shuffle").random_range(margin..=trials - margin)
    };
    replay.run(CHANNELS, &streams, watch, rotation, |streams, channels, watch| {
        if replay == Replay::None || channels.replays() {
            return live(task, &held(model, channels), streams, channels, watch);
        }
        let unprobed = TaskSettings { probe: None, ..task.clone() };
        live(&unprobed, model, streams, channels, watch)
    })
}

/// The model with the mean relaxation of a control that holds noradrenaline at its mean, where the receptor is silent.
fn held(model: &ModelSettings, channels: &Channels) -> ModelSettings {
    let mut model = model.clone();
    if let Some(share) = channels.constant(RELAXATION) {
        // 1 − (1 − share)(1 − constant), the way in which the two shares of a trial combine.
        model.relaxation.constant += share as f32 * (1.0 - model.relaxation.constant);
        model.relaxation.noradrenaline = 0.0;
    }
    model
}

fn live(
    task: &TaskSettings,
    model: &ModelSettings,
    streams: &Streams,
    channels: &mut Channels,
    watch: &mut dyn Watch,
) -> Result<Session> {
    let mut subject = Subject::new(model, streams)?;
    let mut order = TrialOrder::new(streams.get("task"));
    let mut session = Session {
        trials: Vec::with_capacity(task.longest()),
        criterion: (task.schedule == Schedule::Criterion).then_some(task.criterion),
        ..Session::default()
    };
    for (index, &cue) in task.cues.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| task.cues[before]);
        let (start, last) = (session.trials.len(), index + 1 == task.cues.len());
        if cue.novel && index > 0 {
            subject.meet_novel_exemplars(&mut Noise::new(streams.fast(&format!("init/novel{index}"))));
        }
        let mut in_a_row = 0;
        for within in 0..task.block {
            let wants_raster = task.record_raster
                && ((index > 0 && within < RASTER_TRIALS) || (!last && within + RASTER_TRIALS >= task.block));
            subject.agent.circuit.raster = wants_raster.then(|| Vec::with_capacity(8192));
            let compound = order.draw();
            let since_shift = (index > 0).then_some(within);
            let level = subject.level(channels, since_shift);
            let number = session.trials.len();
            let to_shift = (!last).then_some(task.block - within);
            let probe = task.probe.filter(|probe| probe.wants(since_shift, to_shift));
            session.probes.extend(probe.map(|probe| {
                let mut copy = subject.agent.apart(&streams.within(&format!("probe/trial{number}")));
                Probe::of(number, cue.element, probe.realisations, |compound| copy.answer(compound, level))
            }));
            let trial = subject.trial(compound, level, &cue, task.reward);
            if let Some(spikes) = subject.agent.circuit.raster.take() {
                session.raster.push(RasterTrial { trial: number, spikes });
            }
            check_finite(&trial, number)?;
            session.trials.push(trial);
            let done = session.trials.len();
            if done.is_multiple_of(8)
                && let Some(reason) = watch.progress(done as f64 / task.longest() as f64)
            {
                return Err(Error::Stopped(reason));
            }
            in_a_row = if trial.correct() { in_a_row + 1 } else { 0 };
            if task.schedule == Schedule::Criterion && in_a_row >= task.criterion {
                break;
            }
        }
        session.blocks.push(Block { start, end: session.trials.len(), cue, before });
    }
    let Subject { agent, predictive, .. } = subject;
    session.parameters = (agent.circuit.input.weights.len() + predictive.parameters()) as u64;
    session.spikes = agent.circuit.spikes + predictive.spikes;
    session.synaptic_operations = agent.circuit.synaptic_operations + predictive.synaptic_operations;
    Ok(session)
}

fn check_finite(trial: &Trial, number: usize) -> Result<()> {
    if trial.weight_change.is_finite() && trial.value.is_finite() && trial.surprise.is_finite() {
        return Ok(());
    }
    let what = "the mean weight change of a trial".to_owned();
    Err(Error::Diverged { update: number, what, value: f64::from(trial.weight_change) })
}

#[cfg(test)]
mod tests {
    use super::super::subject::NORADRENALINE;
    use super::*;
    use crate::go_nogo::{Cue, NoradrenalineSource};
    use contract::Unwatched;

    fn short(cues: &[&str]) -> TaskSettings {
        let cues = cues.iter().map(|cue| Cue::try_from((*cue).to_owned()).unwrap()).collect();
        TaskSettings { cues, block: 40, ..TaskSettings::default() }
    }

    #[test]
    fn the_same_seed_gives_the_same_session_and_another_seed_another() {
        let task = short(&["A", "B*"]);
        let run = |seed| run_session(&task, &ModelSettings::default(), seed, &mut Unwatched).unwrap();
        assert_eq!(run(1), run(1));
        assert_ne!(run(1).trials, run(2).trials);
    }

    #[test]
    fn conditions_share_the_order_of_stimuli_of_their_seed() {
        let task = short(&["A", "B"]);
        let order = |source| {
            let mut model = ModelSettings::default();
            model.noradrenaline.source = source;
            let session = run_session(&task, &model, 5, &mut Unwatched).unwrap();
            session.trials.iter().map(|trial| trial.compound).collect::<Vec<_>>()
        };
        let full = order(NoradrenalineSource::Surprise);
        assert_eq!(full, order(NoradrenalineSource::None));
        assert_eq!(full, order(NoradrenalineSource::Shuffled));
        assert_eq!(full, order(NoradrenalineSource::Mean));
    }

    #[test]
    fn the_mean_control_has_the_mean_level_and_the_mean_relaxation_of_the_session_it_replays() {
        let task = short(&["A", "B"]);
        let mut model = ModelSettings::default();
        model.noradrenaline.source = NoradrenalineSource::Mean;
        model.relaxation.constant = 0.1;
        // Relaxation is 0.8·relu(NA − 0.3)/0.7: 0, 0.8, 0.4 and 0.8/14, mean 0.314286.
        let relaxation = model.relaxation.receptor();
        let levels = [0.0, 1.0, 0.65, 0.35];
        let session = |_: &Streams, channels: &mut Channels, _: &mut dyn Watch| {
            let held = held(&model, channels);
            let passed = levels.map(|level| {
                channels.pass(RELAXATION, || relaxation.effect(level));
                channels.pass(NORADRENALINE, || level)
            });
            Ok((held, passed))
        };
        let streams = Streams::new(1);
        let (control, passed) = Replay::Mean.run(CHANNELS, &streams, &mut Unwatched, |_| 0, session).unwrap();
        assert!(passed.iter().all(|level| (level - 0.5).abs() < 1e-7), "{passed:?}");
        assert_eq!(control.relaxation.noradrenaline, 0.0);
        assert!((control.relaxation.constant - (0.1 + 0.9 * 0.314_286)).abs() < 1e-6);

        let full = run_session(&task, &ModelSettings::default(), 5, &mut Unwatched).unwrap();
        model.relaxation.constant = 0.0;
        let mean = run_session(&task, &model, 5, &mut Unwatched).unwrap();
        let level = full.trials.iter().map(|t| f64::from(t.noradrenaline)).sum::<f64>() / 80.0;
        assert!(level > 0.0);
        assert!(mean.trials.iter().all(|trial| trial.noradrenaline == level as f32));
    }

    #[test]
    fn a_criterion_ends_a_block_early() {
        let task =
            TaskSettings { schedule: Schedule::Criterion, block: 120, criterion: 3, ..short(&["A", "X"]) };
        let session = run_session(&task, &ModelSettings::default(), 1, &mut Unwatched).unwrap();
        for block in &session.blocks {
            let last = &session.trials[block.end - 3..block.end];
            assert!(block.end - block.start == 120 || last.iter().all(Trial::correct));
        }
        assert!(session.trials.len() < 240);
    }

    #[test]
    fn a_watch_can_stop_a_session() {
        struct Stop;
        impl Watch for Stop {
            fn progress(&mut self, _share: f64) -> Option<base::error::StopReason> {
                Some(base::error::StopReason::Interrupt)
            }
        }
        let result = run_session(&short(&["A"]), &ModelSettings::default(), 1, &mut Stop);
        assert!(matches!(result, Err(Error::Stopped(_))));
    }
}
