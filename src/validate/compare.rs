//! Ours beside theirs.

use super::row::{Protocol, Row};
use base::stats::{mean, mean_interval, standard_deviation};
use contract::{MetricValue, Record, Status};

/// A row with what was measured. In percent.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    pub protocol: &'a Protocol,
    pub row: &'a Row,
    pub tolerance: f64,
    /// One number per seed whose run ended.
    pub ours: Vec<f64>,
    /// Core-seconds of all its runs.
    pub seconds: f64,
    pub verdict: Verdict,
}

/// Whether ours lands on theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Within,
    Misses,
    /// A run failed, diverged or is missing.
    Incomplete,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Misses => "misses",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Compares a row with its records, `asked` of which should be there.
pub fn compare<'a>(
    protocol: &'a Protocol,
    row: &'a Row,
    records: &[Record],
    asked: u64,
    quick: bool,
) -> Compared<'a> {
    let own = |record: &&Record| record.spec.benchmark == row.benchmark && record.spec.method == row.method;
    let records: Vec<&Record> = records.iter().filter(own).collect();
    let ended = records.iter().filter(|record| record.status == Status::Ok);
    let value = |record: &&Record| record.metrics.get(&record.score.metric).and_then(MetricValue::value);
    let ours: Vec<f64> = ended.filter_map(value).map(|value| 100.0 * value).collect();
    let tolerance = row.tolerance(quick);
    let verdict = match mean(&ours) {
        Some(mean) if ours.len() as u64 >= asked => {
            if (mean - row.published).abs() <= tolerance {
                Verdict::Within
            } else {
                Verdict::Misses
            }
        }
        _ => Verdict::Incomplete,
    };
    let seconds = records.iter().map(|record| record.time.wall_s).sum();
    Compared { protocol, row, tolerance, ours, seconds, verdict }
}

impl Compared<'_> {
    pub fn mean(&self) -> Option<f64> {
        mean(&self.ours)
    }

    /// 95 % over seeds; `None`: fewer than two.
    pub fn interval(&self) -> Option<(f64, f64)> {
        mean_interval(&self.ours).map(|interval| (interval.low.max(0.0), interval.high.min(100.0)))
    }

    pub fn sd(&self) -> Option<f64> {
        standard_deviation(&self.ours)
    }
}
