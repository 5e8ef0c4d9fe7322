//! Every modulated method has a part in the question whether modulation helps, and every mechanism of a suite an answer.

use std::collections::{BTreeMap, BTreeSet};

use neuromod_bench::contract::definition::MethodPreset;
use neuromod_bench::contract::{Curve, MetricValue, RECORD_SCHEMA, Record, Role, RunLog, Status, Time};
use neuromod_bench::learn::modulation::{LocalSpec, ModulationSpec};
use neuromod_bench::report::Options;
use neuromod_bench::run::{Plan, PlannedRun, Selection};
use neuromod_bench::{registry, report};

use crate::common::shipped;

/// Kinds whose modulation is part of the method, by paradigm.
const BUILT_IN: &[(&str, &[&str])] = &[
    ("meta", &["nmn", "meta-sgd"]),
    ("meta-sequential", &["anml", "anml-no-gate"]),
    ("sequence", &["nm-rnn", "backpropamine"]),
    ("switching", &["doya", "uncertainty", "ach-ne", "reduced-observer"]),
];

/// Neuromodulators of a preset, on whatever benchmark.
fn modulations(preset: &MethodPreset) -> Vec<ModulationSpec> {
    let benchmarks = preset.header.on.keys().map(String::as_str).chain(["none"]);
    benchmarks.filter_map(|id| preset.modulation::<ModulationSpec>(id).expect("parses")).collect()
}

#[test]
fn every_modulated_preset_is_a_mechanism_a_control_or_says_why_it_is_not_judged() {
    for preset in shipped().methods.values() {
        let header = &preset.header;
        let built_in = BUILT_IN
            .iter()
            .any(|(paradigm, kinds)| header.paradigm == *paradigm && kinds.contains(&&*header.kind));
        let specs = modulations(preset);
        let told = header.mechanism || header.control.is_some() || header.unjudged.is_some();
        assert!(!built_in || told, "{} ({}) says nothing of its part", header.id, header.paradigm);
        // What is driven only by what it cannot have sensed is no mechanism, whatever its table says.
        let driven = ["constant", "boundary", "schedule"];
        let sensed = |spec: &ModulationSpec| {
            spec.modulators.values().any(|modulator| {
                let local = |spec: &LocalSpec| !matches!(spec, LocalSpec::State(_));
                let mut receptors = modulator.receptors.iter().filter_map(|receptor| receptor.local.as_ref());
                !driven.contains(&modulator.source.kind.as_str()) || receptors.any(local)
            })
        };
        let control = header.control.is_some() || header.unjudged.is_some();
        assert!(
            specs.is_empty() || specs.iter().any(sensed) || control,
            "{} ({}) senses nothing and is no control",
            header.id,
            header.paradigm
        );
    }
}

#[test]
fn every_control_is_one_of_a_mechanism_of_its_paradigm() {
    let library = shipped();
    for preset in library.methods.values() {
        let header = &preset.header;
        let Some(of) = header.control.as_ref().and_then(|control| control.of.as_deref()) else { continue };
        let mechanism = library.method(&header.paradigm, of).expect("the control's mechanism exists");
        let is_one = mechanism.header.mechanism || !modulations(mechanism).is_empty();
        assert!(
            is_one && mechanism.header.control.is_none(),
            "{} is a control of {of}, which is none",
            header.id
        );
    }
}

fn made_up(run: PlannedRun) -> Record {
    let number = run.key.bytes().map(f64::from).sum::<f64>() + 7.0 * run.spec.seed as f64;
    let mut curve = Curve::new("accuracy/made-up");
    curve.push(1.0, number);
    let metrics = BTreeMap::from([(run.score.metric.clone(), MetricValue::from(number))]);
    Record { metrics, ..record(run, RunLog { curves: vec![curve], ..RunLog::default() }) }
}

/// The record of a run with this log, scored.
pub fn record(run: PlannedRun, log: RunLog) -> Record {
    let metrics = report::metric::score_all(&run.spec.paradigm, &log);
    Record {
        schema: RECORD_SCHEMA,
        key: run.key,
        suite: run.suite,
        titles: run.titles,
        score: run.score,
        spec: run.spec,
        data: run.data,
        base: run.base,
        status: Status::Ok,
        error: None,
        log,
        metrics,
        time: Time::default(),
        env: Default::default(),
        judged: None,
        result_sha256: String::new(),
    }
}

#[test]
fn every_mechanism_that_a_suite_runs_stands_in_the_table_of_verdicts() {
    let library = shipped();
    for suite in library.suites.keys() {
        let selection = Selection {
            targets: vec![suite.clone()],
            methods: Vec::new(),
            seeds: Some(2),
            ..Selection::default()
        };
        let plan = Plan::new(library, &selection).expect("a valid plan");
        let mechanism = |run: &&PlannedRun| run.titles.role == Some(Role::Mechanism);
        let wanted: BTreeSet<(String, String)> = plan
            .runs
            .iter()
            .filter(mechanism)
            .map(|run| (run.spec.benchmark.clone(), run.spec.method.clone()))
            .collect();
        let records: Vec<Record> = plan.runs.into_iter().map(made_up).collect();
        let options = Options { paradigms: registry::paradigms(), ..Options::default() };
        let csv = report::verdicts_csv(&records, &options);
        let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let found: BTreeSet<(String, String)> =
            rows.iter().map(|row| (row[2].to_owned(), row[3].to_owned())).collect();
        assert_eq!(found, wanted, "{suite}");
        assert!(rows.iter().all(|row| !row[4].is_empty()), "{suite}: {csv}");
        if suite == "core" {
            // The default suite runs what a verdict needs, but where it shows a few sessions or seeds of a case study whose
            // question another benchmark or suite asks.
            let shown = [",opposed-light,", ",go-nogo-example,", ",go-nogo-policy,"];
            let lacking = csv.lines().filter(|line| line.contains("not run"));
            assert!(
                lacking.clone().all(|line| shown.iter().any(|benchmark| line.contains(benchmark))),
                "{csv}"
            );
            assert!(wanted.contains(&("cue-binding-light".into(), "backpropamine".into())));
        }
    }
}
