//! A small convolutional network.

use candle_core::Tensor;

use super::conv::Conv;
use super::dense::Dense;
use super::gate::gated;
use super::init::Init;
use super::model::Model;
use super::parameters::Parameters;
use super::patches::Geometry;
use super::pool::max_pool;
use crate::error::Result;
use crate::gains::Gains;
use base::error::DefinitionError;
use base::rng::Streams;
use numeric::Activation;

/// Blocks of convolution, activation and max-pooling, then dense layers. Every layer takes a slope gain and a bias
/// shift, a convolution one per output channel.
#[derive(Debug)]
pub struct Cnn {
    /// Channels, height, width of the input.
    shape: [usize; 3],
    convolutions: Vec<Conv>,
    pool: usize,
    dense: Vec<Dense>,
    parameters: Parameters,
}

/// Sizes of a [`Cnn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CnnSizes {
    /// Channels, height, width of the input.
    pub shape: [usize; 3],
    /// Output channels of each convolution.
    pub channels: Vec<usize>,
    /// Edge of the kernel.
    pub kernel: usize,
    /// Zeros on each side.
    pub padding: usize,
    /// Pixels from one position of a kernel to the next.
    pub stride: usize,
    /// Edge of the pooling window after each convolution; 1 for none.
    pub pool: usize,
    /// Units of each hidden dense layer.
    pub hidden: Vec<usize>,
    pub outputs: usize,
}

impl Cnn {
    /// Weights come from the streams `init/layer0`, `init/layer1`, …
    ///
    /// # Errors
    /// An image that shrinks to nothing; engine errors.
    pub fn new(sizes: &CnnSizes, activation: Activation, init: Init, streams: &Streams) -> Result<Self> {
        let CnnSizes { shape, kernel, padding, stride, pool, .. } = *sizes;
        let [mut channels, mut height, mut width] = shape;
        let mut parameters = Parameters::default();
        let mut convolutions = Vec::new();
        for (index, outputs) in sizes.channels.iter().enumerate() {
            let geometry = Geometry { height, width, channels, kernel, padding, stride };
            let mut random = streams.get(&format!("init/layer{index}"));
            let conv = Conv::new(&mut parameters, index, geometry, *outputs, activation, init, &mut random)?;
            let [rows, columns] = geometry.output().unwrap_or_default();
            if pool == 0 || rows < pool || columns < pool {
                let allowed = format!("1 to {}, the image before pooling {index}", rows.min(columns));
                return Err(DefinitionError::range("pool", pool, &allowed).into());
            }
            [channels, height, width] = [*outputs, rows / pool, columns / pool];
            convolutions.push(conv);
        }
        let mut widths = vec![channels * height * width];
        widths.extend(&sizes.hidden);
        widths.push(sizes.outputs);
        let dense = Dense::stack(&mut parameters, convolutions.len(), &widths, activation, init, streams)?;
        Ok(Self { shape, convolutions, pool, dense, parameters })
    }
}

impl Model for Cnn {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn run(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        let [channels, height, width] = self.shape;
        let n = x.dim(0)?;
        let mut x = if channels == 1 {
            x.reshape((n, height, width, 1))?
        } else {
            x.reshape((n, channels, height, width))?.permute((0, 2, 3, 1))?.contiguous()?
        };
        for (index, conv) in self.convolutions.iter().enumerate() {
            x = gated(conv.forward(&x, gains.layer(index), tracked)?, gains.layer(index))?;
            if self.pool > 1 {
                x = max_pool(&x, self.pool, tracked)?;
            }
        }
        x = x.flatten_from(1)?;
        for (index, dense) in self.dense.iter().enumerate() {
            let gain = gains.layer(self.convolutions.len() + index);
            x = gated(dense.forward(&x, gain, tracked)?, gain)?;
        }
        Ok(x)
    }

    fn layer_units(&self) -> Vec<usize> {
        let channels = self.convolutions.iter().map(|conv| conv.outputs);
        channels.chain(self.dense.iter().map(|dense| dense.outputs)).collect()
    }

