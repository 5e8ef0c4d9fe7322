//! A surprise-driven predictive network after SpikeSuM (Barry & Gerstner 2024): for each state a buffer population predicts
//! the outcome population; two error populations report what was predicted but absent (P1) and what was present but not
//! predicted (P2); their activity is the surprise and gates the learning of the prediction.

use multiversion::multiversion;

use super::noise::Noise;
use crate::check;
use base::error::DefinitionError;
use contract::declare::Declared;
use contract::settings;
use numeric::elementwise;

settings! {
    /// Parameters; the defaults are those of the case study's design.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct PredictiveSettings {
        /// neurons per state (buffer), per outcome (observation) and per outcome and error population;
        /// weights are states × outcomes × its square, at most 2 MiB for every pair of them
        pub population: usize = 16 => [1 to 512];
        /// probability of a buffer or observation spike per ms
        pub rate: f32 = 0.2 => [0.000001 to 1];
        /// length of its post-synaptic pulse, ms
        pub pulse: u32 = 4 => [1 to 1000];
        /// time constant of error neurons and presynaptic traces, ms
        pub tau: f32 = 10.0 => [above 0];
        /// time constant of the smoothed error activity A, ms
        pub smoothing: f32 = 10.0 => [above 0];
        /// η₁ of the learning rate η₁·tanh A, plus η₂·tanh A where A ≥ `threshold`
        pub rate_slow: f32 = 2e-4 => [0 to 1];
        /// η₂
        pub rate_fast: f32 = 4e-4 => [0 to 1];
        /// smoothed error activity A from which η₂ counts
        pub threshold: f32 = 0.3 => [at least 0];
        /// initial weights, as a share of a full prediction
        pub initial: f32 = 0.1 => [0 to 10];
        /// length of the feedback phase, ms
        pub feedback: usize = 100 => [2 to 10000];
        /// its first part, which does not count for the surprise, ms
        pub onset: usize = 20 => [told "0 to below feedback"];
    }
}

impl PredictiveSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// Names the key.
    pub fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        check::within("onset", self.onset, 0, self.feedback - 1)
    }
}

/// What one feedback phase said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Surprise {
    /// Mean activity of the predicted-but-absent population; about 1 for a full prediction that fails.
    pub absent: f32,
    /// Mean smoothed activity of both error populations.
    pub total: f32,
}

/// The network.
#[derive(Debug, Clone)]
pub struct PredictiveNetwork {
    settings: PredictiveSettings,
    outcomes: usize,
    /// [state][P1, P2][buffer × outcomes·population]
    weights: Vec<f32>,
    buffer: Vec<u32>,
    buffer_trace: Vec<f32>,
    observation: Vec<u32>,
    /// [P1, P2] × outcomes·population each.
    potential: Vec<f32>,
    refractory: Vec<f32>,
    prediction: Vec<f32>,
    draws: Vec<f32>,
    /// Error spikes so far, and synapses passed.
    pub spikes: u64,
    pub synaptic_operations: u64,
}

