//! The recurrent network: Dale-constrained sparse weights, trainable time constants, linear read-out.
//!
//! τ_i dx_i/dt = −x_i + Σ_j f_ij w_ij r_j + w_in,i u + c_i + noise, r = sigmoid(x), o = w_out·r + b.
//! Weights are stored without sign (the sign belongs to the presynaptic unit and is never learned); what acts is
//! max(w, 0), so that learning can silence a synapse but never flip it.

use rand::RngExt;
use rand_distr::StandardNormal;

use super::settings::NetworkSettings;
use base::rng::Streams;
use numeric::lanes::padded;

/// Sizes that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// N.
    pub units: usize,
    /// N rounded up to whole vectors.
    pub width: usize,
}

/// What is trained; gradients and the optimiser's moments have the same form.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// N × width, presynaptic-major: \[j\]\[i\] is the strength of j → i, without sign.
    pub weights: Vec<f32>,
    /// width; τ_i = τ_min + (τ_max − τ_min)·sigmoid(raw_i) steps.
    pub tau_raw: Vec<f32>,
    /// width.
    pub readout: Vec<f32>,
    /// One number.
    pub bias: [f32; 1],
}

impl Parameters {
    /// All zero.
    pub fn zeros(shape: Shape) -> Self {
        Self {
            weights: vec![0.0; shape.units * shape.width],
            tau_raw: vec![0.0; shape.width],
            readout: vec![0.0; shape.width],
            bias: [0.0],
        }
    }

    /// The four tensors, in a fixed order.
    pub fn parts(&self) -> [&[f32]; 4] {
        [&self.weights, &self.tau_raw, &self.readout, &self.bias]
    }

    /// The four tensors, in a fixed order.
    pub fn parts_mut(&mut self) -> [&mut [f32]; 4] {
        [&mut self.weights, &mut self.tau_raw, &mut self.readout, &mut self.bias]
    }
}

/// A network with its fixed and trained parts.
#[derive(Debug, Clone)]
pub struct Network {
    pub shape: Shape,
    /// N; `false` is inhibitory.
    pub excitatory: Vec<bool>,
    /// width; fixed, N(0, 1).
    pub input: Vec<f32>,
    /// Smallest and largest time constant in steps.
    pub tau_range: (f32, f32),
    /// Standard deviation of the noise per step.
    pub noise: f32,
    pub parameters: Parameters,
}

impl Network {
    /// A fresh network, as in the ancestor of the article's code (spikeRNN): each unit is inhibitory with the given
    /// probability, each synapse exists with probability p, |w| = g·|N(0,1)|/√(N p), read-out N(0,1)/100, raw time
    /// constants N(0,1).
    pub fn new(settings: &NetworkSettings, streams: &Streams) -> Self {
        let units = settings.units;
        let shape = Shape { units, width: padded(units) };
        let mut parameters = Parameters::zeros(shape);
        let mut rng = streams.get("init/cell-types");
        let excitatory: Vec<bool> =
            (0..units).map(|_| rng.random::<f64>() < settings.excitatory_share).collect();
        let mut rng = streams.get("init/weights");
        let p = settings.connection_probability;
        let scale = settings.initial_gain / (units as f64 * p).sqrt();
        for j in 0..units {
            for i in 0..units {
                if rng.random::<f64>() < p {
                    let normal: f64 = rng.sample(StandardNormal);
                    parameters.weights[j * shape.width + i] = (scale * normal.abs()) as f32;
                }
            }
        }
        let normals = |name: &str, scale: f64| -> Vec<f32> {
            let mut rng = streams.get(name);
            let mut values = vec![0.0; shape.width];
            for value in &mut values[..units] {
                let normal: f64 = rng.sample(StandardNormal);
                *value = (scale * normal) as f32;
            }
            values
        };
        parameters.tau_raw = normals("init/time-constants", 1.0);
        parameters.readout = normals("init/readout", 0.01);
        Self {
            shape,
            excitatory,
            input: normals("init/input", 1.0),
            tau_range: (settings.tau_min as f32, settings.tau_max as f32),
            noise: settings.noise as f32,
            parameters,
        }
    }

    /// +1 for excitatory, −1 for inhibitory units.
    pub fn sign(&self, unit: usize) -> f32 {
        if self.excitatory[unit] { 1.0 } else { -1.0 }
    }

