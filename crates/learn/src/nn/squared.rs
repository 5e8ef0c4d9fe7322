//! Sums over samples of squared (or absolute) per-sample gradients.
//!
//! For a dense layer no per-sample loop is needed: a sample's weight gradient is the outer product δ aᵀ, so
//! Σ_n w_n (δ_n a_nᵀ)² = (w ∘ Δ ∘ Δ)ᵀ (A ∘ A), and over several labels the w ∘ Δ ∘ Δ are summed first: one product per
//! layer and batch. The same holds for absolute values.

use candle_core::Tensor;

use super::cross_entropy::{Active, cross_entropy, softmax_row};
use super::dense::Dense;
use super::parameters::{Gradients, Parameters, lock, read};
use super::tap::{Magnitude, Tap};
use crate::error::Result;
use numeric::elementwise;
use numeric::matrix::{self, Matrix};

/// The per-sample losses whose gradients are wanted.
#[derive(Debug, Clone)]
pub enum Passes {
    /// ℓ_n = −ln p(label_n | x_n), once per pass, each sample with its own weight.
    Labels { active: Active, passes: Vec<LabelPass> },
    /// ℓ_n = ‖f(x_n)‖² over the active outputs, weight 1.
    OutputNorm { active: Active },
    /// ℓ_n = √2 f(x_n), summed over outputs, weight 1: squared, the Fisher information of numbers that scatter around f with the
    /// variance ½, whose −ln p is (f − y)².
    Slope,
}

/// One label and one weight per sample.
#[derive(Debug, Clone)]
pub struct LabelPass {
    pub labels: Vec<u32>,
    pub weight: Vec<f32>,
}

impl Passes {
    /// Number of backward passes.
    fn count(&self) -> usize {
        match self {
            Self::Labels { passes, .. } => passes.len(),
            Self::OutputNorm { .. } | Self::Slope => 1,
        }
    }

    fn weight(&self, pass: usize, samples: usize) -> Vec<f32> {
        match self {
            Self::Labels { passes, .. } => passes[pass].weight.clone(),
            Self::OutputNorm { .. } | Self::Slope => vec![1.0; samples],
        }
    }

    /// Σ_n ℓ_n of one pass.
    ///
    /// # Errors
    /// Engine errors.
    pub fn loss(&self, pass: usize, logits: &Tensor) -> Result<Tensor> {
        let (n, classes) = logits.dims2()?;
        match self {
            Self::Labels { active, passes } => {
                let (mean, _) = cross_entropy(logits, &passes[pass].labels, active, 1.0)?;
                let samples = n as f64;
                Ok((mean * samples)?)
            }
            Self::OutputNorm { active } => {
                let mask = |sample: usize| {
                    (0..classes).map(move |class| active.mask(sample).is_none_or(|m| m[class]))
                };
                let mask: Vec<f32> = (0..n).flat_map(mask).map(|on| if on { 1.0 } else { 0.0 }).collect();
                let mask = Tensor::from_vec(mask, (n, classes), logits.device())?;
                Ok((logits * mask)?.sqr()?.sum_all()?)
            }
            Self::Slope => Ok((logits.sum_all()? * std::f64::consts::SQRT_2)?),
        }
    }

    fn sample(&self, n: usize) -> Self {
        let one = |active: &Active| match active {
            Active::PerSample { masks, of } => Active::Same(masks[of[n]].clone()),
            other => other.clone(),
        };
        match self {
            Self::Labels { active, passes } => Self::Labels {
                active: one(active),
                passes: passes
                    .iter()
                    .map(|pass| LabelPass { labels: vec![pass.labels[n]], weight: vec![pass.weight[n]] })
                    .collect(),
            },
            Self::OutputNorm { active } => Self::OutputNorm { active: one(active) },
            Self::Slope => Self::Slope,
        }
    }
}

/// Sample by sample: right for any network, and the test oracle of the batched form.
///
/// # Errors
/// Engine errors.
pub fn per_sample(
    forward: &dyn Fn(&Tensor) -> Result<Tensor>,
    parameters: &Parameters,
    x: &Tensor,
    passes: &Passes,
    magnitude: Magnitude,
) -> Result<Gradients> {
    let mut sums = Gradients::zeros(parameters);
    let mut gradients = Gradients::default();
    for n in 0..x.dim(0)? {
        let logits = forward(&x.narrow(0, n, 1)?.contiguous()?)?;
        let own = passes.sample(n);
        for pass in 0..own.count() {
            let weight = own.weight(pass, 1)[0];
            if weight != 0.0 {
                parameters.backward(&own.loss(pass, &logits)?, &mut gradients)?;
                for (sum, gradient) in sums.buffers.iter_mut().zip(&gradients.buffers) {
                    magnitude.add_scaled(sum, weight, gradient);
                }
            }
        }
    }
    Ok(sums)
}

