//! What a paired test can find with so many seeds: the effect that it finds four times in five.

use rand_distr::{Distribution, StandardNormal};

use super::sign_flip::{SignFlip, smallest_p};
use super::student;
use super::summary::quantile_by_selection;
use crate::normal;
use crate::rng::Streams;
use crate::special::ln_gamma;

/// Share of studies in which the effect is to be found.
pub const POWER: f64 = 0.8;
/// Up to this many pairs the sign-flip test itself is simulated; its p takes few values there, and near the smallest one Student's
/// test would promise too much.
const SIMULATED: usize = 12;
/// Simulated studies; each also stands for its mirror image.
const STUDIES: usize = 1000;

/// For each level the mean paired difference, in units of the standard deviation of the differences (Cohen's d_z), that the
/// two-sided sign-flip test finds (p below the level, on the right side) with a probability of [`POWER`] where differences are
/// normal. Up to twelve pairs by simulation of the test (stream `stats/power/1`); above by the noncentral t of Student's
/// test, whose power the sign-flip test has there. `None` where the smallest p that so many pairs can reach is not below
/// the level.
pub fn detectable(pairs: usize, levels: &[f64]) -> Vec<Option<f64>> {
    let reachable = |level: &f64| pairs > 1 && smallest_p(pairs) < *level;
    if pairs > SIMULATED {
        return levels.iter().map(|level| reachable(level).then(|| by_noncentral_t(pairs, *level))).collect();
    }
    let mut needed: Vec<Vec<f64>> = vec![Vec::with_capacity(2 * STUDIES); levels.len()];
    let mut random = Streams::new(0).fast("stats/power/1");
    // p of "no effect" with the effect added to noise is p of "minus the effect" of the noise alone: the effect is found
    // where the interval of the noise lies above its negative.
    for _ in 0..if levels.iter().any(reachable) { STUDIES } else { 0 } {
        let noise: Vec<f64> = (0..pairs).map(|_| StandardNormal.sample(&mut random)).collect();
        let Some(test) = SignFlip::new(&noise) else { continue };
        for (level, needed) in levels.iter().zip(&mut needed) {
            needed.extend(
                test.interval(*level).into_iter().flat_map(|interval| [-interval.low, interval.high]),
            );
        }
    }
    needed.iter_mut().map(|needed| quantile_by_selection(needed, POWER)).collect()
}

fn by_noncentral_t(pairs: usize, level: f64) -> f64 {
    let freedom = pairs - 1;
    let critical = student::critical(freedom, level);
    let (mut low, mut high) = (0.0, 20.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        let shift = middle * (pairs as f64).sqrt();
        if noncentral_tail(critical, freedom, shift) < POWER { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// P(T > t) of the noncentral t distribution with this shift: ∫ Φ(shift − t s) f(s) ds, where s is the standard deviation of a sample
/// of unit variance.
fn noncentral_tail(t: f64, freedom: usize, shift: f64) -> f64 {
    const STEPS: u32 = 800;
    let half = freedom as f64 / 2.0;
    let scale = std::f64::consts::LN_2 + half * half.ln() - ln_gamma(half);
    let width = (1.0 + 9.0 / (2.0 * freedom as f64).sqrt()) / f64::from(STEPS);
    let at = |step: u32| {
        let s = f64::from(step) * width;
        let density = (scale + (2.0 * half - 1.0) * s.ln() - half * s * s).exp();
        normal::cdf(shift - t * s) * density
    };
    width * (1..=STEPS).map(at).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_pairs_find_at_5_percent_only_effects_with_all_signs_alike() {
        // The smallest p of six pairs is 2/64, the next 4/64: p < 0.05 means that all six differences are positive, Φ(d)⁶ = 0.8.
        let expected = normal::quantile(0.8_f64.powf(1.0 / 6.0));
        let found = detectable(6, &[0.05, 0.01]);
        assert!((found[0].expect("reachable") - expected).abs() < 0.03, "{found:?}, expected {expected}");
        assert_eq!(found[1], None);
        assert_eq!(detectable(5, &[0.05]), [None]);
        assert_eq!(detectable(1, &[0.05]), [None]);
    }

    #[test]
    fn simulation_and_noncentral_t_meet_where_one_gives_way_to_the_other() {
        let simulated = detectable(SIMULATED, &[0.05])[0].expect("reachable");
        assert!((simulated - by_noncentral_t(SIMULATED, 0.05)).abs() < 0.03, "{simulated}");
    }
}
