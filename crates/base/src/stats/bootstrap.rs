//! Bootstrap intervals.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::RngExt;

use super::student;
use super::summary::{deviation_from, is_rounding, mean, quantile_by_selection, size, standard_deviation};
use crate::rng::{FastRng, Streams};

/// Resamples per interval.
const RESAMPLES: usize = 4000;
/// Below this many values resamples repeat too few numbers to have a spread of their own worth dividing by.
const STUDENTISED_FROM: usize = 5;
/// Names the generation of random numbers; a change alters every interval in every report.
const STREAM: &str = "stats/bootstrap/1";

/// A two-sided interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether the value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

fn generator() -> FastRng {
    Streams::new(0).fast(STREAM)
}

/// 95 % interval of the mean. From `STUDENTISED_FROM` values on by the studentised bootstrap (Efron & Tibshirani 1993,
/// chapter 12), 4000 seeded resamples: the means of resamples in units of their own standard errors say how far the
/// sample's mean may be from the truth on either side, in units of its standard error. Below, and where too many
/// resamples have no spread, Student's t. `None` below two values; a point where all values agree. How often it holds
/// the truth: `docs/intervals.md`.
pub fn mean_interval(values: &[f64]) -> Option<Interval> {
    if values.len() < REMEMBERED_FROM {
        return computed(values);
    }
    let key: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
    if let Some(known) = open(&KNOWN).get(&key) {
        return *known;
    }
    let interval = computed(values);
    let mut known = open(&KNOWN);
    if known.len() >= MOST_REMEMBERED {
        known.clear();
    }
    known.insert(key, interval);
    interval
}

/// Below so many values there is nothing to resample, and an interval is computed anew each time.
const REMEMBERED_FROM: usize = STUDENTISED_FROM;
const MOST_REMEMBERED: usize = 20_000;

/// Resampling takes long, and a report asks for each interval in its tables and in its charts, on several threads.
static KNOWN: Mutex<BTreeMap<Vec<u64>, Option<Interval>>> = Mutex::new(BTreeMap::new());

/// What is in there is whole whatever happened to a thread that held it.
fn open<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn computed(values: &[f64]) -> Option<Interval> {
    let n = values.len();
    let centre = mean(values)?;
    let error = standard_deviation(values)? / (n as f64).sqrt();
    if !error.is_finite() || is_rounding(values, size(values)) {
        return error.is_finite().then_some(Interval { low: centre, high: centre });
    }
    let t = student::quantile_975(n - 1);
    let plain = Interval { low: centre - t * error, high: centre + t * error };
    if n < STUDENTISED_FROM {
        return Some(plain);
    }
    let (drawn, size) = (drawn(n), size(values));
    let mut resample = vec![0.0; n];
    let mut distances = Vec::with_capacity(RESAMPLES);
    for places in drawn.chunks_exact(n) {
        resample.iter_mut().zip(places).for_each(|(value, place)| *value = values[*place as usize]);
        let middle = mean(&resample)?;
        let error = deviation_from(&resample, middle)? / (n as f64).sqrt();
        let distance = middle - centre;
        // Equal values are infinitely sure of their mean; where that is not rare the quantiles below are not finite.
        let flat = is_rounding(&resample, size);
        distances.push(if flat { distance.signum() * f64::INFINITY } else { distance / error });
    }
    let mut quantile = |q| quantile_by_selection(&mut distances, q).filter(|d| d.is_finite());
    match (quantile(0.025), quantile(0.975)) {
        (Some(low), Some(high)) => Some(Interval { low: centre - high * error, high: centre - low * error }),
        _ => Some(plain),
    }
}

/// The places that all resamples of `n` values draw, one resample after another. They are the same for all values, because
/// every interval draws from a generator of the same seed.
fn drawn(n: usize) -> Arc<[u32]> {
    if let Some(known) = open(&DRAWN).get(&n) {
        return known.clone();
    }
    let mut rng = generator();
    let places: Arc<[u32]> = (0..RESAMPLES * n).map(|_| rng.random_range(0..n) as u32).collect();
    if n <= MOST_DRAWN {
        open(&DRAWN).insert(n, places.clone());
    }
    places
}

/// The places of more values than these are not remembered: a million of them for 256.
const MOST_DRAWN: usize = 256;

static DRAWN: Mutex<BTreeMap<usize, Arc<[u32]>>> = Mutex::new(BTreeMap::new());

/// 95 % percentile interval of `statistic` over the pooled values, resampled within each stratum (one stratum per
/// benchmark: Agarwal et al. 2021). `None` when a stratum is empty or no stratum has two values.
pub fn stratified(strata: &[Vec<f64>], statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<Interval> {
    resampled(strata, |strata| statistic(&strata.concat()))
}

/// Numbers that are drawn for one stratified interval, so that thousands of runs take no longer than hundreds; from 500
/// values on there are fewer resamples than [`RESAMPLES`], and never fewer than [`FEWEST`].
const MOST_NUMBERS: usize = 2_000_000;
const FEWEST: usize = 200;

/// The same of a statistic that sees the strata apart.
pub(super) fn resampled(
    strata: &[Vec<f64>],
    statistic: impl Fn(&[Vec<f64>]) -> Option<f64>,
) -> Option<Interval> {
    if strata.iter().any(Vec::is_empty) || strata.iter().all(|stratum| stratum.len() < 2) {
        return None;
    }
    let mut rng = generator();
    let mut drawn = strata.to_vec();
    let values: usize = strata.iter().map(Vec::len).sum();
    let resamples = (MOST_NUMBERS / values.max(1)).clamp(FEWEST, RESAMPLES);
    let mut found = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        for (drawn, stratum) in drawn.iter_mut().zip(strata) {
            drawn.iter_mut().for_each(|value| *value = stratum[rng.random_range(0..stratum.len())]);
        }
        found.push(statistic(&drawn)?);
    }
    let mut quantile = |q| quantile_by_selection(&mut found, q);
    Some(Interval { low: quantile(0.025)?, high: quantile(0.975)? })
}
