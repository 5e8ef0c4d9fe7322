//! The embedded UCI optical digits: 1,797 images of 8 × 8 pixels with values 0 to 16.
//!
//! E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, CC BY 4.0.

use std::path::Path;

use rand::seq::SliceRandom;

use super::dataset::{Dataset, Split};
use super::folder::gunzip;
use base::error::{Error, Result};
use base::rng::Streams;

const FILE: &[u8] = include_bytes!("../../../datasets/digits.csv.gz");
/// Most bytes of the embedded file, unpacked.
const RAW_BYTES: u64 = 1 << 20;
const PIXELS: usize = 64;
const CLASSES: usize = 10;
/// Sizes of validation and test split; the rest, 1,077, trains.
const HELD_OUT: usize = 360;

/// Parses the embedded file and cuts the fixed stratified split 1,077 / 360 / 360.
///
/// # Errors
/// Never in a released program: a test loads it.
pub fn load() -> Result<Dataset> {
    cut(&Streams::new(0).within("digits-split"))
}

/// The same with a split of the run's own, stratified alike, from the stream `data-split`.
///
/// # Errors
/// As [`load`].
pub fn resampled(streams: &Streams) -> Result<Dataset> {
    cut(&streams.within("data-split"))
}

fn cut(streams: &Streams) -> Result<Dataset> {
    let bytes = gunzip("digits", Path::new("datasets/digits.csv.gz"), FILE, RAW_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut rows: Vec<(Vec<u8>, u8)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let values = line.split(',').map(str::parse::<u8>).collect::<Result<Vec<u8>, _>>();
        match values {
            Ok(values) if values.len() == PIXELS + 1 => {
                rows.push((values[..PIXELS].to_vec(), values[PIXELS]));
            }
            _ => {
                return Err(Error::data(
                    "digits",
                    format!("line {}: not {} small integers", at + 1, PIXELS + 1),
                ));
            }
        }
    }
    let [validation, test, train] = stratify(&rows.iter().map(|row| row.1).collect::<Vec<_>>(), streams);
    let split = |indices: &[usize]| {
        let pixels = indices.iter().flat_map(|i| rows[*i].0.iter().copied()).collect();
        Split::labelled(pixels, indices.iter().map(|i| rows[*i].1).collect())
    };
    let train = split(&train);
    Dataset {
        id: "digits".into(),
        shape: [1, 8, 8],
        classes: CLASSES,
        scale: 1.0 / 16.0,
        offset: 0.0,
        names: None,
        train_full: train.clone(),
        train,
        validation: split(&validation),
        test: split(&test),
    }
    .check()
}

/// Indices of validation, test and training samples: per class in proportion, by a shuffle from these streams.
fn stratify(labels: &[u8], streams: &Streams) -> [Vec<usize>; 3] {
    let mut split = [Vec::new(), Vec::new(), Vec::new()];
    let mut seen = 0;
    for class in 0..CLASSES {
        let mut members: Vec<usize> =
            (0..labels.len()).filter(|i| usize::from(labels[*i]) == class).collect();
        members.shuffle(&mut streams.get(&format!("class{class}")));
        // Cumulative rounding keeps the totals exact and each class within one sample of its share.
        let share = |seen: usize| (2 * seen * HELD_OUT + labels.len()) / (2 * labels.len());
        let count = share(seen + members.len()) - share(seen);
        seen += members.len();
        split[0].extend(&members[..count]);
        split[1].extend(&members[count..2 * count]);
        split[2].extend(&members[2 * count..]);
    }
    split.iter_mut().for_each(|indices| indices.sort_unstable());
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_is_stratified_and_has_the_documented_sizes() {
        let digits = load().expect("embedded");
        assert_eq!((digits.train.len(), digits.validation.len(), digits.test.len()), (1077, 360, 360));
        for class in 0..10u8 {
            let count = digits.test.labels.iter().filter(|label| **label == class).count();
            assert!((34..=37).contains(&count), "class {class} has {count} test samples");
        }
        assert!(digits.train.pixels.bytes().iter().all(|pixel| *pixel <= 16));
    }

    #[test]
    fn a_split_per_seed_deals_out_all_images_once_and_differs_from_seed_to_seed() {
        let images = |set: &Dataset| {
            [&set.train, &set.validation, &set.test].map(|split| {
                let of =
                    |i: usize| (split.pixels.bytes()[i * PIXELS..(i + 1) * PIXELS].to_vec(), split.labels[i]);
                let mut all: Vec<(Vec<u8>, u8)> = (0..split.len()).map(of).collect();
                all.sort();
                all
            })
        };
        let whole = |set: &Dataset| {
            let mut all = images(set).concat();
            all.sort();
            all
        };
        let fixed = load().expect("embedded");
        let seeds: Vec<Dataset> =
            (0..3).map(|seed| resampled(&Streams::new(seed)).expect("embedded")).collect();
        for set in &seeds {
            assert_eq!((set.train.len(), set.validation.len(), set.test.len()), (1077, 360, 360));
            // Every image of the file stands in one split, none in two.
            assert_eq!(whole(set), whole(&fixed));
            for class in 0..10u8 {
                let count = set.test.labels.iter().filter(|label| **label == class).count();
                assert!((34..=37).contains(&count), "class {class} has {count} test samples");
            }
        }
        assert_ne!(images(&seeds[0])[2], images(&fixed)[2]);
        assert_ne!(images(&seeds[0])[2], images(&seeds[1])[2]);
        assert_eq!(images(&seeds[1]), images(&resampled(&Streams::new(1)).expect("embedded")));
    }
}
