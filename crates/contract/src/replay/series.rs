//! What controls make of a recorded series. The modulation of gradient learners and the case studies share it.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

/// The mean; of nothing: 0.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Times 0 to `steps` in blocks of `block` ≥ 1 in random order; the last block may be shorter. The same draw gives the same
/// order, so that what went together stays together.
pub fn shuffled_times(steps: usize, block: usize, rng: &mut impl Rng) -> Vec<usize> {
    let block = block.max(1);
    let mut order: Vec<usize> = (0..steps.div_ceil(block)).collect();
    order.shuffle(rng);
    order.into_iter().flat_map(|k| k * block..((k + 1) * block).min(steps)).collect()
}

/// First-order noise with a series' mean, variance and lag-1 autocorrelation, as long as it and within `limits`.
pub fn matched_noise(values: &[f64], limits: [f64; 2], rng: &mut impl Rng) -> Vec<f64> {
    let mean = mean(values);
    let (sd, a) = moments(values, mean);
    let mut x: f64 = StandardNormal.sample(rng);
    let step = |_: &f64| {
        let now = (mean + sd * x).clamp(limits[0], limits[1]);
        let epsilon: f64 = StandardNormal.sample(rng);
        x = a * x + (1.0 - a * a).max(0.0).sqrt() * epsilon;
        now
    };
    values.iter().map(step).collect()
}

/// Standard deviation and lag-1 autocorrelation around `mean`.
fn moments(values: &[f64], mean: f64) -> (f64, f64) {
    let square: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    let lagged: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    let a = if square > 0.0 { (lagged / square).clamp(-0.999, 0.999) } else { 0.0 };
    ((square / values.len().max(1) as f64).sqrt(), a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn shuffled_times_keep_blocks_together_and_lose_none() {
        let times = shuffled_times(11, 2, &mut Streams::new(3).get("order"));
        assert_ne!(times, (0..11).collect::<Vec<_>>());
        assert!((0..5).all(|k| times.windows(2).any(|pair| pair == [2 * k, 2 * k + 1])), "{times:?}");
        let mut sorted = times;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..11).collect::<Vec<_>>());
    }

    #[test]
    fn matched_noise_has_the_moments_of_what_it_replaces() {
        // A slow sine: mean 2, standard deviation 0.5/√2, autocorrelation cos(0.1).
        let recorded: Vec<f64> = (0..20_000u16).map(|t| 2.0 + 0.5 * (0.1 * f64::from(t)).sin()).collect();
        let noise = matched_noise(&recorded, [0.1, 10.0], &mut Streams::new(3).get("noise"));
        let (expected, own) = (mean(&recorded), mean(&noise));
        let ((sd, a), (own_sd, own_a)) = (moments(&recorded, expected), moments(&noise, own));
        assert!((own - expected).abs() < 0.1 && (own_sd - sd).abs() < 0.05 && (own_a - a).abs() < 0.01);
        let narrow = matched_noise(&recorded, [1.9, 2.1], &mut Streams::new(3).get("noise"));
        assert!(narrow.iter().all(|x| (1.9..=2.1).contains(x)));
    }
}
