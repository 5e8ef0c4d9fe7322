//! The multilayer perceptron.

use candle_core::Tensor;

use super::dendrites::{DendriteSpec, Dendrites};
use super::dense::Dense;
use super::gate::gated;
use super::init::Init;
use super::model::Model;
use super::parameters::{Gradients, Parameters};
use super::squared;
use super::squared::Passes;
use super::tap::Magnitude;
use crate::error::Result;
use crate::gains::Gains;
use base::rng::Streams;
use numeric::Activation;

/// Dense layers with one activation between them and plain scores at the end. Every layer takes a slope gain and a
/// bias shift.
#[derive(Debug)]
pub struct Mlp {
    layers: Vec<Dense>,
    /// How many of the inputs are [`Gains::context`], after the features.
    context: usize,
    /// Of each hidden layer; empty where units have none.
    dendrites: Vec<Dendrites>,
    parameters: Parameters,
}

impl Mlp {
    /// `sizes` from input to output; at least two. Weights come from the streams `init/layer0`, `init/layer1`, …
    ///
    /// # Errors
    /// Engine errors.
    pub fn new(sizes: &[usize], activation: Activation, init: Init, streams: &Streams) -> Result<Self> {
        let mut parameters = Parameters::default();
        let layers = Dense::stack(&mut parameters, 0, sizes, activation, init, streams)?;
        Ok(Self { layers, context: 0, dendrites: Vec::new(), parameters })
    }

    /// The same with the last `context` inputs of the first layer taken from [`Gains::context`].
    #[must_use]
    pub fn with_context(mut self, context: usize) -> Self {
        self.context = context;
        self
    }

    /// The same with dendritic segments on every hidden unit, which see [`Gains::dendritic`].
    ///
    /// # Errors
    /// Engine errors.
    pub fn with_dendrites(mut self, spec: DendriteSpec, streams: &Streams) -> Result<Self> {
        for (index, layer) in self.layers.iter().enumerate().take(self.layers.len().saturating_sub(1)) {
            let sizes = [layer.outputs, spec.segments, spec.contexts];
            self.dendrites.push(Dendrites::new(&mut self.parameters, index, sizes, streams)?);
        }
        Ok(self)
    }

    /// The features with the context behind them; what is missing of it is 0.
    fn extended(&self, x: &Tensor, gains: &Gains) -> Result<Tensor> {
        if self.context == 0 {
            return Ok(x.clone());
        }
        let mut context = gains.context.clone();
        context.resize(self.context, 0.0);
        let context = Tensor::from_vec(context, (1, self.context), x.device())?;
        Ok(Tensor::cat(&[x, &context.broadcast_as((x.dim(0)?, self.context))?], 1)?.contiguous()?)
    }

    /// One layer with its gains and, where it has them, dendrites.
    fn layer(&self, index: usize, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        let gain = gains.layer(index);
        let y = x.apply(&self.layers[index].under(gain, tracked)?)?;
        let y = match self.dendrites.get(index) {
            Some(dendrites) => dendrites.modulate(y, &gains.dendritic, tracked)?,
            None => y,
        };
        gated(y, gain)
    }

    fn through(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for index in 0..self.layers.len() {
            x = self.layer(index, &x, gains, tracked)?;
        }
        Ok(x)
    }
}

impl Model for Mlp {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn run(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        self.through(&self.extended(x, gains)?, gains, tracked)
    }

    fn hidden(&self, x: &Tensor, gains: &Gains) -> Result<Vec<Tensor>> {
        let mut x = self.extended(x, gains)?;
        let mut all = Vec::with_capacity(self.layers.len());
        for index in 0..self.layers.len().saturating_sub(1) {
            x = self.layer(index, &x, gains, false)?;
            all.push(x.clone());
        }
        Ok(all)
    }

    fn layer_units(&self) -> Vec<usize> {
        self.layers.iter().map(|layer| layer.outputs).collect()
    }

    fn multiply_adds(&self) -> u64 {
        let dense: u64 = self.layers.iter().map(Dense::multiply_adds).sum();
        dense + self.dendrites.iter().map(Dendrites::multiply_adds).sum::<u64>()
    }

    fn gradient_magnitudes(
        &self,
        x: &Tensor,
        gains: &Gains,
        passes: &Passes,
        magnitude: Magnitude,
    ) -> Result<Gradients> {
        if !self.dendrites.is_empty() {
            // Segments see a context, not the layer's input: no product of the two gives their gradients.
            let forward = |x: &Tensor| self.forward(x, gains);
            return squared::per_sample(&forward, &self.parameters, x, passes, magnitude);
        }
        let x = self.extended(x, gains)?;
        squared::batched(&|x| self.through(x, gains, true), &self.layers, &x, passes, magnitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Active, cross_entropy, testing};

    #[test]
    fn every_parameter_gets_the_gradient_of_finite_differences() {
        let mlp = Mlp::new(&[5, 6, 4], Activation::Tanh, Init::default(), &Streams::new(2)).expect("mlp");
        let x = testing::uniform(&[8, 5], "x");
        testing::check_gradients(mlp.parameters(), 1e-2, || {
            let logits = mlp.forward(&x, &Gains::default())?;
            Ok(cross_entropy(&logits, &[0, 1, 2, 3, 0, 1, 2, 3], &Active::All, 1.0)?.0)
        });
    }

    #[test]
    fn context_is_what_plain_inputs_of_that_value_would_be() {
        let build =
            || Mlp::new(&[5, 6, 4], Activation::Tanh, Init::default(), &Streams::new(2)).expect("mlp");
        let x = testing::uniform(&[3, 3], "x");
        let gains = Gains { context: vec![0.5, -1.0], ..Gains::default() };
        let rows = |x: &Tensor| x.to_vec2::<f32>().expect("rows");
        let by_hand: Vec<f32> =
            rows(&x).into_iter().flat_map(|row| [row, vec![0.5, -1.0]].concat()).collect();
        let by_hand = Tensor::from_vec(by_hand, (3, 5), x.device()).expect("tensor");
        let with = build().with_context(2).infer(&x, &gains).expect("infer");
        assert_eq!(rows(&with), rows(&build().infer(&by_hand, &Gains::default()).expect("infer")));
    }

    #[test]
    fn inference_gives_the_values_of_the_graph_without_one() {
        let mlp = Mlp::new(&[5, 6, 4], Activation::Relu, Init::default(), &Streams::new(2)).expect("mlp");
        let x = testing::uniform(&[8, 5], "x");
        let graph = mlp.forward(&x, &Gains::default()).expect("forward");
        let plain = mlp.infer(&x, &Gains::default()).expect("infer");
        assert!(graph.track_op() && !plain.track_op());
        let values = |t: &Tensor| crate::nn::read(t, <[f32]>::to_vec).expect("read");
        assert_eq!(values(&graph), values(&plain));
    }
}
