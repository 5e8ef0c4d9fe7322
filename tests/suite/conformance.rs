//! What every registered kind of method of every protocol must do, over the registries: a kind that is registered and does
//! not conform fails here. (Weight 0 is absence, unit gain is no gain, save and load: `laws`, over the same registries.)

use std::collections::{BTreeMap, BTreeSet};

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::contract::definition::{Benchmark, Library, MethodPreset};
use neuromod_bench::contract::{Protocol, Replay, RunLog, RunSpec, Unwatched, Watch};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::{PROTOCOLS, protocol};
use neuromod_bench::run::{Plan, Selection};
use neuromod_bench::{registry, report};

use crate::tiny::{TINY, library};

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

/// A short run of a kind of method: on the first short benchmark that takes one of its presets.
fn short(library: &Library, of: &dyn Protocol, kind: &str) -> Option<RunSpec> {
    let benchmarks: Vec<&Benchmark> = TINY
        .iter()
        .filter_map(|(id, _)| library.benchmark(id).ok())
        .filter(|benchmark| benchmark.header.paradigm == of.name())
        .collect();
    let presets = library.methods.iter().filter(|((paradigm, _), _)| paradigm == of.name());
    let mut presets: Vec<&MethodPreset> =
        presets.map(|(_, preset)| preset).filter(|preset| preset.header.kind == kind).collect();
    // A control stands for its kind only where nothing else does.
    presets.sort_by_key(|preset| preset.header.control.is_some());
    for preset in presets {
        for benchmark in &benchmarks {
            if let Ok(settings) = of.resolve(benchmark, preset) {
                return Some(RunSpec {
                    benchmark: benchmark.header.id.clone(),
                    version: benchmark.header.version,
                    paradigm: of.name().into(),
                    method: preset.header.id.clone(),
                    seed: 3,
                    settings,
                    replays: None,
                });
            }
        }
    }
    None
}

/// Notes the shares that it is told, and stops at one question.
struct Shares {
    told: Vec<f64>,
    stop_at: usize,
}

impl Watch for Shares {
    fn progress(&mut self, share: f64) -> Option<StopReason> {
        self.told.push(share);
        (self.told.len() == self.stop_at).then_some(StopReason::Interrupt)
    }
}

fn watched(spec: &RunSpec, stop_at: usize) -> (Result<RunLog, Error>, Vec<f64>) {
    let mut watch = Shares { told: Vec::new(), stop_at };
    let outcome = protocol(&spec.paradigm).expect("registered").run(spec, &data(), &mut watch);
    (outcome, watch.told)
}

#[test]
fn every_kind_repeats_to_the_byte_tells_its_progress_and_obeys_a_stop() {
    let library = library();
    let (mut run, mut anywhere) = (BTreeSet::new(), BTreeSet::new());
    for of in PROTOCOLS {
        for info in of.methods() {
            // Transfer takes the methods of incremental learning as they are; a namesake is another one.
            let entry = (info.kind, info.formula);
            anywhere.insert(entry);
            let Some(spec) = short(&library, *of, info.kind) else { continue };
            let label = format!("{} {} on {}", of.name(), spec.method, spec.benchmark);
            assert!(of.expected_cost(&spec.settings) > 0.0, "{label}: no expected cost");
            run.insert(entry);
            if of.datasets(&spec.settings).expect(&label).contains(&"omniglot".to_owned()) {
                // Not embedded: refused by name before anything trains; the paradigms' own tests make characters up.
                let refused = of.load(&spec.settings, &data()).expect_err("not embedded").to_string();
                assert!(refused.contains("omniglot"), "{label}: {refused}");
                continue;
            }
            of.load(&spec.settings, &data()).expect(&label);
            let (log, told) = watched(&spec, usize::MAX);
            let bytes = |log: &RunLog| serde_json::to_string(log).expect("JSON");
            let log = log.unwrap_or_else(|error| panic!("{label}: {error}"));
            let again = of.run(&spec, &data(), &mut Unwatched).expect(&label);
            assert_eq!(bytes(&log), bytes(&again), "{label}: another run of the same seed");
            assert!(!told.is_empty(), "{label}: never asked whether to stop");
            assert!(told.iter().all(|share| (0.0..=1.0).contains(share)), "{label}: {told:?}");
            assert!(told.is_sorted(), "{label}: progress falls: {told:?}");
            assert_eq!(told.last(), Some(&1.0), "{label}: progress ends before the run");
            // What is told before that is the beginning of the last piece.
            let before = told[..told.len() - 1].last().copied().unwrap_or(0.0);
            assert!(before >= 0.6, "{label}: progress jumps from {before} after {} questions", told.len());
            let (stopped, asked) = watched(&spec, told.len().div_ceil(2));
            assert!(matches!(stopped, Err(Error::Stopped(_))), "{label}: not stopped");
            assert_eq!(asked.len(), told.len().div_ceil(2), "{label}: went on after being told to stop");
        }
    }
    let missing: Vec<_> = anywhere.difference(&run).collect();
    assert!(missing.is_empty(), "no short benchmark takes {missing:?}: add one to TINY");
}

