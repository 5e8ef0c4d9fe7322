//! What `bench tune` says of its answers: values, the command that finds them again, the command that uses them.

use std::path::{Path, PathBuf};

use toml::Table;

use crate::tune::{Budget, Found, Question, Search};
use base::stats::TUNED_CONSTANT;
use contract::definition::{Arm, Benchmark};

/// What finds the answer to a question again.
pub(super) fn command(search: &Search<'_>, question: &Question) -> String {
    let (id, header) = (&search.benchmark.header.id, &question.preset.header);
    // Controls that are presets, and decays, are searched with their mechanism.
    let of = header.control.as_ref().and_then(|role| role.of.as_ref());
    let asked = question.decay_for.as_ref().or(of).unwrap_or(&header.id);
    let part = if question.decay_for.is_some() { " --part decay" } else { "" };
    let by = if search.estimator { " --by estimator" } else { "" };
    let Budget { trials, restarts, seeds, confirm } = search.budget;
    format!(
        "bench tune {id} --method {asked}{part}{by} --trials {trials} --restarts {restarts} --seeds {seeds} --confirm {confirm}"
    )
}

/// Values as a line.
pub(super) fn words(values: &Table) -> String {
    if values.is_empty() {
        return "as the preset has it".into();
    }
    let short = |key: &str| key.replace("modulation.modulators.", "").replace(".sensitivity", "");
    let words: Vec<String> = values.iter().map(|(key, value)| format!("{} = {value}", short(key))).collect();
    words.join(", ")
}

/// How to run what was found, with everything that a verdict needs.
pub(super) fn hint(
    benchmark: &Benchmark,
    answered: &[(Question, Found)],
    folder: &Path,
    own: &[PathBuf],
) -> String {
    let mut methods: Vec<String> = Vec::new();
    for (question, found) in answered {
        let id = &question.preset.header.id;
        match question.arm {
            Arm::Method => {
                methods.push(id.clone());
                let role = question.preset.header.control.as_ref();
                if role.is_some_and(|role| role.kind == TUNED_CONSTANT) {
                    methods.extend((0..found.others().len()).map(|n| format!("{id}+restart-{}", n + 2)));
                }
            }
            Arm::Mechanism => {
                methods.extend(["", "+unmodulated", "+mean-gain", "+shuffled"].map(|c| format!("{id}{c}")))
            }
            Arm::Optimiser => methods.push(format!("{id}+tuned-optimiser")),
            Arm::Constant => {
                methods.push(format!("{id}+tuned-constant"));
                methods.extend((0..found.others().len()).map(|n| format!("{id}+tuned-constant-{}", n + 2)));
            }
        }
    }
    let folders = own.iter().map(PathBuf::as_path).filter(|own| *own != folder).chain([folder]);
    let folders: Vec<String> = folders.map(|folder| format!("--benchmarks {}", folder.display())).collect();
    let (id, folders, methods) = (&benchmark.header.id, folders.join(" "), methods.join(","));
    format!("use them: bench run {id} {folders} --seeds 20 --method {methods}\n")
}
