//! A plain recurrent network.

use candle_core::Tensor;

use super::dense::Dense;
use super::gate::gated;
use super::init::Init;
use super::model::Model;
use super::parameters::Parameters;
use super::recurrent::Recurrent;
use crate::error::Result;
use crate::gains::Gains;
use base::error::DefinitionError;
use base::rng::Streams;
use numeric::Activation;

/// Reads the features as a sequence, step by step, and puts dense layers on the last state. Every layer takes a slope
/// gain and a bias shift; those of the recurrent layer (layer 0) act at every step.
#[derive(Debug)]
pub struct Rnn {
    recurrent: Recurrent,
    dense: Vec<Dense>,
    parameters: Parameters,
}

/// Sizes of an [`Rnn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RnnSizes {
    /// Numbers per sample, cut into `steps` equal rows.
    pub features: usize,
    pub steps: usize,
    /// Recurrent units.
    pub units: usize,
    /// Units of each hidden dense layer after the recurrence.
    pub hidden: Vec<usize>,
    pub outputs: usize,
}

impl Rnn {
    /// `activation` holds in the recurrence and in hidden dense layers. Weights come from the streams `init/layer0`,
    /// `init/layer1`, …
    ///
    /// # Errors
    /// Steps that do not divide the features; engine errors.
    pub fn new(sizes: &RnnSizes, activation: Activation, init: Init, streams: &Streams) -> Result<Self> {
        let RnnSizes { features, steps, units, outputs, .. } = *sizes;
        if steps == 0 || features % steps != 0 {
            let allowed = format!("a divisor of the {features} features");
            return Err(DefinitionError::range("steps", steps, &allowed).into());
        }
        let mut parameters = Parameters::default();
        let mut random = streams.get("init/layer0");
        let shape = [steps, features / steps, units];
        let recurrent = Recurrent::new(&mut parameters, 0, shape, activation, init, &mut random)?;
        let mut widths = vec![units];
        widths.extend(&sizes.hidden);
        widths.push(outputs);
        let dense = Dense::stack(&mut parameters, 1, &widths, activation, init, streams)?;
        Ok(Self { recurrent, dense, parameters })
    }
}

impl Model for Rnn {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn run(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        let mut x = gated(self.recurrent.forward(x, gains.layer(0), tracked)?, gains.layer(0))?;
        for (index, dense) in self.dense.iter().enumerate() {
            let gain = gains.layer(1 + index);
            x = gated(dense.forward(&x, gain, tracked)?, gain)?;
        }
        Ok(x)
    }

    fn layer_units(&self) -> Vec<usize> {
        let head = self.dense.iter().map(|dense| dense.outputs);
        std::iter::once(self.recurrent.units).chain(head).collect()
    }

    fn recurrent_layers(&self) -> usize {
        1
    }

    fn multiply_adds(&self) -> u64 {
        self.recurrent.multiply_adds() + self.dense.iter().map(Dense::multiply_adds).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Active, cross_entropy, testing};

    #[test]
    fn every_parameter_gets_the_gradient_of_finite_differences() {
        let sizes = RnnSizes { features: 20, steps: 4, units: 6, hidden: vec![5], outputs: 4 };
        let rnn = Rnn::new(&sizes, Activation::Tanh, Init::default(), &Streams::new(2)).expect("rnn");
        let x = testing::uniform(&[8, 20], "x");
        testing::check_gradients(rnn.parameters(), 2e-2, || {
            let logits = rnn.forward(&x, &Gains::default())?;
            Ok(cross_entropy(&logits, &[0, 1, 2, 3, 0, 1, 2, 3], &Active::All, 1.0)?.0)
        });
        assert_eq!(rnn.layer_units(), [6, 5, 4]);
    }

    #[test]
    fn steps_that_do_not_divide_the_features_are_refused() {
        let sizes = RnnSizes { features: 64, steps: 7, units: 6, hidden: vec![], outputs: 4 };
        let error =
            Rnn::new(&sizes, Activation::Tanh, Init::default(), &Streams::new(2)).expect_err("7 of 64");
        assert!(error.to_string().contains("`steps` = 7"), "{error}");
    }
}
