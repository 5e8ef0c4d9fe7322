//! Effect sizes of paired samples.

use super::summary::{is_rounding, mean, standard_deviation};

/// Cohen's d_z: mean difference / standard deviation of the differences. `None` below two pairs, and where differences
/// of scores of this `size` vary by no more than rounding.
pub fn paired_effect_size(differences: &[f64], size: f64) -> Option<f64> {
    let spread = standard_deviation(differences).filter(|_| !is_rounding(differences, size))?;
    Some(mean(differences)? / spread)
}
