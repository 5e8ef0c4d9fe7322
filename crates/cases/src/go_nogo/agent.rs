//! Actor, critic and their plasticity: a circuit of three clusters under plastic Poisson input.

use super::attention::Attention;
use super::model::ModelSettings;
use super::receptors::NoradrenalineReceptors;
use super::task::COMPOUNDS;
use super::wiring::{initial_weights, populations, recurrent};
use crate::spiking::apical::{Apical, ApicalSettings};
use crate::spiking::circuit::{Circuit, CircuitSettings, Presentation};
use crate::spiking::eligibility::{Eligibility, StdpRule};
use crate::spiking::noise::Noise;
use crate::spiking::poisson::PoissonRaster;
use crate::spiking::population::Kind;
use base::error::DefinitionError;
use base::rng::Streams;
use dynamics::{Level, Receptor, Release};

/// Levels of noradrenaline at which the untrained critic is read.
const CALIBRATION: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

const CALIBRATION_TRIALS: usize = 8;

/// What the circuit answered in one trial.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Response {
    /// Rates in Hz: Go E, Go I, No-Go E, No-Go I, critic E, critic I.
    pub rates: [f32; 6],
    pub value: f64,
    pub go: bool,
}

/// The agent.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(super) model: ModelSettings,
    pub circuit: Circuit,
    pub attention: Attention,
    /// Phasic dopamine: no persistence from trial to trial.
    pub dopamine: Level,
    /// The third factor of plasticity.
    pub(super) dopamine_receptor: Receptor,
    pub(super) receptors: NoradrenalineReceptors,
    /// Net rate of the untrained critic at the calibration levels, Hz.
    baseline: [f64; 5],
    input: PoissonRaster,
    input_noise: Noise,
    circuit_noise: Noise,
    apical_noise: Noise,
    policy: Noise,
    /// Coefficient of each neuron in the weight update.
    pub(super) sign: Vec<f32>,
}

