//! What every registered kind of method of every protocol must do, over the registries: a kind that is registered and does
//! not conform fails here. (Unit gain is no gain: `unit_gains`; weight 0 is absence, save and load: `learner_laws`
//! and `paradigms`, `incremental/resume_tests.rs`; over the same registries.)

use std::collections::{BTreeMap, BTreeSet};

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::contract::definition::{Benchmark, Library, MethodPreset};
use neuromod_bench::contract::{Protocol, Replay, RunLog, RunSpec, Unwatched, Watch};
use neuromod_bench::registry::{PROTOCOLS, protocol};
use neuromod_bench::run::{Plan, Selection};
use neuromod_bench::{registry, report};

use crate::tiny::{TINY, data, embedded, library};

/// The short benchmarks of a protocol.
pub fn benchmarks_of<'l>(library: &'l Library, of: &dyn Protocol) -> Vec<&'l Benchmark> {
    let all = TINY.iter().filter_map(|(id, _)| library.benchmark(id).ok());
    all.filter(|benchmark| benchmark.header.paradigm == of.name()).collect()
}

/// The presets of a kind of method. A control stands for its kind only where nothing else does, so they are last.
pub fn presets_of<'l>(library: &'l Library, of: &dyn Protocol, kind: &str) -> Vec<&'l MethodPreset> {
    let presets = library.methods.iter().filter(|((paradigm, _), _)| paradigm == of.name());
    let mut presets: Vec<&MethodPreset> =
        presets.map(|(_, preset)| preset).filter(|preset| preset.header.kind == kind).collect();
    presets.sort_by_key(|preset| preset.header.control.is_some());
    presets
}

pub fn spec_of(benchmark: &Benchmark, preset: &MethodPreset, settings: serde_json::Value) -> RunSpec {
    RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: benchmark.header.version,
        paradigm: benchmark.header.paradigm.clone(),
        method: preset.header.id.clone(),
        seed: 3,
        settings,
        replays: None,
    }
}

/// A short run of a kind of method: on the first short benchmark that takes one of its presets.
pub fn short(library: &Library, of: &dyn Protocol, kind: &str) -> Option<RunSpec> {
    let benchmarks = benchmarks_of(library, of);
    let presets = presets_of(library, of, kind).into_iter();
    let mut pairs = presets.flat_map(|preset| benchmarks.iter().map(move |benchmark| (*benchmark, preset)));
    pairs
        .find_map(|(benchmark, preset)| Some(spec_of(benchmark, preset, of.resolve(benchmark, preset).ok()?)))
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
    let outcome = protocol(&spec.paradigm).expect("registered").run(spec, data(), &mut watch);
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
                // Not embedded: refused by name before anything trains; here characters are made up.
                let refused = of.load(&spec.settings, &embedded()).expect_err("not embedded").to_string();
                assert!(refused.contains("omniglot"), "{label}: {refused}");
            }
            of.load(&spec.settings, data()).expect(&label);
            let (log, told) = watched(&spec, usize::MAX);
            let bytes = |log: &RunLog| serde_json::to_string(log).expect("JSON");
            let log = log.unwrap_or_else(|error| panic!("{label}: {error}"));
            let again = of.run(&spec, data(), &mut Unwatched).expect(&label);
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

/// The settings of a mechanism, and of what replays it: each [`Replay`] where its settings have one, and the presets that are
/// such controls of it.
fn replays_of(
    library: &Library,
    of: &dyn Protocol,
    (benchmark, mechanism): (&Benchmark, &MethodPreset),
) -> BTreeMap<String, serde_json::Value> {
    const REPLAYS: [Replay; 5] =
        [Replay::Mean, Replay::Rotated, Replay::Shuffled, Replay::Yoked, Replay::MatchedNoise];
    let own = of.resolve(benchmark, mechanism).expect("resolves");
    let of_presets = library.methods.values().filter(|preset| {
        let control = preset.header.control.as_ref().filter(|_| preset.header.paradigm == of.name());
        control.is_some_and(|control| {
            let replays = ["mean-gain", "shuffled", "yoked", "matched-noise"].contains(&&*control.kind);
            replays && control.of.as_ref() == Some(&mechanism.header.id)
        })
    });
    let mut all: Vec<_> = of_presets.filter_map(|preset| of.resolve(benchmark, preset).ok()).collect();
    for (table, _) in own.as_object().into_iter().flatten().filter(|(_, table)| table.get("replay").is_some())
    {
        let set = |replay| {
            let mut control = own.clone();
            control[table.as_str()]["replay"] = serde_json::to_value(replay).expect("JSON");
            control
        };
        all.extend(REPLAYS.map(set));
    }
    all.push(own);
    all.into_iter().map(|settings| (settings.to_string(), settings)).collect()
}

#[test]
fn every_replay_of_a_case_study_runs_through_its_channels() {
    let library = library();
    let mut replayed = BTreeMap::<&str, usize>::new();
    for of in PROTOCOLS.iter().filter(|of| !of.takes_modulation()) {
        let benchmarks = benchmarks_of(&library, *of);
        let own = library.methods.values().filter(|preset| preset.header.paradigm == of.name());
        for mechanism in own.filter(|preset| preset.header.control.is_none()) {
            let fits = |benchmark: &&&Benchmark| of.resolve(benchmark, mechanism).is_ok();
            let Some(benchmark) = benchmarks.iter().find(fits) else { continue };
            let replays = replays_of(&library, *of, (benchmark, mechanism));
            if replays.len() == 1 {
                continue;
            }
            *replayed.entry(of.name()).or_default() += replays.len() - 1;
            let id = format!("{} on {}", mechanism.header.id, benchmark.header.id);
            let mut outcomes = BTreeSet::new();
            for (text, settings) in replays {
                let log = of.run(&spec_of(benchmark, mechanism, settings), data(), &mut Unwatched);
                let log = serde_json::to_string(&log.expect(&id)).expect("JSON");
                assert!(outcomes.insert(log), "{id}: another one's run: {text}");
            }
        }
    }
    assert!(replayed["switching"] >= 4 * 5 && replayed["go-nogo"] >= 2, "{replayed:?}");
}

#[test]
fn the_report_of_every_protocol_shows_its_runs() {
    let library = library();
    // One short benchmark per protocol, with the first methods that it lists.
    let mut paradigms = BTreeMap::new();
    let mut records = Vec::new();
    for (id, _) in TINY {
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
            let log = of.run(&planned.spec, data(), &mut Unwatched).expect("runs");
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
