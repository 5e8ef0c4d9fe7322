//! Where the signals come from.

use rand::RngExt;

use super::settings::{Form, NmnSettings};
use base::error::Result;
use base::rng::Streams;
use learn::nn::{Dense, Init, Parameter, Parameters, Recurrent, Role};
use numeric::Activation;

/// Where the signals come from; what is learned of it becomes part of `reader`.
pub(super) fn signals(
    settings: &NmnSettings,
    sizes: Sizes,
    reader: &mut Parameters,
    streams: &Streams,
) -> Result<Signals> {
    let NmnSettings { units, signals: count, .. } = *settings;
    Ok(match settings.form {
        Form::None => Signals::None,
        Form::Constant => {
            let mut random = streams.get("init/signals");
            let z = (0..count).map(|_| random.random_range(-1.0..1.0)).collect();
            Signals::Learned(reader.add("signals", 0, Role::Other, &[1, count], z)?)
        }
        _ => {
            let (tanh, init) = (Activation::Tanh, Init::default());
            let shape = [sizes.support, sizes.features + sizes.outputs, units];
            let mut random = streams.get("init/reader");
            let recurrent = Recurrent::new(reader, 0, shape, tanh, init, &mut random)?;
            let mut random = streams.get("init/signals");
            let dense = Dense::new(reader, 1, [units, count], tanh, init, &mut random)?;
            Signals::Read(Box::new((recurrent, dense)))
        }
    })
}

/// Where z comes from.
#[derive(Debug)]
pub(super) enum Signals {
    Read(Box<(Recurrent, Dense)>),
    /// z before its tanh, 1 × signals.
    Learned(Parameter),
    None,
}

/// What the modulatory network reads.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Samples in a support set.
    pub support: usize,
    /// Numbers per sample.
    pub features: usize,
    /// Values or scores per sample.
    pub outputs: usize,
    /// Whether answers are labels, which are read one-hot.
    pub labels: bool,
}
