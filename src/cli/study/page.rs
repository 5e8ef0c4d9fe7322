//! The page of a study: what was asked, what was searched, what came out, and where the evidence is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::super::travel::StudyArguments;
use super::arms::{Arms, Searched, is_built_in};
use crate::registry::plain_method;
use crate::run::Target;
use base::error::{Error, Result};
use base::plain;
use contract::definition::{Arm, Library, MethodPreset};
use learn::modulation::{ModulationSpec, ReceptorSpec};

/// One page in Markdown, from what the report beside it says.
///
/// # Errors
/// Verdicts that cannot be read; definition errors.
pub fn text(arguments: &StudyArguments, library: &Library, out: &Path) -> Result<String> {
    let mut text = format!("# Does {} help?\n\n", plain::line(&arguments.mechanism));
    text.push_str(&verdicts(arguments, out)?);
    let arms: Vec<Arms<'_>> =
        arguments.asked.iter().map(|id| Arms::of(arguments, library, id)).collect::<Result<_>>()?;
    text.push_str(&how(arguments, &arms));
    for (id, arms) in arguments.asked.iter().zip(&arms) {
        for one in &arms.searched {
            let told = one.found.as_ref().map_or_else(
                || "not searched with this budget".to_owned(),
                |found| format!("validation score {:.4}, {}", found.score, values(&found.values)),
            );
            let _ = writeln!(text, "- {id}, {}: {}", name(one), plain::line(&told));
        }
        if !arms.lacking.is_empty() {
            let _ =
                writeln!(text, "- {id}, no preset is its {}: no verdict without", arms.lacking.join(", "));
        }
        let _ = writeln!(text, "- {id}, {}", headroom(arguments, library, (id, arms.mechanism))?);
    }
    Ok(text)
}

fn name(one: &Searched) -> &str {
    if one.arm == Arm::Method { &one.preset.header.id } else { one.arm.word() }
}

/// The rows of `verdicts.csv` that are about the mechanism.
fn verdicts(arguments: &StudyArguments, out: &Path) -> Result<String> {
    let mut text =
        "| benchmark | verdict | p | p (Holm) | against |\n| --- | --- | ---: | ---: | --- |\n".to_owned();
    let path = out.join("verdicts.csv");
    let broken = |error: csv::Error| Error::input("read the verdicts", &path)(std::io::Error::other(error));
    let mut reader = csv::Reader::from_path(&path).map_err(broken)?;
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let cell = |at: usize| row.get(at).unwrap_or_default().replace('|', "\\|");
        if row.get(3) == Some(arguments.mechanism.as_str()) {
            let _ =
                writeln!(text, "| {} | **{}** | {} | {} | {} |", cell(2), cell(4), cell(5), cell(6), cell(7));
        }
    }
    Ok(text)
}

/// How the settings were chosen, and on how many seeds they were judged.
fn how(arguments: &StudyArguments, arms: &[Arms<'_>]) -> String {
    let StudyArguments { trials, restarts, validation_seeds, seeds, confirm, .. } = arguments;
    let what = if arms.iter().any(|arms| is_built_in(arms.mechanism)) {
        "The mechanism and those of its controls that have settings of their own"
    } else {
        "The mechanism, a constant in its place, the optimiser without it and decays that are blind to changes"
    };
    let searched = if arms.iter().all(|arms| arms.searched.is_empty()) {
        "Nothing was searched: no preset has a space. The settings are those of the presets, which say how they were chosen; they".to_owned()
    } else {
        format!(
            "{what} were searched with the same budget on validation data and other seeds: {restarts} restarts × {trials} trials × \
             {validation_seeds} seeds, the best again on {confirm}. What was found"
        )
    };
    format!(
        "\n{searched} ran with every required control on {seeds} seeds. Evidence, with every seed: report.html beside this page; the \
         rule: docs/verdicts.md.\n\n"
    )
}

/// How headroom is measured for the mechanism, or why it is not.
fn headroom(
    arguments: &StudyArguments,
    library: &Library,
    (id, mechanism): (&str, &MethodPreset),
) -> Result<String> {
    let paradigm = &library.benchmark(id)?.header.paradigm;
    if plain_method(paradigm).is_none() {
        return Ok(format!(
            "headroom is not available: the paradigm {paradigm} takes no gain whose timing could be searched"
        ));
    }
    if is_built_in(mechanism) {
        return Ok(
            "headroom is not available: what is built in acts through no gain of the table of targets".into(),
        );
    }
    let targets = targets(mechanism, id)?;
    let command = format!("bench headroom {id} --target {targets} --method {}", arguments.mechanism);
    Ok(format!("whether any timing of these gains could help: `{command}`"))
}

/// What the mechanism acts on, as `bench headroom` takes it.
fn targets(preset: &MethodPreset, benchmark: &str) -> Result<String> {
    let spec = preset.modulation::<ModulationSpec>(benchmark)?;
    let receptors = spec.iter().flat_map(|spec| spec.modulators.values()).flat_map(|one| &one.receptors);
    let name = |one: &ReceptorSpec| {
        let layer =
            one.layers.as_deref().and_then(|layers| if let [layer] = layers { Some(*layer) } else { None });
        Target { kind: one.target, term: one.term.clone(), layer }.to_string()
    };
    let targets: BTreeSet<String> = receptors.map(name).collect();
    Ok(Vec::from_iter(targets).join(","))
}

fn values(values: &toml::Table) -> String {
    if values.is_empty() {
        return "as the preset has it".into();
    }
    values.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
}
