//! Whether a declared stream is the one that this program runs.

use std::collections::BTreeMap;

use crate::export::stream;
use contract::definition::Library;
use data::Data;

/// Names of streams by benchmark and seed, found once each.
pub(super) struct Streams<'a> {
    library: &'a Library,
    data: &'a Data,
    known: BTreeMap<(String, u64), Option<String>>,
}

impl<'a> Streams<'a> {
    pub fn new(library: &'a Library, data: &'a Data) -> Self {
        Self { library, data, known: BTreeMap::new() }
    }

    /// The name of the stream of a benchmark and seed; `None`: it is not written out, or its data are not here.
    pub fn name(&mut self, benchmark: &str, seed: u64) -> Option<&str> {
        let (library, data) = (self.library, self.data);
        let find = || {
            let asked = stream::Asked { benchmark, method: None, seed, answers: false, validation: false };
            stream::of(library, data, &asked).ok().map(|found| found.stream_sha256)
        };
        self.known.entry((benchmark.to_owned(), seed)).or_insert_with(find).as_deref()
    }
}
