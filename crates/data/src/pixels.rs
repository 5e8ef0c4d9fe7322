//! The numbers of a split as they were stored: bytes where they are bytes, a quarter of the memory of floats.

use std::sync::Arc;

/// n × features numbers, row-major.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    Bytes(Arc<[u8]>),
    Numbers(Arc<[f32]>),
}

impl Pixels {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(all) => all.len(),
            Self::Numbers(all) => all.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of images; nothing where numbers are stored, which only data of one's own have.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(all) => all,
            Self::Numbers(_) => &[],
        }
    }

    /// The same, shared.
    pub fn shared_bytes(&self) -> Arc<[u8]> {
        match self {
            Self::Bytes(all) => all.clone(),
            Self::Numbers(_) => Arc::from([]),
        }
    }

    /// The rows at these places, each of so many numbers.
    #[must_use]
    pub fn rows(&self, places: &[usize], features: usize) -> Self {
        let range = |at: &usize| at * features..(at + 1) * features;
        match self {
            Self::Bytes(all) => Self::Bytes(places.iter().flat_map(|at| &all[range(at)]).copied().collect()),
            Self::Numbers(all) => {
                Self::Numbers(places.iter().flat_map(|at| &all[range(at)]).copied().collect())
            }
        }
    }

    /// The lowest and the highest number; nothing of none.
    pub fn range(&self) -> Option<(f32, f32)> {
        let of = |values: &mut dyn Iterator<Item = f32>| {
            values.fold(None, |range: Option<(f32, f32)>, value| {
                Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
            })
        };
        match self {
            Self::Bytes(all) => of(&mut all.iter().map(|byte| f32::from(*byte))),
            Self::Numbers(all) => of(&mut all.iter().copied()),
        }
    }
}

impl From<Vec<u8>> for Pixels {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl FromIterator<u8> for Pixels {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self::Bytes(bytes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_range_are_those_of_what_is_stored() {
        let bytes = Pixels::from(vec![3, 1, 2, 9]);
        assert_eq!(bytes.rows(&[1, 0], 2), Pixels::from(vec![2, 9, 3, 1]));
        assert_eq!((bytes.range(), bytes.bytes()), (Some((1.0, 9.0)), &[3, 1, 2, 9][..]));
        let numbers = Pixels::Numbers(vec![0.5, -1.0].into());
        assert_eq!(numbers.rows(&[1], 1), Pixels::Numbers(vec![-1.0].into()));
        assert_eq!((numbers.range(), numbers.bytes().len()), (Some((-1.0, 0.5)), 0));
        assert_eq!(Pixels::from(Vec::new()).range(), None);
    }
}
