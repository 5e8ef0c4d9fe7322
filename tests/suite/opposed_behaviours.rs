//! The case study "opposed behaviours" as a user meets it: definitions in, a log out.

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::{Benchmark, MethodPreset};
use neuromod_bench::contract::{Protocol, RunLog, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;

use crate::common::shipped;

const PARADIGM: &str = "opposed-behaviours";

/// The study generates its data; the folder is never read.
fn data() -> Data {
    Data::new(DataFolder::choose(None))
}

fn study() -> &'static dyn Protocol {
    protocol(PARADIGM).expect("registered")
}

/// An embedded benchmark with parts of its text replaced.
fn changed(benchmark: &str, changes: &[(&str, &str)]) -> Benchmark {
    let mut text = shipped().benchmark(benchmark).expect("known").origin.text();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is in {benchmark}");
        text = text.replace(from, to);
    }
    Benchmark::parse(Source { name: "changed.toml".into(), text }).expect("valid header")
}

fn spec(benchmark: &Benchmark, method: &MethodPreset, seed: u64) -> Result<RunSpec, Error> {
    Ok(RunSpec {
        replays: None,
        benchmark: benchmark.header.id.clone(),
        version: benchmark.header.version,
        paradigm: PARADIGM.into(),
        method: method.header.id.clone(),
        seed,
        settings: study().resolve(benchmark, method)?,
    })
}

fn run(benchmark: &Benchmark, method: &str, seed: u64) -> RunLog {
    let library = shipped();
    let method = library.method(PARADIGM, method).expect("known");
    let spec = spec(benchmark, method, seed).expect("resolves");
    study().run(&spec, &data(), &mut Unwatched).expect("runs")
}

fn refusal(benchmark: &Benchmark, method: &str) -> String {
    let library = shipped();
    let method = library.method(PARADIGM, method).expect("known");
    spec(benchmark, method, 1).expect_err("must be refused").to_string()
}

#[test]
fn one_scalar_selects_between_opposed_behaviours_and_without_it_at_most_half_the_answers_are_right() {
    // Trials of half the length and larger steps: learned in a third of the updates.
    let quick = [
        ("steps = 100", "steps = 50"),
        ("stimulus_onset = 25", "stimulus_onset = 10"),
        ("min_updates = 300", "min_updates = 100\nlearning_rate = 0.04"),
    ];
    let light = changed("opposed-light", &quick);
    let gain = run(&light, "gain-100", 1001);
    assert_eq!(gain.scalars["reached_criterion"], 1.0);
    assert!(gain.scalars["accuracy_worst"] >= 0.95, "{:?}", gain.scalars);
    let variance = gain.scalars["geometry/variance_3"];
    assert!(variance > gain.scalars["geometry/variance_2"] && variance <= 1.0);
    for name in ["pc1/f=1/plus", "pc2/f=0.5/null", "output/f=0.5/plus", "accuracy_worst"] {
        assert!(gain.curves.iter().any(|curve| curve.name == name && !curve.x.is_empty()), "curve {name}");
    }
    // The gains of random behaviours: the same network, and no context is right for both mappings.
    let shuffled = run(&light, "gain-100-shuffled", 1001);
    assert_eq!(shuffled.scalars["updates_to_criterion"], gain.scalars["updates_to_criterion"]);
    assert!(shuffled.scalars["accuracy"] <= 0.5);
    let as_long = format!("max_updates = {}", gain.scalars["updates_to_criterion"]);
    let as_long = changed("opposed-light", &[&quick[..], &[("max_updates = 4000", &as_long)]].concat());
    assert!(run(&as_long, "gain-100-mean", 1001).scalars["accuracy"] <= 0.5);
    let none = run(&as_long, "no-modulation", 1001);
    // Not a tolerance: without context the answers are the same in both mappings, and no answer fits both.
    assert!(none.scalars["accuracy"] <= 0.5);
    assert!(!none.scalars.contains_key("updates_to_criterion"));
}

