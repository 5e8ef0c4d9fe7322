//! What the headers of all definitions have in common.

use super::origin::Origin;
use base::error::{DefinitionError, Result};

/// The schema version that this program reads.
pub const SCHEMA: u32 = 1;

pub(super) fn check_header(origin: &Origin, schema: u32, id: &str) -> Result<()> {
    if schema != SCHEMA {
        return Err(origin.locate(DefinitionError::range("schema", schema, &format!("{SCHEMA}"))));
    }
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(fine) {
        let error = DefinitionError::range("id", format!("{id:?}"), "lower-case letters, digits and dashes");
        return Err(origin.locate(error));
    }
    Ok(())
}
