//! The variational autoencoder (Kingma & Welling 2014): a Gaussian over latents, Bernoulli pixels.

use candle_core::{D, Device, Tensor};
use rand_distr::{Distribution, StandardNormal};

use super::spec::GeneratorSpec;
use crate::error::Result;
use crate::gains::Gains;
use crate::nn::{Gradients, Init, Mlp, Model, Parameters};
use crate::optim::{Chain, OptimiserSpec};
use base::rng::{FastRng, Streams};
use base::state::State;
use numeric::Activation;

/// Encoder, decoder and the optimiser of both.
pub(super) struct Vae {
    encoder: Mlp,
    decoder: Mlp,
    /// Of encoder and decoder.
    parameters: Parameters,
    optimiser: Chain,
    gradients: Gradients,
    latent: usize,
}

impl Vae {
    /// For samples of so many features. Weights come from the streams `generator/encoder/…` and `generator/decoder/…`.
    pub fn new(spec: &GeneratorSpec, features: usize, streams: &Streams) -> Result<Self> {
        let sizes =
            |first: usize, hidden: Vec<usize>, last: usize| [vec![first], hidden, vec![last]].concat();
        let back = spec.hidden.iter().rev().copied().collect();
        let (relu, init) = (Activation::Relu, Init::default());
        // Means, then logarithms of variances.
        let inward = sizes(features, spec.hidden.clone(), 2 * spec.latent);
        let encoder = Mlp::new(&inward, relu, init, &streams.within("generator/encoder"))?;
        let decoder =
            Mlp::new(&sizes(spec.latent, back, features), relu, init, &streams.within("generator/decoder"))?;
        let mut parameters = Parameters::default();
        encoder
            .parameters()
            .iter()
            .chain(decoder.parameters().iter())
            .cloned()
            .for_each(|own| parameters.include(own));
        let optimiser = OptimiserSpec { rate: spec.rate, ..OptimiserSpec::default() }.build();
        Ok(Self {
            encoder,
            decoder,
            parameters,
            optimiser,
            gradients: Gradients::default(),
            latent: spec.latent,
        })
    }

