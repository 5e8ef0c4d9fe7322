//! Sources that are controls: what they say has nothing to do with how learning goes.

use rand_distr::{Distribution, StandardNormal};

use super::rule::{BoundaryTold, Observation, Rule};
use base::rng::{FastRng, Streams};
use contract::settings;

settings! {
    /// Always the same.
    #[derive(Debug, Clone)]
    pub(super) struct Constant {
        /// the signal
        value: f64 = 1.0 => [finite];
    }
}

impl Rule for Constant {
    type Memory = ();

    fn start(&self, _: &Streams) {}

    fn next(&self, (): &mut (), _: &Observation) -> f64 {
        self.value
    }
}

settings! {
    /// A first-order autoregressive process.
    #[derive(Debug, Clone)]
    pub(super) struct Noise {
        /// its mean
        mean: f64 = 0.0 => [finite];
        /// its standard deviation
        sd: f64 = 1.0 => [at least 0];
        /// of successive values
        autocorrelation: f64 = 0.0 => [above -1 below 1];
    }
}

impl Rule for Noise {
    type Memory = (FastRng, Option<f64>);

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

settings! {
    /// 1 in the step after a boundary.
    #[derive(Debug, Clone)]
    pub(super) struct Boundary {}
}

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

settings! {
    /// decay^n − 1 after n boundaries.
    #[derive(Debug, Clone)]
    pub(super) struct Schedule {
        /// factor at every boundary
        decay: f64 = 0.5 => [above 0 to 1];
    }
}

impl Rule for Schedule {
    type Memory = i32;

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
