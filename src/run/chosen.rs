//! A method as it is asked for by name: the preset with its values for a benchmark, a variation of it, or a control.

use super::arm;
use super::arm::TunedControl;
use super::found::{Restart, found};
use super::timing::TimingArm;
use base::error::{DefinitionError, Error, Result};
use contract::Role;
use contract::definition::{Arm, Benchmark, ControlRole, Library, MethodPreset, SearchNote, base};
use learn::modulation::Control;

/// `na-slope+shuffled` is the control `shuffled` of the method `na-slope`; `na-slope@optimiser.rate=0.1` a variation of it
/// (`spec::MethodPreset::varied`).
pub(super) fn split(method: &str) -> (&str, Option<&str>) {
    match method.split_once('@') {
        None => method.split_once('+').map_or((method, None), |(name, control)| (name, Some(control))),
        // A value may hold a plus: `1e+3`.
        Some(_) => match method.rsplit_once('+') {
            Some((name, control))
                if control.parse::<Control>().is_ok()
                    || TunedControl::parse(control).is_some()
                    || Restart::parse(control).is_some() =>
            {
                (name, Some(control))
            }
            _ => (method, None),
        },
    }
}

/// A method of a plan as a preset with its values for the benchmark, and what is to be known of it.
pub(super) struct Chosen {
    pub preset: MethodPreset,
    pub control: Option<Control>,
    pub role: Option<Role>,
    pub search: Option<SearchNote>,
}

/// A preset as the library has it for the benchmark, a variation of it, or the control that follows from it.
pub(super) fn choose(library: &Library, benchmark: &Benchmark, method: &str) -> Result<Chosen> {
    let (name, control) = split(method);
    let untuned = library.method(&benchmark.header.paradigm, base(name))?;
    // Who asked for the method says where: see `Asked`.
    let refuse = |key: &str, problem: String| -> Error {
        DefinitionError { key: key.into(), problem, ..DefinitionError::default() }.into()
    };
    if let (Some(control), true) = (control, name.contains('@')) {
        return Err(refuse(
            "controls",
            format!("the control `{control}` needs a preset of its own with these values"),
        ));
    }
    if let Some(arm) = control.and_then(TimingArm::parse) {
        let arm = arm?;
        let (preset, _) = arm.derive(untuned, benchmark)?;
        let (preset, search) = found(library, benchmark, &preset, Arm::Method)?;
        // A control of no mechanism: what timing can do at all.
        let role =
            Role::Control { of: Some(name.to_owned()), kind: arm.to_string(), also: None, shown: false };
        return Ok(Chosen { preset, control: None, role: Some(role), search });
    }
    if let Some(restart) = control.and_then(Restart::parse) {
        let (preset, note) = restart.derive(library, untuned, benchmark)?;
        return Ok(Chosen { role: role(&preset, method, None), preset, control: None, search: Some(note) });
    }
    if let Some(control) = control.and_then(TunedControl::parse) {
        let (preset, role, note) = control.derive(library, untuned, benchmark)?;
        return Ok(Chosen { preset, control: None, role: Some(role), search: Some(note) });
    }
    let arm = if untuned.header.modulation.is_empty() { Arm::Method } else { Arm::Mechanism };
    let (mut preset, search) = found(library, benchmark, untuned, arm)?;
    if name.contains('@') {
        // What is varied was not searched.
        let preset = preset.varied(name)?;
        return Ok(Chosen { role: role(&preset, method, None), preset, control: None, search: None });
    }
    let control = control.map(str::parse::<Control>).transpose().map_err(|mut error| {
        error.allowed.extend(arm::TUNED_CONTROLS.iter().map(|(name, _)| (*name).to_owned()));
        error
    })?;
    if let Some(control) = &control {
        if preset.header.modulation.is_empty() {
            let built_in = arm::built_in_controls(library, &benchmark.header.paradigm, name);
            let problem = format!("`{name}` has no modulation table, so no control follows from it");
            let allowed = built_in.into_iter().map(|(control, _)| format!("{name}+{control}")).collect();
            let error = DefinitionError { key: "modulation".into(), problem, ..DefinitionError::default() };
            return Err(DefinitionError { allowed, ..error }.into());
        }
        preset.header.derived = Some(control.to_string());
        preset.header.title = format!("{}, {}", preset.header.title, control.title());
    }
    Ok(Chosen { role: role(&preset, method, control.as_ref()), preset, control, search })
}

/// What part a method plays in the question whether a mechanism helps.
fn role(preset: &MethodPreset, method: &str, control: Option<&Control>) -> Option<Role> {
    if let Some(control) = control {
        let of = Some(split(method).0.to_owned());
        return Some(Role::Control { of, kind: control.to_string(), also: None, shown: false });
    }
    if let Some(role) = &preset.header.control {
        let ControlRole { of, kind, also, shown, .. } = role.clone();
        return Some(Role::Control { of, kind, also, shown });
    }
    if preset.header.unjudged.is_some() {
        return None;
    }
    // A verdict is about a preset; its variations stand beside it without one.
    let modulated = preset.header.mechanism || !preset.header.modulation.is_empty();
    (modulated && !method.contains('@')).then_some(Role::Mechanism)
}