#[test]
fn the_same_spec_and_seed_give_the_same_bytes_and_another_seed_other_ones() {
    let small = [("max_updates = 4000", "max_updates = 30"), ("units = 96", "units = 16")];
    let tiny = changed("opposed-light", &small);
    for method in [
        "gain-10",
        "gain-10-outgoing",
        "gain-10-both-ends",
        "gain-100-mean",
        "gain-100-shuffled",
        "random-gain",
        "additive-current",
    ] {
        let text = |seed| serde_json::to_string(&run(&tiny, method, seed)).expect("serialises");
        let seven = text(7);
        assert_eq!(seven, text(7), "{method}");
        assert_ne!(seven, text(8), "{method}");
    }
}

#[test]
fn a_dose_response_run_leaves_the_sweep_and_the_electrical_comparison() {
    let tiny = changed(
        "dose-response",
        &[
            ("[training]", "[network]\nunits = 32\n\n[training]\nmax_updates = 60"),
            ("trials = 20", "trials = 2"),
        ],
    );
    let log = run(&tiny, "gain-100", 1000);
    for name in ["dose/first", "dose/second", "dose/output/plus", "dose/electrical/second", "path/pc1/null"] {
        assert!(log.curves.iter().any(|curve| curve.name == name), "curve {name}");
    }
    assert!(log.scalars.contains_key("dose/largest_reversal"));
}

#[test]
fn every_method_of_every_benchmark_resolves_and_resolved_settings_read_back() {
    let library = shipped();
    let suite = &library.suites[PARADIGM];
    for benchmark in library.benchmarks.values().filter(|benchmark| benchmark.header.paradigm == PARADIGM) {
        let in_suite = suite.header.cell.iter().filter(|cell| cell.benchmarks.contains(&benchmark.header.id));
        for method in benchmark.header.methods.iter().chain(in_suite.flat_map(|cell| &cell.methods)) {
            let method = library.method(PARADIGM, method).expect("known");
            let settings = study().resolve(benchmark, method).expect("resolves");
            assert_eq!(study().datasets(&settings).expect("reads back"), Vec::<String>::new());
            assert!(study().expected_cost(&settings) > 0.0);
        }
    }
}

#[test]
fn impossible_settings_are_refused_with_the_place_and_what_is_allowed() {
    let message = refusal(&changed("opposed-go-nogo", &[("geometry = true", "no_go = 1")]), "gain-100");
    assert!(message.contains("`no_go` = 1") && message.contains("0 or -1"), "{message}");
    let message = refusal(
        &changed("nine-behaviours", &[("population_level", "no_go = -1\npopulation_level")]),
        "no-modulation",
    );
    assert!(message.contains("no_go"), "{message}");
    let message = refusal(shipped().benchmark("dose-response").expect("known"), "random-gain");
    assert!(message.contains("random-gain") && message.contains("keeps the sign"), "{message}");
    let mut ten = shipped().benchmark("nine-behaviours").expect("known").origin.text();
    ten.push_str("\n[[behaviour]]\nname = \"a\"\nlevel = 7.0\nplus = 1\n\n[[behaviour]]\nname = \"b\"\nlevel = 8.0\nplus = 0\n");
    let ten = Benchmark::parse(Source { name: "ten.toml".into(), text: ten }).expect("valid header");
    let message = refusal(&ten, "nine-populations");
    assert!(message.contains("fraction") && message.contains("disjoint"), "{message}");
}

#[test]
fn a_run_stops_when_the_watch_asks() {
    struct Stop;
    impl neuromod_bench::contract::Watch for Stop {
        fn progress(&mut self, _share: f64) -> Option<StopReason> {
            Some(StopReason::Interrupt)
        }
    }
    let library = shipped();
    let light = library.benchmark("opposed-light").expect("known");
    let method = library.method(PARADIGM, "gain-100").expect("known");
    let spec = spec(light, method, 1).expect("resolves");
    let outcome = study().run(&spec, &data(), &mut Stop);
    assert!(matches!(outcome, Err(Error::Stopped(StopReason::Interrupt))));
}