    fn multiply_adds(&self) -> u64 {
        let convolutions = self.convolutions.iter().map(Conv::multiply_adds);
        convolutions.chain(self.dense.iter().map(Dense::multiply_adds)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::pool::plain_max_pool;
    use crate::nn::{Active, Gradients, cross_entropy, testing};

    fn sizes() -> CnnSizes {
        CnnSizes {
            shape: [2, 6, 5],
            channels: vec![3, 4],
            kernel: 3,
            padding: 1,
            stride: 1,
            pool: 2,
            hidden: vec![6],
            outputs: 4,
        }
    }

    fn loss(logits: &Tensor) -> Result<Tensor> {
        Ok(cross_entropy(logits, &[0, 1, 2, 3, 0, 1, 2, 3], &Active::All, 1.0)?.0)
    }

    #[test]
    fn every_parameter_gets_the_gradient_of_finite_differences() {
        // Without pooling, whose kinks finite differences would step over.
        let sizes = CnnSizes { pool: 1, ..sizes() };
        let cnn = Cnn::new(&sizes, Activation::Tanh, Init::default(), &Streams::new(2)).expect("cnn");
        let x = testing::uniform(&[8, 60], "x");
        testing::check_gradients(cnn.parameters(), 2e-2, || loss(&cnn.forward(&x, &Gains::default())?));
    }

    #[test]
    fn with_pooling_every_parameter_gets_the_gradient_of_candles_own_ops() {
        let cnn = Cnn::new(&sizes(), Activation::Relu, Init::default(), &Streams::new(2)).expect("cnn");
        let x = testing::uniform(&[8, 60], "x");
        let plain = || -> Result<Tensor> {
            let vars: Vec<_> = cnn.parameters().iter().map(|parameter| parameter.var.as_tensor()).collect();
            let mut x = x.reshape((8, 2, 6, 5))?;
            for pair in vars[..4].chunks(2) {
                let weight = pair[0].permute((0, 3, 1, 2))?.contiguous()?;
                let z = x.conv2d(&weight, 1, 1, 1, 1)?.permute((0, 2, 3, 1))?;
                let pooled = plain_max_pool(&z.broadcast_add(pair[1])?.relu()?.contiguous()?, 2)?;
                x = pooled.permute((0, 3, 1, 2))?.contiguous()?;
            }
            let x = x.permute((0, 2, 3, 1))?.contiguous()?.flatten_from(1)?;
            let x = x.matmul(&vars[4].t()?)?.broadcast_add(vars[5])?.relu()?;
            Ok(x.matmul(&vars[6].t()?)?.broadcast_add(vars[7])?)
        };
        let [ours, theirs] = [cnn.forward(&x, &Gains::default()), plain()].map(|logits| {
            let mut gradients = Gradients::default();
            let loss = loss(&logits.expect("forward")).expect("loss");
            cnn.parameters().backward(&loss, &mut gradients).expect("backward");
            gradients
        });
        for (ours, theirs) in ours.buffers.iter().zip(&theirs.buffers) {
            testing::assert_close(ours, theirs, 1e-5);
            assert!(ours.iter().any(|g| *g != 0.0));
        }
    }

    #[test]
    fn the_first_channel_of_the_input_comes_first_as_in_the_data_sets() {
        // One 1×1 kernel of weights (1, 10) on a 2-channel, one-pixel image (2, 3): 2 + 30.
        let sizes = CnnSizes {
            shape: [2, 1, 1],
            channels: vec![1],
            kernel: 1,
            padding: 0,
            stride: 1,
            pool: 1,
            hidden: vec![],
            outputs: 1,
        };
        let cnn = Cnn::new(&sizes, Activation::Identity, Init::default(), &Streams::new(2)).expect("cnn");
        let weights = [vec![1.0, 10.0], vec![0.0], vec![1.0], vec![0.0]];
        cnn.parameters().restore(&weights).expect("restore");
        let x = Tensor::from_vec(vec![2.0f32, 3.0], (1, 2), &candle_core::Device::Cpu).expect("x");
        let y = cnn.infer(&x, &Gains::default()).expect("infer");
        assert_eq!(crate::nn::read(&y, <[f32]>::to_vec).expect("read"), [32.0]);
        assert_eq!(cnn.multiply_adds(), 2 + 1);
    }

    #[test]
    fn layers_are_counted_from_the_input_and_an_image_that_vanishes_is_refused() {
        let build = |sizes: &CnnSizes| Cnn::new(sizes, Activation::Relu, Init::default(), &Streams::new(1));
        assert_eq!(build(&sizes()).expect("cnn").layer_units(), [3, 4, 6, 4]);
        let error = build(&CnnSizes { channels: vec![3; 4], ..sizes() }).expect_err("vanishes").to_string();
        assert!(error.contains("`pool` = 2") && error.contains("1 to 1"), "{error}");
    }
}
