//! The protocol end to end, on small budgets.

use super::*;
use crate::data::DataFolder;
use crate::paradigm::Unwatched;
use crate::spec::{Library, Source};

fn library() -> Library {
    Library::embedded().expect("definitions")
}

/// A run of a method on the quick 10-shot benchmark with so many outer updates.
fn run(method: &str, outer_steps: i64, seed: u64) -> RunLog {
    let library = library();
    let mut benchmark = library.benchmark("sinusoid-10shot-quick").expect("benchmark").clone();
    let body = &mut benchmark.body;
    body["budget"].as_table_mut().expect("table").insert("outer_steps".into(), outer_steps.into());
    body["evaluate"].as_table_mut().expect("table").insert("every".into(), 1000.into());
    let preset = library.method("meta", method).expect("preset");
    let spec = RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm: "meta".into(),
        method: method.into(),
        seed,
        settings: Meta.resolve(&benchmark, preset).expect("settings"),
    };
    Meta.run(&spec, &Data::new(DataFolder::choose(None)), &mut Unwatched).expect("run")
}

#[test]
fn maml_adapts_step_by_step_and_beats_fine_tuning_from_random_weights() {
    for seed in 0..5 {
        let (maml, scratch) = (run("maml", 600, seed).scalars, run("scratch", 600, seed).scalars);
        assert!(maml["query_loss_rise"] <= 0.0, "seed {seed}: {maml:?}");
        assert!(maml["query_loss_k10"] < 0.7 * maml["query_loss_k0"], "seed {seed}: {maml:?}");
        assert!(
            maml["query_loss_k10"] < 0.85 * scratch["query_loss_k10"],
            "seed {seed}: {maml:?} {scratch:?}"
        );
    }
}

#[test]
fn every_method_learns_something_and_leaves_its_curves() {
    for method in RULES.iter().map(|rule| rule.name) {
        let log = run(method, 40, 1);
        let adaptation = log.curves.iter().find(|curve| curve.name == "adaptation/loss").expect("curve");
        assert_eq!(adaptation.x.len(), 11, "{method}");
        assert!(log.scalars["query_loss_k10"] < log.scalars["query_loss_k0"], "{method}: {:?}", log.scalars);
        assert_eq!(log.footprint.updates, if method == "scratch" { 0 } else { 40 }, "{method}");
        // 1·40 + 40 + 40·40 + 40 + 40·1 + 1
        let twice = if method == "meta-sgd" { 2 } else { 1 };
        assert_eq!(log.footprint.parameters, twice * 1761, "{method}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let text = |seed| serde_json::to_string(&run("meta-sgd", 20, seed)).expect("JSON");
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}

#[test]
fn all_methods_meet_the_same_test_tasks_from_the_same_initial_weights() {
    // Before any meta-training each has the same error before adaptation.
    let before = |method| run(method, 1, 3).curves;
    let scratch = before("scratch")[0].y[0];
    let library = library();
    let mut frozen = library.benchmark("sinusoid-10shot-quick").expect("benchmark").clone();
    frozen.body.insert("optimiser".into(), toml::toml! { rate = 1e-30 }.into());
    let preset = library.method("meta", "maml").expect("preset");
    let mut settings = Meta.resolve(&frozen, preset).expect("settings");
    settings["budget"]["outer_steps"] = 1.into();
    let resolved: Resolved = serde_json::from_value(settings).expect("settings");
    let log = Run::new(&resolved, 3, &Data::new(DataFolder::choose(None)))
        .expect("run")
        .run(&mut Unwatched)
        .expect("run");
    assert_eq!(log.curves[0].y[0], scratch);
}

fn refused(edit: impl Fn(&str) -> String, method: &str) -> String {
    let library = library();
    let text = edit(&library.benchmark("sinusoid-5shot-quick").expect("benchmark").source.text);
    let benchmark = Benchmark::parse(Source { name: "mine.toml".into(), text }).expect("header");
    let preset = MethodPreset::parse(Source {
        name: "method.toml".into(),
        text: format!(
            "schema = 1\nid = \"m\"\ntitle = \"M\"\nparadigm = \"meta\"\nprovenance = \"\"\n{method}"
        ),
    });
    Meta.resolve(&benchmark, &preset.expect("preset")).expect_err("must be refused").to_string()
}

#[test]
fn settings_that_cannot_work_are_named_before_training() {
    let maml = "kind = \"maml\"";
    let message = refused(|text| text.replace("shots = 5", "shots = 0"), maml);
    assert!(message.contains("`episodes.shots` = 0") && message.starts_with("mine.toml:"), "{message}");
    let message = refused(|text| text.replace("shots = 5", "shotz = 5"), maml);
    assert!(message.contains("shotz"), "{message}");
    let message = refused(|text| text.replace("kind = \"mlp\", hidden = [40, 40]", "kind = \"cnn\""), maml);
    assert!(message.contains("`model.kind`"), "{message}");
    let message = refused(|text| text.replace("steps = 10", "steps = 0"), maml);
    assert!(message.contains("`evaluate.steps` = 0"), "{message}");
    let message = refused(str::to_owned, "kind = \"malm\"");
    assert!(message.contains("did you mean `maml`"), "{message}");
    let message = refused(str::to_owned, "kind = \"maml\"\nparameters = { rate = -1.0 }");
    assert!(message.contains("`parameters.rate` = -1"), "{message}");
    let message = refused(str::to_owned, "kind = \"scratch\"\nparameters = { steps = 3 }");
    assert!(message.contains("`parameters.steps`") && message.contains("no inner loop"), "{message}");
}
