//! Who meets the task: the agent, what it predicts of its feedback, and the noradrenaline that surprise releases.

use super::agent::Agent;
use super::model::ModelSettings;
use super::noradrenaline::Noradrenaline;
use super::task::{Cue, RewardReading};
use super::trial::Trial;
use crate::spiking::noise::Noise;
use crate::spiking::predictive::PredictiveNetwork;
use base::error::Result;
use base::rng::Streams;
use contract::{Channel, Channels};
use dynamics::Receptor;

/// What surprise sets in each trial: the level of noradrenaline, and what its receptor relaxes the weights by.
pub(super) const CHANNELS: &[Channel] = &[
    Channel { beyond: Some(0.0), single: true, ..Channel::new("noradrenaline", [0.0, 1.0]) },
    Channel { beyond: Some(0.0), ..Channel::new("relaxation", [0.0, 1.0]) },
];

pub(super) const NORADRENALINE: usize = 0;
pub(super) const RELAXATION: usize = 1;

/// Outcomes that the predictive network tells apart.
const REWARD: usize = 0;
const PUNISHMENT: usize = 1;
const NEUTRAL: usize = 2;

/// Who meets the task: the agent, what it predicts of its feedback, and the noradrenaline that surprise releases.
pub(super) struct Subject {
    pub agent: Agent,
    pub predictive: PredictiveNetwork,
    prediction_noise: Noise,
    noradrenaline: Noradrenaline,
    relaxation: Receptor,
}

impl Subject {
    /// Drawn from streams of its own; the agent is calibrated.
    ///
    /// # Errors
    /// Parameters out of range.
    pub fn new(model: &ModelSettings, streams: &Streams) -> Result<Self> {
        let relaxation = model.relaxation.receptor();
        let agent = Agent::new(model, streams)?;
        let prediction_noise = Noise::new(streams.fast("predictive"));
        let mut fresh = Noise::new(streams.fast("init/predictive"));
        let predictive = PredictiveNetwork::new(8, 3, model.predictive, &mut fresh)?;
        Ok(Self {
            agent,
            predictive,
            prediction_noise,
            noradrenaline: Noradrenaline::new(model)?,
            relaxation,
        })
    }

    /// Weights and predictions are drawn anew.
    pub fn meet_novel_exemplars(&mut self, fresh: &mut Noise) {
        self.agent.meet_novel_exemplars(fresh);
        self.predictive.forget(fresh);
    }

    /// The level in a trial, `within` trials after a shift if there was one.
    pub fn level(&self, channels: &mut Channels, within: Option<usize>) -> f64 {
        let level = channels.pass(NORADRENALINE, || self.noradrenaline.level(within));
        channels.pass(RELAXATION, || self.relaxation.effect(f64::from(level as f32)));
        level
    }

    /// Answers, is rewarded, is surprised or not, and learns.
    pub fn trial(&mut self, compound: usize, level: f64, cue: &Cue, reward: RewardReading) -> Trial {
        let response = self.agent.respond(compound, level);
        let present = super::task::COMPOUNDS[compound].contains(&cue.element);
        let reward = reward.reward(present, response.go);
        let error = f64::from(reward) - response.value;
        let outcome = match reward {
            r if r > 0.5 => REWARD,
            r if r < -0.5 => PUNISHMENT,
            _ => NEUTRAL,
        };
        let state = 2 * compound + usize::from(response.go);
        let surprise = self.predictive.feedback(state, outcome, &mut self.prediction_noise);
        let weight_change = self.agent.learn(response.go, error, level);
        self.noradrenaline.observe(surprise);
        Trial {
            compound,
            cue: cue.element,
            present,
            go: response.go,
            reward,
            value: response.value as f32,
            dopamine: self.agent.dopamine.value() as f32,
            weight_change: weight_change as f32,
            absent: surprise.absent,
            surprise: surprise.total,
            noradrenaline: level as f32,
            rates: response.rates,
            attention: self.agent.attention.gains[0],
        }
    }
}