impl PredictiveNetwork {
    /// Random small predictions.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(
        states: usize,
        outcomes: usize,
        settings: PredictiveSettings,
        noise: &mut Noise,
    ) -> Result<Self, DefinitionError> {
        settings.check()?;
        DefinitionError::check_count("states", states, 1_000_000)?;
        DefinitionError::check_count("outcomes", outcomes, 1_000_000)?;
        let n = settings.population;
        let errors = 2 * outcomes * n;
        let mut network = Self {
            settings,
            outcomes,
            weights: vec![0.0; states * errors * n],
            buffer: vec![0; n],
            buffer_trace: vec![0.0; n],
            observation: vec![0; n],
            potential: vec![0.0; errors],
            refractory: vec![0.0; errors],
            prediction: vec![0.0; errors],
            draws: vec![0.0; errors],
            spikes: 0,
            synaptic_operations: 0,
        };
        network.forget(noise);
        Ok(network)
    }

    /// Draws all predictions anew: novel exemplars.
    pub fn forget(&mut self, noise: &mut Noise) {
        let full = 2.0 / self.full_drive();
        noise.fill_uniform(&mut self.weights);
        for weight in &mut self.weights {
            *weight *= 2.0 * full * self.settings.initial;
        }
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.weights.len()
    }

    /// Mean number of active pulses of a population.
    fn full_drive(&self) -> f32 {
        self.settings.population as f32 * self.settings.rate * self.settings.pulse as f32
    }

    /// One feedback phase: `state` predicts, `outcome` happens, the prediction learns.
    pub fn feedback(&mut self, state: usize, outcome: usize, noise: &mut Noise) -> Surprise {
        let s = self.settings;
        let n = s.population;
        let side = self.outcomes * n;
        // Expected error spikes per ms for a wholly unexpected outcome.
        let norm = 1.0 / (2.0 * n as f32 * 0.35);
        let drive_per_pulse = 2.0 / self.full_drive();
        let keep_trace = (-1.0 / s.tau).exp();
        let weights = &mut self.weights[state * 2 * side * n..(state + 1) * 2 * side * n];
        for buffer in [&mut self.potential, &mut self.refractory] {
            buffer.fill(0.0);
        }
        self.buffer.fill(0);
        self.observation.fill(0);
        self.buffer_trace.fill(0.0);
        let present = outcome * n..(outcome + 1) * n;
        let mut activity = 0.0f32;
        let mut surprise = Surprise::default();
        let counted = (s.feedback - s.onset) as f32;
        for t in 0..s.feedback {
            let pulse = |left: &mut u32, noise: &mut Noise| {
                *left = if noise.uniform() < s.rate { s.pulse } else { left.saturating_sub(1) };
                *left > 0
            };
            let observed =
                self.observation.iter_mut().filter_map(|left| pulse(left, noise).then_some(())).count();
            self.prediction.fill(0.0);
            for (b, left) in self.buffer.iter_mut().enumerate() {
                let on = pulse(left, noise);
                self.buffer_trace[b] =
                    keep_trace * self.buffer_trace[b] + if on { 1.0 - keep_trace } else { 0.0 };
                if on {
                    self.synaptic_operations += 2 * side as u64;
                    let row = &weights[b * 2 * side..(b + 1) * 2 * side];
                    elementwise::add(&mut self.prediction, row);
                }
            }
            let drive = observed as f32 * drive_per_pulse;
            for at in [present.clone(), side + present.start..side + present.end] {
                for prediction in &mut self.prediction[at] {
                    *prediction -= drive;
                }
            }
            noise.fill_uniform(&mut self.draws);
            // From here `prediction` − observation drives P1, its negative drives P2.
            let mut fired = [0u32; 2];
            for (population, sign) in [(0, 1.0), (1, -1.0)] {
                let all = population * side..(population + 1) * side;
                let (potential, excess) =
                    (&mut self.potential[all.clone()], &mut self.prediction[all.clone()]);
                let refractory = &mut self.refractory[all.clone()];
                leak(potential, refractory, excess, sign, s.tau);
                for ((excess, draw), refractory) in excess.iter().zip(&self.draws[all]).zip(refractory) {
                    // tanh x ≤ x: most draws are decided without it. The factor is far above its rounding error.
                    if *excess > 0.0 && 1.0001 * excess > *draw && excess.tanh() > *draw {
                        *refractory = 1.0;
                        fired[population] += 1;
                    }
                }
            }
            self.spikes += u64::from(fired[0] + fired[1]);
            activity += ((fired[0] + fired[1]) as f32 * norm - activity) / s.smoothing;
            let gate =
                activity.tanh() * (s.rate_slow + if activity >= s.threshold { s.rate_fast } else { 0.0 });
            if gate > 0.0 {
                for (b, trace) in self.buffer_trace.iter().enumerate() {
                    let (down, up) = weights[b * 2 * side..(b + 1) * 2 * side].split_at_mut(side);
                    let step = gate * trace;
                    learn(down, -step, &self.potential[..side]);
                    learn(up, step, &self.potential[side..]);
                }
            }
            if t >= s.onset {
                surprise.absent += 2.0 * fired[0] as f32 * norm / counted;
                surprise.total += activity / counted;
            }
        }
        surprise
    }
}

/// h follows the drive with time constant τ; `drive` becomes the excess of h over the refractory threshold, which decays.
#[multiversion(targets = "simd")]
fn leak(h: &mut [f32], refractory: &mut [f32], drive: &mut [f32], sign: f32, tau: f32) {
    for ((h, refractory), drive) in h.iter_mut().zip(refractory).zip(drive) {
        *h += (sign * *drive - *h) / tau;
        *drive = *h - *refractory;
        *refractory *= 0.9;
    }
}

/// Weights move by `step` · h and stay at or above 0.
#[multiversion(targets = "simd")]
fn learn(weights: &mut [f32], step: f32, h: &[f32]) {
    for (weight, h) in weights.iter_mut().zip(h) {
        *weight = (*weight + step * h).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn a_repeated_outcome_becomes_expected_and_its_omission_surprises() {
        let mut noise = Noise::new(Streams::new(1).fast("predictive"));
        let mut network = PredictiveNetwork::new(2, 3, PredictiveSettings::default(), &mut noise).unwrap();
        let first = network.feedback(0, 1, &mut noise);
        assert!(first.total > 0.4 && first.absent < 0.2, "nothing was predicted: {first:?}");
        for _ in 0..100 {
            network.feedback(0, 1, &mut noise);
        }
        let learned = network.feedback(0, 1, &mut noise);
        let omitted = network.feedback(0, 2, &mut noise);
        assert!(learned.total < 0.5 * first.total, "{learned:?}");
        assert!(omitted.absent > 0.3 && omitted.absent > 3.0 * learned.absent, "{omitted:?} {learned:?}");
        let other = network.feedback(1, 1, &mut noise);
        assert!(other.total > 0.4, "another state has learned nothing: {other:?}");
    }

    #[test]
    fn bad_parameters_are_refused_by_name() {
        let refusal = |settings: PredictiveSettings| settings.check().unwrap_err().to_string();
        let fine = PredictiveSettings::default();
        assert!(refusal(PredictiveSettings { population: 0, ..fine }).starts_with("`population` = 0"));
        assert!(refusal(PredictiveSettings { tau: -10.0, ..fine }).starts_with("`tau` = -10"));
        assert!(refusal(PredictiveSettings { rate: 1.5, ..fine }).starts_with("`rate` = 1.5"));
    }
}
