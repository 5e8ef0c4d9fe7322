use super::nm_rnn::{NmRnn, NmRnnSettings};
use super::plastic::{Plastic, PlasticSettings};
use super::task::{CueBinding, MeasureWaitGo, Problem};
use super::train::Gradient;
use super::{Episodes, LANES, Network, Sequence, Settings, Tape, nm_rnn, plastic};
use base::rng::Streams;
use base::source::Source;
use contract::definition::{Library, MethodPreset};
use contract::{Protocol, RunLog, RunSpec, Unwatched};
use data::{Data, DataFolder};

fn nm_rnn(modulation: nm_rnn::Modulation) -> NmRnnSettings {
    NmRnnSettings {
        units: 7,
        rank: 2,
        time_constant: 2.0,
        modulator_units: 3,
        modulator_time_constant: 3.0,
        modulation,
        ..NmRnnSettings::default()
    }
}

fn plastic(modulation: plastic::Modulation) -> PlasticSettings {
    PlasticSettings { units: 6, initial_rate: 0.4, modulation, ..PlasticSettings::default() }
}

fn interval() -> MeasureWaitGo {
    let (trained, untrained) = (vec![3, 4, 5], vec![6]);
    MeasureWaitGo { steps: 18, trained, untrained, start: [1, 2], wait: [2, 3], pulse: 1, threshold: 0.4 }
}

fn binding() -> CueBinding {
    CueBinding { pairs: 2, distractors: 2, bits: 3, labels: 3, ..CueBinding::default() }
}

/// Parameters that leave no path without weight: biases and gates begin at 0 or at one number otherwise.
fn parameters(network: &dyn Network) -> Vec<f32> {
    let mut parameters = network.layout().draw(&Streams::new(21));
    for (k, p) in parameters.iter_mut().enumerate() {
        *p += 0.2 * ((k * 7919 % 13) as f32 / 6.0 - 1.0);
    }
    // A weak gate: where the clip of H begins to bind, a difference of finite width is not the derivative.
    for block in network.layout().blocks.iter().filter(|block| block.name.starts_with("gate")) {
        parameters[block.at.clone()].iter_mut().for_each(|p| *p *= 0.1);
    }
    parameters
}

fn loss(network: &dyn Network, parameters: &[f32], group: &Episodes) -> f64 {
    let mut tape = Tape::default();
    network.forward(parameters, group, None, &mut tape);
    group.target.loss(&tape.outputs, 0.0, &mut vec![[0.0; LANES]; tape.outputs.len()])
}

/// Derivative along `direction` by four points.
fn slope(network: &dyn Network, parameters: &[f32], group: &Episodes, direction: &[(usize, f32)]) -> f64 {
    let at = |h: f32| {
        let mut moved = parameters.to_vec();
        direction.iter().for_each(|(k, d)| moved[*k] += h * d);
        loss(network, &moved, group)
    };
    let h = 0.02;
    (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * f64::from(h))
}

fn gradient_is_exact(network: &dyn Network, problem: &dyn Problem) {
    let group = problem.draw(&mut Streams::new(22).get("trials"));
    let parameters = parameters(network);
    let mut gradient = Gradient::default();
    let mut unwatched = contract::Unwatched;
    let mut pace = contract::Pace::new(&mut unwatched, 0.0);
    gradient.take(network, &parameters, std::slice::from_ref(&group), &mut pace).expect("never stopped");
    for block in network.layout().blocks.iter().filter(|block| !block.at.is_empty()) {
        let own = &gradient.flat[block.at.clone()];
        let norm = own.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        // Far above what rounding leaves, so that what is compared below is not noise.
        assert!(norm.is_finite() && norm > 1e-4, "{}: gradient of norm {norm}", block.name);
        // 3e-6: what rounding leaves of a difference of two losses in f32.
        // Along the block's own gradient the slope is its norm; a wrong gradient points elsewhere.
        let direction: Vec<(usize, f32)> =
            block.at.clone().zip(own.iter().map(|g| (f64::from(*g) / norm) as f32)).collect();
        let found = slope(network, &parameters, &group, &direction);
        assert!((found - norm).abs() <= 1e-3 * norm + 3e-6, "{}: {found} against {norm}", block.name);
        // And the three largest entries one by one.
        let mut order: Vec<usize> = block.at.clone().collect();
        order.sort_by(|a, b| gradient.flat[*b].abs().total_cmp(&gradient.flat[*a].abs()));
        for k in order.into_iter().take(3) {
            let own = f64::from(gradient.flat[k]);
            let found = slope(network, &parameters, &group, &[(k, 1.0)]);
            let wrong = (found - own).abs();
            assert!(wrong <= 1e-3 * own.abs() + 3e-6, "{}[{k}]: {found} against {own}", block.name);
        }
    }
}

