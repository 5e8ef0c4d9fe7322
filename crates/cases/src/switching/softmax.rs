//! Choice by softmax.

use rand::{Rng, RngExt};

/// Probabilities ∝ exp(β·value), β the inverse temperature; `values` is not empty.
pub(super) fn probabilities(values: &[f64], inverse_temperature: f64) -> Vec<f64> {
    let best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = values.iter().map(|value| (inverse_temperature * (value - best)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The index that `draw`, uniform in [0, 1), falls on.
pub(super) fn pick(probabilities: &[f64], draw: f64) -> usize {
    let mut sum = 0.0;
    let found = probabilities.iter().position(|p| {
        sum += p;
        draw < sum
    });
    // Rounding may leave the sum a little below 1.
    found.unwrap_or(probabilities.len() - 1)
}

/// One of `count` things other than `current`, all alike.
pub(super) fn another(current: usize, count: usize, rng: &mut impl Rng) -> usize {
    let other = rng.random_range(0..count - 1);
    if other < current { other } else { other + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_formula_and_survive_huge_values() {
        let p = probabilities(&[1.0, 0.0], 3.0_f64.ln());
        assert!((p[0] - 0.75).abs() < 1e-12 && (p[1] - 0.25).abs() < 1e-12, "{p:?}");
        assert_eq!(probabilities(&[1e300, 0.0], 1e3), [1.0, 0.0]);
        assert_eq!(probabilities(&[2.0, 7.0], 0.0), [0.5, 0.5]);
    }

    #[test]
    fn a_draw_falls_on_the_share_that_holds_it() {
        let p = [0.25, 0.0, 0.75];
        assert_eq!([0.0, 0.2499, 0.25, 0.9999].map(|draw| pick(&p, draw)), [0, 0, 2, 2]);
        assert_eq!(pick(&[0.5, 0.499_999], 0.999_999_9), 1);
    }

    #[test]
    fn another_is_never_the_current_one_and_reaches_all_others() {
        let mut rng = base::rng::Streams::new(0).get("another");
        let mut seen = [0; 4];
        (0..100).for_each(|_| seen[another(2, 4, &mut rng)] += 1);
        assert_eq!(seen[2], 0);
        assert!([0, 1, 3].iter().all(|k| seen[*k] > 10), "{seen:?}");
    }
}
