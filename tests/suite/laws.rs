//! The laws of the design that bind the path from definition to record.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::Library;
use neuromod_bench::contract::{Record, Status, Watch};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{Executor, Journal, Listener, Plan, PlannedRun, Selection, environment};

struct Silent;

impl Listener for Silent {}

/// A small, quick benchmark: five tasks of 20 updates.
pub fn library() -> Library {
    let mut library = crate::common::shipped().clone();
    for scenario in ["task", "class"] {
        let reveals = if scenario == "task" { r#"["task-id", "boundary"]"# } else { r#"["boundary"]"# };
        let text = format!(
            r#"
schema = 1
id = "tiny-{scenario}"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = {{ metric = "average_accuracy", chance = 0.5, ceiling = "joint", reference = "naive" }}
methods = ["naive", "ewc", "si"]
data = "digits"
stream = {{ tasks = {{ kind = "split" }}, scenario = "{scenario}", reveals = {reveals} }}
model = {{ kind = "mlp", hidden = [16] }}
budget = {{ updates_per_task = 20, batch = 8 }}
curve = {{ every = 10, samples = 20 }}
"#
        );
        library.add(Source { name: "tiny.toml".into(), text }).expect("valid");
    }
    library
}

pub fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn plan(library: &Library, targets: &[&str], methods: &[&str], seeds: u64) -> Plan {
    let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let selection = Selection {
        targets: strings(targets),
        methods: strings(methods),
        seeds: Some(seeds),
        ..Selection::default()
    };
    Plan::new(library, &selection).expect("a valid plan")
}

fn execute(plan: &Plan, jobs: usize, interrupt: &AtomicBool, listener: &dyn Listener) -> Vec<Record> {
    let dir = tempfile::tempdir().expect("temporary folder");
    let (mut journal, _) = Journal::open(dir.path()).expect("journal");
    let executor = Executor {
        data: &data(),
        jobs,
        time_limit: None,
        env: environment(jobs),
        scorer: metric::score_all,
        traces: Default::default(),
        interrupt,
    };
    executor.execute(&plan.runs, &mut journal, listener).expect("journal can be written").records
}

fn hashes(records: &[Record]) -> BTreeMap<String, String> {
    records.iter().map(|record| (record.key.clone(), record.result_sha256.clone())).collect()
}

/// Everything deterministic in a record, as bytes.
fn deterministic(record: &Record) -> String {
    let mut value = serde_json::to_value(record).expect("serialises");
    for field in ["time", "env"] {
        value.as_object_mut().expect("an object").remove(field);
    }
    value.to_string()
}

#[test]
fn law_3_records_are_the_same_bytes_whatever_the_jobs_and_the_order() {
    let library = library();
    let plan = plan(&library, &["tiny-task", "tiny-class"], &[], 2);
    assert_eq!(plan.runs.len(), 12);
    let never = AtomicBool::new(false);
    let sorted = |mut records: Vec<Record>| {
        records.sort_by(|a, b| a.key.cmp(&b.key));
        records.iter().map(deterministic).collect::<Vec<_>>()
    };
    let one = sorted(execute(&plan, 1, &never, &Silent));
    let two = sorted(execute(&plan, 2, &never, &Silent));
    let mut reversed = plan.clone();
    reversed.runs.reverse();
    let backwards = sorted(execute(&reversed, 3, &never, &Silent));
    assert_eq!(one, two);
    assert_eq!(one, backwards);
    assert!(one.iter().all(|record| record.contains("\"status\":\"ok\"")));
}

#[test]
fn law_4_an_interrupted_session_resumes_to_the_same_records() {
    struct StopAfter<'a>(usize, AtomicUsize, &'a AtomicBool);
    impl Listener for StopAfter<'_> {
        fn ended(&self, _slot: usize, _record: &Record) {
            if self.1.fetch_add(1, Ordering::SeqCst) + 1 == self.0 {
                self.2.store(true, Ordering::SeqCst);
            }
        }
    }
    let library = library();
    // Many runs: workers go on for some milliseconds before they see the interrupt.
    let plan = plan(&library, &["tiny-task"], &[], 20);
    let (never, interrupt) = (AtomicBool::new(false), AtomicBool::new(false));
    let whole = hashes(&execute(&plan, 1, &never, &Silent));
    let first = execute(&plan, 2, &interrupt, &StopAfter(2, AtomicUsize::new(0), &interrupt));
    assert!((2..plan.runs.len()).contains(&first.len()), "{} records before the interrupt", first.len());
    let done = hashes(&first);
    let rest = Plan {
        runs: plan.runs.iter().filter(|run| !done.contains_key(&run.key)).cloned().collect(),
        ..Plan::default()
    };
    let mut resumed = hashes(&execute(&rest, 1, &never, &Silent));
    resumed.extend(done);
    assert_eq!(resumed, whole);
}