#[test]
fn gradients_of_every_nm_rnn_agree_with_finite_differences() {
    use nm_rnn::Modulation::{Constant, Gain, Input, None};
    for modulation in [Gain, Constant, Input, None] {
        gradient_is_exact(&NmRnn::new(&nm_rnn(modulation), 3, 1), &interval());
        let task = binding();
        gradient_is_exact(&NmRnn::new(&nm_rnn(modulation), task.channels(), task.outputs()), &task);
    }
}

#[test]
fn gradients_of_every_plastic_network_agree_with_finite_differences() {
    use plastic::GatedTrace::{New, Old};
    use plastic::Modulation::{Constant, Decay, Learned, None};
    for (modulation, gated_trace) in
        [(Learned, Old), (Learned, New), (Constant, Old), (Constant, New), (Decay, Old), (None, Old)]
    {
        let (task, settings) = (binding(), PlasticSettings { gated_trace, ..plastic(modulation) });
        gradient_is_exact(&Plastic::new(&settings, task.channels(), task.outputs()), &task);
        gradient_is_exact(&Plastic::new(&settings, 3, 1), &interval());
    }
}

#[test]
fn signals_of_one_are_the_low_rank_network_bit_for_bit() {
    let group = interval().draw(&mut Streams::new(3).get("trials"));
    let (scaled, plain) = (
        NmRnn::new(&nm_rnn(nm_rnn::Modulation::Gain), 3, 1),
        NmRnn::new(&nm_rnn(nm_rnn::Modulation::None), 3, 1),
    );
    let all = parameters(&scaled);
    let mut own = vec![0.0; plain.layout().len()];
    for block in &plain.layout().blocks {
        let same = scaled.layout().blocks.iter().find(|other| other.name == block.name).unwrap();
        own[block.at.clone()].copy_from_slice(&all[same.at.start..same.at.start + block.at.len()]);
    }
    let (mut first, mut second) = (Tape::default(), Tape::default());
    let ones = vec![[1.0; LANES]; 18 * 2];
    scaled.forward(&all, &group, Some(&ones), &mut first);
    plain.forward(&own, &group, None, &mut second);
    assert_eq!(first.outputs, second.outputs);
    scaled.forward(&all, &group, None, &mut first);
    assert_ne!(first.outputs, second.outputs);
}

#[test]
fn a_gate_of_zero_is_the_plain_recurrent_network_bit_for_bit() {
    let task = binding();
    let group = task.draw(&mut Streams::new(4).get("trials"));
    let build = |modulation| Plastic::new(&plastic(modulation), task.channels(), task.outputs());
    let (gated, plain) = (build(plastic::Modulation::Learned), build(plastic::Modulation::None));
    let all = parameters(&gated);
    // The plain network's blocks come first, in the same order.
    let own = &all[..plain.layout().len()];
    let (mut first, mut second) = (Tape::default(), Tape::default());
    let zeros = vec![[0.0; LANES]; group.steps];
    gated.forward(&all, &group, Some(&zeros), &mut first);
    plain.forward(own, &group, None, &mut second);
    assert_eq!(first.outputs, second.outputs);
    gated.forward(&all, &group, None, &mut first);
    assert_ne!(first.outputs, second.outputs);
}

fn preset(lines: &str) -> MethodPreset {
    let head =
        "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\nparadigm = \"sequence\"\nprovenance = \"none\"\n";
    MethodPreset::parse(Source { name: "mine.toml".into(), text: format!("{head}{lines}") }).unwrap()
}

/// A run with few updates.
fn short(benchmark: &str, method: &str, seed: u64) -> RunLog {
    let library = Library::of_tree().unwrap();
    let benchmark = library.benchmark(benchmark).unwrap();
    let mut settings = Sequence.resolve(benchmark, library.method("sequence", method).unwrap()).unwrap();
    settings["training"]["updates"] = 6.into();
    settings["training"]["test_trials"] = 16.into();
    let spec = RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: benchmark.header.version,
        paradigm: "sequence".into(),
        method: method.into(),
        seed,
        settings,
        replays: None,
    };
    Sequence.run(&spec, &Data::new(DataFolder::choose(None)), &mut Unwatched).unwrap()
}

