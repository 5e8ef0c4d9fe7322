//! What a network may be: sizes that fit in memory, work that can be stopped in between.

use super::init::Init;
use super::spec::ModelSpec;
use base::error::{DefinitionError, Error};
use contract::declare::Allowed;

/// Units per layer, channels, steps: what is below this fits in memory on a small machine.
const LARGEST: usize = 65_536;
const DEEPEST: usize = 64;
/// Weights of a whole network: 400 MB, of which training needs several copies.
const MOST_WEIGHTS: u128 = 100_000_000;

impl ModelSpec {
    /// Checks every range; keys are reported below `at`, e.g. `model`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, at: &str) -> Result<(), DefinitionError> {
        match self {
            Self::Mlp(spec) => {
                check_sizes(at, "hidden", &spec.hidden)?;
                check_init(at, spec.init)
            }
            Self::Cnn(spec) => {
                check_sizes(at, "channels", &spec.channels)?;
                check_sizes(at, "hidden", &spec.hidden)?;
                check_range(at, "kernel", spec.kernel, 1, 31)?;
                check_range(at, "padding", spec.padding, 0, spec.kernel - 1)?;
                check_range(at, "stride", spec.stride, 1, 31)?;
                check_range(at, "pool", spec.pool, 1, 31)?;
                check_init(at, spec.init)
            }
            Self::Rnn(spec) => {
                check_range(at, "units", spec.units, 1, LARGEST)?;
                check_range(at, "steps", spec.steps.unwrap_or(1), 1, LARGEST)?;
                check_sizes(at, "hidden", &spec.hidden)?;
                check_init(at, spec.init)
            }
        }
    }

    /// Checks that the network suits inputs of `shape` and is not too large, before anything of that size is made.
    ///
    /// # Errors
    /// The setting that does not fit, below `at`.
    pub fn check_fit(&self, at: &str, shape: [usize; 3], outputs: usize) -> Result<(), DefinitionError> {
        let weights = self.most_weights(shape, outputs);
        if weights > MOST_WEIGHTS {
            let allowed = format!("a network of at most {MOST_WEIGHTS} weights");
            return Err(DefinitionError::range(at, format!("up to {weights} weights"), &allowed));
        }
        match self.undrawn(shape, outputs).map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(Error::Definition(error)) => Err(error.below(at)),
            Err(error) => {
                Err(DefinitionError { key: at.into(), problem: error.to_string(), ..Default::default() })
            }
        }
    }

    /// Checks that an update on so many samples, and a look at 512 test samples, are short enough to stop in between.
    ///
    /// # Errors
    /// The setting `key`, which says how many samples an update takes, or the network below `at`.
    pub fn check_work(
        &self,
        at: &str,
        (shape, outputs): ([usize; 3], usize),
        (key, samples): (&str, usize),
    ) -> Result<(), DefinitionError> {
        let multiply_adds = self.multiply_adds(shape, outputs);
        let look = DefinitionError::check_work(at, 512, multiply_adds).map_err(|_| {
            let found = format!("{multiply_adds} multiply–adds per sample");
            DefinitionError::range(at, found, "a network of at most 100000000 multiply–adds per sample")
        });
        look.and_then(|()| DefinitionError::check_work(key, samples, multiply_adds))
    }

    /// An upper bound on the number of weights.
    fn most_weights(&self, shape: [usize; 3], outputs: usize) -> u128 {
        let wide = |n: usize| n as u128;
        let chain =
            |sizes: &[usize]| sizes.windows(2).map(|pair| wide(pair[0]) * wide(pair[1])).sum::<u128>();
        let stack = |first: usize, hidden: &[usize]| chain(&[&[first], hidden, &[outputs]].concat());
        let [channels, height, width] = shape;
        match self {
            Self::Mlp(spec) => {
                let segments = spec.dendrites.map_or(0, |own| wide(own.segments) * wide(own.contexts));
                stack(channels * height * width, &spec.hidden)
                    + spec.hidden.iter().map(|units| wide(*units) * segments).sum::<u128>()
            }
            Self::Cnn(spec) => {
                let last = spec.channels.last().copied().unwrap_or(channels);
                // Padding adds at most this many rows and columns per convolution.
                let grown = |edge: usize| edge + 2 * spec.padding * spec.channels.len();
                let convolutions =
                    chain(&[&[channels], &spec.channels[..]].concat()) * wide(spec.kernel).pow(2);
                let dense = stack(1, &spec.hidden)
                    + wide(last * grown(height) * grown(width))
                        * wide(spec.hidden.first().copied().unwrap_or(outputs));
                convolutions + dense
            }
            Self::Rnn(spec) => {
                wide(spec.units) * wide(channels * height * width + spec.units)
                    + stack(spec.units, &spec.hidden)
            }
        }
    }
}

fn check_range(at: &str, key: &str, value: usize, from: usize, to: usize) -> Result<(), DefinitionError> {
    Allowed::within(from as f64, to as f64).check(&format!("{at}.{key}"), value)
}

fn check_sizes(at: &str, key: &str, sizes: &[usize]) -> Result<(), DefinitionError> {
    if sizes.len() > DEEPEST {
        let found = format!("{} layers", sizes.len());
        return Err(DefinitionError::range(
            &format!("{at}.{key}"),
            found,
            &format!("at most {DEEPEST} layers"),
        ));
    }
    match sizes.iter().find(|size| !(1..=LARGEST).contains(*size)) {
        Some(size) => {
            Err(DefinitionError::range(&format!("{at}.{key}"), size, &format!("sizes from 1 to {LARGEST}")))
        }
        None => Ok(()),
    }
}

fn check_init(at: &str, init: Init) -> Result<(), DefinitionError> {
    let Init::Normal { sd, output_sd, bias, .. } = init else { return Ok(()) };
    let positive = Allowed::above(0.0, f64::INFINITY);
    positive.check(&format!("{at}.init.sd"), sd)?;
    positive.check(&format!("{at}.init.output_sd"), output_sd.unwrap_or(sd))?;
    Allowed::FINITE.check(&format!("{at}.init.bias"), bias)
}
