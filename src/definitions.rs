//! The definitions that ship: embedded in a released program, read from the source tree by one that is being worked on.

use base::error::Result;
use contract::definition::Library;

#[cfg(definitions_embedded)]
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// Every benchmark, method preset, suite and tuned value below `benchmarks/`.
///
/// # Errors
/// Never in a released program: a test parses them all. Otherwise definition errors, or a source tree that is gone.
pub fn shipped() -> Result<Library> {
    #[cfg(definitions_embedded)]
    return Library::of(EMBEDDED.iter().copied());
    #[cfg(not(definitions_embedded))]
    Library::of_tree()
}
