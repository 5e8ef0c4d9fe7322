//! Arrays of NumPy (`.npy`, and `.npz`, an archive of them): numbers and words, in the order of C. Objects, which are programs
//! to unpickle, are not read. The format: numpy.lib.format, versions 1 to 3.

use super::samples::{Labels, Samples};
use crate::folder::MOST_OWN;
use crate::pixels::Pixels;
use crate::zip;

/// An array, still in bytes.
#[derive(Debug)]
pub(super) struct Array {
    pub shape: Vec<usize>,
    /// `<`, `>`, `|` or `=`, then the kind and the bytes per entry: `<f4`.
    descr: String,
    body: Vec<u8>,
}

/// Names under which archives keep inputs and labels, with `{}` for the part's own name.
const INPUTS: [&str; 12] =
    ["x_{}", "{}_x", "{}_images", "{}_data", "X_{}", "x", "X", "images", "inputs", "data", "features", "{}"];
const LABELS: [&str; 11] =
    ["y_{}", "{}_y", "{}_labels", "{}_label", "Y_{}", "y", "Y", "labels", "label", "targets", "target"];
const OF_VALIDATION: [&str; 4] = ["val", "valid", "validation", "dev"];

impl Array {
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or("not an array of NumPy (.npy)")?;
        let (length, start) = match rest {
            [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([*a, *b])), 4),
            [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 6),
            [version, ..] if *version > 3 => {
                return Err(format!("version {version} of the format; 1 to 3 are read"));
            }
            _ => return Err("truncated: the header is not whole".into()),
        };
        let header = rest.get(start..start + length).ok_or("truncated: the header is not whole")?;
        let header = std::str::from_utf8(header).map_err(|_| "the header is not a text")?;
        let after = |key: &str| {
            let (_, rest) =
                header.split_once(&format!("'{key}':")).ok_or(format!("the header has no `{key}`"))?;
            Ok::<&str, String>(rest.trim_start())
        };
        let descr = after("descr")?;
        let descr = descr.strip_prefix('\'').and_then(|text| text.split_once('\''));
        let Some((descr, _)) = descr else {
            return Err("records with fields are not read; allowed is a plain array".into());
        };
        if !after("fortran_order")?.starts_with("False") {
            return Err("is in Fortran's order; save numpy.ascontiguousarray(…) of it".into());
        }
        let shape = after("shape")?.strip_prefix('(').and_then(|text| text.split_once(')'));
        let shape = shape.ok_or("the header has no shape")?.0;
        let sizes = shape.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse::<usize>);
        let shape: Vec<usize> =
            sizes.collect::<Result<_, _>>().map_err(|_| format!("the shape ({shape}) is none"))?;
        let array = Self { shape, descr: descr.to_owned(), body: rest[start + length..].to_vec() };
        let count = array.shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        let wanted = count.and_then(|count| count.checked_mul(array.width()?));
        match wanted {
            Some(wanted) if wanted == array.body.len() => Ok(array),
            Some(wanted) if wanted > array.body.len() => {
                Err(format!("truncated: {} of {wanted} data bytes", array.body.len()))
            }
            None if array.width().is_none() => Err(array.unread()),
            _ => Err(format!(
                "{} data bytes, but the header says {:?} of {}",
                array.body.len(),
                array.shape,
                array.descr
            )),
        }
    }

    /// Bytes per entry; `None`: a kind that is not read.
    fn width(&self) -> Option<usize> {
        match self.kind() {
            "u1" | "i1" | "b1" => Some(1),
            "u2" | "i2" => Some(2),
            "u4" | "i4" | "f4" => Some(4),
            "u8" | "i8" | "f8" => Some(8),
            kind => kind.strip_prefix('U')?.parse::<usize>().ok()?.checked_mul(4),
        }
    }

    fn kind(&self) -> &str {
        self.descr.trim_start_matches(['<', '>', '|', '='])
    }

    fn unread(&self) -> String {
        let allowed =
            "allowed are bool, int8 to int64, uint8 to uint64, float32, float64, and str for labels";
        format!("holds `{}`; {allowed}", self.descr)
    }

    /// Entries as numbers.
    fn numbers(&self) -> Result<Vec<f64>, String> {
        let big = self.descr.starts_with('>');
        macro_rules! read {
            ($kind:ty, $bytes:literal) => {
                self.body
                    .chunks_exact($bytes)
                    .map(|chunk| {
                        let mut bytes = [0; $bytes];
                        bytes.copy_from_slice(chunk);
                        (if big { <$kind>::from_be_bytes(bytes) } else { <$kind>::from_le_bytes(bytes) })
                            as f64
                    })
                    .collect()
            };
        }
        Ok(match self.kind() {
            "u1" | "b1" => self.body.iter().map(|byte| f64::from(*byte)).collect(),
            "i1" => read!(i8, 1),
            "u2" => read!(u16, 2),
            "i2" => read!(i16, 2),
            "u4" => read!(u32, 4),
            "i4" => read!(i32, 4),
            "u8" => read!(u64, 8),
            "i8" => read!(i64, 8),
            "f4" => read!(f32, 4),
            "f8" => read!(f64, 8),
            _ => return Err(self.unread()),
        })
    }

    /// As inputs: n × features, n × height × width, or with channels in the last axis or the second (1, 3 or 4 of them).
    pub fn inputs(&self) -> Result<([usize; 3], Pixels), String> {
        let channels = |count: usize| [1, 3, 4].contains(&count);
        let (shape, last) = match self.shape[..] {
            [_, features] => ([1, 1, features], false),
            [_, height, width] => ([1, height, width], false),
            [_, height, width, count] if channels(count) => ([count, height, width], true),
            [_, count, height, width] if channels(count) => ([count, height, width], false),
            _ => {
                let allowed = "(n, features), (n, height, width), or the latter with 1, 3 or 4 channels";
                return Err(format!("inputs of the shape {:?}; allowed are {allowed}", self.shape));
            }
        };
        if shape.contains(&0) {
            return Err(format!("inputs of the shape {:?}: a sample holds nothing", self.shape));
        }
        if ["u1", "b1"].contains(&self.kind()) {
            return Ok((shape, channels_first(&self.body, shape, last).into()));
        }
        let numbers: Vec<f32> = self.numbers()?.into_iter().map(|value| value as f32).collect();
        if let Some(at) = numbers.iter().position(|value| !value.is_finite()) {
            let features: usize = shape.iter().product();
            return Err(format!(
                "sample {} holds {}; allowed are finite numbers",
                at / features,
                numbers[at]
            ));
        }
        Ok((shape, Pixels::Numbers(channels_first(&numbers, shape, last).into())))
    }

    /// As labels: n, or n × 1, of whole numbers or words.
    pub fn labels(&self) -> Result<Labels, String> {
        if !matches!(self.shape[..], [_] | [_, 1]) {
            let hint = "allowed are (n) and (n, 1), one label per sample (argmax of one-hot rows)";
            return Err(format!("labels of the shape {:?}; {hint}", self.shape));
        }
        let mut labels = Labels::default();
        if self.kind().starts_with('U') {
            let big = self.descr.starts_with('>');
            for word in self.body.chunks_exact(self.width().unwrap_or(1).max(1)) {
                let letter = |b: &[u8]| {
                    let bytes = [b[0], b[1], b[2], b[3]];
                    if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
                };
                let text: Option<String> = word
                    .chunks_exact(4)
                    .map(letter)
                    .take_while(|code| *code != 0)
                    .map(char::from_u32)
                    .collect();
                labels.push(&text.ok_or("a label is not a text")?);
            }
            return Ok(labels);
        }
        for (at, value) in self.numbers()?.into_iter().enumerate() {
            if value.fract() != 0.0 || value.abs() > 1e15 {
                return Err(format!("label {value} of sample {at}; allowed are whole numbers"));
            }
            labels.push(&format!("{value:.0}"));
        }
        Ok(labels)
    }
}

