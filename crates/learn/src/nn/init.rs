//! Initial weights, drawn from the run's own named streams.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// How weights start.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Init {
    /// Weights and biases uniform in ±1/√inputs: the default of PyTorch's linear and convolution layers.
    #[default]
    LecunUniform,
    /// The same weights, biases 0: with `freeze_biases` a network without biases.
    LecunWeights,
    /// Weights uniform in ±√(6/(inputs + outputs)), biases 0 (Glorot & Bengio 2010).
    GlorotUniform,
    /// Weights normal with variance 2/inputs, biases 0 (He et al. 2015).
    HeNormal,
    /// Weights normal with a given standard deviation; the output layer may have its own.
    Normal {
        sd: f32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output_sd: Option<f32>,
        /// Beyond two standard deviations a weight is drawn again, as TensorFlow does. Default false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
        /// What biases start at. Default 0.
        #[serde(default, skip_serializing_if = "base::written::is_default")]
        bias: f32,
    },
    /// All 0: of a network that only its sizes are asked of. No setting.
    #[serde(skip)]
    Undrawn,
}

impl Init {
    /// The rule of the output layer.
    #[must_use]
    pub fn of_output(self) -> Self {
        match self {
            Self::Normal { output_sd: Some(sd), truncated, bias, .. } => {
                Self::Normal { sd, output_sd: None, truncated, bias }
            }
            other => other,
        }
    }

    /// Weights (outputs × inputs) and biases (outputs) of a layer with `inputs` incoming connections per unit.
    pub fn dense(self, inputs: usize, outputs: usize, random: &mut impl Rng) -> (Vec<f32>, Vec<f32>) {
        let normal = |sd: f32, random: &mut dyn Rng| -> (Vec<f32>, Vec<f32>) {
            let draw = |_| {
                let z: f32 = StandardNormal.sample(random);
                sd * z
            };
            ((0..inputs * outputs).map(draw).collect(), vec![0.0; outputs])
        };
        let uniform = |bound: f32, random: &mut dyn Rng| -> (Vec<f32>, Vec<f32>) {
            let draw = |_| random.random_range(-bound..bound);
            ((0..inputs * outputs).map(draw).collect(), vec![0.0; outputs])
        };
        let fan_in = inputs.max(1) as f32;
        match self {
            Self::Undrawn => (vec![0.0; inputs * outputs], vec![0.0; outputs]),
            Self::LecunUniform => {
                let bound = 1.0 / fan_in.sqrt();
                let mut draw =
                    |count: usize| (0..count).map(|_| random.random_range(-bound..bound)).collect();
                (draw(inputs * outputs), draw(outputs))
            }
            Self::LecunWeights => uniform(1.0 / fan_in.sqrt(), random),
            Self::GlorotUniform => uniform((6.0 / (fan_in + outputs as f32)).sqrt(), random),
            Self::HeNormal => normal((2.0 / fan_in).sqrt(), random),
            Self::Normal { sd, truncated, bias, .. } => {
                let (mut weights, mut biases) = normal(sd, random);
                for weight in weights.iter_mut().filter(|_| truncated) {
                    while weight.abs() > 2.0 * sd {
                        let z: f32 = StandardNormal.sample(random);
                        *weight = sd * z;
                    }
                }
                biases.fill(bias);
                (weights, biases)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn weights_lie_in_their_bounds_and_fill_them() {
        // 100 inputs, 50 outputs: 1/√100 = 0.1; √(6/150) = 0.2; twice 0.1 = 0.2.
        let truncated = Init::Normal { sd: 0.1, output_sd: None, truncated: true, bias: 0.1 };
        for (init, bound, bias) in
            [(Init::LecunWeights, 0.1, 0.0), (Init::GlorotUniform, 0.2, 0.0), (truncated, 0.2, 0.1)]
        {
            let (weights, biases) = init.dense(100, 50, &mut StdRng::seed_from_u64(1));
            let largest = weights.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
            assert!(largest <= bound && largest > 0.95 * bound, "{init:?}: {largest}");
            assert_eq!((weights.len(), biases), (5000, vec![bias; 50]));
        }
    }
}
