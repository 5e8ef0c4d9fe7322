//! The protocol end to end, on small budgets.

use super::*;
use base::source::Source;
use contract::definition::Library;
use contract::{Protocol, Unwatched};
use data::DataFolder;

fn library() -> Library {
    Library::of_tree().expect("definitions")
}

/// The quick 10-shot benchmark with so many outer updates of fewer episodes.
fn quick(library: &Library, outer_steps: i64) -> Benchmark {
    let mut benchmark = library.benchmark("sinusoid-10shot-quick").expect("benchmark").clone();
    let body = &mut benchmark.body;
    let budget = body["budget"].as_table_mut().expect("table");
    budget.extend([("outer_steps".into(), outer_steps.into()), ("episodes_per_step".into(), 10.into())]);
    let evaluate = body["evaluate"].as_table_mut().expect("table");
    evaluate.extend([("every".into(), 1000.into()), ("episodes".into(), 100.into())]);
    benchmark
}

/// A run of a method on it.
fn run(method: &str, outer_steps: i64, seed: u64) -> RunLog {
    let library = library();
    let benchmark = quick(&library, outer_steps);
    let preset = library.method("meta", method).expect("preset");
    let spec = RunSpec {
        replays: None,
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
    // Prototypes are of classes: below, on characters. NMN adapts without steps: below.
    for method in METHODS.iter().map(|rule| rule.info.kind).filter(|name| !["protonet", "nmn"].contains(name))
    {
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
    let benchmark = quick(&library, 1);
    let frozen = library.method("meta", "maml").expect("preset").varied("maml@optimiser.rate=1e-30");
    let settings = Meta.resolve(&benchmark, &frozen.expect("variation")).expect("settings");
    let resolved: Resolved = serde_json::from_value(settings).expect("settings");
    let log = Run::new(&resolved, 3, None, &Data::new(DataFolder::choose(None)))
        .expect("run")
        .run(&mut Unwatched)
        .expect("run");
    assert_eq!(log.curves[0].y[0], scratch);
}

fn refused(edit: impl Fn(&str) -> String, method: &str) -> String {
    refused_from("sinusoid-5shot-quick", edit, method)
}

fn refused_from(benchmark: &str, edit: impl Fn(&str) -> String, method: &str) -> String {
    let library = library();
    let text = edit(&library.benchmark(benchmark).expect("benchmark").origin.text());
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
    let message = refused(|text| text.replace("kind = \"mlp\", hidden = [40, 40]", "kind = \"rnn\""), maml);
    assert!(message.contains("`model.kind`"), "{message}");
    let message = refused(|text| text.replace("kind = \"mlp\", hidden = [40, 40]", "kind = \"cnn\""), maml);
    assert!(message.contains("`model.pool` = 2"), "{message}");
    let message = refused(str::to_owned, "kind = \"protonet\"");
    assert!(message.contains("`kind`") && message.contains("classes"), "{message}");
    let message = refused(str::to_owned, "kind = \"maml\"\nparameters = { embedding = 3 }");
    assert!(message.contains("`parameters.embedding`"), "{message}");
    let message = refused(|text| text.replace(", steps = 10,", ", steps = 0,"), maml);
    assert!(message.contains("`evaluate.steps` = 0"), "{message}");
    let message = refused(str::to_owned, "kind = \"malm\"");
    assert!(message.contains("did you mean `maml`"), "{message}");
    let message = refused(str::to_owned, "kind = \"maml\"\nparameters = { rate = -1.0 }");
    assert!(message.contains("`parameters.rate` = -1"), "{message}");
    let message = refused(str::to_owned, "kind = \"scratch\"\nparameters = { steps = 3 }");
    assert!(message.contains("`parameters.steps`") && message.contains("`scratch` has rate"), "{message}");
}

#[test]
fn an_episode_of_more_classes_or_shots_than_exist_is_refused_before_any_data_are_read() {
    let omniglot = |from: &str, to: &str, method: &str| {
        refused_from("omniglot-5way-1shot", |text| text.replace(from, to), method)
    };
    let maml = "kind = \"maml\"";
    let message = omniglot("ways = 5", "ways = 249", maml);
    assert!(message.starts_with("mine.toml:") && message.contains("`episodes.ways` = 249"), "{message}");
    assert!(message.contains("2 to 248"), "{message}");
    let message = omniglot("shots = 1", "shots = 16", maml);
    assert!(message.contains("`episodes.shots` = 16 with 5 queries"), "{message}");
    let message = omniglot("ways = 5", "wayz = 5", maml);
    assert!(message.contains("wayz") && message.contains("did you mean `ways`"), "{message}");
    let message = omniglot("shots = 1", "shots = 1", "kind = \"protonet\"\nparameters = { embedding = 0 }");
    assert!(message.contains("`parameters.embedding` = 0"), "{message}");
}

/// A short run on characters; none without the data.
fn run_on_characters(method: &str, outer_steps: i64, folder: DataFolder) -> Result<RunLog> {
    let library = library();
    let mut benchmark = library.benchmark("omniglot-5way-1shot").expect("benchmark").clone();
    let mut set = |table: &str, key: &str, value: i64| {
        benchmark.body[table].as_table_mut().expect("table").insert(key.into(), value.into());
    };
    set("budget", "outer_steps", outer_steps);
    set("budget", "episodes_per_step", 4);
    set("evaluate", "episodes", 20);
    set("evaluate", "curve_episodes", 2);
    let preset = library.method("meta", method).expect("preset");
    let spec = RunSpec {
        replays: None,
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm: "meta".into(),
        method: method.into(),
        seed: 1,
        settings: Meta.resolve(&benchmark, preset).expect("settings"),
    };
    assert_eq!(Meta.datasets(&spec.settings).expect("settings"), ["omniglot"]);
    Meta.run(&spec, &Data::new(folder), &mut Unwatched)
}

#[test]
fn without_the_data_a_run_says_what_is_missing_and_where_to_get_it() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = DataFolder { path: folder.path().into(), chosen_by: "--data-dir" };
    let message = run_on_characters("maml", 1, folder).expect_err("no data").to_string();
    assert!(message.contains("images_background_small1.zip not found"), "{message}");
    assert!(message.contains("https://"), "{message}");
}

/// Needs Omniglot in the data folder: `NEUROMOD_DATA=… cargo test --release -- --ignored characters`.
#[test]
#[ignore = "needs the data folder"]
fn every_method_learns_characters() {
    for method in ["scratch", "fomaml", "maml", "protonet"] {
        let log = run_on_characters(method, 30, DataFolder::choose(None)).expect("run");
        // 5 ways: chance is 0.2; 20 episodes of 25 queries have a standard error below 0.03.
        assert!(log.scalars["query_accuracy"] > 0.35, "{method}: {:?}", log.scalars);
        let steps = if method == "protonet" { 1 } else { 11 };
        assert_eq!(log.curves[0].x.len(), steps, "{method}");
    }
}

#[test]
fn nmn_learns_from_the_support_set_and_its_constants_cannot() {
    let [_, own] = [0, 1].map(|seed| {
        let [nmn, constant] = ["nmn", "nmn-constant"].map(|method| run(method, 600, seed));
        let (own, other) = (nmn.scalars["query_loss"], constant.scalars["query_loss"]);
        assert!(own < 0.6 * other, "seed {seed}: {own} against {other}");
        let adaptation = nmn.curves.iter().find(|curve| curve.name == "adaptation/loss").expect("curve");
        assert_eq!(adaptation.x.len(), 1);
        // 1761 of the main network, 2 · 2 · 40 · 8 receptors, a reader of (2 + 32 + 1) · 32 and signals (32 + 1) · 8.
        assert_eq!(nmn.footprint.parameters, 1761 + 1280 + 1120 + 264);
        own
    });
    // At test, signals of another task are worse than none that vary: of seed 1.
    let [shuffled, mean] =
        ["nmn-shuffled", "nmn-mean"].map(|method| run(method, 600, 1).scalars["query_loss"]);
    assert!(shuffled > mean && mean > own, "{shuffled} {mean} {own}");
}

#[test]
fn nmn_refuses_what_it_cannot_read() {
    let library = library();
    let resolve = |benchmark: &str, method: &str| {
        let benchmark = library.benchmark(benchmark).expect("benchmark");
        let preset = library.method("meta", method.split('@').next().expect("id")).expect("preset");
        let preset = preset.varied(method).expect("variation");
        Meta.resolve(benchmark, &preset).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(resolve("sinusoid-10shot", "nmn"), Ok(()));
    for (benchmark, method, told) in [
        ("omniglot-5way-1shot", "nmn", "mlp without normalisation"),
        ("omniglot-5way-1shot-dense", "nmn", "mlp without normalisation"),
        ("sinusoid-10shot", "nmn@parameters.context.units=0", "1 to 4096"),
        ("sinusoid-10shot", "nmn@parameters.context.form=sloep", "slope"),
        ("sinusoid-10shot", "nmn-constant@parameters.context.test_signal=mean", "own"),
        ("sinusoid-10shot", "maml@parameters.context.units=3", "no `context`"),
        ("sinusoid-10shot", "nmn@parameters.steps=3", "`nmn` has context.units"),
        ("sinusoid-10shot", "nmn@parameters.rate=0.5", "no `rate`"),
        ("sinusoid-10shot", "maml@model.kind=rnn@model.hidden=[8]", "mlp or cnn"),
    ] {
        let error = resolve(benchmark, method).expect_err(method);
        assert!(error.contains(told), "{method}: {error}");
    }
}

#[test]
fn a_preset_may_change_the_network() {
    let footprint = |method: &str| run(method, 1, 1).footprint.parameters;
    // Wider than the network that it is a control of, and not by much.
    assert!(footprint("nmn-input-wide") > footprint("nmn"));
    assert!(footprint("nmn-input-wide") < 2 * footprint("nmn"));
}

#[test]
fn a_learner_saved_between_outer_updates_goes_on_as_if_nothing_had_happened() {
    let library = library();
    let mut of_characters = library.benchmark("omniglot-5way-1shot").expect("benchmark").clone();
    of_characters.body["budget"].as_table_mut().expect("table").insert("episodes_per_step".into(), 2.into());
    let data = Data::new(DataFolder::choose(None)).with(data::made_up::characters());
    let sinusoids = quick(&library, 6);
    let mut kinds = Vec::new();
    for preset in library.methods.values().filter(|preset| preset.header.paradigm == "meta") {
        // Prototypes are of classes.
        let benchmark = if preset.header.kind == "protonet" { &of_characters } else { &sinusoids };
        let Ok(resolved) = Resolved::new(benchmark, preset) else { continue };
        let [mut whole, mut resumed] =
            [0, 1].map(|_| Run::new(&resolved, 4, None, &data).unwrap_or_else(|error| panic!("{error}")));
        let on = |run: &mut Run<'_>| {
            (0..3).for_each(|_| {
                run.update(&mut Pace::new(&mut Unwatched, 0.0)).expect("learns");
            });
            run.learner.save().expect("saves")
        };
        let saved = on(&mut whole);
        let text = serde_json::to_string(&(&saved, &whole.order)).expect("serialises");
        let (state, order) = serde_json::from_str(&text).expect("parses");
        resumed.learner.load(&state).expect("loads");
        resumed.order = order;
        let [end, again] = [&mut whole, &mut resumed].map(on);
        assert_eq!(end, again, "{}", preset.header.id);
        assert_ne!(end, saved, "{} has learned nothing", preset.header.id);
        kinds.push(preset.header.kind.as_str());
    }
    let missing = |kind: &&str| !kinds.contains(kind);
    let kinds = METHODS.iter().map(|rule| rule.info.kind);
    assert_eq!(kinds.filter(missing).collect::<Vec<_>>(), [""; 0]);
}
