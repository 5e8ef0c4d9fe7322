//! ADWIN2 (Bifet & Gavaldà 2007): a window that shrinks when two parts of it differ.

use std::collections::VecDeque;

use super::alarm::Detector;
use base::error::Result;
use base::state::State;
use serde_json::json;

/// Buckets per size before two merge (M of the paper).
const MOST: usize = 5;
/// Values between two looks.
const CLOCK: u64 = 32;
/// Fewest values on each side of a cut.
const SIDE: f64 = 5.0;

/// The adaptive window as an exponential histogram: row i holds sums over 2^i values, newest first.
///
/// A cut of the window W into W₀ | W₁ counts when |μ₀ − μ₁| ≥ ε, ε = √(2/m · σ² · ln(2 ln|W| / δ)) + 2/(3m) · ln(2 ln|W| / δ),
/// 1/m = 1/|W₀| + 1/|W₁|. Older buckets are dropped until no cut counts.
#[derive(Debug, Clone)]
pub struct Adwin {
    delta: f64,
    rows: Vec<VecDeque<f64>>,
    count: f64,
    sum: f64,
    ticks: u64,
}

impl Adwin {
    /// δ in (0, 1): the chance of a false alarm at a look; the paper's and River's default is 0.002.
    pub fn new(delta: f64) -> Self {
        Self { delta, rows: Vec::new(), count: 0.0, sum: 0.0, ticks: 0 }
    }

    fn insert(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        let mut carried = Some(value);
        let mut row = 0;
        while let Some(sum) = carried.take() {
            if self.rows.len() == row {
                self.rows.push(VecDeque::new());
            }
            self.rows[row].push_front(sum);
            if self.rows[row].len() > MOST {
                let oldest = self.rows[row].pop_back().unwrap_or(0.0);
                carried = Some(oldest + self.rows[row].pop_back().unwrap_or(0.0));
            }
            row += 1;
        }
    }

    /// The first cut, from the old end, whose sides differ; `Some(true)` when the newer side is higher.
    fn cut(&self) -> Option<bool> {
        let mean = self.sum / self.count;
        let variance = mean * (1.0 - mean);
        let log = (2.0 * self.count.ln() / self.delta).ln();
        let (mut old_count, mut old_sum) = (0.0, 0.0);
        for (row, sums) in self.rows.iter().enumerate().rev() {
            for sum in sums.iter().rev() {
                old_count += 2f64.powi(i32::try_from(row).unwrap_or(i32::MAX));
                old_sum += sum;
                let new_count = self.count - old_count;
                if old_count < SIDE || new_count < SIDE {
                    continue;
                }
                let difference = (self.sum - old_sum) / new_count - old_sum / old_count;
                let inverse = 1.0 / old_count + 1.0 / new_count;
                let bound = (2.0 * inverse * variance * log).sqrt() + 2.0 / 3.0 * inverse * log;
                if difference.abs() >= bound {
                    return Some(difference > 0.0);
                }
            }
        }
        None
    }

    fn drop_oldest(&mut self) {
        while self.rows.last().is_some_and(VecDeque::is_empty) {
            self.rows.pop();
        }
        let row = self.rows.len().saturating_sub(1);
        if let Some(sum) = self.rows.last_mut().and_then(VecDeque::pop_back) {
            self.count -= 2f64.powi(i32::try_from(row).unwrap_or(i32::MAX));
            self.sum -= sum;
        }
    }
}

impl Detector for Adwin {
    fn alarm(&mut self, error: f64) -> bool {
        self.insert(error);
        self.ticks += 1;
        if !self.ticks.is_multiple_of(CLOCK) || self.count < 2.0 * SIDE {
            return false;
        }
        let mut risen = false;
        while let Some(higher) = self.cut() {
            risen |= higher;
            self.drop_oldest();
        }
        risen
    }

    fn reset(&mut self) {
        *self = Self::new(self.delta);
    }

    fn save(&self) -> State {
        State::default().value("window", json!((&self.rows, self.count, self.sum, self.ticks)))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.rows, self.count, self.sum, self.ticks) = state.get_value("window")?;
        Ok(())
    }

    fn bytes(&self) -> u64 {
        (8 * self.rows.iter().map(VecDeque::len).sum::<usize>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;
    use rand::RngExt;

    fn errors(seed: u64, parts: &[(usize, f64)]) -> Vec<f64> {
        let mut random = Streams::new(seed).fast("errors");
        let part = |(n, rate): &(usize, f64)| vec![*rate; *n];
        parts.iter().flat_map(part).map(|rate| f64::from(u8::from(random.random::<f64>() < rate))).collect()
    }

    fn alarms(seed: u64, parts: &[(usize, f64)]) -> Vec<usize> {
        let mut adwin = Adwin::new(0.002);
        errors(seed, parts)
            .into_iter()
            .enumerate()
            .filter(|(_, e)| adwin.alarm(*e))
            .map(|(at, _)| at)
            .collect()
    }

    #[test]
    fn buckets_hold_every_value_exactly_once() {
        let mut adwin = Adwin::new(0.002);
        for n in 1..=1000u32 {
            adwin.insert(1.0);
            let held: f64 = adwin.rows.iter().flatten().sum();
            assert_eq!((held, adwin.count), (f64::from(n), f64::from(n)));
            assert!(adwin.rows.iter().all(|row| row.len() <= MOST));
        }
        for (row, sums) in adwin.rows.iter().enumerate() {
            assert!(sums.iter().all(|sum| *sum == 2f64.powi(row as i32)));
        }
    }

    #[test]
    fn the_bound_is_the_papers() {
        // 64 zeros, then 64 ones: mean ½, variance ¼, the cut in the middle has 1/m = 2/64 and a difference of 1.
        // δ′: ln(2 · ln 128 / 0.002) = 8.487; ε = √(2 · 0.03125 · 0.25 · 8.487) + ⅔ · 0.03125 · 8.487 = 0.541 < 1.
        let mut adwin = Adwin::new(0.002);
        (0..128).for_each(|at| adwin.insert(f64::from(u8::from(at >= 64))));
        assert_eq!(adwin.cut(), Some(true));
        let log = (2.0 * 128f64.ln() / 0.002).ln();
        assert!((log - 8.487).abs() < 1e-3);
        assert!(((2.0 * 0.031_25 * 0.25 * log).sqrt() + 2.0 / 3.0 * 0.031_25 * log - 0.541).abs() < 1e-3);
    }

    #[test]
    fn a_rise_of_errors_raises_an_alarm_soon_and_a_fall_does_not() {
        let rise = alarms(3, &[(1000, 0.1), (1000, 0.6)]);
        assert!(rise.first().is_some_and(|at| (1000..1200).contains(at)), "{rise:?}");
        assert_eq!(alarms(3, &[(1000, 0.6), (1000, 0.1)]), [0usize; 0]);
    }

    #[test]
    fn steady_errors_raise_none() {
        for seed in 0..5 {
            assert_eq!(alarms(seed, &[(5000, 0.2)]), [0usize; 0], "seed {seed}");
        }
    }
}
