//! What is refused before anything runs, with name and range.

use super::*;
use base::source::Source;
use contract::definition::MethodPreset;

/// What a definition is refused with.
fn refusal(benchmark: &str, (from, to): (&str, &str), method: &str, parameters: Option<&str>) -> String {
    let library = library();
    let text = library.benchmark(benchmark).unwrap().origin.text();
    assert!(text.contains(from), "{from}");
    let benchmark =
        Benchmark::parse(Source { name: "mine.toml".into(), text: text.replace(from, to) }).unwrap();
    let preset = library.method("switching", method).unwrap().clone();
    let preset = parameters.map_or(preset.clone(), |parameters| {
        let kind = &preset.header.kind;
        let text = format!(
            "schema = 1\nid = \"mine\"\ntitle = \"mine\"\nparadigm = \"switching\"\nkind = \"{kind}\"\n\
             provenance = \"me\"\n\n[parameters]\n{parameters}\n"
        );
        MethodPreset::parse(Source { name: "method.toml".into(), text }).unwrap()
    });
    Switching.resolve(&benchmark, &preset).unwrap_err().to_string()
}

#[test]
fn bad_tasks_are_refused_by_name() {
    for (benchmark, method, from, to, expected) in [
        (
            "switching-bandit",
            "constants",
            "hazards = [0.02]",
            "hazards = [-0.02]",
            "mine.toml:21: `task.hazards` = -0.02",
        ),
        (
            "switching-bandit",
            "constants",
            "hazards = [0.02]",
            "hazards = [nan]",
            "mine.toml:21: `task.hazards` = NaN",
        ),
        (
            "switching-bandit",
            "constants",
            "hazards = [0.02]",
            "hazards = []",
            "mine.toml:21: `task.hazards` = 0 values",
        ),
        ("switching-bandit", "constants", "arms = 4", "arms = 0", "mine.toml:19: `task.arms` = 0"),
        ("switching-bandit", "constants", "best = 0.8", "best = 1.8", "mine.toml:22: `task.best` = 1.8"),
        ("switching-bandit", "constants", "other = 0.2", "other = 0.9", "mine.toml:23: `task.other` = 0.9"),
        (
            "goal-switching-85",
            "ach-ne",
            "validity = 0.85",
            "validity = 0.4",
            "mine.toml:19: `task.validity` = 0.4",
        ),
        (
            "goal-switching-85",
            "ach-ne",
            "validity = 0.85",
            "validity = nan",
            "mine.toml:19: `task.validity` = NaN",
        ),
        ("goal-switching-85", "ach-ne", "jitter = 30", "jitter = 400", "mine.toml:21: `task.jitter` = 400"),
        ("change-point", "observer", "hazard = 0.1", "hazard = -0.1", "mine.toml:20: `task.hazard` = -0.1"),
        ("change-point", "observer", "noise = 10.0", "noise = 0.0", "mine.toml:21: `task.noise` = 0"),
        (
            "change-point",
            "observer",
            "range = [0.0, 300.0]",
            "range = [1.0, 1.0]",
            "mine.toml:22: `task.range` = [1, 1]",
        ),
    ] {
        let message = refusal(benchmark, (from, to), method, None);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn bad_parameters_are_refused_by_name() {
    for (benchmark, method, parameters, expected) in [
        ("switching-bandit", "constants", "rate = 1.5", "method.toml:9: `parameters.rate` = 1.5"),
        ("switching-bandit", "constants", "discount = 1.0", "method.toml:9: `parameters.discount` = 1"),
        (
            "switching-bandit",
            "doya",
            "noradrenaline = { sensitivity = nan }",
            "method.toml:9: `parameters.noradrenaline.sensitivity` = NaN",
        ),
        (
            "switching-bandit",
            "doya",
            "serotonin = { retention = 1.0 }",
            "method.toml:9: `parameters.serotonin.retention` = 1",
        ),
        ("switching-bandit", "uncertainty", "members = 1", "method.toml:9: `parameters.members` = 1"),
        (
            "goal-switching-85",
            "ach-ne",
            "noradrenaline_limits = [0.0, 1.0]",
            "method.toml:9: `parameters.noradrenaline_limits`",
        ),
        ("goal-switching-85", "goal-delta", "rate = -0.1", "method.toml:9: `parameters.rate` = -0.1"),
        ("change-point", "observer", "hazard = 0.0", "method.toml:9: `parameters.hazard` = 0"),
        ("change-point", "told", "rate = 0.1", "method.toml:9: `parameters.rate`: unknown key"),
    ] {
        let message = refusal(benchmark, ("schema", "schema"), method, Some(parameters));
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_learner_of_another_task_is_refused_with_those_of_this_one() {
    let message = refusal("change-point", ("schema", "schema"), "doya", None);
    assert!(message.contains("`kind` = doya: does not learn the task `change-point`"), "{message}");
    assert!(
        message.ends_with("allowed: reduced-observer, exact-observer, fixed-rate, told-mean"),
        "{message}"
    );
}
