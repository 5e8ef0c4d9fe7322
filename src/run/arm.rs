//! The arms of the question whether a mechanism helps, as presets: the mechanism, constants in the place of its gains, its
//! method without modulation.

use std::borrow::Cow;

use toml::{Table, Value};

use base::error::{DefinitionError, Result};
use contract::Role;
use contract::definition::{Arm, Benchmark, Library, MethodPreset, SearchNote, Tuned};
use learn::modulation::{LevelSpec, ModulationSpec, SourceSpec, Transmission};

/// The tuned controls' lines in `bench list modulators`.
pub(crate) const TUNED_CONTROLS: &[(&str, &str)] = &[
    (
        "tuned-optimiser",
        "the method without modulation at its best settings, where `bench tune` has found them",
    ),
    (
        "tuned-constant",
        "constant effects at their best, where `bench tune` has found them; -2, -3, … of the other restarts",
    ),
];

/// A tuned control as the command line and definitions name it behind a mechanism's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TunedControl {
    pub arm: Arm,
    /// Constants of the search's other restarts are counted from 1; 0 is the best.
    pub place: usize,
}

impl TunedControl {
    /// `tuned-constant`, `tuned-constant-2` (the first of the other restarts), …, `tuned-optimiser`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "tuned-optimiser" => Some(Self { arm: Arm::Optimiser, place: 0 }),
            "tuned-constant" => Some(Self { arm: Arm::Constant, place: 0 }),
            _ => {
                let number = name.strip_prefix("tuned-constant-")?.parse::<usize>().ok()?;
                let control = Self { arm: Arm::Constant, place: number.checked_sub(1)? };
                // `02` is no other name of the second.
                (number >= 2 && control.name() == name).then_some(control)
            }
        }
    }

    /// What it is in a verdict.
    pub fn kind(self) -> &'static str {
        if self.arm == Arm::Constant { "tuned-constant" } else { "tuned-optimiser" }
    }

    /// The name that [`TunedControl::parse`] reads.
    pub fn name(self) -> String {
        match self.place {
            0 => self.kind().to_owned(),
            place => format!("{}-{}", self.kind(), place + 1),
        }
    }

    fn title(self) -> String {
        let kind = self.kind().replace('-', " ");
        if self.place == 0 { kind } else { format!("{kind} {}", self.place + 1) }
    }

    /// The mechanism's preset turned into the control.
    ///
    /// # Errors
    /// Nothing was searched for this mechanism on this benchmark.
    pub fn derive(
        self,
        library: &Library,
        preset: &MethodPreset,
        benchmark: &Benchmark,
    ) -> Result<(MethodPreset, Role, SearchNote)> {
        let (id, on) = (&preset.header.id, &benchmark.header.id);
        let found = library.found(preset, benchmark, self.arm)?;
        let values = found.and_then(|found| match self.place {
            0 => Some(&found.values),
            place => found.others.get(place - 1),
        });
        let (Some(found), Some(values)) = (found, values) else {
            let problem =
                format!("no search has found the {} `{}` of `{id}` on {on}", self.title(), self.name());
            let allowed = vec![format!("after `bench tune {on} --method {id}`")];
            return Err(
                DefinitionError { key: self.name(), problem, allowed, ..DefinitionError::default() }.into()
            );
        };
        let mut derived = start(preset, on, self.arm)?.with_values(on, values)?;
        derived.header.title = format!("{}, {}", preset.header.title, self.title());
        derived.header.provenance = provenance(found);
        let of = Some(id.clone());
        let role = Role::Control { of, kind: self.kind().to_owned(), also: None, shown: false };
        Ok((derived, role, found.note()))
    }
}

/// Every tuned control that searches have found for a mechanism on a benchmark.
///
/// # Errors
/// A preset that cannot be written.
pub(crate) fn tuned_controls(
    library: &Library,
    preset: &MethodPreset,
    benchmark: &Benchmark,
) -> Result<Vec<TunedControl>> {
    let mut controls = Vec::new();
    for arm in [Arm::Optimiser, Arm::Constant] {
        if let Some(found) = library.found(preset, benchmark, arm)? {
            controls.extend((0..=found.others.len()).map(|place| TunedControl { arm, place }));
        }
    }
    Ok(controls)
}