/// Brings channels from the last axis to the first of every sample.
pub(super) fn channels_first<T: Copy>(
    values: &[T],
    [channels, height, width]: [usize; 3],
    last: bool,
) -> Vec<T> {
    if !last || channels == 1 {
        return values.to_vec();
    }
    let (area, mut out) = (height * width, Vec::with_capacity(values.len()));
    for sample in values.chunks_exact(channels * area) {
        (0..channels).for_each(|channel| out.extend(sample.iter().skip(channel).step_by(channels)));
    }
    out
}

/// One array of an archive, by its name without `.npy`.
pub(super) fn of_archive(archive: &[u8], name: &str) -> Result<Array, String> {
    let files = zip::files(archive)?;
    let named = |file: &&zip::Packed<'_>| file.name.strip_suffix(".npy").unwrap_or(file.name) == name;
    let Some(file) = files.iter().find(named) else {
        return Err(format!("has no array `{name}`; it holds {}", names(archive)?.join(", ")));
    };
    let most = usize::try_from(MOST_OWN).unwrap_or(usize::MAX);
    Array::parse(&file.unpack(most)?).map_err(|problem| format!("array `{name}`: {problem}"))
}

/// Names of the arrays in an archive.
pub(super) fn names(archive: &[u8]) -> Result<Vec<String>, String> {
    let files = zip::files(archive)?;
    Ok(files.iter().map(|file| file.name.strip_suffix(".npy").unwrap_or(file.name).to_owned()).collect())
}

/// The names of inputs and labels of a part (`train`, `validation`, `test`) in an archive; `None`: it has none that are known.
/// `alone`: names without the part's may stand for it.
pub(super) fn known_names(names: &[String], part: &str, alone: bool) -> Option<(String, String)> {
    let words: &[&str] = if part == "validation" { &OF_VALIDATION } else { &[part] };
    let find = |patterns: &[&str]| {
        let fits = |pattern: &&str| alone || pattern.contains("{}");
        let spelt = patterns
            .iter()
            .filter(|pattern| fits(pattern))
            .flat_map(|pattern| words.iter().map(move |word| pattern.replace("{}", word)));
        spelt.into_iter().find(|name| names.contains(name))
    };
    Some((find(&INPUTS)?, find(&LABELS)?))
}

/// Inputs and labels together.
pub(super) fn samples(inputs: &Array, labels: &Array) -> Result<Samples, String> {
    let (shape, pixels) = inputs.inputs()?;
    let labels = labels.labels()?;
    if labels.of.len() != inputs.shape[0] {
        return Err(format!("{} inputs, but {} labels", inputs.shape[0], labels.of.len()));
    }
    Ok(Samples { shape, pixels, labels, values: Vec::new() })
}

#[cfg(test)]
#[path = "npy_tests.rs"]
mod tests;
