//! Controls that the suite derives from a mechanism, from definition to record.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::Library;
use neuromod_bench::contract::{Record, Role, Status};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{Executor, Journal, Listener, Plan, PlannedRun, Selection, environment};

use crate::common::{TINY_DOMAIN, TWO};

struct Silent;

impl Listener for Silent {}

/// Another modulator for [`TWO`].
const SEROTONIN: &str = r#"
[modulation.modulators.serotonin]
source = { kind = "reward-rate" }
receptors = [{ target = "slope", sensitivity = 0.2 }]
"#;

fn mechanism() -> String {
    format!("{TWO}{SEROTONIN}")
}

const SUITE: &str = r#"
schema = 1
id = "tiny-suite"
title = "Tiny"
summary = "For tests."
seeds = 2

[[cell]]
benchmarks = ["tiny"]
methods = ["naive", "two"]
controls = ["all"]
"#;

fn library() -> Library {
    let mut library = crate::common::shipped().clone();
    for (name, text) in [("tiny.toml", TINY_DOMAIN), ("two.toml", &mechanism()), ("suite.toml", SUITE)] {
        library.add(Source { name: name.into(), text: text.into() }).expect("parses");
    }
    library
}

fn plan(targets: &[&str], methods: &[&str]) -> neuromod_bench::base::error::Result<Plan> {
    let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let selection =
        Selection { targets: all(targets), methods: all(methods), seeds: None, ..Selection::default() };
    Plan::new(&library(), &selection)
}

fn execute(plan: &Plan, jobs: usize) -> Vec<Record> {
    let dir = tempfile::tempdir().expect("temporary folder");
    let (mut journal, _) = Journal::open(dir.path()).expect("journal");
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    let never = AtomicBool::new(false);
    let executor = Executor {
        data: &data,
        jobs,
        time_limit: None,
        env: environment(jobs),
        scorer: metric::score_all,
        traces: Default::default(),
        interrupt: &never,
    };
    let mut records =
        executor.execute(&plan.runs, &mut journal, &Silent).expect("journal can be written").records;
    records.sort_by(|a, b| (&a.spec.method, a.spec.seed).cmp(&(&b.spec.method, b.spec.seed)));
    records
}

fn trace_signal<'r>(records: &'r [Record], method: &str, seed: u64, name: &str) -> Vec<f64> {
    let record = records.iter().find(|r| r.spec.method == method && r.spec.seed == seed).expect("ran");
    let curve: &'r _ = record.log.signals.iter().find(|curve| curve.name == name).expect("has the signal");
    curve.y.iter().map(|y| y.expect("finite")).collect()
}

/// What controls replay of the mechanism's trace: its values at other times, another seed's, their mean.
fn check_traces(records: &[Record]) {
    let gain = "gain/noradrenaline → learning-rate";
    let own = trace_signal(records, "two", 0, gain);
    // 100 updates are fewer than the points of a thinned signal, so that signals are traces here.
    assert_eq!(own.len(), 100);
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let shuffled = trace_signal(records, "two+shuffled", 0, gain);
    assert_ne!(shuffled, own);
    assert_eq!(sorted(shuffled), sorted(own.clone()));
    assert_eq!(trace_signal(records, "two+yoked", 1, gain), own);
    let mean = own.iter().sum::<f64>() / 100.0;
    let constant = trace_signal(records, "two+mean-gain", 0, gain);
    assert!(constant.iter().all(|gain| (gain - mean).abs() < 1e-5));
}

/// Who replays names the run that it replays; only mechanisms keep a trace.
fn check_roles(records: &[Record]) {
    for record in records {
        let replays = record.spec.replays.as_ref().map(|replays| replays.key.as_str());
        match record.spec.method.as_str() {
            "two+shuffled" => {
                let source =
                    records.iter().find(|r| r.spec.method == "two" && r.spec.seed == record.spec.seed);
                assert_eq!(replays, source.map(|source| source.key.as_str()));
                assert!(record.log.trace.is_empty());
                let kind = "shuffled".to_owned();
                assert_eq!(
                    record.titles.role,
                    Some(Role::Control { of: Some("two".into()), kind, also: None, shown: false })
                );
            }
            "two" => {
                assert!(replays.is_none() && record.log.trace.len() == 2);
                assert_eq!(record.titles.role, Some(Role::Mechanism));
            }
            _ => {}
        }
    }
}

#[test]
fn a_suite_derives_every_control_runs_it_after_what_it_replays_and_any_jobs_give_the_same_bytes() {
    let plan = plan(&["tiny-suite"], &[]).expect("a valid plan");
    let records = execute(&plan, 2);
    assert!(
        records.iter().all(|record| record.status == Status::Ok),
        "{:?}",
        records.iter().map(|r| &r.error).collect::<Vec<_>>()
    );
    let mut methods: Vec<&str> = records.iter().map(|record| record.spec.method.as_str()).collect();
    methods.dedup();
    assert_eq!(
        methods,
        [
            "naive",
            "two",
            "two+context-input",
            "two+matched-noise",
            "two+mean-gain",
            "two+mean-gain-rescaled",
            "two+oracle",
            "two+schedule",
            "two+shuffled",
            "two+sign-flip",
            "two+unmodulated",
            "two+wider",
            "two+without-target:learning-rate",
            "two+without-target:slope",
            "two+without:noradrenaline",
            "two+without:serotonin",
            "two+yoked",
        ]
    );
    let again = execute(&plan, 1);
    let hashes = |records: &[Record]| records.iter().map(|r| r.result_sha256.clone()).collect::<Vec<_>>();
    assert_eq!(hashes(&records), hashes(&again));
    check_traces(&records);
    // Without modulation and without a name: the plain method, bit for bit.
    let matrix =
        |method: &str| records.iter().find(|r| r.spec.method == method).and_then(|r| r.log.matrix.clone());
    assert_eq!(matrix("two+unmodulated"), matrix("naive"));
    assert_ne!(matrix("two"), matrix("naive"));
    check_roles(&records);
}

