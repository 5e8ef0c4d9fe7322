//! A curve of a method, averaged over its seeds.

use std::collections::BTreeMap;

use crate::chart::LinePoint;
use crate::results::MethodResults;
use base::stats;

/// Mean over seeds with a 95 % band at every whole x, of either sign, that at least one seed has.
pub(super) fn averaged(method: &MethodResults<'_>, curve: &str) -> Vec<LinePoint> {
    let mut at: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for record in method.ok() {
        for found in record.log.curves.iter().filter(|c| c.name == curve) {
            for (x, y) in found.x.iter().zip(&found.y) {
                if let Some(y) = y {
                    at.entry(x.round() as i64).or_default().push(*y);
                }
            }
        }
    }
    at.into_iter()
        .map(|(x, values)| {
            let band = stats::mean_interval(&values).map(|i| (i.low, i.high));
            LinePoint { x: x as f64, y: stats::mean(&values), band, n: values.len() }
        })
        .collect()
}
