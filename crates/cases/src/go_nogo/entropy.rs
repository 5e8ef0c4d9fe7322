//! Entropy of the action given the class of stimulus, H(A|C) = −Σₐ P(a|C) log₂ P(a|C) (Eq. 8 of the review): log₂ N bits
//! while all N actions are equally likely (Eq. 9; the sign printed there is a slip), 0 when one is certain (Eq. 10).

/// H in bits of a distribution over actions; the probabilities must sum to 1, 0 · log 0 = 0.
pub fn action_entropy(probabilities: &[f64]) -> f64 {
    probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}

/// An entropy in bits estimated from counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The entropy of the observed frequencies, too low on average.
    pub plain: f64,
    /// With the Miller–Madow correction (m − 1)/(2 n ln 2), m the number of actions that were seen: 0 stays 0, and near
    /// equal frequencies it may lie above log₂ N.
    pub corrected: f64,
}

impl Estimate {
    /// From how often each action was seen; at least one must have been.
    pub fn new(counts: &[u32]) -> Self {
        let total = f64::from(counts.iter().sum::<u32>());
        let frequencies: Vec<f64> = counts.iter().map(|count| f64::from(*count) / total).collect();
        // Of a certain action the sum is −0.
        let plain = action_entropy(&frequencies) + 0.0;
        let seen = counts.iter().filter(|count| **count > 0).count() as f64;
        Self { plain, corrected: plain + (seen - 1.0) / (2.0 * total * std::f64::consts::LN_2) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equation_9_before_learning_n_equal_actions_have_log2_n_bits() {
        for n in [2usize, 3, 4, 8] {
            let uniform = vec![1.0 / n as f64; n];
            assert!((action_entropy(&uniform) - (n as f64).log2()).abs() < 1e-12);
        }
    }

    #[test]
    fn equation_10_after_learning_a_certain_action_has_none() {
        assert_eq!(action_entropy(&[1.0, 0.0]), 0.0);
        assert_eq!(action_entropy(&[0.0, 0.0, 1.0]), 0.0);
    }

    #[test]
    fn one_go_in_four_is_0_811_bit_and_miller_and_madow_add_what_sixteen_samples_lack() {
        // −¼ log₂ ¼ − ¾ log₂ ¾ = 0.5 + 0.311278
        assert!((action_entropy(&[0.25, 0.75]) - 0.811_278_124).abs() < 1e-9);
        let estimate = Estimate::new(&[4, 12]);
        assert!((estimate.plain - 0.811_278_124).abs() < 1e-9);
        // (2 − 1)/(2 · 16 · ln 2) = 0.045084
        assert!((estimate.corrected - 0.856_362_345).abs() < 1e-8, "{estimate:?}");
        // One action seen: nothing to correct, and no −0.
        let certain = Estimate::new(&[0, 64]);
        assert_eq!((certain.plain, certain.corrected), (0.0, 0.0));
        assert!(certain.plain.is_sign_positive());
    }
}
