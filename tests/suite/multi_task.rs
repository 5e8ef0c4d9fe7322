//! Eq. 5, θ* = argmin Σ_i λ_i L_i(θ; D_i): what must hold.

use candle_core::{Device, Tensor};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::MethodPreset;
use neuromod_bench::contract::{Protocol, RunLog, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::gains::Gains;
use neuromod_bench::learn::nn::{Active, Gradients, Init, Mlp, Model};
use neuromod_bench::learn::objective::{HeadLoss, NoTask, Objective, Weighted};
use neuromod_bench::learn::stream::{Batch, EvaluateOn, Extra, MultiTaskSpec};
use neuromod_bench::numeric::Activation;
use neuromod_bench::paradigms::MultiTask;

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn settings(changes: &str, kind: &str, parameters: &str) -> Result<serde_json::Value, String> {
    let library = crate::common::shipped();
    let mut benchmark = library.benchmark("digits-attributes").expect("known").clone();
    for text in ["budget = { updates = 60, batch = 16 }", changes] {
        benchmark.body.extend(text.parse::<toml::Table>().expect("toml"));
    }
    let text = format!(
        "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\nparadigm = \"multi-task\"\nkind = \"{kind}\"\n\
         provenance = \"test\"\n[parameters]\n{parameters}"
    );
    let preset = MethodPreset::parse(Source { name: "mine.toml".into(), text }).expect("a preset");
    MultiTask.resolve(&benchmark, &preset).map_err(|error| error.to_string())
}

fn spec(settings: serde_json::Value) -> RunSpec {
    RunSpec {
        replays: None,
        benchmark: "digits-attributes".into(),
        version: 2,
        paradigm: "multi-task".into(),
        method: "mine".into(),
        seed: 3,
        settings,
    }
}

fn run(changes: &str, kind: &str, parameters: &str) -> RunLog {
    let spec = spec(settings(changes, kind, parameters).expect("resolves"));
    MultiTask.run(&spec, &data(), &mut Unwatched).expect("runs")
}

#[test]
fn the_composed_loss_equals_its_value_on_paper() {
    // Two heads of two outputs on the input x = 1, all weights 0: every head says ½, so L_1 = L_2 = ln 2.
    // Sample 1 has labels 0 and 1, sample 2 only label 0 of head 2. With λ = (2, ½):
    // ∂/∂b = 2 · (−½, ½) for head 1; ½ · mean of (½, −½) and (−½, ½) = 0 for head 2.
    let model = Mlp::new(&[1, 4], Activation::Relu, Init::default(), &Streams::new(1)).expect("mlp");
    model.parameters().restore(&[vec![0.0; 4], vec![0.0; 4]]).expect("zeros");
    let terms = vec![
        Weighted::new(2.0, HeadLoss::new("one", 0, 0..2, 4)),
        Weighted::new(0.5, HeadLoss::new("two", 1, 2..4, 4)),
    ];
    let mut objective = Objective::with_task(NoTask, terms);
    let inputs = Tensor::new(&[[1.0f32], [1.0]], &Device::Cpu).expect("tensor");
    let extra = Extra::Heads(vec![vec![0, Extra::ABSENT], vec![1, 0]]);
    let batch = Batch { inputs, targets: Vec::new(), active: Active::All, task: None, extra };
    let mut gradients = Gradients::default();
    objective.gradient(&model, &batch, &Gains::default(), &mut gradients).expect("gradient");
    assert_eq!(gradients.buffers[1], [-1.0, 1.0, 0.0, 0.0]);
    for loss in objective.losses() {
        assert!((loss - 2f64.ln()).abs() < 1e-6);
    }
    assert!((objective.statistics().loss - 2.0 * 2f64.ln()).abs() < 1e-6);
}

#[test]
fn statistics_of_several_tasks_are_means_over_the_heads_that_had_samples() {
    // Biases say (4 : 1, 1 : 1 : 1 : 1) and nothing else: head 1 answers 0 with entropy H(0.8), head 2 its first with ln 4.
    let model = Mlp::new(&[1, 8], Activation::Relu, Init::default(), &Streams::new(1)).expect("mlp");
    let bias = vec![4f32.ln(), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    model.parameters().restore(&[vec![0.0; 8], bias]).expect("fits");
    let terms = vec![
        Weighted::new(1.0, HeadLoss::new("one", 0, 0..2, 8)),
        Weighted::new(1.0, HeadLoss::new("two", 1, 2..6, 8)),
        Weighted::new(1.0, HeadLoss::new("three", 2, 6..8, 8)),
    ];
    let mut objective = Objective::with_task(NoTask, terms);
    assert_eq!(objective.choices(), None);
    let inputs = Tensor::new(&[[1.0f32], [1.0]], &Device::Cpu).expect("tensor");
    // Head 1: one of one right. Head 2: one of two. Head 3 has no sample.
    let extra = Extra::Heads(vec![vec![0, Extra::ABSENT], vec![0, 3], vec![Extra::ABSENT; 2]]);
    let batch = Batch { inputs, targets: Vec::new(), active: Active::All, task: None, extra };
    let mut gradients = Gradients::default();
    objective.gradient(&model, &batch, &Gains::default(), &mut gradients).expect("gradient");
    let statistics = objective.statistics();
    let entropy = -(0.8 * 0.8f64.ln() + 0.2 * 0.2f64.ln());
    assert!((statistics.accuracy - 0.75).abs() < 1e-9, "{statistics:?}");
    assert!((statistics.entropy - f64::midpoint(entropy, 4f64.ln())).abs() < 1e-6, "{statistics:?}");
    // ln 2 and ln 4: the geometric mean of 2 and 4.
    assert!((objective.choices().expect("heads") - 8f64.sqrt()).abs() < 1e-9);
}

/// Every source that a batch drives moves in several tasks at once.
#[test]
fn every_source_that_senses_a_batch_acts() {
    let sources = [
        "reward-prediction-error",
        "reward-rate",
        "predictive-entropy",
        "surprise",
        "loss-improvement",
        "novelty",
    ];
    let modulators = sources.map(|source| {
        format!(
            "[modulation.modulators.{source}]\nsource = {{ kind = \"{source}\" }}\n\
                 receptors = [{{ target = \"learning-rate\", sensitivity = 0.1 }}]\n"
        )
    });
    let log = modulated("", &modulators.concat()).expect("resolves");
    assert_eq!(log.acted(), Some(true));
    for (name, share) in log.acted_shares() {
        assert!(share > 0.9, "{name} acted at {share} of the steps");
    }
    let curve = |name: &str| log.signals.iter().find(|curve| curve.name == name).expect("recorded").y.clone();
    let values: Vec<f64> = curve("level/reward-rate").into_iter().flatten().collect();
    assert!(values.iter().skip(1).all(|share| *share > 0.2 && *share < 1.0), "accuracies: {values:?}");
    let values: Vec<f64> = curve("level/predictive-entropy").into_iter().flatten().collect();
    assert!(values[1] > 0.7 && values.iter().all(|share| *share <= 1.0), "shares of ln K: {values:?}");
}

#[test]
fn the_terms_are_the_tasks_and_there_is_no_other_loss_to_weigh() {
    let receptor = |term: &str| {
        modulated(
            "",
            &format!(
                "[modulation.modulators.a]\nsource = {{ kind = \"surprise\" }}\n\
                                receptors = [{{ target = \"loss-weight\", term = \"{term}\" }}]\n"
            ),
        )
    };
    assert!(receptor("parity").is_ok());
    let error = receptor("task").expect_err("refused");
    assert!(error.contains("parity") && error.contains("identity"), "{error}");
}

fn modulated(changes: &str, modulation: &str) -> Result<RunLog, String> {
    let settings = settings(changes, "static", &format!("\n{modulation}"))?;
    let spec = spec(settings);
    MultiTask.run(&spec, &data(), &mut Unwatched).map_err(|error| error.to_string())
}

#[test]
fn a_weight_of_one_for_one_task_is_the_single_task_network() {
    let log = run("", "static", "weights = [1.0, 0.0, 0.0]");
    assert_eq!(log.scalars["accuracy/parity"], log.scalars["single_accuracy/parity"]);
    assert!(log.scalars["accuracy/identity"] < log.scalars["single_accuracy/identity"]);
}

#[test]
fn delta_m_is_the_mean_relative_gain_in_percent() {
    let log = run("", "static", "");
    let of = |prefix: &str, task: &str| log.scalars[&format!("{prefix}/{task}")];
    let gain =
        |task: &str| (of("accuracy", task) - of("single_accuracy", task)) / of("single_accuracy", task);
    let expected = 100.0 * (gain("parity") + gain("above-4") + gain("identity")) / 3.0;
    assert!((log.scalars["delta_m"] - expected).abs() < 1e-9);
    assert!((0.0..=1.0).contains(&log.scalars["conflict_rate"]));
}

#[test]
fn every_rule_learns_all_tasks_and_its_weights_are_recorded() {
    let longer = "budget = { updates = 200, batch = 32 }";
    for kind in ["static", "uncertainty", "weight-average", "grad-norm", "pc-grad"] {
        let log = run(longer, kind, "");
        for (task, chance) in [("parity", 0.5), ("above-4", 0.5), ("identity", 0.1)] {
            let accuracy = log.scalars[&format!("accuracy/{task}")];
            assert!(accuracy > chance + 0.25, "{kind} {task}: {accuracy}");
        }
        let moves = log.signals.iter().any(|curve| curve.y.iter().any(|y| *y != Some(1.0)));
        assert_eq!(moves, !["static", "pc-grad"].contains(&kind), "{kind}");
        assert_eq!(log, run(longer, kind, ""), "{kind} is not deterministic");
    }
}

#[test]
fn labels_of_attributes_splits_and_pairs_follow_from_the_class() {
    let load = |text: &str| {
        let spec: MultiTaskSpec = toml::from_str(text).expect("tasks");
        let set = spec.load(&data(), EvaluateOn::Test, &Streams::new(4)).expect("loads");
        let Extra::Heads(heads) = set.train.targets.clone() else { panic!("heads") };
        (set, heads)
    };
    let (_, heads) = load("kind = \"attributes\"\ndata = \"digits\"");
    for ((parity, large), class) in heads[0].iter().zip(&heads[1]).zip(&heads[2]) {
        assert_eq!((*parity, *large), (class % 2, u32::from(*class > 4)));
    }
    let (_, split) = load("kind = \"split\"\ndata = \"digits\"");
    for (at, class) in heads[2].iter().enumerate() {
        let task = (class / 2) as usize;
        assert_eq!(split[task][at], class % 2);
        assert_eq!(split.iter().filter(|labels| labels[at] != Extra::ABSENT).count(), 1);
    }
    let (pairs, heads) = load("kind = \"pair\"\ndata = \"digits\"\nsamples = 50\ntest_samples = 20");
    assert_eq!((pairs.train.len(), pairs.test.len(), pairs.train.features), (50, 20, 100));
    assert!(heads.iter().all(|labels| labels.len() == 50 && labels.iter().all(|label| *label < 10)));
}

#[test]
fn what_does_not_fit_is_refused_before_training_with_what_is_allowed() {
    let error = settings("", "static", "weights = [1.0, 2.0]").expect_err("two weights");
    assert!(error.contains("parameters.weights") && error.contains("3 numbers"), "{error}");
    let error = settings("", "grad-nrom", "").expect_err("typo");
    assert!(error.contains("did you mean `grad-norm`"), "{error}");
    let error = settings("", "weight-average", "window = 0").expect_err("no window");
    assert!(error.contains("parameters.window"), "{error}");
    let split = "[tasks]\nkind = \"split\"\ndata = \"digits\"\nclasses_per_task = 3";
    let error = settings(split, "static", "").expect_err("3 does not divide 10");
    assert!(error.contains("tasks.classes_per_task") && error.contains("divisor"), "{error}");
}

#[test]
fn every_multi_task_benchmark_resolves_with_every_method_that_it_names() {
    let library = crate::common::shipped();
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "multi-task") {
        for method in &benchmark.header.methods {
            let preset = library.method("multi-task", method).expect("known");
            MultiTask.resolve(benchmark, preset).expect("resolves");
        }
    }
}
