//! Patterns of a permutation test, each an interval of the shift θ, and what follows from them: p and the interval of all θ
//! that are not rejected. Test and interval come from the same patterns and can never disagree.

use super::bootstrap::Interval;

/// Ends of the patterns' intervals, apart from the pattern "change nothing", which covers every θ. Every interval contains the
/// observed difference.
#[derive(Debug, Clone)]
pub(super) struct Patterns {
    centre: f64,
    /// In any order, as the upper ones are: to count and to select among half a million takes less time than to sort them.
    low: Vec<f64>,
    high: Vec<f64>,
    /// In all, the trivial one included.
    count: usize,
}

impl Patterns {
    /// `low` and `high` are the ends of one interval each, in any order.
    pub fn new(centre: f64, low: Vec<f64>, high: Vec<f64>, count: usize) -> Self {
        Self { centre, low, high, count }
    }

    /// The observed difference.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// Two-sided p of "the difference is θ".
    pub fn p_at(&self, theta: f64) -> f64 {
        // Every interval contains the centre, so only the end on θ's side can exclude it.
        let covering = if theta >= self.centre {
            self.high.iter().filter(|end| **end >= theta).count()
        } else {
            self.low.iter().filter(|end| **end <= theta).count()
        };
        (covering + 1) as f64 / self.count as f64
    }

    /// All θ with p(θ) ≥ `alpha`; `None` where no θ can be rejected.
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        // The smallest number of covering patterns with (covering + 1) / count ≥ alpha.
        let needed = (alpha * self.count as f64 - 1e-9).ceil() as usize;
        let covering = needed.checked_sub(1).filter(|c| *c > 0)?;
        // Of numbers in `f64::total_cmp`'s order: the lower ends from below, the upper ones from above.
        let high = self.high.len().checked_sub(covering)?;
        let (low, high) = (select(&self.low, covering - 1), select(&self.high, high));
        (low.is_finite() && high.is_finite()).then_some(Interval { low, high })
    }
}

/// The value at a place of the order that `f64::total_cmp` gives, found by whole numbers in that order, which compare faster.
fn select(values: &[f64], at: usize) -> f64 {
    // The order of the bits is that of the numbers once those below the sign are turned round where it is set.
    let turned = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
    let mut keys: Vec<i64> = values.iter().map(|value| turned(value.to_bits() as i64)).collect();
    let (_, key, _) = keys.select_nth_unstable(at);
    f64::from_bits(turned(*key) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selecting_by_whole_numbers_follows_the_total_order() {
        let values = [2.5, -0.0, f64::NEG_INFINITY, 0.0, -3.0, f64::INFINITY, 1e-310, -1e-310, 2.5];
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let selected: Vec<f64> = (0..values.len()).map(|at| select(&values, at)).collect();
        assert_eq!(bits(&selected), bits(&sorted));
    }

    #[test]
    fn ends_are_order_statistics_and_p_is_the_share_that_covers() {
        // Of ten patterns nine have ends: lower ones −1 to −9, upper ones 1 to 9.
        let ends: Vec<f64> = [5, 2, 9, 1, 7, 3, 8, 6, 4].map(f64::from).to_vec();
        let patterns = Patterns::new(0.0, ends.iter().map(|end| -end).collect(), ends, 10);
        // (covering + 1) / 10 ≥ 0.3 needs two that cover: those that end at 9 and 8.
        assert_eq!(patterns.interval(0.3).map(|i| (i.low, i.high)), Some((-8.0, 8.0)));
        assert_eq!((patterns.p_at(8.0), patterns.p_at(8.5), patterns.p_at(-9.5)), (0.3, 0.2, 0.1));
        assert_eq!(patterns.interval(0.1).map(|i| (i.low, i.high)), None);
        // More that cover than there are.
        assert_eq!(patterns.interval(1.2).map(|i| (i.low, i.high)), None);
    }
}
