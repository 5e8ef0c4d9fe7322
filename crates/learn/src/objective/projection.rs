//! Gradients that may not point against those of the past.

use crate::nn::Gradients;

/// g ← g − s (g·r / (‖r‖² + ε)) r where g·r < 0, ε = 10⁻⁷: at s = 1 what is left of g is orthogonal to r (A-GEM).
/// Returns whether it acted.
pub fn project(gradients: &mut Gradients, reference: &Gradients, scale: f32) -> bool {
    const EPSILON: f64 = 1e-7;
    let product = gradients.dot(reference);
    if product >= 0.0 {
        return false;
    }
    let share = -product / (reference.dot(reference) + EPSILON);
    gradients.add_scaled(reference, scale * share as f32);
    true
}

/// The weights v of g̃ = g + Σ_k v_k r_k that solve GEM's programme: min ½ vᵀ(R Rᵀ + ε)v + (R g)ᵀ v with v ≥ `margin`.
/// `gram` is R Rᵀ, `products` R g. Coordinate descent, which for a positive definite programme with bounds alone ends in
/// the solution.
pub fn gem_weights(gram: &[Vec<f64>], products: &[f64], margin: f64) -> Vec<f64> {
    /// On the diagonal, as in the authors' code: equal gradients of two tasks stay solvable.
    const RIDGE: f64 = 1e-3;
    const SWEEPS: usize = 1000;
    let mut weights = vec![margin; products.len()];
    for _ in 0..SWEEPS {
        let mut moved = 0.0f64;
        for k in 0..weights.len() {
            let diagonal = gram[k][k] + RIDGE;
            let others: f64 = gram[k]
                .iter()
                .zip(&weights)
                .enumerate()
                .filter(|(j, _)| *j != k)
                .map(|(_, (g, v))| g * v)
                .sum();
            let best = (-(products[k] + others) / diagonal).max(margin);
            moved = moved.max((best - weights[k]).abs());
            weights[k] = best;
        }
        if moved <= 1e-10 {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradients(values: &[f32]) -> Gradients {
        Gradients { buffers: vec![values.to_vec()] }
    }

    #[test]
    fn a_conflicting_gradient_loses_its_part_against_the_reference() {
        // g = (3, −1), r = (0, 2): g·r = −2, ‖r‖² = 4: g + ½ r = (3, 0). Half of it: (3, −½).
        let reference = gradients(&[0.0, 2.0]);
        for (scale, expected) in [(1.0, [3.0, 0.0]), (0.5, [3.0, -0.5])] {
            let mut own = gradients(&[3.0, -1.0]);
            assert!(project(&mut own, &reference, scale));
            crate::nn::testing::assert_close(&own.buffers[0], &expected, 1e-6);
        }
        let mut own = gradients(&[3.0, 1.0]);
        assert!(!project(&mut own, &reference, 1.0), "no conflict, no projection");
        assert_eq!(own, gradients(&[3.0, 1.0]));
        let mut own = gradients(&[3.0, 1.0]);
        assert!(!project(&mut own, &gradients(&[0.0, 0.0]), 1.0), "nothing to hold on to");
    }

    #[test]
    fn gems_programme_ends_in_its_solution() {
        // r₁ = (1, 0), r₂ = (0, 2), g = (−1, 1): R g = (−1, 2). v₁ = 1 lifts g·r₁ to 0; v₂ stays at its bound 0.
        let weights = gem_weights(&[vec![1.0, 0.0], vec![0.0, 4.0]], &[-1.0, 2.0], 0.0);
        assert!((weights[0] - 1.0).abs() < 2e-3 && weights[1] == 0.0, "{weights:?}");
        // A margin of ½: v₂ = ½, v₁ = 1 still.
        let weights = gem_weights(&[vec![1.0, 0.0], vec![0.0, 4.0]], &[-1.0, 2.0], 0.5);
        assert!((weights[0] - 1.0).abs() < 2e-3 && weights[1] == 0.5, "{weights:?}");
        // r₁ = (1, 0), r₂ = (1, 1), g = (−1, −1): with both constraints active g̃ = 0, so v = (0, 1).
        let weights = gem_weights(&[vec![1.0, 1.0], vec![1.0, 2.0]], &[-1.0, -2.0], 0.0);
        assert!(weights[0].abs() < 5e-3 && (weights[1] - 1.0).abs() < 5e-3, "{weights:?}");
    }
}
