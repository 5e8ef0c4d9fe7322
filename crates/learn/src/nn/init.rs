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
    /// Weights normal with variance 2/inputs, biases 0 (He et al. 2015).
    HeNormal,
    /// Weights normal with a given standard deviation, biases 0; the output layer may have its own.
    Normal {
        sd: f32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output_sd: Option<f32>,
    },
}

impl Init {
    /// The rule of the output layer.
    #[must_use]
    pub fn of_output(self) -> Self {
        match self {
            Self::Normal { output_sd: Some(sd), .. } => Self::Normal { sd, output_sd: None },
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
        let fan_in = inputs.max(1) as f32;
        match self {
            Self::LecunUniform => {
                let bound = 1.0 / fan_in.sqrt();
                let mut draw =
                    |count: usize| (0..count).map(|_| random.random_range(-bound..bound)).collect();
                (draw(inputs * outputs), draw(outputs))
            }
            Self::HeNormal => normal((2.0 / fan_in).sqrt(), random),
            Self::Normal { sd, .. } => normal(sd, random),
        }
    }
}