/// The controls of a mechanism whose modulation is built in, as they are asked for behind its id, and their presets:
/// `without:dopamine`, `mean-gain`; `tuned-constant-2` is the second of its kind.
pub(crate) fn built_in_controls<'l>(
    library: &'l Library,
    paradigm: &str,
    mechanism: &str,
) -> Vec<(String, &'l MethodPreset)> {
    let Ok(preset) = library.method(paradigm, mechanism) else { return Vec::new() };
    if !preset.header.mechanism || !preset.header.modulation.is_empty() {
        return Vec::new();
    }
    let mut controls: Vec<(String, &MethodPreset)> = Vec::new();
    // What is made for this mechanism goes before what is a control of every one.
    for own in [true, false] {
        for ((of, _), preset) in &library.methods {
            let Some(role) = preset.header.control.as_ref().filter(|_| of == paradigm) else { continue };
            if role.of.as_deref() != own.then_some(mechanism) {
                continue;
            }
            for kind in std::iter::once(&role.kind).chain(&role.also) {
                let again = |name: &String| controls.iter().any(|(other, _)| other == name);
                let counted = (2..).map(|place| format!("{kind}-{place}"));
                let name = std::iter::once(kind.clone()).chain(counted).find(|name| !again(name));
                controls.extend(name.map(|name| (name, preset)));
            }
        }
    }
    controls
}

/// A method's own id where it is asked for as a control of a mechanism whose modulation is built in: `doya-mean` for
/// `doya+mean-gain`. Its records are the same, whatever it was called.
pub(crate) fn named<'m>(library: &Library, paradigm: &str, method: &'m str) -> Cow<'m, str> {
    let Some((mechanism, control)) = method.split_once('+') else { return Cow::Borrowed(method) };
    let controls = built_in_controls(library, paradigm, mechanism);
    let found = controls.into_iter().find(|(name, _)| name == control);
    found.map_or(Cow::Borrowed(method), |(_, preset)| Cow::Owned(preset.header.id.clone()))
}

/// The words of a record about where its values come from.
pub(crate) fn provenance(found: &Tuned) -> String {
    let Tuned { command, trials, restarts, seeds, score, .. } = found;
    let tied = if found.tied { "; all trials tie" } else { "" };
    format!(
        "{command}: {restarts} × {trials} trials on {seeds} validation seeds, the best scored again: {score:.4}{tied}"
    )
}

/// Where an arm's search starts: the preset, without modulation, or with a constant in the place of every source.
///
/// # Errors
/// An arm that needs a mechanism, of a preset without one.
pub(crate) fn start(preset: &MethodPreset, benchmark: &str, arm: Arm) -> Result<MethodPreset> {
    let mut own = preset.clone();
    if arm == Arm::Method {
        return Ok(own);
    }
    let spec = preset.modulation::<ModulationSpec>(benchmark)?.ok_or_else(|| {
        preset.refuse(DefinitionError {
            key: "modulation".into(),
            problem: "missing: there is no mechanism to tune".into(),
            ..DefinitionError::default()
        })
    })?;
    if arm == Arm::Mechanism {
        return Ok(own);
    }
    own.header.modulation.clear();
    let on = own.header.on.entry(benchmark.to_owned()).or_default();
    on.remove("modulation");
    if arm == Arm::Constant {
        let table = Table::try_from(held(spec)).map_err(|error| {
            preset.refuse(DefinitionError { problem: error.to_string(), ..DefinitionError::default() })
        })?;
        on.insert("modulation".into(), Value::Table(table));
    }
    Ok(own)
}

