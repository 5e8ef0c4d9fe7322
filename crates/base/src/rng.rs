//! Named random streams: every random number is drawn from a stream that is a function of the run's seed and a
//! name such as `init/layer0` or `order/task3`, never from a shared generator. So adding a consumer changes no
//! other stream (law 6), and a run is reproducible whatever runs beside it (law 3).

use rand::SeedableRng;
use sha2::{Digest, Sha256};

/// The generator behind most streams: portable, the same numbers on every platform.
pub type StreamRng = rand_chacha::ChaCha8Rng;
/// A faster portable generator for inner loops that draw millions of numbers (spiking noise).
pub type FastRng = rand_xoshiro::Xoshiro256PlusPlus;

/// The family of random streams of one run.
#[derive(Debug, Clone)]
pub struct Streams {
    seed: u64,
    prefix: String,
}

impl Streams {
    /// The streams of the run with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, prefix: String::new() }
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A sub-family: `streams.within("task3").get("order")` is `streams.get("task3/order")`.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        Self { seed: self.seed, prefix: format!("{}{name}/", self.prefix) }
    }

    /// A fresh generator at the start of the named stream; the same name gives the same numbers again.
    pub fn get(&self, name: &str) -> StreamRng {
        StreamRng::from_seed(self.digest(name))
    }

    /// Like [`Streams::get`] with the fast generator.
    pub fn fast(&self, name: &str) -> FastRng {
        FastRng::from_seed(self.digest(name))
    }

    fn digest(&self, name: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"neuromod-bench/stream/1\0");
        hash.update(self.seed.to_le_bytes());
        hash.update(self.prefix.as_bytes());
        hash.update(name.as_bytes());
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_differ_by_name_and_seed_and_repeat() {
        let first = |seed, name: &str| Streams::new(seed).get(name).next_u64();
        assert_eq!(first(1, "init/layer0"), first(1, "init/layer0"));
        assert_ne!(first(1, "init/layer0"), first(1, "init/layer1"));
        assert_ne!(first(1, "init/layer0"), first(2, "init/layer0"));
        assert_eq!(Streams::new(3).within("task3").get("order").next_u64(), first(3, "task3/order"));
    }
}
