//! Pairs of files in MNIST's layout: inputs with two to four dimensions, and their labels.

use super::samples::{Labels, Samples};
use crate::idx::parse;
use crate::pixels::Pixels;
use base::error::{Error, Result};

/// Inputs (n × features, n × height × width, or n × channels × height × width) and labels (n).
///
/// # Errors
/// Data errors that name the file.
pub(super) fn read(inputs: (&str, &[u8]), labels: (&str, &[u8])) -> Result<Samples> {
    let (path, bytes) = inputs;
    let dimensions = usize::from(bytes.get(3).copied().unwrap_or(3));
    if !(2..=4).contains(&dimensions) {
        return Err(Error::data(path, format!("{dimensions} dimensions; allowed are 2 to 4, samples first")));
    }
    let (sizes, pixels) = parse(path, path, bytes, dimensions)?;
    let shape = match sizes[1..] {
        [features] => [1, 1, features],
        [height, width] => [1, height, width],
        [channels, height, width] => [channels, height, width],
        _ => [0; 3],
    };
    let (_, classes) = parse(labels.0, labels.0, labels.1, 1)?;
    if classes.len() != sizes[0] {
        return Err(Error::data(
            labels.0,
            format!("{} labels, but {} inputs in {path}", classes.len(), sizes[0]),
        ));
    }
    let mut of = Labels::default();
    classes.iter().for_each(|class| of.push(&class.to_string()));
    Ok(Samples { shape, pixels: Pixels::Bytes(pixels.into()), labels: of, values: Vec::new() })
}
