//! What searches found, put into the presets of a plan.

use toml::{Table, Value};

use super::arm::provenance;
use base::error::{DefinitionError, Result};
use contract::definition::{Arm, Benchmark, Library, MethodPreset, SearchNote, Tuned};

/// A preset with what a search found on the benchmark, for it or for the mechanism that it follows.
///
/// # Errors
/// A preset that cannot be written or take the values.
pub(super) fn found(
    library: &Library,
    benchmark: &Benchmark,
    preset: &MethodPreset,
    arm: Arm,
) -> Result<(MethodPreset, Option<SearchNote>)> {
    let id = &benchmark.header.id;
    if let Some(found) = library.found(preset, benchmark, arm)? {
        let mut tuned = preset.with_values(id, &found.values)?;
        tuned.header.provenance = provenance(found);
        return Ok((tuned, Some(found.note())));
    }
    if let Some((mechanism, found)) = followed(library, benchmark, preset)? {
        let mut tuned = preset.with_values(id, &following(preset, mechanism, &found.values, id))?;
        let own = &mechanism.header.id;
        tuned.header.provenance =
            format!("{}; values as found for {own}: {}", preset.header.provenance, provenance(found));
        return Ok((tuned, Some(found.note())));
    }
    Ok((preset.clone(), preset.header.search.clone()))
}

/// The mechanism whose values a control takes, and what was found for it.
fn followed<'l>(
    library: &'l Library,
    benchmark: &Benchmark,
    preset: &MethodPreset,
) -> Result<Option<(&'l MethodPreset, &'l Tuned)>> {
    let role = preset.header.control.as_ref().filter(|role| role.follows);
    let Some(of) = role.and_then(|role| role.of.as_ref()) else { return Ok(None) };
    let mechanism = library.method(&preset.header.paradigm, of)?;
    Ok(library.found(mechanism, benchmark, Arm::Method)?.map(|found| (mechanism, found)))
}

/// The values that a control takes: those of keys in which it is as the mechanism is.
fn following(control: &MethodPreset, mechanism: &MethodPreset, values: &Table, benchmark: &str) -> Table {
    let of = |preset: &MethodPreset, key: &str| -> Option<Value> {
        let (table, path) = key.split_once('.')?;
        let effective = Value::Table(preset.effective(table, benchmark));
        path.split('.').try_fold(effective, |value, key| value.get(key).cloned())
    };
    let same = |(key, _): &(&String, &Value)| of(control, key) == of(mechanism, key);
    values.iter().filter(same).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The best of another restart of the search for a tuned constant whose mechanism is built in: `restart-2`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Restart {
    /// ≥ 2: the first is the control itself.
    number: usize,
}

/// Its line in `bench list modulators`.
pub(crate) const RESTARTS: &[(&str, &str)] = &[(
    "restart-2",
    "behind a tuned constant that is a preset: the best of another restart of its search; -3, …",
)];

impl Restart {
    /// The other restart at this place of what a search found, counted from 0.
    pub fn after(place: usize) -> Self {
        Self { number: place + 2 }
    }

    pub fn parse(name: &str) -> Option<Self> {
        let number = name.strip_prefix("restart-")?.parse::<usize>().ok()?;
        // `02` is no other name of the second.
        (number >= 2 && Self { number }.name() == name).then_some(Self { number })
    }

    /// The name that [`Restart::parse`] reads.
    pub fn name(self) -> String {
        format!("restart-{}", self.number)
    }

    /// The control with this restart's values.
    ///
    /// # Errors
    /// No search has so many restarts that differ.
    pub fn derive(
        self,
        library: &Library,
        preset: &MethodPreset,
        benchmark: &Benchmark,
    ) -> Result<(MethodPreset, SearchNote)> {
        let (id, on) = (&preset.header.id, &benchmark.header.id);
        let found = library.found(preset, benchmark, Arm::Method)?;
        let values = found.and_then(|found| found.others.get(self.number - 2));
        let (Some(found), Some(values)) = (found, values) else {
            let problem = format!("no search of `{id}` on {on} has so many restarts that differ");
            let allowed =
                restarts(library, preset, benchmark)?.map(|restart| format!("{id}+{}", restart.name()));
            let error = DefinitionError { key: self.name(), problem, ..DefinitionError::default() };
            return Err(DefinitionError { allowed: allowed.collect(), ..error }.into());
        };
        let mut derived = preset.with_values(on, values)?;
        derived.header.title = format!("{}, restart {}", preset.header.title, self.number);
        derived.header.provenance = provenance(found);
        Ok((derived, found.note()))
    }
}

/// The other restarts that a search kept for a preset.
///
/// # Errors
/// A preset that cannot be written.
pub(super) fn restarts(
    library: &Library,
    preset: &MethodPreset,
    benchmark: &Benchmark,
) -> Result<impl Iterator<Item = Restart>> {
    let built_in = preset.header.modulation.is_empty();
    let found = library.found(preset, benchmark, Arm::Method)?.filter(|_| built_in);
    Ok((0..found.map_or(0, |found| found.others.len())).map(Restart::after))
}