    /// The mean over samples of reconstruction and divergence, both per feature:
    /// −Σ_j \[x_j ln x̂_j + (1 − x_j) ln(1 − x̂_j)\] + ½ Σ_k (μ_k² + σ_k² − 1 − ln σ_k²), over the number of features.
    pub fn loss(&self, inputs: &Tensor, random: &mut FastRng) -> Result<Tensor> {
        let gains = Gains::default();
        let (samples, features) = inputs.dims2()?;
        let code = self.encoder.forward(inputs, &gains)?;
        let mean = code.narrow(1, 0, self.latent)?.contiguous()?;
        let log_variance = code.narrow(1, self.latent, self.latent)?.contiguous()?;
        let noise = normal(samples, self.latent, random)?;
        let latent = (&mean + (noise * (&log_variance * 0.5)?.exp()?)?)?;
        let scores = self.decoder.forward(&latent.contiguous()?, &gains)?;
        // ln(1 + e^s) − x s, in the form that cannot overflow.
        let softplus = (scores.relu()? + (scores.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
        let reconstruction = (softplus - (&scores * inputs)?)?.sum(D::Minus1)?;
        let divergence =
            ((mean.sqr()? + log_variance.exp()?)? - log_variance)?.affine(0.5, -0.5)?.sum(D::Minus1)?;
        Ok(((reconstruction + divergence)?.mean_all()? / features as f64)?)
    }

    /// One step on the weighted mean of the losses of both groups of samples.
    pub fn learn(&mut self, groups: &[(&Tensor, f64)], random: &mut FastRng) -> Result<()> {
        let mut sum = None::<Tensor>;
        for (inputs, weight) in groups {
            let loss = (self.loss(inputs, random)? * *weight)?;
            sum = Some(sum.map_or(Ok(loss.clone()), |sum| sum + loss)?);
        }
        let Some(loss) = sum else { return Ok(()) };
        self.parameters.backward(&loss, &mut self.gradients)?;
        let cx = crate::optim::UpdateContext { parameters: &self.parameters, gains: &Gains::default() };
        self.optimiser.step(&mut self.gradients, &cx, &[])
    }

    /// The decoder's parameters.
    pub fn decoder(&self) -> Result<Vec<Vec<f32>>> {
        self.decoder.parameters().snapshot()
    }

    /// Samples of a decoder with these parameters, pixels as probabilities.
    pub fn sample(&self, decoder: &[Vec<f32>], count: usize, random: &mut FastRng) -> Result<Tensor> {
        let now = self.decoder()?;
        self.decoder.parameters().restore(decoder)?;
        let scores = normal(count, self.latent, random)
            .and_then(|latent| self.decoder.infer(&latent, &Gains::default()));
        // Back whatever happened.
        self.decoder.parameters().restore(&now)?;
        let scores = scores?;
        Ok(((scores.neg()?.exp()? + 1.0)?.recip()?).contiguous()?)
    }

    /// Multiply–adds of one sample there and back.
    pub fn multiply_adds(&self) -> u64 {
        self.encoder.multiply_adds() + self.decoder.multiply_adds()
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        // Without values loading refuses the state.
        let values = self.parameters.snapshot().unwrap_or_default();
        let mut state = State::default().buffer("values", &values);
        state.parts.insert("optimiser".into(), self.optimiser.save());
        state
    }

    /// Bytes of parameters and of what the optimiser remembers of each.
    pub fn bytes(&self) -> u64 {
        3 * (self.parameters.count() * size_of::<f32>()) as u64
    }

    /// The inverse of [`Vae::save`].
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.parameters.restore(&state.get_buffer("values")?)?;
        self.optimiser.load(state.get_part("optimiser")?)
    }
}

fn normal(rows: usize, columns: usize, random: &mut FastRng) -> Result<Tensor> {
    let values: Vec<f32> = (0..rows * columns).map(|_| StandardNormal.sample(random)).collect();
    Ok(Tensor::from_vec(values, (rows, columns), &Device::Cpu)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vae() -> Vae {
        let spec = GeneratorSpec { hidden: vec![8], latent: 2, rate: 0.01 };
        Vae::new(&spec, 3, &Streams::new(1)).expect("vae")
    }

    #[test]
    fn the_loss_of_a_silent_network_is_ln_2_per_pixel_and_no_divergence() {
        let vae = vae();
        let zeros: Vec<Vec<f32>> =
            vae.parameters.snapshot().expect("values").iter().map(|buffer| vec![0.0; buffer.len()]).collect();
        vae.parameters.restore(&zeros).expect("restore");
        let inputs =
            Tensor::from_vec(vec![0.0f32, 1.0, 0.25, 1.0, 0.0, 0.5], (2, 3), &Device::Cpu).expect("inputs");
        let mut random = Streams::new(0).fast("noise");
        let loss = vae.loss(&inputs, &mut random).expect("loss").to_scalar::<f32>().expect("number");
        assert!((loss - 2f32.ln()).abs() < 1e-6, "{loss}");
    }

    #[test]
    fn the_divergence_is_that_of_two_gaussians() {
        // Biases of the code: μ = (1, 0), ln σ² = (0, ln 4): ½ [(1 + 1 − 1 − 0) + (0 + 4 − 1 − ln 4)] over 3 features; the decoder
        // is silent, so pixels add ln 2.
        let vae = vae();
        let mut values = vae.parameters.snapshot().expect("values");
        values.iter_mut().flatten().for_each(|value| *value = 0.0);
        values[3] = vec![1.0, 0.0, 0.0, 4f32.ln()];
        vae.parameters.restore(&values).expect("restore");
        let inputs = Tensor::from_vec(vec![0.5f32; 3], (1, 3), &Device::Cpu).expect("inputs");
        let loss = vae.loss(&inputs, &mut Streams::new(0).fast("noise")).expect("loss").to_scalar::<f32>();
        let expected = 2f32.ln() + 0.5 * (1.0 + 3.0 - 4f32.ln()) / 3.0;
        let loss = loss.expect("number");
        assert!((loss - expected).abs() < 1e-5, "{loss}, not {expected}");
    }

    #[test]
    fn it_learns_the_mean_of_its_samples_and_a_past_decoder_goes_on_drawing_what_it_drew() {
        let mut vae = vae();
        let mut random = Streams::new(0).fast("noise");
        let inputs = |pixel: f32| {
            Tensor::from_vec([pixel, 1.0 - pixel, 1.0].repeat(16), (16, 3), &Device::Cpu).expect("inputs")
        };
        let mean = |samples: &Tensor| samples.mean(0).expect("mean").to_vec1::<f32>().expect("numbers");
        for _ in 0..300 {
            vae.learn(&[(&inputs(1.0), 1.0)], &mut random).expect("learns");
        }
        let past = vae.decoder().expect("decoder");
        let first = mean(&vae.sample(&past, 64, &mut random).expect("samples"));
        assert!(first[0] > 0.9 && first[1] < 0.1 && first[2] > 0.9, "{first:?}");
        for _ in 0..300 {
            vae.learn(&[(&inputs(0.0), 1.0)], &mut random).expect("learns");
        }
        let now = vae.decoder().expect("decoder");
        let again = mean(&vae.sample(&past, 64, &mut random).expect("samples"));
        let other = mean(&vae.sample(&now, 64, &mut random).expect("samples"));
        assert!(again[0] > 0.9 && other[0] < 0.1, "{again:?} {other:?}");
        assert_eq!(vae.decoder().expect("decoder"), now, "drawing leaves the decoder as it is");
    }
}
