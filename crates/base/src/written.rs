//! What settings and records leave unsaid: a value that is the default is not written, so that what was written before there was
//! such a key reads and hashes as it did.

/// For `skip_serializing_if`: 0, false, empty, or whatever else the type's default is.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// For `skip_serializing_if` beside [`yes`].
pub fn is_true(value: &bool) -> bool {
    *value
}

/// For `default`: a switch that is on unless it is said to be off.
pub fn yes() -> bool {
    true
}