impl Agent {
    /// Random initial weights; the critic's baseline is calibrated on them.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(model: &ModelSettings, streams: &Streams) -> Result<Self, DefinitionError> {
        model.check()?;
        let (net, burst, plasticity) = (model.network, model.bursting, model.plasticity);
        let populations = populations(net.excitatory, net.inhibitory);
        let neurons = 3 * (net.excitatory + net.inhibitory);
        let inputs = 4 * net.inputs;
        let rule = StdpRule {
            tau_pre: plasticity.tau_pre,
            tau_post: plasticity.tau_post,
            tau_eligibility: plasticity.tau_eligibility,
            depression: plasticity.depression,
        };
        let settings = CircuitSettings {
            scale_excitatory: net.scale_excitatory,
            scale_inhibitory: net.scale_inhibitory,
            tau_synapse: net.tau_synapse,
            noise: net.noise,
            burst_current: burst.current,
            burst_reset: burst.reset,
            burst_jump: burst.jump,
            burst_eligibility: plasticity.burst_eligibility,
        };
        let groups =
            populations.iter().filter(|p| p.kind == Kind::Excitatory).map(|p| p.range.clone()).collect();
        let apical = Apical::new(groups, ApicalSettings { tau: burst.tau, correlation: burst.correlation })?;
        let circuit = Circuit::new(
            populations.clone(),
            initial_weights(model, &mut Noise::new(streams.fast("init/actor-critic"))),
            model.recurrent.any().then(|| recurrent(model, &populations)),
            Eligibility::new(inputs, neurons, net.stimulus, rule)?,
            apical,
            settings,
        )?;
        let expected = (net.rate_on * net.stimulus as f64 * inputs as f64 / 1000.0) as usize;
        let mut agent = Self {
            model: model.clone(),
            circuit,
            attention: Attention::new(model.attention),
            dopamine: Level::new(0.0, 0.0, if model.dopamine { 1.0 } else { 0.0 }, Release::Additive)?,
            dopamine_receptor: Receptor::bias(1.0),
            receptors: NoradrenalineReceptors::new(model),
            baseline: [0.0; 5],
            input: PoissonRaster::with_capacity(net.stimulus, expected),
            input_noise: Noise::new(streams.fast("calibration/input")),
            circuit_noise: Noise::new(streams.fast("calibration/noise")),
            apical_noise: Noise::new(streams.fast("calibration/apical")),
            policy: Noise::new(streams.fast("policy")),
            sign: vec![0.0; neurons],
        };
        agent.calibrate();
        agent.input_noise = Noise::new(streams.fast("input"));
        agent.circuit_noise = Noise::new(streams.fast("noise"));
        agent.apical_noise = Noise::new(streams.fast("apical"));
        agent.circuit.spikes = 0;
        agent.circuit.synaptic_operations = 0;
        Ok(agent)
    }

    /// Novel exemplars: the plastic weights are drawn anew; attention stays.
    pub fn meet_novel_exemplars(&mut self, noise: &mut Noise) {
        self.circuit.input = initial_weights(&self.model, noise);
    }

    /// Reads the untrained critic at several levels, so that bursting alone does not look like value.
    fn calibrate(&mut self) {
        for (index, level) in CALIBRATION.into_iter().enumerate() {
            if index > 0 && !self.model.bursting.enabled {
                self.baseline[index] = self.baseline[0];
                continue;
            }
            let mut sum = 0.0;
            for trial in 0..CALIBRATION_TRIALS {
                sum += self.stimulate(trial % 4, level, false);
            }
            self.baseline[index] = sum / CALIBRATION_TRIALS as f64;
        }
    }

    /// Shows a compound; returns the net critic rate in Hz.
    fn stimulate(&mut self, compound: usize, noradrenaline: f64, learning: bool) -> f64 {
        let net = self.model.network;
        let burst = self.model.bursting;
        let elements = COMPOUNDS[compound];
        let gains = self.attention.gains;
        self.input.draw(&mut self.input_noise, net.stimulus, 4 * net.inputs, |source| {
            let element = source / net.inputs;
            let hertz = if elements.contains(&element) {
                net.rate_on * f64::from(gains[element / 2])
            } else {
                net.rate_off
            };
            hertz * 1e-3
        });
        for (cluster, receptor) in self.receptors.threshold.iter().enumerate() {
            let threshold = f64::from(burst.threshold_high) + receptor.effect(noradrenaline);
            self.circuit.apical.set_threshold(cluster, threshold as f32);
        }
        let how = Presentation {
            steps: net.stimulus,
            read_from: net.read_from,
            bursting: burst.enabled && noradrenaline > 0.01,
            learning,
        };
        self.circuit.present(&self.input, &mut self.circuit_noise, &mut self.apical_noise, how);
        let rates = self.rates();
        f64::from(rates[4]) - f64::from(rates[5])
    }

    fn rates(&self) -> [f32; 6] {
        let window = (self.model.network.stimulus - self.model.network.read_from) as f64;
        let mut rates = [0.0; 6];
        for (rate, population) in rates.iter_mut().zip(&self.circuit.populations) {
            *rate = population.rate(&self.circuit.counts, window) as f32;
        }
        rates
    }

    /// One stimulus: rates, expected reward, answer.
    pub fn respond(&mut self, compound: usize, noradrenaline: f64) -> Response {
        let critic = self.stimulate(compound, noradrenaline, self.model.dopamine);
        let rates = self.rates();
        let value = (critic - self.baseline_at(noradrenaline)) / self.model.network.hertz_per_value;
        Response { rates, value, go: self.choose(&rates) }
    }

    /// The answer to a stimulus and nothing else: no trace of it enters the eligibility.
    pub fn answer(&mut self, compound: usize, noradrenaline: f64) -> bool {
        self.stimulate(compound, noradrenaline, false);
        let rates = self.rates();
        self.choose(&rates)
    }

    /// The cluster with the higher net rate, or a coin where the model explores.
    fn choose(&mut self, rates: &[f32; 6]) -> bool {
        let net = (rates[0] - rates[1]) - (rates[2] - rates[3]);
        let mut go = net + 1e-3 * self.policy.normal() > 0.0;
        if self.model.exploration > 0.0 && f64::from(self.policy.uniform()) < self.model.exploration {
            go = self.policy.uniform() < 0.5;
        }
        go
    }

    /// A copy as it stands now that draws from random streams of its own; whatever it does, this agent does not notice.
    #[must_use]
    pub fn apart(&self, streams: &Streams) -> Self {
        let mut copy = self.clone();
        copy.input_noise = Noise::new(streams.fast("input"));
        copy.circuit_noise = Noise::new(streams.fast("noise"));
        copy.apical_noise = Noise::new(streams.fast("apical"));
        copy.policy = Noise::new(streams.fast("policy"));
        copy.circuit.raster = None;
        copy
    }

    fn baseline_at(&self, level: f64) -> f64 {
        let place = (level * 4.0).clamp(0.0, 4.0);
        let low = (place as usize).min(3);
        self.baseline[low] + (self.baseline[low + 1] - self.baseline[low]) * (place - low as f64)
    }
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
