//! What a benchmark does to a data set once it is read: frames of zeros, fewer samples, a common scale.

use std::sync::Arc;

use super::parts::window;
use super::table::{DataTable, Normalise};
use crate::dataset::{Dataset, Split, Values};
use crate::pixels::Pixels;
use base::error::Result;

/// A set of the manifest with what the table says of it; `hold_out` cuts validation from fewer training samples.
///
/// # Errors
/// Fewer samples than asked for.
pub fn adapted(
    table: &DataTable,
    set: &Dataset,
    hold_out: impl Fn(&Split, usize) -> (Split, Split),
) -> Result<Dataset> {
    let mut set = set.clone();
    if table.skip > 0 || table.limit.is_some() {
        let features = set.features();
        set.train_full = window(table, set.train_full.clone(), features)?;
        (set.train, set.validation) = hold_out(&set.train_full, features);
    }
    if let Some(scale) = table.scale {
        set.scale = scale;
    }
    if table.target.is_some() {
        // The number of the class: `check` allows no other.
        each(&mut set, |split| {
            let numbers = split.labels.iter().map(|label| f32::from(*label)).collect();
            split.values = Some(Values { numbers, unit: 1.0 });
        });
    }
    finished(table, set)
}

/// Padding and normalisation.
///
/// # Errors
/// Data that do not fit together any more.
pub fn finished(table: &DataTable, mut set: Dataset) -> Result<Dataset> {
    if table.pad > 0 {
        let shape = set.shape;
        each(&mut set, |split| split.pixels = padded(&split.pixels, shape, table.pad));
        set.shape = [shape[0], shape[1] + 2 * table.pad, shape[2] + 2 * table.pad];
    }
    match table.normalise {
        Some(Normalise::By([mean, deviation])) => {
            set.scale /= deviation;
            set.offset = -mean / deviation;
        }
        Some(Normalise::Each(_)) => {
            let features = set.features();
            let moments = moments(&set.train.pixels, features);
            each(&mut set, |split| split.pixels = standardised(&split.pixels, &moments));
            set.scale = 1.0;
        }
        None => {}
    }
    answers(&mut set);
    set.check()
}

/// Brings numbers to be answered to mean 0 and deviation 1 over what is trained on.
fn answers(set: &mut Dataset) {
    let Some(known) = &set.train.values else { return };
    let [(mean, deviation)] = moments(&Pixels::Numbers(known.numbers.clone()), 1)[..] else { return };
    each(set, |split| {
        if let Some(values) = &mut split.values {
            values.numbers = values.numbers.iter().map(|value| (value - mean) / deviation).collect();
            values.unit *= deviation;
        }
    });
}

fn each(set: &mut Dataset, change: impl Fn(&mut Split)) {
    for split in [&mut set.train, &mut set.validation, &mut set.train_full, &mut set.test] {
        change(split);
    }
}

fn padded(pixels: &Pixels, shape: [usize; 3], pad: usize) -> Pixels {
    match pixels {
        Pixels::Bytes(all) => Pixels::Bytes(framed(all, shape, pad)),
        Pixels::Numbers(all) => Pixels::Numbers(framed(all, shape, pad)),
    }
}

fn framed<T: Copy + Default>(values: &[T], [_, height, width]: [usize; 3], pad: usize) -> Arc<[T]> {
    let wide = width + 2 * pad;
    let zeros = |count: usize| std::iter::repeat_n(T::default(), count);
    let mut out = Vec::with_capacity(values.len() / (height * width).max(1) * (height + 2 * pad) * wide);
    for plane in values.chunks_exact((height * width).max(1)) {
        out.extend(zeros(pad * wide));
        for row in plane.chunks_exact(width) {
            out.extend(zeros(pad));
            out.extend_from_slice(row);
            out.extend(zeros(pad));
        }
        out.extend(zeros(pad * wide));
    }
    out.into()
}

