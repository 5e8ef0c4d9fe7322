//! The IDX format of MNIST and its relatives: magic number, big-endian dimensions, unsigned bytes.

use base::error::{Error, Result};

/// Parses an IDX file of unsigned bytes with the given number of dimensions.
/// Returns the dimensions and the bytes behind them.
///
/// # Errors
/// A data error for a wrong magic number, a truncated file or trailing bytes.
pub fn parse<'a>(
    dataset: &str,
    file: &str,
    bytes: &'a [u8],
    dimensions: usize,
) -> Result<(Vec<usize>, &'a [u8])> {
    let refuse = |problem: String| Err(Error::data(dataset, format!("{file}: {problem}")));
    let header = 4 + 4 * dimensions;
    if bytes.len() < header {
        return refuse(format!("truncated: {} bytes, the IDX header alone has {header}", bytes.len()));
    }
    let magic = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let expected = 0x0800 + u32::try_from(dimensions).unwrap_or(u32::MAX);
    if magic != expected {
        return refuse(format!(
            "magic number {magic:#010x}, expected {expected:#010x} (IDX, unsigned bytes, {dimensions} dimensions)"
        ));
    }
    let sizes: Vec<usize> = (0..dimensions)
        .map(|d| {
            let at = 4 + 4 * d;
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
        })
        .collect();
    let body = &bytes[header..];
    match sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size)) {
        Some(expected) if expected == body.len() => Ok((sizes, body)),
        Some(expected) if expected > body.len() => {
            refuse(format!("truncated: {} of {expected} data bytes", body.len()))
        }
        _ => refuse(format!("{} data bytes, but the header says {sizes:?}", body.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_be_bytes().to_vec();
        sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
        bytes.extend(body);
        bytes
    }

    #[test]
    fn reads_what_it_should() {
        let bytes = file(0x0803, &[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let (sizes, body) = parse("toy", "toy-idx3", &bytes, 3).expect("a valid file");
        assert_eq!((sizes, body), (vec![2, 1, 3], &[1, 2, 3, 4, 5, 6][..]));
    }

    #[test]
    fn refuses_damage_and_says_which() {
        let message = |bytes: &[u8]| parse("toy", "f", bytes, 1).expect_err("damaged").to_string();
        assert!(message(&file(0x0803, &[2], &[1, 2])).contains("magic number 0x00000803"));
        assert!(message(&file(0x0801, &[3], &[1, 2])).contains("truncated: 2 of 3"));
        assert!(message(&file(0x0801, &[1], &[1, 2])).contains("2 data bytes"));
        assert!(message(&[0, 0]).contains("truncated"));
        assert!(parse("toy", "f", &file(0x0803, &[u32::MAX, u32::MAX, u32::MAX], &[]), 3).is_err());
    }
}
