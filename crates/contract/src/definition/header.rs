//! What the headers of all definitions have in common.

use base::error::{DefinitionError, Result};
use base::source::Source;

/// The schema version that this program reads.
pub const SCHEMA: u32 = 1;

pub(super) fn check_header(source: &Source, schema: u32, id: &str) -> Result<()> {
    if schema != SCHEMA {
        return Err(source.locate(DefinitionError::range("schema", schema, &format!("{SCHEMA}"))));
    }
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(fine) {
        let error = DefinitionError::range("id", format!("{id:?}"), "lower-case letters, digits and dashes");
        return Err(source.locate(error));
    }
    Ok(())
}
