//! Heavy-ball momentum.

use multiversion::multiversion;

use super::subnormal::normal_or_zero;

/// v ← μ v + g, g ← v.
#[multiversion(targets = "simd")]
pub fn momentum(gradient: &mut [f32], velocity: &mut [f32], coefficient: f32) {
    for (g, v) in gradient.iter_mut().zip(velocity) {
        *v = normal_or_zero(coefficient * *v + *g);
        *g = *v;
    }
}

/// [`momentum`] and the descent in one pass.
#[multiversion(targets = "simd")]
pub fn momentum_descend(
    values: &mut [f32],
    rate: f32,
    gradient: &[f32],
    velocity: &mut [f32],
    coefficient: f32,
) {
    for ((value, g), v) in values.iter_mut().zip(gradient).zip(velocity) {
        *v = normal_or_zero(coefficient * *v + *g);
        *value += -rate * *v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_velocity_without_gradients_ends_at_zero_and_never_below_the_normal_numbers() {
        let mut velocity = [1.0f32];
        for _ in 0..2000 {
            momentum(&mut [0.0], &mut velocity, 0.9);
            assert!(!velocity[0].is_subnormal());
        }
        assert_eq!(velocity, [0.0]);
    }
}
