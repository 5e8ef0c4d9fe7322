mod refusals;

use super::bandit::{BanditLearner, BanditTask, DoyaSettings, SecondChoice, SoftmaxSettings};
use super::{Learner, Settings, Switching, Task};
use contract::definition::{Benchmark, Library};
use contract::{Protocol, RunLog, RunSpec, Unwatched, Watch};
use data::{Data, DataFolder};

fn library() -> Library {
    Library::of_tree().unwrap()
}

/// A run with the trials cut to a tenth or so.
fn short(benchmark: &str, method: &str, seed: u64) -> RunLog {
    let library = library();
    let benchmark = library.benchmark(benchmark).unwrap();
    let mut settings = Switching.resolve(benchmark, library.method("switching", method).unwrap()).unwrap();
    let task = &mut settings["task"];
    if task["kind"] == "goals" {
        task["blocks"] = 3.into();
        task["block"] = 100.into();
    } else {
        task["trials"] = 200.into();
    }
    run(&spec(benchmark, method, seed, settings))
}

fn spec(benchmark: &Benchmark, method: &str, seed: u64, settings: serde_json::Value) -> RunSpec {
    RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: benchmark.header.version,
        paradigm: "switching".into(),
        method: method.into(),
        seed,
        settings,
        replays: None,
    }
}

fn run(spec: &RunSpec) -> RunLog {
    Switching.run(spec, &Data::new(DataFolder::choose(None)), &mut Unwatched).unwrap()
}

#[test]
fn every_benchmark_runs_with_every_method_that_it_lists() {
    let library = library();
    let mut pairs = 0;
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "switching") {
        let score = &benchmark.header.score.metric;
        for method in &benchmark.header.methods {
            let preset = library.method("switching", method).unwrap();
            let settings = Switching.resolve(benchmark, preset).unwrap();
            assert!(Switching.expected_cost(&settings) > 0.0);
            assert!(!Switching.formula(preset).unwrap().is_empty());
            // The settings of a record are read back as what they were.
            let read: Settings = serde_json::from_value(settings.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), settings, "{method}");
            let log = short(&benchmark.header.id, method, 3);
            assert!(log.scalars[score].is_finite(), "{method}");
            assert!(log.curves.iter().any(|curve| curve.name.starts_with("aligned/")), "{method}");
            pairs += 1;
        }
    }
    assert!(pairs >= 60, "{pairs}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let text = |benchmark, method, seed| serde_json::to_string(&short(benchmark, method, seed)).unwrap();
    for (benchmark, method) in [
        ("switching-bandit", "doya-rotated"),
        ("switching-bandit", "uncertainty"),
        ("goal-switching-85", "ach-ne"),
        ("change-point", "observer-rotated"),
    ] {
        assert_eq!(text(benchmark, method, 1), text(benchmark, method, 1));
        assert_ne!(text(benchmark, method, 1), text(benchmark, method, 2));
    }
}

#[test]
fn all_learners_of_a_seed_meet_the_same_switches() {
    for (benchmark, methods) in [
        ("switching-bandit", ["constants", "uncertainty"]),
        ("goal-switching-70", ["ach-ne", "goal-observer"]),
        ("change-point", ["observer", "fixed-slow"]),
    ] {
        let marks = methods.map(|method| short(benchmark, method, 5).marks);
        assert!(!marks[0].is_empty());
        assert_eq!(marks[0], marks[1], "{benchmark}");
    }
}

#[test]
fn doya_without_modulation_is_the_learner_with_constants_bit_for_bit() {
    let task = Task::Bandit(BanditTask { trials: 300, ..BanditTask::default() });
    let second = SecondChoice { rate: Some(0.6), inverse_temperature: Some(3.0), discount: Some(0.875) };
    let constants = SoftmaxSettings { rate: 0.35, inverse_temperature: 7.0, discount: 0.75, second };
    let doya = DoyaSettings {
        rate: 0.35,
        inverse_temperature: 7.0,
        discount: 0.75,
        second,
        ..DoyaSettings::default()
    };
    let of = |learner| {
        let settings = Settings { task: task.clone(), learner: Learner::Bandit(learner) };
        let library = library();
        let benchmark = library.benchmark("switching-bandit").unwrap();
        run(&spec(benchmark, "mine", 9, serde_json::to_value(settings).unwrap()))
    };
    let (constants, doya) = (of(BanditLearner::Softmax(constants)), of(BanditLearner::Doya(doya)));
    for name in ["reward_rate", "accuracy", "late_share"] {
        assert_eq!(constants.scalars[name], doya.scalars[name], "{name}");
    }
    let session = |log: &RunLog| log.curves.iter().find(|c| c.name == "session/right").cloned();
    assert_eq!(session(&constants), session(&doya));
}

