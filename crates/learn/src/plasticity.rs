//! How able a network still is to learn: units that say nothing, directions that its features span, the size of its weights.
//! Measured beside a run; it changes nothing in it.

use candle_core::Tensor;

use crate::error::Result;
use crate::gains::Gains;
use crate::nn::{Model, read};
use numeric::symmetric_eigenvalues;

/// Most samples that are looked at: enough to see a dead unit, few enough to cost nothing.
pub const PROBES: usize = 32;
/// A unit whose mean |activation| is at most this share of its layer's mean is dormant (Sokar et al. 2023).
const DORMANT: f64 = 0.025;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plasticity {
    /// Share of hidden units that are dormant; `None`: no hidden layers that show their activations.
    pub dormant_units: Option<f64>,
    /// Of the last hidden layer's features.
    pub effective_rank: Option<f64>,
    /// L2 norm of all trainable parameters.
    pub weight_norm: f64,
}

impl Plasticity {
    /// Of a network on inputs (n × features, at most [`PROBES`] of them are meant).
    ///
    /// # Errors
    /// Engine errors.
    pub fn of(model: &dyn Model, inputs: &Tensor, gains: &Gains) -> Result<Self> {
        let layers: Vec<(usize, Vec<f32>)> = model
            .hidden(inputs, gains)?
            .iter()
            .map(|layer| Ok((layer.dim(1)?, read(&layer.contiguous()?, <[f32]>::to_vec)?)))
            .collect::<Result<_>>()?;
        let squares = model.parameters().snapshot()?.into_iter().flatten().map(|w| f64::from(w).powi(2));
        Ok(Self {
            dormant_units: dormant(&layers),
            effective_rank: layers.last().map(|(units, values)| effective_rank(values, *units)),
            weight_norm: squares.sum::<f64>().sqrt(),
        })
    }
}

/// Sokar et al. 2023: s_i = E|h_i| / (1/H Σ_k E|h_k|) ≤ τ, over all hidden layers. A layer that says nothing is all dormant.
fn dormant(layers: &[(usize, Vec<f32>)]) -> Option<f64> {
    let (mut silent, mut all) = (0usize, 0usize);
    for (units, values) in layers {
        let mut sums = vec![0.0f64; *units];
        for row in values.chunks_exact(*units) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(value.abs()));
        }
        let mean = sums.iter().sum::<f64>() / *units as f64;
        silent += sums.iter().filter(|sum| **sum <= DORMANT * mean).count();
        all += units;
    }
    (all > 0).then(|| silent as f64 / all as f64)
}

/// exp of the entropy of the singular values as shares (Roy & Vetterli 2007): 1 where all samples look alike up to size, the
/// number of samples (or units) where they span all directions equally; 0 where nothing is said.
fn effective_rank(values: &[f32], units: usize) -> f64 {
    let rows: Vec<&[f32]> = values.chunks_exact(units).collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let n = rows.len();
    let mut gram = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let product = dot(rows[i], rows[j]);
            (gram[i * n + j], gram[j * n + i]) = (product, product);
        }
    }
    let singular: Vec<f64> =
        symmetric_eigenvalues(gram, n).into_iter().map(|value| value.max(0.0).sqrt()).collect();
    let sum: f64 = singular.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let shares = singular.iter().map(|value| value / sum).filter(|share| *share > 0.0);
    (-shares.map(|share| share * share.ln()).sum::<f64>()).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Init, Mlp};
    use base::rng::Streams;
    use candle_core::Device;
    use numeric::Activation;

    #[test]
    fn features_that_span_directions_equally_have_as_many_ranks() {
        assert!((effective_rank(&[3.0, 0.0, 0.0, 3.0], 2) - 2.0).abs() < 1e-9);
        assert!((effective_rank(&[1.0, 2.0, 2.0, 4.0], 2) - 1.0).abs() < 1e-9);
        assert_eq!(effective_rank(&[0.0; 4], 2), 0.0);
        // Singular values 3 and 1: shares ¾ and ¼, entropy 0.5623, its exponential 1.7548.
        assert!((effective_rank(&[3.0, 0.0, 0.0, 1.0], 2) - 1.754_765).abs() < 1e-5);
    }

    #[test]
    fn a_unit_far_below_its_layers_mean_is_dormant() {
        // Means of |h|: 1, 0.01, 1.99: their mean is 1, and 0.01 ≤ 0.025.
        let layer = (3, vec![1.0, 0.01, -1.99, -1.0, -0.01, 1.99]);
        assert_eq!(dormant(std::slice::from_ref(&layer)), Some(1.0 / 3.0));
        assert_eq!(dormant(&[layer, (1, vec![0.0, 0.0])]), Some(0.5), "a silent layer is dormant");
        assert_eq!(dormant(&[]), None);
    }

    #[test]
    fn a_network_is_measured_by_hand() {
        // Two inputs, two hidden units, one output: h = relu(x W₁), the second unit never speaks.
        let mlp = Mlp::new(&[2, 2, 1], Activation::Relu, Init::default(), &Streams::new(0)).expect("mlp");
        mlp.parameters()
            .restore(&[vec![1.0, 1.0, -1.0, -1.0], vec![0.0, 0.0], vec![2.0, 0.0], vec![1.0]])
            .expect("fits");
        let x = Tensor::from_vec(vec![1.0f32, 0.0, 0.0, 1.0], (2, 2), &Device::Cpu).expect("inputs");
        let found = Plasticity::of(&mlp, &x, &Gains::default()).expect("measured");
        assert_eq!(found.dormant_units, Some(0.5));
        assert!((found.effective_rank.expect("a hidden layer") - 1.0).abs() < 1e-9);
        assert!((found.weight_norm - 3.0).abs() < 1e-6, "4 · 1² + 2² + 1² = 9");
    }
}