#[test]
fn a_control_alone_brings_the_run_that_it_replays() {
    let plan = plan(&["tiny"], &["two+shuffled"]).expect("a valid plan");
    let methods: Vec<&str> = plan.runs.iter().map(|run| run.spec.method.as_str()).collect();
    assert!(methods.contains(&"two") && methods.contains(&"two+shuffled"));
    assert!(plan.runs.iter().all(|run| run.spec.replays.is_none() || run.spec.method == "two+shuffled"));
}

#[test]
fn controls_that_do_not_exist_are_refused_with_those_that_do() {
    let refuse = |method: &str| plan(&["tiny"], &[method]).expect_err("refused").to_string();
    assert!(refuse("two+shufled").contains("did you mean `shuffled`?"));
    let error = refuse("two+without:dopamine");
    assert!(error.contains("dopamine") && error.contains("noradrenaline"), "{error}");
    assert!(refuse("naive+shuffled").contains("no modulation"));
}

#[test]
fn a_control_whose_mechanism_fails_becomes_a_failed_record() {
    let mut library = library();
    let wild = mechanism().replace("id = \"two\"", "id = \"wild\"")
        + "\n[on.tiny.optimiser]\nkind = \"sgd\"\nrate = 1e30\n";
    library.add(Source { name: "wild.toml".into(), text: wild }).expect("parses");
    let selection = Selection {
        targets: vec!["tiny".into()],
        methods: vec!["wild+mean-gain".into()],
        seeds: Some(1),
        ..Selection::default()
    };
    let plan = Plan::new(&library, &selection).expect("a valid plan");
    let records = execute(&plan, 2);
    let status = |method: &str| records.iter().find(|r| r.spec.method == method).map(|r| r.status);
    assert_eq!(status("wild"), Some(Status::Diverged));
    assert_eq!(status("wild+mean-gain"), Some(Status::Failed));
    let error = records.iter().find_map(|r| r.error.as_ref().filter(|_| r.status == Status::Failed));
    assert!(error.expect("says why").contains("nothing to replay"));
}

#[test]
fn a_modulation_that_a_paradigm_would_not_read_is_refused() {
    let preset = r#"
schema = 1
id = "ignored"
title = "Ignored"
paradigm = "go-nogo"
kind = "spiking"
provenance = "for tests"

[modulation.modulators.dopamine]
source = { kind = "surprise" }
receptors = [{ target = "learning-rate", sensitivity = 0.5 }]
"#;
    let mut library = crate::common::shipped().clone();
    library.add(Source { name: "ignored.toml".into(), text: preset.into() }).expect("parses");
    let selection = Selection {
        targets: vec!["go-nogo-example".into()],
        methods: vec!["ignored".into()],
        seeds: None,
        ..Selection::default()
    };
    let error =
        Plan::new(&library, &selection).expect_err("the spiking network has its own modulators").to_string();
    assert!(error.contains("ignored.toml") && error.contains("modulation"), "{error}");
}

#[test]
fn shares_hold_whole_seeds_are_together_the_plan_and_keep_a_control_with_what_it_replays() {
    let whole = plan(&["tiny-suite"], &[]).expect("a valid plan");
    let of_seed = |plan: &Plan, seed: u64| plan.runs.iter().filter(|run| run.spec.seed == seed).count();
    let (mut keys, mut seeds) = (BTreeSet::new(), BTreeSet::new());
    for share in 1..=2 {
        let mut part = whole.clone();
        part.keep_share(share, 2).expect("a share");
        assert!(!part.runs.is_empty() && part.runs.len() < whole.runs.len());
        keys.extend(part.runs.iter().map(|run| run.key.clone()));
        for run in &part.runs {
            let place = |key: &str| part.runs.iter().position(|run| run.key == key);
            // The other seed that a yoked control replays may come later: the executor waits for it.
            assert!(run.spec.replays.as_ref().is_none_or(|replays| place(&replays.key).is_some()));
            let seed = run.spec.seed;
            if of_seed(&part, seed) == of_seed(&whole, seed) {
                seeds.insert((seed, share));
            } else {
                // Not of this share, but replayed by a run that is.
                let by = |other: &PlannedRun| other.spec.replays.as_ref().is_some_and(|r| r.key == run.key);
                assert!(part.runs.iter().any(by), "half a seed: {} {seed}", run.spec.method);
            }
        }
    }
    assert_eq!(keys.len(), whole.runs.len());
    let all: BTreeSet<u64> = whole.runs.iter().map(|run| run.spec.seed).collect();
    assert_eq!(seeds.iter().map(|(seed, _)| *seed).collect::<Vec<_>>(), all.into_iter().collect::<Vec<_>>());
    let error = whole.clone().keep_share(4, 3).expect_err("three shares").to_string();
    assert!(error.contains("4/3"), "{error}");
}