#[test]
fn learners_are_between_chance_and_ceiling_and_need_dopamine() {
    let full = |method: &str| {
        let library = library();
        let benchmark = library.benchmark("switching-bandit").unwrap();
        let settings = Switching.resolve(benchmark, library.method("switching", method).unwrap()).unwrap();
        let seeds = 0..4;
        let sum: f64 = seeds
            .map(|seed| run(&spec(benchmark, method, seed, settings.clone())).scalars["reward_rate"])
            .sum();
        sum / 4.0
    };
    let (chance, ceiling) = (0.0625, 0.16);
    let learns = full("constants");
    assert!(learns > 1.3 * chance && learns < ceiling, "{learns}");
    // 4,000 trials of 0.22 reward each: three standard errors are some 0.004 per step.
    let without = full("doya-no-da");
    assert!((without - chance).abs() < 0.005, "{without}");
}

#[test]
fn the_observer_beats_every_other_learner_of_the_goal() {
    for benchmark in ["goal-switching-99", "goal-switching-70", "goal-switching-85-other"] {
        let accuracy = |method| short(benchmark, method, 11).scalars["accuracy"];
        let observer = accuracy("goal-observer");
        for method in ["ach-ne", "ach-ne-no-ach", "ach-ne-no-ne", "goal-delta"] {
            assert!(observer > accuracy(method), "{benchmark} {method}");
        }
    }
}

#[test]
fn who_is_told_of_jumps_predicts_best_and_the_observer_beats_its_own_rates_at_other_times() {
    let error = |method| short("change-point", method, 2).scalars["prediction_error_between"];
    let observer = error("observer");
    assert!(error("told") < observer);
    assert!(observer < error("observer-rotated") && observer < error("fixed-slow"));
}

#[test]
fn a_watch_can_stop_a_run() {
    struct Stop;
    impl Watch for Stop {
        fn progress(&mut self, _share: f64) -> Option<base::error::StopReason> {
            Some(base::error::StopReason::Interrupt)
        }
    }
    let library = library();
    for (id, method) in
        [("switching-bandit", "doya-mean"), ("goal-switching-99", "ach-ne"), ("change-point", "told")]
    {
        let benchmark = library.benchmark(id).unwrap();
        let settings = Switching.resolve(benchmark, library.method("switching", method).unwrap()).unwrap();
        let data = Data::new(DataFolder::choose(None));
        let result = Switching.run(&spec(benchmark, method, 0, settings), &data, &mut Stop);
        assert!(matches!(result, Err(base::error::Error::Stopped(_))), "{id}");
    }
}

#[test]
fn tuned_constants_of_the_bandit_have_a_number_per_target_and_kind_of_decision() {
    let library = library();
    for id in ["switching-bandit", "switching-bandit-volatile"] {
        let benchmark = library.benchmark(id).unwrap();
        let mut constants = [0, 0];
        for method in &benchmark.header.methods {
            let preset = library.method("switching", method).unwrap();
            let Some(control) = preset.header.control.as_ref().filter(|role| role.kind == "tuned-constant")
            else {
                continue;
            };
            let learner = &Switching.resolve(benchmark, preset).unwrap()["learner"];
            for target in ["rate", "inverse_temperature"] {
                assert!(
                    learner[target].is_f64() && learner["second"][target].is_f64(),
                    "{id} {method} {target}"
                );
            }
            // Lee's rule sets two meta-parameters, Doya's mapping the discount too.
            assert!(control.of.is_some() || learner["second"]["discount"].is_f64(), "{id} {method}");
            constants[usize::from(control.of.is_some())] += 1;
        }
        assert_eq!(constants, [4, 4], "{id}: the best of every restart is a control");
    }
}