/// One product per layer and batch, for networks whose parameters are those of `layers`, in order (weight, bias).
///
/// # Errors
/// Engine errors.
pub fn batched(
    forward: &dyn Fn(&Tensor) -> Result<Tensor>,
    layers: &[Dense],
    x: &Tensor,
    passes: &Passes,
    magnitude: Magnitude,
) -> Result<Gradients> {
    let samples = x.dim(0)?;
    let logits = forward(x)?;
    for layer in layers {
        *lock(&layer.tap) =
            Some(Tap { magnitude, weight: Vec::new(), deltas: Vec::new(), input: Vec::new(), slope: None });
    }
    let run = || -> Result<()> {
        for pass in 0..passes.count() {
            let weight = passes.weight(pass, samples);
            for layer in layers {
                if let Some(tap) = lock(&layer.tap).as_mut() {
                    tap.weight.clone_from(&weight);
                }
            }
            passes.loss(pass, &logits)?.backward()?;
        }
        Ok(())
    };
    let outcome = run();
    let mut sums = Gradients::default();
    for layer in layers {
        // The tap comes off whatever happened, or the next training step would learn nothing.
        if let Some(tap) = lock(&layer.tap).take() {
            sums.buffers.extend(collect(layer, tap, samples, magnitude));
        }
    }
    outcome.map(|()| sums)
}

fn collect(layer: &Dense, tap: Tap, samples: usize, magnitude: Magnitude) -> [Vec<f32>; 2] {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    let mut weight = vec![0.0; inputs * outputs];
    let mut bias = vec![0.0; outputs];
    let Tap { mut deltas, mut input, slope, .. } = tap;
    if deltas.len() == samples * outputs && input.len() == samples * inputs {
        elementwise::add_row_sum(&mut bias, &deltas);
        let square = magnitude == Magnitude::Square;
        if let Some(slope) = slope {
            let factor: Vec<f32> = slope.iter().map(|g| if square { g * g } else { g.abs() }).collect();
            deltas.chunks_exact_mut(outputs).for_each(|row| elementwise::multiply(row, &factor));
        }
        input.iter_mut().for_each(|a| *a = if square { *a * *a } else { a.abs() });
        let (deltas, input) = (Matrix::new(&deltas, samples, outputs), Matrix::new(&input, samples, inputs));
        matrix::matmul(&mut weight, deltas.t(), input, false);
    }
    [weight, bias]
}

/// Reads logits as rows of probabilities over the active outputs.
///
/// # Errors
/// Engine errors.
pub fn probabilities(logits: &Tensor, active: &Active) -> Result<Vec<Vec<f32>>> {
    let width = logits.dim(1)?;
    read(logits, |values| {
        let rows = values.chunks_exact(width).enumerate();
        rows.map(|(n, row)| {
            let mut row = row.to_vec();
            softmax_row(&mut row, active.mask(n), 1.0);
            row
        })
        .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gains::{Gain, Gains, LayerGain};
    use crate::nn::{Init, Mlp, Model, testing};
    use base::rng::Streams;
    use numeric::Activation;

    #[test]
    fn the_slope_of_numbers_squared_is_that_worked_out_by_hand() {
        let mlp = Mlp::new(&[2, 1], Activation::Relu, Init::default(), &Streams::new(3)).expect("mlp");
        let x = Tensor::from_vec(vec![2.0f32, 0.0, 0.0, 1.0], (2, 2), &candle_core::Device::Cpu).expect("x");
        let gains = Gains::default();
        let found = mlp.gradient_magnitudes(&x, &gains, &Passes::Slope, Magnitude::Square).expect("found");
        // 2 Σ (∂f/∂w)² = 2 Σ x² per weight, and 2 per sample of the bias.
        testing::assert_close(&found.buffers[0], &[8.0, 2.0], 1e-5);
        testing::assert_close(&found.buffers[1], &[4.0], 1e-5);
    }

    #[test]
    fn the_batched_form_equals_the_loop_over_samples_for_squares_and_absolutes() {
        let random = Streams::new(3);
        let mlp = Mlp::new(&[5, 7, 4], Activation::Relu, Init::default(), &random).expect("mlp");
        let x = testing::uniform(&[6, 5], "x");
        let active = Active::Same(vec![true, true, false, true].into());
        let label = |label: u32, p: f32| LabelPass { labels: vec![label; 6], weight: vec![p; 6] };
        let labels = Passes::Labels { active: active.clone(), passes: vec![label(0, 0.5), label(3, 0.2)] };
        let slope = Gain::Units((1..8u8).map(|unit| 0.25 * f32::from(unit)).collect());
        let layer = LayerGain { slope, bias: Gain::Layer(0.1), ..LayerGain::default() };
        for (passes, magnitude) in
            [(labels, Magnitude::Square), (Passes::OutputNorm { active }, Magnitude::Absolute)]
        {
            let gains = Gains { layers: vec![layer.clone()], ..Gains::default() };
            let forward = |x: &Tensor| mlp.forward(x, &gains);
            let slow = per_sample(&forward, mlp.parameters(), &x, &passes, magnitude).expect("slow");
            let fast = mlp.gradient_magnitudes(&x, &gains, &passes, magnitude).expect("fast");
            for (slow, fast) in slow.buffers.iter().zip(&fast.buffers) {
                testing::assert_close(slow, fast, 1e-5);
                assert!(slow.iter().any(|v| *v > 0.0));
            }
        }
    }
}