#[test]
fn law_6_other_methods_and_seeds_change_no_record() {
    let library = library();
    let never = AtomicBool::new(false);
    let alone = hashes(&execute(&plan(&library, &["tiny-task"], &["si"], 1), 1, &never, &Silent));
    let among = hashes(&execute(&plan(&library, &["tiny-task", "tiny-class"], &[], 2), 1, &never, &Silent));
    assert_eq!(alone.len(), 1);
    assert!(alone.iter().all(|(key, hash)| among.get(key) == Some(hash)));
}

#[test]
fn law_5_a_method_that_needs_a_hidden_boundary_is_refused_before_training() {
    let mut library = library();
    let mut text = library.benchmark("tiny-class").expect("known").origin.text();
    text = text.replace(r#"reveals = ["boundary"]"#, "reveals = []").replace("tiny-class", "tiny-hidden");
    text = text.replace("batch = 8 }", "batch = 8, reset_optimiser = false }");
    library.add(Source { name: "hidden.toml".into(), text }).expect("parses");
    let ask = |method: &str| {
        let selection = Selection {
            targets: vec!["tiny-hidden".into()],
            methods: vec![method.into()],
            seeds: Some(1),
            ..Selection::default()
        };
        Plan::new(&library, &selection).map(|plan| plan.runs.len())
    };
    assert_eq!(ask("naive").expect("naive needs nothing"), 1);
    let message = ask("ewc").expect_err("ewc needs boundaries").to_string();
    assert!(message.contains("method `ewc` needs `boundary`, which this stream hides"), "{message}");
    assert!(message.starts_with("hidden.toml:"), "{message}");
}

#[test]
fn a_cell_that_lists_its_methods_takes_only_those_of_the_asked_ones() {
    let mut library = library();
    let text = r#"schema = 1
id = "pair"
title = "Pair"
summary = "One cell lists its methods, the other does not."
seeds = 2
cell = [{ benchmarks = ["tiny-task"], methods = ["naive", "si"] }, { benchmarks = ["tiny-class"] }]
"#;
    library.add(Source { name: "pair.toml".into(), text: text.into() }).expect("valid");
    let pairs = |methods: &[&str]| -> Vec<(String, String)> {
        let spec = |run: &PlannedRun| (run.spec.benchmark.clone(), run.spec.method.clone());
        plan(&library, &["pair"], methods, 1).runs.iter().map(spec).collect()
    };
    let pair = |benchmark: &str, method: &str| (benchmark.to_owned(), method.to_owned());
    assert_eq!(pairs(&["si"]), [pair("tiny-task", "si"), pair("tiny-class", "si")]);
    assert_eq!(pairs(&["ewc"]), [pair("tiny-class", "ewc")]);
    let text = text.replace("pair", "lone").replace(r#", { benchmarks = ["tiny-class"] }"#, "");
    library.add(Source { name: "lone.toml".into(), text }).expect("valid");
    let methods = vec!["ewc".to_owned()];
    let selection =
        Selection { targets: vec!["lone".into()], methods, seeds: Some(1), ..Selection::default() };
    let message = Plan::new(&library, &selection).expect_err("no cell lists ewc").to_string();
    assert!(message.contains("none of the chosen suites' cells lists it"), "{message}");
}

#[test]
fn a_diverging_run_becomes_a_record_and_the_rest_goes_on() {
    let mut library = library();
    let text = library.benchmark("tiny-task").expect("known").origin.text();
    let text = text.replace("tiny-task", "tiny-wild") + "optimiser = { kind = \"sgd\", rate = 1e30 }\n";
    library.add(Source { name: "wild.toml".into(), text }).expect("parses");
    let never = AtomicBool::new(false);
    let records = execute(&plan(&library, &["tiny-wild", "tiny-task"], &["naive"], 1), 1, &never, &Silent);
    let status: BTreeMap<&str, Status> =
        records.iter().map(|record| (record.spec.benchmark.as_str(), record.status)).collect();
    assert_eq!(status, [("tiny-task", Status::Ok), ("tiny-wild", Status::Diverged)].into());
    let wild = records.iter().find(|record| record.status == Status::Diverged).expect("one");
    assert!(wild.error.as_deref().is_some_and(|error| error.contains("the loss is")), "{:?}", wild.error);
    assert!(wild.metrics.is_empty());
}

#[test]
fn a_run_over_its_time_limit_says_so() {
    struct Impatient;
    impl Watch for Impatient {
        fn progress(&mut self, share: f64) -> Option<StopReason> {
            (share > 0.1).then_some(StopReason::TimeLimit)
        }
    }
    let library = library();
    let plan = plan(&library, &["tiny-task"], &["naive"], 1);
    let spec = &plan.runs[0].spec;
    let outcome =
        neuromod_bench::registry::protocol(&spec.paradigm).expect("known").run(spec, &data(), &mut Impatient);
    assert!(matches!(outcome, Err(Error::Stopped(StopReason::TimeLimit))));
}
