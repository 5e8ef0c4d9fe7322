//! Cutting training samples: those that are used at all, and what is held out of them for test and validation.

use rand::seq::SliceRandom;

use super::table::{DataTable, SplitBy};
use crate::dataset::{Dataset, Split, Values};
use base::error::{Error, Result};
use base::rng::Streams;

/// The training samples that `skip` and `limit` leave.
pub(super) fn window(table: &DataTable, whole: Split, features: usize) -> Result<Split> {
    if table.skip == 0 && table.limit.is_none() {
        return Ok(whole);
    }
    let end = table.limit.map_or(whole.len(), |limit| table.skip.saturating_add(limit));
    if end > whole.len() || table.skip >= end {
        let problem =
            format!("has {} training samples, fewer than `skip` and `limit` ask for ({end})", whole.len());
        return Err(Error::data(table.name(), problem));
    }
    Ok(take(&whole, &(table.skip..end).collect::<Vec<_>>(), features))
}

fn take(whole: &Split, places: &[usize], features: usize) -> Split {
    let labels: Vec<u8> = places.iter().map(|at| whole.labels[*at]).collect();
    let values = whole.values.as_ref().map(|values| Values {
        numbers: places.iter().map(|at| values.numbers[*at]).collect(),
        unit: values.unit,
    });
    Split { pixels: whole.pixels.rows(places, features), labels: labels.into(), values }
}

/// Cuts what has no file of its own from the training samples, in that order: test, validation.
pub(super) fn hold_out(
    table: &DataTable,
    whole: Split,
    features: usize,
    validation: Option<Split>,
    test: Option<Split>,
) -> Result<Dataset> {
    let by = table.split.map(|rule| rule.by).unwrap_or_default();
    let random = Streams::new(0).within("own-split");
    let places = order(&whole.labels, by, &random);
    let count = |share: f64| (share * whole.len() as f64).round() as usize;
    let (for_test, for_validation) = (count(table.test_share()), count(table.validation_share()));
    let short =
        (table.test.is_none() && for_test == 0) || (table.validation.is_none() && for_validation == 0);
    if short || for_test + for_validation >= whole.len() {
        let problem = format!(
            "has {} samples, too few to hold out {for_test} for test and {for_validation} for validation; `data.split` says how many",
            whole.len()
        );
        return Err(Error::data(table.name(), problem));
    }
    let part = |range: std::ops::Range<usize>| {
        let mut places = places[range].to_vec();
        places.sort_unstable();
        take(&whole, &places, features)
    };
    let held = for_test + for_validation;
    let own_validation = validation.is_some();
    let train = part(held..whole.len());
    Ok(Dataset {
        id: String::new(),
        shape: [0; 3],
        classes: 0,
        scale: 1.0,
        offset: 0.0,
        names: None,
        train_full: if own_validation { train.clone() } else { part(for_test..whole.len()) },
        train,
        validation: validation.unwrap_or_else(|| part(for_test..held)),
        test: test.unwrap_or_else(|| part(0..for_test)),
    })
}

/// Places in the order in which they are held out. By class: so that every beginning holds each class in proportion.
fn order(labels: &[u8], by: SplitBy, random: &Streams) -> Vec<usize> {
    let mut all: Vec<usize> = (0..labels.len()).collect();
    match by {
        SplitBy::Last => all.reverse(),
        SplitBy::Random => all.shuffle(&mut random.get("random")),
        SplitBy::Class => {
            let mut placed: Vec<(f64, usize)> = Vec::with_capacity(all.len());
            for class in 0..=u8::MAX {
                let mut members: Vec<usize> = all.iter().copied().filter(|at| labels[*at] == class).collect();
                members.shuffle(&mut random.get(&format!("class{class}")));
                let n = members.len() as f64;
                placed.extend(
                    members.into_iter().enumerate().map(|(at, place)| ((at as f64 + 0.5) / n, place)),
                );
            }
            placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all = placed.into_iter().map(|(_, place)| place).collect();
        }
    }
    all
}
