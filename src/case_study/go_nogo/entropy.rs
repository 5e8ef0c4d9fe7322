//! Entropy of the action given the class of stimulus, H(A|C) = −Σₐ P(a|C) log₂ P(a|C) (Eq. 8 of the review): log₂ N bits
//! while all N actions are equally likely (Eq. 9; the sign printed there is a slip), 0 when one is certain (Eq. 10).

/// H in bits of a distribution over actions; the probabilities must sum to 1, 0 · log 0 = 0.
pub fn action_entropy(probabilities: &[f64]) -> f64 {
    probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}

/// Binary entropy in bits of Go against No-Go over every `window` successive answers: one value per window, in order.
pub fn sliding_entropy(answers: &[bool], window: usize) -> Vec<f64> {
    answers
        .windows(window)
        .map(|answers| {
            let go = answers.iter().filter(|go| **go).count() as f64 / window as f64;
            action_entropy(&[go, 1.0 - go])
        })
        .collect()
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
    fn one_go_in_four_is_0_811_bit() {
        // −¼ log₂ ¼ − ¾ log₂ ¾ = 0.5 + 0.311278
        assert!((action_entropy(&[0.25, 0.75]) - 0.811_278_124).abs() < 1e-9);
        let answers = [false, false, false, true, true];
        let entropies = sliding_entropy(&answers, 4);
        assert!((entropies[0] - 0.811_278_124).abs() < 1e-9);
        assert_eq!(entropies[1], 1.0);
        assert_eq!(entropies.len(), 2);
        assert!(sliding_entropy(&answers, 10).is_empty());
    }
}
