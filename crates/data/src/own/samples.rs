//! What a reader of one layout returns: inputs and labels of one part, before the parts are put together.

use std::collections::BTreeMap;

use crate::pixels::Pixels;

/// Samples in the order of their files.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    /// Channels, height, width.
    pub shape: [usize; 3],
    pub pixels: Pixels,
    pub labels: Labels,
    /// Numbers to be answered, one per sample; empty: the labels are the answers.
    pub values: Vec<f32>,
}

/// Labels as names, each name once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Labels {
    /// In the order in which they came.
    pub names: Vec<String>,
    /// Place in `names`, per sample.
    pub of: Vec<u32>,
    places: BTreeMap<String, u32>,
}

impl Labels {
    pub fn push(&mut self, name: &str) {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                self.names.push(name.to_owned());
                self.places.insert(name.to_owned(), place);
                place
            }
        };
        self.of.push(place);
    }
}

impl Samples {
    /// The samples of several files, one after another.
    ///
    /// # Errors
    /// Another shape, or bytes in one and other numbers in the next; in words, with the path.
    pub fn joined(parts: Vec<(String, Self)>) -> Result<Self, String> {
        let mut parts = parts.into_iter();
        let Some((_, mut whole)) = parts.next() else { return Err("no files".into()) };
        for (path, part) in parts {
            if part.shape != whole.shape {
                return Err(format!(
                    "{path}: samples of {:?}, but those before are {:?}",
                    part.shape, whole.shape
                ));
            }
            whole.pixels = match (&whole.pixels, &part.pixels) {
                (Pixels::Bytes(a), Pixels::Bytes(b)) => a.iter().chain(b.iter()).copied().collect(),
                (Pixels::Numbers(a), Pixels::Numbers(b)) => {
                    Pixels::Numbers(a.iter().chain(b.iter()).copied().collect())
                }
                _ => return Err(format!("{path}: bytes in one file and other numbers in another")),
            };
            whole.values.extend_from_slice(&part.values);
            part.labels.of.iter().for_each(|at| whole.labels.push(&part.labels.names[*at as usize]));
        }
        Ok(whole)
    }
}
