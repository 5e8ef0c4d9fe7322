//! A run's stream as arrays, for learners outside this program.

use base::digest::sha256_hex;
use base::error::{DefinitionError, Result};

/// Most bytes of a stream that is written out.
const MOST_BYTES: usize = 1 << 30;

/// The numbers of an array, in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    F32(Vec<f32>),
    I64(Vec<i64>),
    /// 0 or 1.
    Bool(Vec<bool>),
}

/// A named array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    pub name: String,
    pub shape: Vec<usize>,
    pub numbers: Numbers,
    /// One line, with the meaning of each axis.
    pub meaning: String,
}

impl Array {
    /// An array; the shape must hold as many numbers as there are.
    pub fn new(name: &str, shape: &[usize], numbers: Numbers, meaning: &str) -> Self {
        Self { name: name.to_owned(), shape: shape.to_vec(), numbers, meaning: meaning.to_owned() }
    }

    /// NumPy's name of the type, little-endian.
    pub fn kind(&self) -> &'static str {
        match self.numbers {
            Numbers::F32(_) => "<f4",
            Numbers::I64(_) => "<i8",
            Numbers::Bool(_) => "|b1",
        }
    }

    /// The numbers in little-endian order.
    pub fn bytes(&self) -> Vec<u8> {
        match &self.numbers {
            Numbers::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Numbers::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Numbers::Bool(values) => values.iter().map(|value| u8::from(*value)).collect(),
        }
    }
}

/// What a learner outside needs to meet the stream of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exported {
    /// What every learner of the benchmark meets, and no more than the benchmark reveals to its own.
    pub stream: Vec<Array>,
    /// Initial weights of the run's network.
    pub weights: Vec<Array>,
    /// What the benchmark hides from learners: test samples, labels, tasks, changes. Empty unless asked for.
    pub answers: Vec<Array>,
    /// Settings of the learner: network, optimiser, loss, batch.
    pub about: serde_json::Map<String, serde_json::Value>,
}

/// Names these arrays by their content: names, types, shapes, numbers.
pub fn name_of(arrays: &[Array]) -> String {
    let one = |array: &Array| {
        let Array { name, shape, .. } = array;
        format!("{name} {} {shape:?} {}\n", array.kind(), sha256_hex(&array.bytes()))
    };
    sha256_hex(arrays.iter().map(one).collect::<String>().as_bytes())
}

/// Refuses a stream that would not fit into memory and hands of whoever reads it.
///
/// # Errors
/// Names how many bytes it would have.
pub fn check_size(samples: usize, features: usize) -> Result<()> {
    let bytes = samples.saturating_mul(features).saturating_mul(4);
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let problem =
        format!("its samples would take {} MiB; up to {} are written", bytes >> 20, MOST_BYTES >> 20);
    Err(DefinitionError { key: "stream".into(), problem, ..DefinitionError::default() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_names_shapes_and_numbers() {
        let array =
            |shape: &[usize], first: f32| Array::new("x", shape, Numbers::F32(vec![first, 2.0]), "for tests");
        let name = |array: Array| name_of(&[array]);
        assert_eq!(name(array(&[2], 1.0)), name(array(&[2], 1.0)));
        assert_ne!(name(array(&[2], 1.0)), name(array(&[1, 2], 1.0)));
        assert_ne!(name(array(&[2], 1.0)), name(array(&[2], 1.5)));
        assert_eq!(array(&[2], 1.0).bytes(), [0, 0, 128, 63, 0, 0, 0, 64]);
        assert_eq!(Array::new("m", &[2], Numbers::Bool(vec![true, false]), "").bytes(), [1, 0]);
    }

    #[test]
    fn a_stream_of_more_than_a_gibibyte_is_refused_with_its_size() {
        assert!(check_size(1 << 20, 256).is_ok());
        let error = check_size(1 << 20, 257).expect_err("too large").to_string();
        assert!(error.contains("1028 MiB") && error.contains("1024"), "{error}");
    }
}
