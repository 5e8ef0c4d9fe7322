//! One learner meets one session of the bandit.

use rand::RngExt;

use super::controller;
use super::controller::{Knobs, Modulators};
use super::settings::{BanditLearner, MOST_DISCOUNT};
use super::task::{BanditTask, Wait};
use super::values::Values;
use crate::switching::pace::Progress;
use crate::switching::softmax;
use crate::switching::trace::Trace;
use base::error::{Error, Result};
use base::rng::Streams;
use contract::{Channel, Channels, Footprint, RunLog, Watch};

/// The state in which an arm is chosen; arm k leads to state 1 + k.
const START: usize = 0;

/// What the modulated learners set at each choice: of the arm, then of soon or late.
pub const CHANNELS: &[Channel] = &[
    Channel::new("rate", [0.0, 1.0]).of_kinds(2),
    Channel::new("inverse_temperature", [0.0, f64::INFINITY]).of_kinds(2),
    Channel::new("discount", [0.0, MOST_DISCOUNT]).of_kinds(2),
];

const RATE: usize = 0;
const INVERSE_TEMPERATURE: usize = 1;
const DISCOUNT: usize = 2;

/// Runs a session.
///
/// # Errors
/// A value that is not finite; a watch that asks to stop.
pub fn session(
    task: &BanditTask,
    learner: &BanditLearner,
    streams: &Streams,
    channels: &mut Channels,
    watch: &mut dyn Watch,
) -> Result<RunLog> {
    let script = task.draw(streams);
    let mut progress = Progress(watch);
    let mut agent = Agent::new(task.arms, learner, channels, streams)?;
    let mut choices = streams.get("choices");
    let trials = task.trials;
    let (mut reward, mut steps) = (0.0, 0);
    let mut performance = Vec::with_capacity(trials);
    let mut waits = Vec::with_capacity(trials);
    let mut signals: Vec<Vec<f64>> = (0..6).map(|_| Vec::with_capacity(trials)).collect();
    for trial in 0..trials {
        progress.at(trial, trials)?;
        let arm = agent.choose(START, choices.random());
        agent.learn((START, arm), (0.0, 1, 1 + arm))?;
        let wait = if agent.choose(1 + arm, choices.random()) == 0 { Wait::Soon } else { Wait::Late };
        let (size, duration) = task.outcome(wait);
        let earned = if script.rewarded[trial][arm] { size } else { 0.0 };
        agent.learn((1 + arm, wait as usize), (earned, duration, START))?;
        agent.end_trial(earned / (1 + duration) as f64);
        reward += earned;
        steps += 1 + duration;
        performance.push(f64::from(u8::from(arm == script.best[trial])));
        waits.push(f64::from(u8::from(wait == Wait::Late)));
        let knobs = agent.last_two();
        let shown = [knobs.rate, knobs.inverse_temperature, knobs.discount];
        for (signal, value) in signals.iter_mut().zip(shown.into_iter().chain(agent.levels())) {
            signal.push(value);
        }
    }
    let (right, late): (f64, f64) = (performance.iter().sum(), waits.iter().sum());
    let names = ["rate", "inverse_temperature", "discount", "acetylcholine", "noradrenaline", "serotonin"];
    let trace = Trace {
        switches: script.switches.clone(),
        performance: vec![("right", performance), ("late", waits)],
        signals: names.into_iter().zip(signals).filter(|(_, values)| !values.is_empty()).collect(),
    };
    let mut log = RunLog {
        footprint: Footprint {
            parameters: agent.values.parameters() as u64,
            updates: 2 * trials as u64,
            ..Footprint::default()
        },
        ..RunLog::default()
    };
    log.scalars.insert("reward_rate".into(), reward / steps as f64);
    log.scalars.insert("accuracy".into(), right / trials as f64);
    log.scalars.insert("late_share".into(), late / trials as f64);
    log.scalars.insert("switches".into(), script.switches.len() as f64);
    log.scalars.extend(means(&agent.used));
    trace.write(&mut log);
    Ok(log)
}

type Of = fn(&Knobs) -> f64;

const MEANS: &[(&str, Of)] = &[
    ("mean_rate", |k| k.rate),
    ("mean_inverse_temperature", |k| k.inverse_temperature),
    ("mean_discount", |k| k.discount),
];

