//! Gradients, the plain network at zero, a unit by hand, replaced signals.

use super::super::sinusoid::Sinusoid;
use super::*;
use learn::nn::{Gradients, ModelSpec, testing, write};

const SIZES: Sizes = Sizes { support: 5, features: 1, outputs: 1, labels: false };

fn spec() -> MlpSpec {
    MlpSpec { hidden: vec![6, 5], activation: Activation::Tanh, ..MlpSpec::default() }
}

fn network() -> Box<dyn Model> {
    ModelSpec::Mlp(spec()).build([1, 1, 1], 1, &Streams::new(3)).expect("network")
}

fn nmn(network: &dyn Model, form: Form) -> Nmn {
    let settings = NmnSettings { units: 4, signals: 3, form, ..NmnSettings::default() };
    let tasks = Tasks::Sinusoid(Sinusoid { shots: 5, ..Sinusoid::default() });
    Nmn::new(settings, (network, &spec()), SIZES, tasks, &Streams::new(3)).expect("NMN")
}

fn episodes(nmn: &Nmn) -> Vec<Episode> {
    let mut random = Streams::new(4).fast("episodes");
    (0..3).map(|_| nmn.tasks.draw(Phase::Training, &mut random)).collect()
}

fn all(network: &dyn Model, nmn: &Nmn) -> Parameters {
    let mut all = network.parameters().clone();
    nmn.parameters().iter().for_each(|parameter| all.include(parameter.clone()));
    all
}

/// Receptors begin at 0: give them weight.
fn wake(nmn: &Nmn) {
    for (k, parameter) in nmn.parameters().iter().enumerate() {
        let fill = |values: &mut [f32]| {
            let values = values.iter_mut().enumerate();
            values.for_each(|(i, v)| *v += 0.4 * ((i * 31 + k * 17) % 11) as f32 / 10.0 - 0.2);
        };
        write(&parameter.var, fill).expect("write");
    }
}

const FORMS: [Form; 6] = [Form::Gain, Form::Slope, Form::Bias, Form::Input, Form::Constant, Form::None];

#[test]
fn gradients_of_both_networks_agree_with_finite_differences() {
    for form in FORMS {
        let network = network();
        let nmn = nmn(network.as_ref(), form);
        wake(&nmn);
        let episodes = episodes(&nmn);
        testing::check_gradients(&all(network.as_ref(), &nmn), 1e-2, || nmn.loss(&episodes));
    }
}

#[test]
fn labels_are_read_one_hot_and_differentiated_too() {
    let network = ModelSpec::Mlp(spec()).build([1, 1, 2], 3, &Streams::new(3)).expect("network");
    let settings = NmnSettings { units: 4, signals: 3, ..NmnSettings::default() };
    let sizes = Sizes { support: 3, features: 2, outputs: 3, labels: true };
    let tasks = Tasks::Sinusoid(Sinusoid::default());
    let nmn = Nmn::new(settings, (network.as_ref(), &spec()), sizes, tasks, &Streams::new(3)).expect("NMN");
    wake(&nmn);
    let set = |x: f32, labels: [u32; 3]| Set {
        inputs: (0..6).map(|i| x + i as f32 / 5.0).collect(),
        answers: Answers::Labels(labels.to_vec()),
    };
    let support = set(0.5, [2, 0, 1]);
    let rows = nmn.sequences(&[&support], 2).expect("rows").to_vec2::<f32>().expect("rows");
    assert_eq!(rows[0][..7], [0.5, 0.7, 0.0, 0.0, 1.0, 0.9, 1.1]);
    let episodes = [
        Episode { support, query: set(-0.5, [1, 2, 0]) },
        Episode { support: set(-0.2, [0, 1, 2]), query: set(0.1, [0, 0, 2]) },
    ];
    let all = all(network.as_ref(), &nmn);
    testing::check_gradients(&all, 1e-2, || nmn.loss(&episodes));
}

#[test]
fn every_form_starts_as_the_plain_network() {
    let network = network();
    let plain = nmn(network.as_ref(), Form::None);
    let episodes = episodes(&plain);
    let loss = |nmn: &Nmn| nmn.loss(&episodes).expect("loss").to_scalar::<f32>().expect("scalar");
    let expected = loss(&plain);
    for form in FORMS {
        assert_eq!(loss(&nmn(network.as_ref(), form)), expected, "{form:?}");
    }
    // And the plain network is the one that other methods train.
    let inputs: Vec<f32> = episodes.iter().flat_map(|episode| episode.query.inputs.clone()).collect();
    let x = Tensor::from_vec(inputs, (30, 1), &Device::Cpu).expect("tensor");
    let outputs = network.infer(&x, &learn::gains::Gains::default()).expect("infer");
    let query: Vec<&Set> = episodes.iter().map(|episode| &episode.query).collect();
    let own = compare(&outputs, &query).expect("loss").to_scalar::<f32>().expect("scalar");
    assert!((own - expected).abs() <= 1e-5 * expected, "{own} against {expected}");
}

