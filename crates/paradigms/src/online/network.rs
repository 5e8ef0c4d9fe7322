//! A network that learns from the stream, through the one training core.

use std::collections::VecDeque;

use candle_core::{Device, Tensor};

use super::agent::{Oracle, Predictor};
use super::detector::Detector;
use super::standardise::Standardise;
use base::state::State;
use contract::Footprint;
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, predict, read};
use learn::stream::Batch;
use learn::stream::online::{ToldChange, ToldState};
use serde_json::json;

/// A learning rate that falls: η_n = η (1 + n/τ)^(−p) at update n.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decay {
    pub tau: f64,
    pub power: f64,
}

/// One update of [`Learner`] per mini-batch; the objective says what of the past counts (Eq. 7).
pub(super) struct Network {
    learner: Learner,
    initial: Vec<Vec<f32>>,
    decay: Option<Decay>,
    detector: Option<Box<dyn Detector>>,
    standardise: Option<Standardise>,
    /// Past samples that each update also trains on, at most.
    past_samples: u64,
    /// Answers whose labels have not come yet.
    open: VecDeque<u32>,
    predicted: usize,
    trained: u64,
    resets: Vec<usize>,
    /// Told about a change it starts afresh; otherwise only its neuromodulators hear of it.
    reset_when_told: bool,
}

impl Network {
    pub fn new(learner: Learner, decay: Option<Decay>, detector: Option<Box<dyn Detector>>) -> Result<Self> {
        let initial = learner.model.parameters().snapshot()?;
        Ok(Self {
            learner,
            initial,
            decay,
            detector,
            standardise: None,
            past_samples: 0,
            open: VecDeque::new(),
            predicted: 0,
            trained: 0,
            resets: Vec::new(),
            reset_when_told: false,
        })
    }

    /// Starts afresh at each change that it is told.
    pub fn reset_when_told(mut self) -> Self {
        self.reset_when_told = true;
        self
    }

    /// Sees its inputs standardised.
    pub fn with_inputs(mut self, standardise: Standardise) -> Self {
        self.standardise = Some(standardise);
        self
    }

    /// Notes, for the count of operations, that each update trains on this many past samples too.
    pub fn with_past(mut self, samples: usize) -> Self {
        self.past_samples = samples as u64;
        self
    }

    /// Back to the initial weights and an empty optimiser.
    fn reset(&mut self) -> Result<()> {
        self.learner.model.parameters().restore(&self.initial)?;
        self.learner.optimiser.reset();
        self.resets.push(self.predicted);
        Ok(())
    }
}

impl Predictor for Network {
    fn predict(&mut self, inputs: &[f32], samples: usize) -> Result<Vec<Option<u32>>> {
        let features = inputs.len() / samples.max(1);
        self.learner.sense(inputs, features);
        let inputs = match &mut self.standardise {
            None => Tensor::from_slice(inputs, (samples, features), &Device::Cpu)?,
            Some(standardise) => {
                standardise.see(inputs, features);
                Tensor::from_vec(standardise.apply(inputs), (samples, features), &Device::Cpu)?
            }
        };
        let labels = predict(self.learner.model.as_ref(), &inputs, &Active::All, self.learner.gains())?;
        let answers: Vec<u32> = labels.into_iter().filter_map(|label| u32::try_from(label).ok()).collect();
        self.predicted += samples;
        self.open.extend(&answers);
        Ok(answers.into_iter().map(Some).collect())
    }

    fn learn(&mut self, batch: &Batch) -> Result<()> {
        let mut alarm = false;
        for label in &batch.targets {
            let wrong = self.open.pop_front().is_some_and(|answer| answer != *label);
            if let Some(detector) = &mut self.detector {
                alarm |= detector.alarm(f64::from(u8::from(wrong)));
            }
        }
        if alarm {
            self.reset()?;
            if let Some(detector) = &mut self.detector {
                detector.reset();
            }
        }
        if let Some(Decay { tau, power }) = self.decay {
            let gain = (1.0 + self.learner.updates() as f64 / tau).powf(-power) as f32;
            self.learner.base.learning_rate = gain;
        }
        match &self.standardise {
            None => self.learner.step(batch)?,
            Some(standardise) => {
                let shape = batch.inputs.dims2()?;
                let inputs = read(&batch.inputs.contiguous()?, |inputs| standardise.apply(inputs))?;
                let inputs = Tensor::from_vec(inputs, shape, &Device::Cpu)?;
                self.learner.step(&Batch { inputs, ..batch.clone() })?
            }
        };
        self.trained += batch.targets.len() as u64 + self.past_samples;
        Ok(())
    }

    fn check_finite(&self) -> Result<()> {
        self.learner.check_finite()
    }

    fn save(&self) -> Result<State> {
        let seen = json!((&self.open, self.predicted, self.trained, &self.resets));
        let mut state = State::default().value("seen", seen);
        let detector = self.detector.as_ref().map(|detector| detector.save());
        let inputs = self.standardise.as_ref().map(Standardise::save);
        let parts = [("learner", Some(self.learner.save()?)), ("detector", detector), ("inputs", inputs)];
        state.parts = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))).collect();
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.open, self.predicted, self.trained, self.resets) = state.get_value("seen")?;
        self.learner.load(state.get_part("learner")?)?;
        if let Some(detector) = &mut self.detector {
            detector.load(state.get_part("detector")?)?;
        }
        if let Some(standardise) = &mut self.standardise {
            standardise.load(state.get_part("inputs")?)?;
        }
        Ok(())
    }

    fn footprint(&self) -> Footprint {
        Footprint {
            parameters: self.learner.model.parameters().count() as u64,
            state_bytes: self.learner.objective.state_bytes()
                + self.detector.as_ref().map_or(0, |detector| detector.bytes())
                + self.standardise.as_ref().map_or(0, Standardise::bytes),
            replay_bytes: self.learner.objective.replay_bytes(),
            updates: self.learner.updates(),
            multiply_adds: 3 * self.learner.model.multiply_adds() * self.trained,
            ..Footprint::default()
        }
    }

    fn resets(&self) -> &[usize] {
        &self.resets
    }

    fn learner(&self) -> Option<&Learner> {
        Some(&self.learner)
    }
}

impl Oracle for Network {
    fn told(&mut self, _change: &ToldChange) -> Result<()> {
        self.open.clear();
        self.learner.boundary_told();
        if self.reset_when_told { self.reset() } else { Ok(()) }
    }

    fn told_state(&mut self, state: &ToldState) {
        self.learner.state_told(state.state());
    }
}