#[test]
fn every_benchmark_runs_with_every_method_that_it_lists() {
    let library = Library::of_tree().unwrap();
    let mut pairs = 0;
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "sequence") {
        let score = &benchmark.header.score.metric;
        for method in &benchmark.header.methods {
            let preset = library.method("sequence", method).unwrap();
            let settings = Sequence.resolve(benchmark, preset).unwrap();
            assert!(Sequence.expected_cost(&settings) > 0.0);
            assert!(!Sequence.formula(preset).unwrap().is_empty());
            let read: Settings = serde_json::from_value(settings.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), settings, "{method}");
            let log = short(&benchmark.header.id, method, 3);
            assert!(log.scalars[score].is_finite(), "{method}");
            assert!(log.curves.iter().any(|curve| curve.name == "trial/output1"), "{method}");
            pairs += 1;
        }
    }
    assert!(pairs >= 14, "{pairs}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let text = |benchmark, method, seed| serde_json::to_string(&short(benchmark, method, seed)).unwrap();
    for (benchmark, method) in
        [("measure-wait-go", "nm-rnn-shuffled"), ("cue-binding", "backpropamine"), ("cue-binding", "plastic")]
    {
        assert_eq!(text(benchmark, method, 1), text(benchmark, method, 1));
        assert_ne!(text(benchmark, method, 1), text(benchmark, method, 2));
    }
}

#[test]
fn a_control_at_test_has_the_same_training_as_what_it_controls() {
    let curve = |method| short("measure-wait-go", method, 5).curves.remove(0);
    assert_eq!(curve("nm-rnn"), curve("nm-rnn-shuffled"));
    assert_eq!(curve("nm-rnn"), curve("nm-rnn-mean"));
    assert_ne!(curve("nm-rnn"), curve("low-rank"));
}

#[test]
fn training_lowers_the_loss() {
    let library = Library::of_tree().unwrap();
    let benchmark = library.benchmark("measure-wait-go").unwrap();
    let preset = preset("kind = \"nm-rnn\"\noptimiser = { rate = 0.01 }\n");
    let mut settings = Settings::resolve(benchmark, &preset).unwrap();
    settings.training.updates = 60;
    let network = settings.network.build(3, 1);
    let problem = settings.task.problem();
    let trained = super::train(
        network.as_ref(),
        problem,
        &settings.training,
        &settings.optimiser,
        &Streams::new(1),
        &mut Unwatched,
    );
    let losses = trained.unwrap().curve.y;
    let (first, last) = (losses[0].unwrap(), losses.last().unwrap().unwrap());
    assert!(last < 0.5 * first, "{first} to {last}");
}

#[test]
fn bad_settings_are_refused_by_key() {
    let library = Library::of_tree().unwrap();
    let benchmark = library.benchmark("measure-wait-go").unwrap();
    let message = |lines: &str| Settings::resolve(benchmark, &preset(lines)).unwrap_err().to_string();
    let refused = |lines: &str, start: &str| {
        let found = message(lines);
        assert!(found.contains(start), "{found}");
    };
    refused("kind = \"nm-rnn\"\nparameters = { units = 0 }\n", "mine.toml:7: `parameters.units` = 0");
    refused("kind = \"nm-rnn\"\nparameters = { rank = 17 }\n", "`parameters.rank` = 17");
    refused("kind = \"nm-rnn\"\nparameters = { time_constant = nan }\n", "`parameters.time_constant` = NaN");
    refused("kind = \"nm-rnn\"\noptimiser = { rate = nan }\n", "`optimiser.rate` = NaN");
    refused("kind = \"nm-rnn\"\noptimiser = { clip = 0.0 }\n", "`optimiser.clip` = 0");
    refused("kind = \"nm-rnn\"\nparameters = { unit = 5 }\n", "did you mean `units`?");
    refused("kind = \"nm-rn\"\n", "did you mean `nm-rnn`?");
    refused(
        "kind = \"backpropamine\"\nparameters = { initial_rate = 1.0 }\n",
        "`parameters.initial_rate` = 1",
    );
    refused(
        "kind = \"nm-rnn\"\nparameters = { modulation = \"none\", control = { test_signal = \"mean\" } }\n",
        "`parameters.control.test_signal` = mean",
    );
    let text = benchmark.origin.text();
    let longer = text.replace("steps = 80", "steps = 40");
    assert_ne!(longer, text);
    let source = Source { name: "longer.toml".into(), text: longer };
    let longer = contract::definition::Benchmark::parse(source).unwrap();
    let error = Settings::resolve(&longer, &preset("kind = \"nm-rnn\"\n")).unwrap_err().to_string();
    assert!(error.contains("`task.trained` = 12") || error.contains("`task.untrained`"), "{error}");
}