/// Means of the meta-parameters over the choices.
fn means(used: &[Knobs]) -> impl Iterator<Item = (String, f64)> {
    let mean = |of: &Of| used.iter().map(of).sum::<f64>() / used.len() as f64;
    MEANS.iter().map(move |(name, of)| ((*name).to_owned(), mean(of)))
}

/// A learner with its values and whatever sets its meta-parameters.
struct Agent<'a> {
    learner: &'a BanditLearner,
    values: Values,
    modulators: Option<Modulators>,
    channels: &'a mut Channels,
    /// The meta-parameters of every decision so far.
    used: Vec<Knobs>,
    rng: base::rng::StreamRng,
}

impl<'a> Agent<'a> {
    fn new(
        arms: usize,
        learner: &'a BanditLearner,
        channels: &'a mut Channels,
        streams: &Streams,
    ) -> Result<Self> {
        let mut rng = streams.get("learner");
        let values = match learner {
            BanditLearner::Uncertainty(s) => Values::ensemble(
                arms,
                s.members,
                (s.mask, s.spread),
                (s.initial_mean, s.initial_variance),
                &mut rng,
            ),
            _ => Values::single(arms),
        };
        let modulators = match learner {
            BanditLearner::Doya(settings) => Some(Modulators::new(settings)?),
            _ => None,
        };
        Ok(Self { learner, values, modulators, channels, used: Vec::new(), rng })
    }

    /// Chooses an action and fixes the meta-parameters with which it will be learned from.
    fn choose(&mut self, state: usize, draw: f64) -> usize {
        let own = match (&self.modulators, self.learner) {
            _ if self.channels.replays() => Knobs::default(),
            (Some(modulators), _) => modulators.knobs(state),
            (None, BanditLearner::Uncertainty(s)) => Knobs {
                // Fixed below, when the action is known.
                rate: 0.0,
                inverse_temperature: controller::inverse_temperature(s, &self.values, state),
                discount: s.discount(state),
            },
            (None, BanditLearner::Softmax(s)) => s.knobs(state),
            (None, BanditLearner::Doya(s)) => s.base(state),
        };
        let inverse_temperature = self.channels.pass(INVERSE_TEMPERATURE, || own.inverse_temperature);
        let discount = self.channels.pass(DISCOUNT, || own.discount);
        let probabilities = softmax::probabilities(&self.values.means(state), inverse_temperature);
        let action = softmax::pick(&probabilities, draw);
        let rate = self.channels.pass(RATE, || match self.learner {
            BanditLearner::Uncertainty(s) => controller::rate(s, &self.values, state, action),
            _ => own.rate,
        });
        let knobs = Knobs { rate, inverse_temperature, discount };
        self.used.push(knobs);
        action
    }

    /// Learns from the reward that came after `steps` and from the state it led to.
    fn learn(&mut self, at: (usize, usize), (reward, steps, next): (f64, usize, usize)) -> Result<()> {
        let Some(knobs) = self.used.last().copied() else { return Ok(()) };
        let factor = self.modulators.as_ref().map_or(1.0, Modulators::third_factor);
        // The reward comes with the last step: it is discounted by the steps before.
        let discounted = (0..steps - 1).fold(reward, |value, _| value * knobs.discount);
        let bootstrap = (0..steps).fold(1.0, |value, _| value * knobs.discount);
        let error = self.values.learn(at, (discounted, bootstrap, next), (knobs.rate, factor), &mut self.rng);
        if !error.is_finite() {
            return Err(Error::Diverged {
                update: self.used.len(),
                what: "the prediction error".into(),
                value: error,
            });
        }
        if let Some(modulators) = &mut self.modulators {
            modulators.surprise(error);
        }
        Ok(())
    }

    fn end_trial(&mut self, reward_per_step: f64) {
        if let Some(modulators) = &mut self.modulators {
            modulators.reward_rate(reward_per_step);
        }
    }

    /// The mean meta-parameters of a trial's two decisions.
    fn last_two(&self) -> Knobs {
        let two = &self.used[self.used.len() - 2..];
        Knobs {
            rate: f64::midpoint(two[0].rate, two[1].rate),
            inverse_temperature: f64::midpoint(two[0].inverse_temperature, two[1].inverse_temperature),
            discount: f64::midpoint(two[0].discount, two[1].discount),
        }
    }

    /// Levels of the modulators, if it has any.
    fn levels(&self) -> impl Iterator<Item = f64> {
        self.modulators.as_ref().map(Modulators::levels).into_iter().flatten()
    }
}