/// Mean and standard deviation of each column; one that never changes has the deviation 1.
fn moments(pixels: &Pixels, features: usize) -> Vec<(f32, f32)> {
    let value = |at: usize| match pixels {
        Pixels::Bytes(all) => f64::from(all[at]),
        Pixels::Numbers(all) => f64::from(all[at]),
    };
    let rows = pixels.len() / features.max(1);
    let of = |column: usize| {
        let all = || (0..rows).map(|row| value(row * features + column));
        let mean = all().sum::<f64>() / rows.max(1) as f64;
        let deviation = (all().map(|x| (x - mean).powi(2)).sum::<f64>() / rows.max(1) as f64).sqrt();
        (mean as f32, if deviation > 0.0 { deviation as f32 } else { 1.0 })
    };
    (0..features).map(of).collect()
}

fn standardised(pixels: &Pixels, moments: &[(f32, f32)]) -> Pixels {
    let of = |values: &mut dyn Iterator<Item = f32>| {
        Pixels::Numbers(values.zip(moments.iter().cycle()).map(|(x, (mean, sd))| (x - mean) / sd).collect())
    };
    match pixels {
        Pixels::Bytes(all) => of(&mut all.iter().map(|byte| f32::from(*byte))),
        Pixels::Numbers(all) => of(&mut all.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Dataset {
        let split = |pixels: Vec<u8>| Split::labelled(pixels.into(), vec![0, 1].into());
        Dataset {
            id: "toy".into(),
            shape: [1, 1, 2],
            classes: 2,
            scale: 0.5,
            offset: 0.0,
            names: None,
            train: split(vec![1, 2, 3, 6]),
            validation: split(vec![1, 2, 3, 6]),
            train_full: split(vec![1, 2, 3, 6]),
            test: split(vec![5, 4, 3, 2]),
        }
    }

    #[test]
    fn a_frame_of_zeros_surrounds_every_image() {
        let framed = finished(&DataTable { pad: 1, ..DataTable::default() }, set()).expect("padded");
        assert_eq!(framed.shape, [1, 3, 4]);
        assert_eq!(framed.test.pixels.bytes()[..12], [0, 0, 0, 0, 0, 5, 4, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_mean_and_a_deviation_become_scale_and_offset() {
        let by = DataTable { normalise: Some(Normalise::By([0.5, 0.25])), ..DataTable::default() };
        let set = finished(&by, set()).expect("normalised");
        // (0.5 x − 0.5) / 0.25 = 2 x − 2.
        assert_eq!((set.scale, set.offset), (2.0, -2.0));
    }

    #[test]
    fn columns_are_standardised_by_what_is_trained_on() {
        let each = DataTable {
            normalise: Some(Normalise::Each(super::super::table::Each::Columns)),
            ..DataTable::default()
        };
        let set = finished(&each, set()).expect("normalised");
        // Columns (1, 3) and (2, 6): means 2 and 4, deviations 1 and 2.
        assert_eq!(set.train.pixels, Pixels::Numbers(vec![-1.0, -1.0, 1.0, 1.0].into()));
        assert_eq!(set.test.pixels, Pixels::Numbers(vec![3.0, 0.0, 1.0, -1.0].into()));
    }

    #[test]
    fn numbers_to_be_answered_are_standardised_by_what_is_trained_on() {
        let table = DataTable {
            set: Some("toy".into()),
            target: Some(super::super::table::ColumnName::Name("class".into())),
            ..DataTable::default()
        };
        let set = adapted(&table, &set(), |full, _| (full.clone(), full.clone())).expect("a set");
        // Labels 0 and 1: mean and deviation are ½.
        let values = set.test.values.expect("numbers");
        assert_eq!((&values.numbers[..], values.unit), (&[-1.0, 1.0][..], 0.5));
    }

    #[test]
    fn fewer_training_samples_are_those_in_the_middle() {
        let table = DataTable { skip: 1, limit: Some(1), ..DataTable::default() };
        let set = adapted(&table, &set(), |full, _| (full.clone(), full.clone())).expect("one left");
        assert_eq!((set.train_full.pixels.bytes(), set.train.labels.len()), (&[3, 6][..], 1));
        let much = DataTable { limit: Some(3), ..DataTable::default() };
        let error =
            adapted(&much, &set, |full, _| (full.clone(), full.clone())).expect_err("too many").to_string();
        assert!(error.contains("has 1 training samples"), "{error}");
    }
}