#[test]
fn every_replay_of_a_case_study_runs_through_its_channels() {
    let library = library();
    let names = [Replay::Mean, Replay::Rotated, Replay::Shuffled, Replay::Yoked, Replay::MatchedNoise]
        .map(|replay| serde_json::to_value(replay).expect("JSON"));
    for (benchmark, mechanism) in [
        ("switching-bandit", "doya"),
        ("switching-bandit", "uncertainty"),
        ("goal-switching-85", "ach-ne"),
        ("change-point", "observer"),
    ] {
        let id = format!("{mechanism} on {benchmark}");
        let preset = library.method("switching", mechanism).expect("a mechanism");
        let benchmark = library.benchmark(benchmark).expect("a benchmark");
        let of = protocol("switching").expect("registered");
        let settings = of.resolve(benchmark, preset).expect("resolves");
        let spec = |settings| RunSpec {
            benchmark: benchmark.header.id.clone(),
            version: 1,
            paradigm: "switching".into(),
            method: mechanism.into(),
            seed: 3,
            settings,
            replays: None,
        };
        let text = |settings| {
            let log = of.run(&spec(settings), &data(), &mut Unwatched).expect(&id);
            serde_json::to_string(&log).expect("JSON")
        };
        let mut outcomes = BTreeSet::from([text(settings.clone())]);
        for name in &names {
            let mut control = settings.clone();
            control["learner"]["replay"] = name.clone();
            assert!(outcomes.insert(text(control)), "{id}: {name} is another one's run");
        }
    }
}

#[test]
fn the_report_of_every_protocol_shows_its_runs() {
    let library = library();
    // One short benchmark per protocol, without those that need data, with the first methods that it lists.
    let embedded = TINY.iter().filter(|(id, _)| !id.starts_with("omniglot"));
    let mut paradigms = BTreeMap::new();
    let mut records = Vec::new();
    for (id, _) in embedded {
        let benchmark = library.benchmark(id).expect("known");
        if paradigms.contains_key(&benchmark.header.paradigm) {
            continue;
        }
        paradigms.insert(benchmark.header.paradigm.clone(), (*id, benchmark.header.title.clone()));
        let methods = benchmark.header.methods.iter().take(2).cloned().collect();
        let selection =
            Selection { targets: vec![(*id).to_owned()], methods, seeds: Some(2), ..Selection::default() };
        for planned in Plan::new(&library, &selection).expect("a valid plan").runs {
            let of = protocol(&planned.spec.paradigm).expect("registered");
            let log = of.run(&planned.spec, &data(), &mut Unwatched).expect("runs");
            records.push(crate::roles::record(planned, log));
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let options = report::Options { paradigms: registry::paradigms(), ..report::Options::default() };
    let written = report::write(&records, folder.path(), &options);
    assert!(written.is_ok(), "{:?}", written.err());
    let text = std::fs::read_to_string(folder.path().join("report.md")).expect("a report");
    for (paradigm, (_, title)) in &paradigms {
        assert!(text.contains(title.as_str()), "{paradigm}: {title} is not in the report");
    }
    let files = std::fs::read_dir(folder.path().join("charts")).expect("charts").flatten();
    let charts: Vec<String> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    for (paradigm, (id, _)) in &paradigms {
        // Every benchmark has a chart of its scores; what is special to its paradigm is another one.
        let own = |name: &&String| name.starts_with(&format!("{id}-")) && !name.contains("-score.");
        assert!(
            charts.iter().any(|name| own(&name)),
            "{paradigm}: its section shows nothing of {id}: {charts:?}"
        );
    }
}
