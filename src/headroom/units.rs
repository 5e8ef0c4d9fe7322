//! The arm that has units of its own for each task, on a benchmark whose tasks are told.

use super::question::Question;
use crate::definitions::shipped;
use crate::registry::protocol;
use crate::run::{Knows, TimingArm};
use contract::definition::{Benchmark, Library, MethodPreset};
use contract::{RunLog, RunSpec, Unwatched};
use data::{Data, DataFolder};
use toml::Value;

/// `digits-interference` with as few updates as show something.
fn short(library: &Library) -> Benchmark {
    let mut benchmark = library.benchmark("digits-interference").expect("there").clone();
    let budget = benchmark.body.get_mut("budget").and_then(Value::as_table_mut).expect("a budget");
    budget.insert("updates_per_task".into(), Value::from(4));
    benchmark
}

fn log(benchmark: &Benchmark, preset: &MethodPreset) -> RunLog {
    let protocol = protocol("incremental").expect("incremental");
    let spec = RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm: "incremental".into(),
        method: preset.header.id.clone(),
        seed: 7,
        settings: protocol.resolve(benchmark, preset).expect("resolves"),
        replays: None,
    };
    let data = Data::new(DataFolder::choose(None));
    protocol.run(&spec, &data, &mut Unwatched).expect("runs")
}

fn arm(target: &str) -> TimingArm {
    TimingArm { target: target.parse().expect("a target"), knows: Knows::UnitLocked }
}

#[test]
fn every_arm_on_the_rate_of_a_layer_is_the_base_method_bit_for_bit_at_neutral() {
    let library = shipped().expect("definitions");
    let benchmark = short(&library);
    let target = "learning-rate.0".parse().expect("a target");
    let question = Question::new(&library, &benchmark, &target, None, &[]).expect("asked");
    let known: Vec<Knows> = question.arms.iter().map(|arm| arm.knows).collect();
    let all = [
        Knows::Constant,
        Knows::ChangeBlind,
        Knows::EventLocked,
        Knows::StateLocked,
        Knows::UnitLocked,
        Knows::Free,
    ];
    assert_eq!(known, all);
    let plain = log(&benchmark, question.base);
    for arm in &question.arms {
        assert!(log(&benchmark, &arm.preset).same_outcome(&plain), "{}", arm.preset.header.id);
    }
    // Optimiser and its rate, the constant, depth and share.
    assert_eq!(question.arms[4].draw.words().len(), 5);
    let deep = "\"modulation.modulators.units.receptors.0.local.depth\" = 9.0".parse().expect("a table");
    let deep = question.arms[4].preset.with_values("digits-interference", &deep).expect("fits");
    assert!(!log(&benchmark, &deep).same_outcome(&plain));
}

#[test]
fn units_of_their_own_need_tasks_that_are_told_and_a_hidden_layer() {
    let library = shipped().expect("definitions");
    let naive = library.method("incremental", "naive").expect("there");
    let refused = |benchmark: &Benchmark, target: &str| {
        arm(target).derive(naive, benchmark).expect_err("refused").to_string()
    };
    let told = library.benchmark("digits-interference").expect("there");
    assert!(refused(told, "learning-rate").contains("learning-rate.LAYER"));
    assert!(refused(told, "slope.0").contains("learning-rate.LAYER"));
    let said = refused(told, "learning-rate.1");
    assert!(said.contains("--target") && said.contains("from 0 to 0"), "the output layer: {said}");
    let said = refused(library.benchmark("split-digits-domain").expect("there"), "learning-rate.0");
    assert!(said.contains("tasks are told"), "{said}");
    let mut flat = told.clone();
    flat.body.insert(
        "model".into(),
        "kind = \"mlp\"\nhidden = []".parse::<toml::Table>().expect("a model").into(),
    );
    let said = refused(&flat, "learning-rate.0");
    assert!(said.contains("no hidden layer"), "{said}");
    let target = "learning-rate.0".parse().expect("a target");
    let untold = library.benchmark("split-digits-domain").expect("there");
    let question = Question::new(&library, untold, &target, None, &[]).expect("asked");
    let left_out: Vec<Knows> = question.left_out.iter().map(|(knows, _)| *knows).collect();
    assert_eq!(left_out, [Knows::StateLocked, Knows::UnitLocked]);
    assert!(Question::new(&library, &flat, &target, None, &[]).is_err());
}