    /// The signed weights of all synapses that act, presynaptic-major.
    pub fn signed_weights(&self) -> impl Iterator<Item = f64> + '_ {
        let Shape { units, width } = self.shape;
        (0..units).flat_map(move |j| {
            let row = &self.parameters.weights[j * width..j * width + units];
            row.iter().filter(|w| **w > 0.0).map(move |w| f64::from(self.sign(j) * w))
        })
    }

    /// Synapses that act, i.e. have w > 0.
    pub fn synapses(&self) -> usize {
        self.parameters.weights.iter().filter(|w| **w > 0.0).count()
    }

    /// 1/τ per unit in 1/steps (1/τ_min for padding, which nothing reads).
    pub fn alpha(&self) -> Vec<f32> {
        let (low, high) = self.tau_range;
        let tau = |raw: &f32| low + (high - low) / (1.0 + (-raw).exp());
        self.parameters.tau_raw.iter().map(|raw| 1.0 / tau(raw)).collect()
    }
}

/// The weights as they act in one pass: signed, rectified, optionally scaled per synapse, in both orientations.
#[derive(Debug, Clone)]
pub struct Effective {
    /// N × width, \[presynaptic\]\[postsynaptic\].
    pub forward: Vec<f32>,
    /// N × width, \[postsynaptic\]\[presynaptic\]; empty when no gradient is wanted.
    pub backward: Vec<f32>,
}

impl Effective {
    /// The acting weights of `network`; `synapse_gain` is N × width, presynaptic-major.
    pub fn new(network: &Network, synapse_gain: Option<&[f32]>, with_backward: bool) -> Self {
        let Shape { units, width } = network.shape;
        let mut forward = vec![0.0; units * width];
        for j in 0..units {
            let sign = network.sign(j);
            let row = j * width..(j + 1) * width;
            let weights = &network.parameters.weights[row.clone()];
            for (out, w) in forward[row.clone()].iter_mut().zip(weights) {
                *out = sign * w.max(0.0);
            }
            if let Some(gain) = synapse_gain {
                for (out, gain) in forward[row.clone()].iter_mut().zip(&gain[row]) {
                    *out *= gain;
                }
            }
        }
        let backward = if with_backward { transposed(&forward, network.shape) } else { Vec::new() };
        Self { forward, backward }
    }
}

/// The transpose of an N × width matrix, tile by tile.
fn transposed(matrix: &[f32], shape: Shape) -> Vec<f32> {
    const TILE: usize = 16;
    let Shape { units, width } = shape;
    let mut out = vec![0.0; units * width];
    for j0 in (0..units).step_by(TILE) {
        for i0 in (0..units).step_by(TILE) {
            for j in j0..(j0 + TILE).min(units) {
                for i in i0..(i0 + TILE).min(units) {
                    out[i * width + j] = matrix[j * width + i];
                }
            }
        }
    }
    out
}

/// The summary that the article correlates with sensitivity: the skewness m₃/m₂^{3/2} of the signed weights.
pub fn skewness(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let moment = |k: i32| values.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let result = moment(3) / moment(2).powf(1.5);
    result.is_finite().then_some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skewness_of_a_hand_computed_sample() {
        // 0, 0, 3: mean 1, m2 = (1 + 1 + 4)/3 = 2, m3 = (−1 − 1 + 8)/3 = 2, 2/2^1.5 = 0.7071.
        let value = skewness([0.0, 0.0, 3.0].into_iter()).expect("defined");
        assert!((value - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(skewness([2.0, 2.0].into_iter()), None);
    }

    #[test]
    fn a_fresh_network_is_sparse_obeys_dale_and_keeps_padding_zero() {
        let settings = NetworkSettings { units: 50, ..NetworkSettings::default() };
        let network = Network::new(&settings, &Streams::new(3));
        let share = network.synapses() as f64 / 2500.0;
        assert!((share - 0.2).abs() < 0.04, "share of synapses {share}");
        let effective = Effective::new(&network, None, true);
        let Shape { units, width } = network.shape;
        for j in 0..units {
            for i in 0..units {
                let w = effective.forward[j * width + i];
                assert!(w * network.sign(j) >= 0.0);
                assert_eq!(w, effective.backward[i * width + j]);
            }
            assert!(effective.forward[j * width + units..(j + 1) * width].iter().all(|w| *w == 0.0));
        }
        let tau: Vec<f32> = network.alpha().iter().map(|a| 1.0 / a).collect();
        assert!(tau[..units].iter().all(|tau| (4.0..=20.0).contains(tau)));
    }
}
