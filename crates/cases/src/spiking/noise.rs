//! Cheap reproducible noise for inner loops.

use std::sync::OnceLock;

use rand::Rng;

use base::normal;
use base::rng::FastRng;

const BITS: u32 = 12;
const LEVELS: usize = 1 << BITS;

/// Noise from one random stream: standard normal values are looked up among 4,096 equiprobable quantiles (largest
/// value 3.7; mean 0 and variance 1 exactly), five to each 64-bit draw, several times faster than an exact sampler.
#[derive(Debug, Clone)]
pub struct Noise {
    rng: FastRng,
    quantiles: &'static [f32; LEVELS],
}

impl Noise {
    /// Draws from this stream.
    pub fn new(rng: FastRng) -> Self {
        Self { rng, quantiles: quantiles() }
    }

    /// Fills `out` with independent normal values, mean 0, variance 1.
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        const PER_DRAW: usize = (64 / BITS) as usize;
        for chunk in out.chunks_mut(PER_DRAW) {
            let mut bits = self.rng.next_u64();
            for value in chunk {
                *value = self.quantiles[bits as usize & (LEVELS - 1)];
                bits >>= BITS;
            }
        }
    }

    /// One normal value.
    pub fn normal(&mut self) -> f32 {
        self.quantiles[self.rng.next_u64() as usize & (LEVELS - 1)]
    }

    /// One value uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        (self.rng.next_u64() >> 40) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Fills `out` with independent values uniform in [0, 1), 32 random bits each.
    pub fn fill_uniform(&mut self, out: &mut [f32]) {
        const SCALE: f32 = 1.0 / (1 << 24) as f32;
        for pair in out.chunks_mut(2) {
            let bits = self.rng.next_u64();
            pair[0] = (bits >> 40) as f32 * SCALE;
            if let Some(second) = pair.get_mut(1) {
                *second = ((bits & 0xff_ffff) as u32) as f32 * SCALE;
            }
        }
    }

    /// Steps to the next success of a Bernoulli process with success probability `p` per step: ≥ 1, `u32::MAX` for never.
    pub fn steps_to_next(&mut self, p: f64) -> u32 {
        if p <= 0.0 {
            return u32::MAX;
        }
        if p >= 1.0 {
            return 1;
        }
        let u = ((self.rng.next_u64() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64); // (0, 1]
        let steps = u.ln() / (-p).ln_1p();
        if steps >= f64::from(u32::MAX - 1) { u32::MAX } else { steps as u32 + 1 }
    }
}

fn quantiles() -> &'static [f32; LEVELS] {
    static TABLE: OnceLock<Box<[f32; LEVELS]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let middles: Vec<f64> =
            (0..LEVELS).map(|i| normal::quantile((i as f64 + 0.5) / LEVELS as f64)).collect();
        let sd = (middles.iter().map(|x| x * x).sum::<f64>() / LEVELS as f64).sqrt();
        let mut table = Box::new([0.0f32; LEVELS]);
        for (slot, x) in table.iter_mut().zip(middles) {
            *slot = (x / sd) as f32;
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn the_inverse_normal_matches_tabulated_quantiles() {
        for (p, x) in [(0.5, 0.0), (0.975, 1.959_963_985), (0.01, -2.326_347_874), (0.999, 3.090_232_306)] {
            assert!((normal::quantile(p) - x).abs() < 1e-7, "{p}");
        }
    }

    #[test]
    fn normal_noise_has_mean_zero_and_variance_one() {
        let mut noise = Noise::new(Streams::new(1).fast("noise"));
        let mut values = vec![0.0; 200_000];
        noise.fill_normal(&mut values);
        let mean = values.iter().sum::<f32>() / 2e5;
        let variance = values.iter().map(|x| x * x).sum::<f32>() / 2e5;
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn waiting_times_have_the_mean_of_a_geometric_distribution() {
        let mut noise = Noise::new(Streams::new(2).fast("noise"));
        let mean = (0..50_000).map(|_| f64::from(noise.steps_to_next(0.04))).sum::<f64>() / 5e4;
        assert!((mean - 25.0).abs() < 0.5, "{mean}");
        assert_eq!(noise.steps_to_next(0.0), u32::MAX);
        assert_eq!(noise.steps_to_next(1.0), 1);
    }
}
