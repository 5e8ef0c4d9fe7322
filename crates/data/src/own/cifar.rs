//! The binary files of CIFAR-10 and CIFAR-100: label bytes, then 3 × 32 × 32 bytes, colour by colour.

use super::samples::{Labels, Samples};

const IMAGE: usize = 3 * 32 * 32;

/// The samples of one file. `labels`: bytes before each image, the last of which is the class (CIFAR-100: coarse, fine).
///
/// # Errors
/// In words: a size that is not a whole number of samples; a label that CIFAR does not have.
pub(super) fn read(bytes: &[u8], labels: usize) -> Result<Samples, String> {
    let record = IMAGE + labels;
    if bytes.is_empty() || !bytes.len().is_multiple_of(record) {
        return Err(format!("{} bytes, expected a multiple of {record}, the bytes of a sample", bytes.len()));
    }
    let (mut pixels, mut of) = (Vec::with_capacity(bytes.len()), Labels::default());
    let most = if labels == 1 { 9 } else { 99 };
    for (at, sample) in bytes.chunks_exact(record).enumerate() {
        let label = sample[labels - 1];
        if label > most {
            return Err(format!(
                "label {label} of sample {at}; allowed are 0 to {most}: is it another layout?"
            ));
        }
        of.push(&label.to_string());
        pixels.extend_from_slice(&sample[labels..]);
    }
    Ok(Samples { shape: [3, 32, 32], pixels: pixels.into(), labels: of, values: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_its_label_and_three_planes() {
        let of = |labels: &[u8], value: u8| [labels, &[value; IMAGE]].concat();
        let samples = read(&[of(&[7], 1), of(&[2], 2)].concat(), 1).expect("two samples");
        assert_eq!((samples.labels.names, samples.pixels.bytes()[IMAGE]), (vec!["7".into(), "2".into()], 2));
        let fine = read(&of(&[3, 99], 1), 2).expect("a sample of CIFAR-100");
        assert_eq!(fine.labels.names, ["99"]);
        assert!(read(&[0; 3072], 1).expect_err("short").contains("a multiple of 3073"));
        assert!(read(&[], 1).is_err());
        let error = read(&[of(&[9], 1), of(&[77], 2)].concat(), 1).expect_err("ten classes");
        assert!(error.starts_with("label 77 of sample 1; allowed are 0 to 9"), "{error}");
        assert!(read(&of(&[3, 100], 1), 2).expect_err("a hundred").contains("allowed are 0 to 99"));
    }
}
