//! Location and spread of a sample. Empty samples have none.

/// Arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation with n − 1; `None` below two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    deviation_from(values, mean(values)?)
}

/// The same where their mean is known.
pub(super) fn deviation_from(values: &[f64], centre: f64) -> Option<f64> {
    let n = values.len();
    (n > 1).then(|| (values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt())
}

/// Rounding, as a share of the numbers that were subtracted or averaged: scores are sums of hundreds of numbers, each
/// good to 1e-16 of its size.
const ROUNDING: f64 = 1e-12;

/// Whether values that come from numbers of this `size` differ by no more than rounding, so that nothing may be divided
/// by their spread.
pub fn is_rounding(values: &[f64], size: f64) -> bool {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low <= ROUNDING * size.abs()
}

/// The largest magnitude among them.
pub fn size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// a − b, and exactly 0 where the two differ by no more than rounding: a test of signs would take rounding for a
/// difference.
pub fn difference(a: f64, b: f64) -> f64 {
    if is_rounding(&[a, b], size(&[a, b])) { 0.0 } else { a - b }
}

/// Median.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The quantile at `q` in [0, 1], interpolated linearly (Hyndman & Fan type 7).
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    quantile_by_selection(&mut values.to_vec(), q)
}

/// The same of values whose order may change; nothing is copied, and not all of them are sorted.
pub(super) fn quantile_by_selection(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let (_, low, rest) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = rest.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (position - below as f64) * (high - low))
}

/// Of values in order: the oracle of [`quantile_by_selection`].
#[cfg(test)]
pub(super) fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    let share = position - below as f64;
    Some(sorted[below] + share * (sorted[above] - sorted[below]))
}

/// Mean of the middle half: the lowest and highest quarter of the mass are cut off, values on the cut count in part
/// (Agarwal et al. 2021).
pub fn inter_quartile_mean(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (n as f64 * 0.25, n as f64 * 0.75);
    // Value i occupies [i, i + 1] on the axis of mass; its weight is the part inside [low, high].
    let weight = |i: usize| ((i + 1) as f64).min(high) - (i as f64).max(low);
    let sum: f64 = sorted.iter().enumerate().map(|(i, v)| weight(i).max(0.0) * v).sum();
    Some(sum / (high - low))
}
