//! The meta-knowledge w: initial weights, and with Meta-SGD a learned rate for each of them.

use candle_core::Tensor;

use learn::error::{Error, Result};
use learn::gains::Gains;
use learn::nn::twice::Normalise;
use learn::nn::{Gradients, Model, Parameters, Role, twice};

/// A network whose store also holds `rate/…`: one α per weight, shaped like it.
pub(super) struct Knowledge {
    network: Box<dyn Model>,
    normalise: Normalise,
    parameters: Parameters,
}

impl Knowledge {
    /// The network's own parameters, then the rates if they are learned.
    ///
    /// # Errors
    /// Engine errors.
    pub fn new(network: Box<dyn Model>, normalise: Normalise, learned_rates: Option<&[f32]>) -> Result<Self> {
        let mut parameters = Parameters::default();
        for parameter in network.parameters().iter() {
            parameters.include(parameter.clone());
        }
        let mut rest = learned_rates.unwrap_or_default();
        for parameter in network.parameters().iter().filter(|_| learned_rates.is_some()) {
            let (own, others) = rest.split_at(parameter.var.elem_count());
            rest = others;
            let name = format!("rate/{}", parameter.name);
            parameters.add(&name, parameter.layer, Role::Other, parameter.var.dims(), own.to_vec())?;
        }
        Ok(Self { network, normalise, parameters })
    }

    /// Adds what another network on top of this one learns.
    #[must_use]
    pub fn with(mut self, others: &Parameters) -> Self {
        others.iter().for_each(|parameter| self.parameters.include(parameter.clone()));
        self
    }

    /// The layers of the engine's networks do not normalise; only [`twice::Function`] does.
    fn check(&self) -> Result<()> {
        match self.normalise {
            Normalise::None => Ok(()),
            Normalise::Batch => Err(Error::engine("a normalised network is not run as a graph")),
        }
    }
}

impl Model for Knowledge {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn run(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor> {
        self.check()?;
        self.network.run(x, gains, tracked)
    }

    fn layer_units(&self) -> Vec<usize> {
        self.network.layer_units()
    }

    fn multiply_adds(&self) -> u64 {
        self.network.multiply_adds()
    }
}

/// w as flat vectors: θ_0, and α where the store holds it (otherwise `rates` stays as it is).
///
/// # Errors
/// Engine errors.
pub(super) fn read(model: &dyn Model, theta: &mut [f32], rates: &mut [f32]) -> Result<()> {
    let count = theta.len();
    if model.parameters().count() == 2 * count {
        let mut all = vec![0.0; 2 * count];
        twice::gather(model.parameters(), &mut all)?;
        theta.copy_from_slice(&all[..count]);
        rates.copy_from_slice(&all[count..]);
        return Ok(());
    }
    twice::gather(model.parameters(), theta)
}

/// Cuts a flat gradient of θ_0 and α into the store's buffers.
pub(super) fn scatter(theta: &[f32], rates: &[f32], gradients: &mut Gradients) {
    let mut rest = theta.iter().chain(rates);
    for buffer in &mut gradients.buffers {
        buffer.iter_mut().zip(&mut rest).for_each(|(out, value)| *out = *value);
    }
}
