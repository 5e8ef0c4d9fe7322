//! `bench show`: definitions merged, each value with its place.

use std::collections::BTreeSet;

use neuromod_bench::registry::protocol;
use neuromod_bench::run::{Plan, Selection};
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, definitions};

#[test]
fn a_method_of_several_paradigms_is_shown_for_each_with_what_its_modulation_does() {
    let shown = |arguments: &[&str]| {
        let output = bench().args(["show", "noradrenaline"]).args(arguments).output().expect("runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("text")
    };
    let all = shown(&[]);
    for paradigm in ["incremental", "meta", "multi-task", "online", "transfer"] {
        assert!(all.contains(&format!("benchmarks/methods/{paradigm}/noradrenaline.toml:")), "{paradigm}");
    }
    let one = shown(&["--paradigm", "incremental"]);
    assert!(!one.contains("methods/online/"), "{one}");
    let words = one.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in ["unexpected-uncertainty", "slope × (1 + 0.5 m)", "temperature × (1 + 0.5 m)", "modulated:"]
    {
        assert!(words.contains(told), "{told}: {one}");
    }
    bench()
        .args(["show", "noradrenaline", "--paradigm", "onlin"])
        .assert()
        .code(2)
        .stderr(contains("`--paradigm` = onlin").and(contains("did you mean `online`?")));
}

#[test]
fn what_is_shown_is_merged_and_says_where_each_value_stands() {
    let shown = |id: &str| {
        let output = bench().args(["show", id]).output().expect("runs");
        assert!(output.status.success(), "{id}");
        String::from_utf8(output.stdout).expect("text")
    };
    let text = shown("ewc-sampled");
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).expect(start).to_owned();
    assert!(line("on.split-mnist-task.lambda = ").contains("# benchmarks/methods/incremental/ewc.toml:"));
    assert!(line("id = \"ewc-sampled\"").ends_with("# follows from the path"));
    // What is shown is a definition that needs no parent and no place.
    let (_, whole) = text.split_once("and where each value stands\n").expect("the definition");
    let dir = definitions(&[("copy.toml", &whole.replace("\"ewc-sampled\"", "\"copy\""))]);
    let mut library = crate::common::shipped().clone();
    library.add_folder(dir.path()).expect("a whole definition");
    let of = |id: &str| {
        library.method("incremental", id).expect("known").digest("split-mnist-task").expect("JSON")
    };
    assert_eq!(of("copy"), of("ewc-sampled"));
    assert_eq!(shown("doya+mean-gain"), shown("doya-mean"));
    let benchmark = shown("split-digits-class");
    assert!(benchmark.contains("# benchmarks/incremental/split-digits-domain.toml:"), "{benchmark}");
}

/// The keys of a table and of the tables in it, dotted.
fn keys(table: &toml::Table) -> Vec<String> {
    let below = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(inner) => keys(inner).iter().map(|inner| format!("{key}.{inner}")).collect(),
        _ => vec![key.clone()],
    };
    table.iter().flat_map(below).collect()
}

#[test]
fn every_parameter_that_a_preset_sets_is_listed_for_its_kind_with_what_it_means() {
    let mut missing = BTreeSet::new();
    for ((paradigm, id), preset) in &crate::common::shipped().methods {
        let infos = protocol(paradigm).expect("registered").methods();
        let listed = infos.iter().find(|info| info.kind == preset.header.kind).expect("known").parameters;
        for benchmark in preset.header.on.keys().map(String::as_str).chain([""]) {
            let set = keys(&preset.effective("parameters", benchmark));
            let unknown =
                |key: &String| !listed.iter().any(|line| line.key() == *key && !line.meaning.is_empty());
            missing.extend(set.into_iter().filter(unknown).map(|key| format!("{paradigm} {id} {key}")));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn numbers_in_settings_are_shown_as_they_were_written() {
    let library = crate::common::shipped();
    // A widened single has at least fifteen digits; no definition has a number of so many.
    for (id, benchmark) in &library.benchmarks {
        let method = &benchmark.header.methods[0];
        let selection = Selection {
            targets: vec![id.clone()],
            methods: vec![method.clone()],
            seeds: Some(1),
            ..Selection::default()
        };
        let plan = Plan::new(library, &selection).expect("a plan");
        let widened = plan.runs[0].spec.settings.to_string().contains("0000000149");
        if !widened && !matches!(benchmark.header.paradigm.as_str(), "go-nogo" | "sequence" | "switching") {
            continue;
        }
        let output = bench().args(["show", id]).output().expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
        let settings = text.split("core per run:").nth(1).expect("settings");
        let long = settings.split([' ', ',', '\n']).find(|word| digits(word) > 14);
        assert_eq!(long, None, "{id}");
    }
}

#[test]
fn the_list_tells_of_everything_in_the_registries() {
    let listed = bench().arg("list").output().expect("runs");
    let listed = String::from_utf8(listed.stdout).expect("text");
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
    let library = crate::common::shipped();
    let ids = library.benchmarks.keys().chain(library.suites.keys()).map(String::as_str);
    let ids = ids.chain(library.methods.keys().map(|(_, id)| id.as_str()));
    let ids = ids.chain(neuromod_bench::report::metric::METRICS.iter().map(|metric| metric.name));
    for id in ids {
        assert!(listed.contains(id), "bench list does not tell of {id}");
    }
}
