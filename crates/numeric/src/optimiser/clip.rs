//! Clipping by global norm.

use crate::elementwise;

/// Scales the parts of a gradient down so that their joint Euclidean norm (accumulated in f64, in order) is at most `limit`;
/// returns the norm before. A limit of infinity only measures.
pub fn clip_norm<P: AsRef<[f32]> + AsMut<[f32]>>(parts: &mut [P], limit: f64) -> f64 {
    let square = |g: &f32| f64::from(*g) * f64::from(*g);
    let norm = parts.iter().flat_map(|part| part.as_ref()).map(square).sum::<f64>().sqrt();
    if norm > limit {
        let factor = (limit / norm) as f32;
        parts.iter_mut().for_each(|part| elementwise::scale(part.as_mut(), factor));
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_gradient_is_shortened_and_a_short_one_kept() {
        let mut parts = [vec![3.0], vec![4.0]];
        assert_eq!(clip_norm(&mut parts, 10.0), 5.0);
        assert_eq!(clip_norm(&mut parts, f64::INFINITY), 5.0);
        assert_eq!(parts, [[3.0], [4.0]]);
        assert_eq!(clip_norm(&mut parts, 1.0), 5.0);
        assert_eq!(parts, [[0.6], [0.8]]);
        assert!(clip_norm(&mut [vec![f32::NAN]], 1.0).is_nan());
    }
}
