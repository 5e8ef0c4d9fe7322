//! Sources that are controls: what they say has nothing to do with how learning goes.

use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::rule::{BoundaryTold, Observation, Rule, check_finite};
use base::error::{DefinitionError, Result};
use base::rng::{FastRng, Streams};

/// Always the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Constant {
    value: f64,
}

impl Default for Constant {
    fn default() -> Self {
        Self { value: 1.0 }
    }
}

impl Rule for Constant {
    type Memory = ();

    fn check(&self) -> Result<(), DefinitionError> {
        check_finite("value", self.value)
    }

    fn start(&self, _: &Streams) {}

    fn next(&self, (): &mut (), _: &Observation) -> f64 {
        self.value
    }
}

/// A first-order autoregressive process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Noise {
    mean: f64,
    sd: f64,
    autocorrelation: f64,
}

impl Default for Noise {
    fn default() -> Self {
        Self { mean: 0.0, sd: 1.0, autocorrelation: 0.0 }
    }
}

impl Rule for Noise {
    type Memory = (FastRng, Option<f64>);

    fn check(&self) -> Result<(), DefinitionError> {
        check_finite("mean", self.mean)?;
        if !(self.sd >= 0.0 && self.sd.is_finite()) {
            return Err(DefinitionError::range("sd", self.sd, "a finite number >= 0"));
        }
        if !(self.autocorrelation > -1.0 && self.autocorrelation < 1.0) {
            return Err(DefinitionError::range("autocorrelation", self.autocorrelation, "between -1 and 1"));
        }
        Ok(())
    }

    fn start(&self, streams: &Streams) -> Self::Memory {
        (streams.fast("noise"), None)
    }

    fn next(&self, (random, last): &mut Self::Memory, _: &Observation) -> f64 {
        let epsilon: f64 = StandardNormal.sample(random);
        let a = self.autocorrelation;
        let x = match *last {
            None => self.sd * epsilon,
            Some(x) => a * x + self.sd * (1.0 - a * a).sqrt() * epsilon,
        };
        *last = Some(x);
        self.mean + x
    }
}

/// 1 in the step after a boundary.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Boundary {}

impl Rule for Boundary {
    type Memory = bool;

    fn start(&self, _: &Streams) -> bool {
        false
    }

    fn next(&self, passed: &mut bool, _: &Observation) -> f64 {
        f64::from(u8::from(std::mem::take(passed)))
    }

    fn boundary(&self, passed: &mut bool, _: &BoundaryTold) {
        *passed = true;
    }
}

/// decay^n − 1 after n boundaries.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Schedule {
    decay: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { decay: 0.5 }
    }
}

impl Rule for Schedule {
    type Memory = i32;

    fn check(&self) -> Result<(), DefinitionError> {
        if self.decay > 0.0 && self.decay <= 1.0 {
            return Ok(());
        }
        Err(DefinitionError::range("decay", self.decay, "above 0, up to 1"))
    }

    fn start(&self, _: &Streams) -> i32 {
        0
    }

    fn next(&self, passed: &mut i32, _: &Observation) -> f64 {
        self.decay.powi(*passed) - 1.0
    }

    fn boundary(&self, passed: &mut i32, _: &BoundaryTold) {
        *passed = passed.saturating_add(1);
    }
}