/// Every level held at 1, so that a receptor's sensitivity is its constant effect on all units alike; nothing interacts.
fn held(mut spec: ModulationSpec) -> ModulationSpec {
    spec.interactions.clear();
    for modulator in spec.modulators.values_mut() {
        modulator.source = SourceSpec::constant(1.0);
        modulator.level = LevelSpec::default();
        modulator.transmission = Transmission::Wired;
        for receptor in &mut modulator.receptors {
            (receptor.tau, receptor.local) = (0.0, None);
        }
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::source::Source;

    fn library(others: usize) -> (Library, MethodPreset) {
        let mut library = crate::definitions::shipped().unwrap();
        let preset = MethodPreset::parse(Source {
            name: "na.toml".into(),
            text: "schema = 1\nid = \"na\"\ntitle = \"NA\"\nparadigm = \"incremental\"\nkind = \"naive\"\nprovenance = \"test\"\n\
                   [modulation.modulators.noradrenaline]\nsource = { kind = \"surprise\" }\n\
                   receptors = [{ target = \"slope\", sensitivity = 0.5 }]\n".into(),
        }).unwrap();
        let benchmark = library.benchmark("split-digits-domain").unwrap().clone();
        let value = |gain: f64| {
            Table::from_iter([(
                "modulation.modulators.noradrenaline.receptors.0.sensitivity".to_owned(),
                Value::from(gain),
            )])
        };
        let tuned = Tuned {
            benchmark: benchmark.header.id.clone(),
            version: benchmark.header.version,
            method: "na".into(),
            arm: Arm::Constant,
            preset: preset.digest(&benchmark.header.id).unwrap(),
            command: "bench tune".into(),
            trials: 15,
            restarts: 4,
            seeds: 3,
            confirm: 10,
            score: 0.5,
            tied: false,
            values: value(0.25),
            others: (0..others).map(|n| value(1.0 + n as f64)).collect(),
        };
        library.tuned.insert(("incremental".into(), "na".into(), benchmark.header.id, Arm::Constant), tuned);
        (library, preset)
    }

    #[test]
    fn names_of_tuned_controls_are_read_back() {
        for name in ["tuned-constant", "tuned-constant-2", "tuned-constant-4", "tuned-optimiser"] {
            assert_eq!(TunedControl::parse(name).unwrap().name(), name);
        }
        for name in [
            "tuned-constant-1",
            "tuned-constant-0",
            "tuned-constant-02",
            "tuned-constant-+2",
            "tuned-optimiser-2",
            "constant",
        ] {
            assert_eq!(TunedControl::parse(name), None);
        }
    }

    #[test]
    fn every_restart_of_the_constant_is_a_control_and_a_constant_has_no_source() {
        let (library, preset) = library(3);
        let benchmark = library.benchmark("split-digits-domain").unwrap();
        let controls = tuned_controls(&library, &preset, benchmark).unwrap();
        let names: Vec<String> = controls.iter().map(|control| control.name()).collect();
        assert_eq!(names, ["tuned-constant", "tuned-constant-2", "tuned-constant-3", "tuned-constant-4"]);
        let (derived, role, note) = controls[3].derive(&library, &preset, benchmark).unwrap();
        let spec = derived.modulation::<ModulationSpec>("split-digits-domain").unwrap().unwrap();
        let modulator = &spec.modulators["noradrenaline"];
        assert_eq!((modulator.source.kind.as_str(), modulator.receptors[0].sensitivity), ("constant", 3.0));
        assert!(matches!(role, Role::Control { kind, .. } if kind == "tuned-constant"));
        assert_eq!((note.trials, note.restarts, note.total()), (15, 4, 60));
    }

    #[test]
    fn values_of_another_preset_or_version_are_not_used() {
        let (library, mut preset) = library(0);
        let benchmark = library.benchmark("split-digits-domain").unwrap();
        assert!(library.found(&preset, benchmark, Arm::Constant).unwrap().is_some());
        let mut newer = benchmark.clone();
        newer.header.version += 1;
        assert!(library.found(&preset, &newer, Arm::Constant).unwrap().is_none());
        preset.header.optimiser.insert("rate".into(), Value::from(0.5));
        assert!(library.found(&preset, benchmark, Arm::Constant).unwrap().is_none());
        let error = TunedControl::parse("tuned-constant").unwrap().derive(&library, &preset, benchmark);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("bench tune split-digits-domain --method na"), "{error}");
    }
}