#[test]
fn a_unit_under_signals_is_what_paper_says() {
    // One hidden unit, w = 2, b = 0.5, W_s = 1, W_b = −1, output weight 1, bias 0; z = 0.5 makes of x = 3:
    // φ(6 · 1.5 + 0.5 − 0.5) = φ(9), and z = 0: φ(6.5).
    let spec = MlpSpec { hidden: vec![1], activation: Activation::Relu, ..MlpSpec::default() };
    let network = ModelSpec::Mlp(spec.clone()).build([1, 1, 1], 1, &Streams::new(3)).expect("network");
    let settings = NmnSettings { units: 1, signals: 1, ..NmnSettings::default() };
    let tasks = Tasks::Sinusoid(Sinusoid::default());
    let nmn = Nmn::new(settings, (network.as_ref(), &spec), SIZES, tasks, &Streams::new(3)).expect("NMN");
    let set = |name: &str, value: f32| {
        let all = all(network.as_ref(), &nmn);
        let parameter = all.iter().find(|parameter| parameter.name == name).expect(name);
        write(&parameter.var, |values| values.fill(value)).expect("write");
    };
    let values = [("layer0/weight", 2.0), ("layer0/bias", 0.5), ("layer1/weight", 1.0), ("layer1/bias", 0.0)];
    values.into_iter().for_each(|(name, value)| set(name, value));
    set("layer0/slope", 1.0);
    set("layer0/shift", -1.0);
    let x = Tensor::from_vec(vec![3.0f32], (1, 1, 1), &Device::Cpu).expect("x");
    let answer = |z: f32| {
        let z = Tensor::from_vec(vec![z], (1, 1), &Device::Cpu).expect("z");
        nmn.answer(&x, Some(&z))
            .expect("answer")
            .flatten_all()
            .expect("flat")
            .to_vec1::<f32>()
            .expect("values")
    };
    assert_eq!((answer(0.5), answer(0.0)), (vec![9.0], vec![6.5]));
}

#[test]
fn a_replaced_signal_is_the_mean_or_another_tasks() {
    let network = network();
    let replaced = |test_signal| {
        let mut nmn = nmn(network.as_ref(), Form::Gain);
        nmn.settings.test_signal = test_signal;
        wake(&nmn);
        nmn.prepare().expect("prepare");
        nmn
    };
    let values = |z: Option<Tensor>| z.expect("z").flatten_all().expect("flat").to_vec1::<f32>().expect("z");
    let (mut mean, mut shuffled) = (replaced(TestSignal::Mean), replaced(TestSignal::Shuffled));
    let episodes = episodes(&mean);
    let of = |nmn: &mut Nmn, which: usize| values(nmn.at_test(&episodes[which].support).expect("z"));
    assert_eq!(of(&mut mean, 0), of(&mut mean, 1));
    // However often it was looked at before: every series of test episodes begins alike.
    let first = of(&mut shuffled, 0);
    of(&mut shuffled, 0);
    shuffled.prepare().expect("prepare");
    assert_eq!(of(&mut shuffled, 0), first);
    assert_eq!(shuffled.stand_ins.len(), CONTROL_EPISODES);
    let stand_ins: Vec<Vec<f32>> = shuffled.stand_ins.iter().map(|z| values(Some(z.clone()))).collect();
    let drawn = of(&mut shuffled, 0);
    assert!(stand_ins.contains(&drawn));
    assert_ne!(drawn, values(shuffled.read(&[&episodes[0].support], false).expect("z")));
    // The mean is that of the same tasks.
    let by_hand = stand_ins.iter().map(|z| z[0]).sum::<f32>() / CONTROL_EPISODES as f32;
    assert!((of(&mut mean, 0)[0] - by_hand).abs() < 1e-5);
}

#[test]
fn gradients_reach_the_networks_shared_parameters() {
    let network = network();
    let nmn = nmn(network.as_ref(), Form::Gain);
    let mut gradients = Gradients::default();
    let loss = nmn.loss(&episodes(&nmn)).expect("loss");
    network.parameters().backward(&loss, &mut gradients).expect("backward");
    assert!(gradients.buffers.iter().all(|buffer| buffer.iter().any(|g| *g != 0.0)));
}
