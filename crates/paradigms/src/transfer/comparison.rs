//! The numbers of transfer learning (Taylor & Stone 2009), from two curves on the same target.

/// A curve of performance over updates: starts at update 0, higher is better.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Trace(pub Vec<(f64, f64)>);

impl Trace {
    pub fn first(&self) -> f64 {
        self.0.first().map_or(f64::NAN, |point| point.1)
    }

    pub fn last(&self) -> f64 {
        self.0.last().map_or(f64::NAN, |point| point.1)
    }

    /// By the trapezoid rule.
    fn area(&self) -> f64 {
        self.0.windows(2).map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0).sum()
    }

    /// The first update at which the level is reached.
    fn reaches(&self, level: f64) -> Option<f64> {
        self.0.iter().find(|point| point.1 >= level).map(|point| point.0)
    }
}

/// Names and values; what is undefined is left out. `batch`: samples per update.
pub(super) fn compare(transfer: &Trace, scratch: &Trace, batch: usize) -> Vec<(&'static str, f64)> {
    // Nine tenths of the reference's final performance; for negative errors: eleven tenths of its final error.
    let level = scratch.last() - 0.1 * scratch.last().abs();
    let samples = transfer.reaches(level).map_or(f64::NAN, |update| update * batch as f64);
    let values = [
        ("jump_start", transfer.first() - scratch.first()),
        ("area_ratio", (transfer.area() - scratch.area()) / scratch.area().abs()),
        ("asymptotic_gain", transfer.last() - scratch.last()),
        ("samples_to_threshold", samples),
    ];
    values.into_iter().filter(|(_, value)| value.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_two_curves_on_paper() {
        // Areas over 0…20: transfer 10·0.6 + 10·0.8 = 14, scratch 10·0.35 + 10·0.65 = 10; level 0.9 · 0.8 = 0.72.
        let transfer = Trace(vec![(0.0, 0.5), (10.0, 0.7), (20.0, 0.9)]);
        let scratch = Trace(vec![(0.0, 0.2), (10.0, 0.5), (20.0, 0.8)]);
        let values = compare(&transfer, &scratch, 4);
        let expected = [0.3, 0.4, 0.1, 80.0];
        for ((name, value), expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-12, "{name}: {value}, not {expected}");
        }
    }

    #[test]
    fn errors_are_negative_performances() {
        // Scratch errors 4 → 2, transfer 2 → 1: areas −3 and −1.5 per update, ratio 1.5 / 3; level −2.2 at the start.
        let transfer = Trace(vec![(0.0, -2.0), (1.0, -1.0)]);
        let scratch = Trace(vec![(0.0, -4.0), (1.0, -2.0)]);
        let expected = [
            ("jump_start", 2.0),
            ("area_ratio", 0.5),
            ("asymptotic_gain", 1.0),
            ("samples_to_threshold", 0.0),
        ];
        assert_eq!(compare(&transfer, &scratch, 4), expected);
    }

    #[test]
    fn a_threshold_that_is_never_reached_is_left_out() {
        let low = Trace(vec![(0.0, 0.1), (1.0, 0.2)]);
        let high = Trace(vec![(0.0, 0.1), (1.0, 0.9)]);
        assert!(compare(&low, &high, 1).iter().all(|(name, _)| *name != "samples_to_threshold"));
    }
}
