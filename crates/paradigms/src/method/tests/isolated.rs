//! What belongs to one task alone, and memories that a method fills in its own way, against values worked out by hand.

use super::*;
use crate::method::task_owned::{Site, TaskOwned};
use learn::Learner;
use learn::nn::{Active, Readout};
use learn::objective::Objective;
use learn::optim::OptimiserSpec;

const FIRST: [bool; 4] = [true, true, false, false];
const SECOND: [bool; 4] = [false, false, true, true];

/// The part of a method and a learner with its network; every update moves each parameter by −1 times its rate.
fn parts(kind: &str, parameters: &serde_json::Value, sizes: &[usize]) -> (Box<dyn TaskOwned>, Learner) {
    let composition = method(kind).expect("known").compose(parameters).expect("composes");
    let mut own = composition.own.expect("parts of its own");
    let streams = Streams::new(3);
    let model = Mlp::new(sizes, Activation::Relu, Init::default(), &streams).expect("model");
    own.start(&Site { tasks: 2, layers: &sizes[1..], init: Init::default(), streams: &streams });
    let learner =
        Learner::new(Box::new(model), Objective::new(vec![]), OptimiserSpec::default().build(), &streams);
    (own, learner)
}

fn values(learner: &Learner) -> Vec<Vec<f32>> {
    learner.model.parameters().snapshot().expect("snapshot")
}

/// θ ← θ + by · rate · [not frozen].
fn moved(learner: &Learner, by: f32) {
    let mut values = values(learner);
    let rates = learner.base.parameter_learning_rate.clone();
    for (index, buffer) in values.iter_mut().enumerate() {
        if learner.optimiser.frozen.get(index) == Some(&true) {
            continue;
        }
        let rate = |at: usize| rates.as_ref().map_or(1.0, |rates| rates[index][at]);
        buffer.iter_mut().enumerate().for_each(|(at, value)| *value += by * rate(at));
    }
    learner.model.parameters().restore(&values).expect("restore");
}

#[test]
fn packnet_tests_a_task_with_the_weights_that_it_and_older_tasks_own() {
    // One hidden layer of two units on two inputs. Half of its four weights are freed, without retraining.
    let (mut own, mut learner) = parts("packnet", &json!({ "share": 0.5, "retrain": 0.0 }), &[2, 2, 4]);
    let parameters = learner.model.parameters();
    let start = [vec![4.0, -3.0, 1.0, 2.0], vec![0.0; 2], vec![1.0; 8], vec![0.0; 4]];
    parameters.restore(&start).expect("restore");
    own.begin(0, &Active::Same(FIRST.into()), &mut learner).expect("begins");
    own.updated(1, 2, &mut learner).expect("not yet");
    assert_eq!(values(&learner)[0], [4.0, -3.0, 1.0, 2.0]);
    own.updated(2, 2, &mut learner).expect("pruned");
    assert_eq!(values(&learner)[0], [4.0, -3.0, 0.0, 0.0]);
    own.end(&mut learner).expect("ends");
    // In the second task only the freed weights and its own outputs learn, no hidden bias.
    own.begin(1, &Active::Same(SECOND.into()), &mut learner).expect("begins");
    moved(&learner, 0.5);
    let now = values(&learner);
    assert_eq!(now[..2], [vec![4.0, -3.0, 0.5, 0.5], vec![0.0; 2]]);
    assert_eq!(now[2], [1.0, 1.0, 1.0, 1.0, 1.5, 1.5, 1.5, 1.5]);
    assert_eq!(now[3], [0.0, 0.0, 0.5, 0.5]);
    let tested =
        |own: &dyn TaskOwned, task: usize| own.tested(task, learner.model.parameters()).expect("found");
    assert_eq!(tested(own.as_ref(), 0).expect("its own")[0], [4.0, -3.0, 0.0, 0.0]);
    assert!(tested(own.as_ref(), 1).is_none(), "not pruned yet: the network as it is");
    own.updated(2, 2, &mut learner).expect("pruned");
    let tested = |task: usize| own.tested(task, learner.model.parameters()).expect("found").expect("its own");
    assert_eq!(tested(1)[0], [4.0, -3.0, 0.5, 0.0], "of equals the first is kept");
    assert_eq!(tested(0)[0], [4.0, -3.0, 0.0, 0.0]);
    assert_eq!(own.state_bytes(), 2 * (4 + 2 + 8 + 4));
}

#[test]
fn packnet_retrains_what_it_kept_and_nothing_else() {
    let (mut own, mut learner) = parts("packnet", &json!({ "share": 0.5, "retrain": 0.5 }), &[2, 2, 4]);
    let start = [vec![4.0, -3.0, 1.0, 2.0], vec![0.0; 2], vec![1.0; 8], vec![0.0; 4]];
    learner.model.parameters().restore(&start).expect("restore");
    own.begin(0, &Active::All, &mut learner).expect("begins");
    own.updated(2, 4, &mut learner).expect("pruned after half of the updates");
    moved(&learner, 1.0);
    // Outputs that tasks share are packed too: of eight equal weights the first four stay.
    let now = values(&learner);
    assert_eq!(now[0], [5.0, -2.0, 0.0, 0.0]);
    assert_eq!(now[2], [2.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn packnet_refuses_a_share_that_leaves_a_task_nothing() {
    // Four weights: 0.2 leaves nobody's weights 4, ⌊0.8⌋ = 0 for the second task. 0.5: 4, 2, 1, 0.
    let (own, learner) = parts("packnet", &json!({ "share": 0.2 }), &[2, 2, 4]);
    let error = own.check(2, learner.model.parameters()).expect_err("nothing left").to_string();
    assert!(error.contains("share") && error.contains("task 2 of 2"), "{error}");
    let (own, learner) = parts("packnet", &json!({ "share": 0.5 }), &[2, 2, 4]);
    assert!(own.check(3, learner.model.parameters()).is_ok());
    assert!(own.check(4, learner.model.parameters()).is_err());
}

#[test]
fn learned_biases_start_anew_in_every_task_and_come_back_at_its_test() {
    for (output, weights) in [(false, 0.0), (true, 0.5)] {
        let (mut own, mut learner) = parts("learned-biases", &json!({ "output": output }), &[2, 2, 4]);
        let start = values(&learner);
        own.begin(0, &Active::Same(FIRST.into()), &mut learner).expect("begins");
        moved(&learner, 0.5);
        own.end(&mut learner).expect("ends");
        own.begin(1, &Active::Same(SECOND.into()), &mut learner).expect("begins");
        assert_eq!(values(&learner), start, "from the start again");
        moved(&learner, -1.0);
        let plus = |buffer: &[f32], by: f32| buffer.iter().map(|x| x + by).collect::<Vec<_>>();
        let now = values(&learner);
        assert_eq!(now[0], start[0], "weights stay");
        assert_eq!(now[1], plus(&start[1], -1.0));
        let first = own.tested(0, learner.model.parameters()).expect("found").expect("its own");
        close(&first[1], &plus(&start[1], 0.5));
        close(&first[2], &plus(&start[2], weights));
        close(&first[3], &plus(&start[3], 0.5));
        assert!(own.tested(1, learner.model.parameters()).expect("found").is_none(), "being learned");
    }
}

#[test]
fn a_column_reads_from_earlier_columns_and_changes_none_of_them() {
    // Two columns of one unit each, two inputs, two hidden layers: Eq. 1 of the paper as blocks of one wide network.
    let (mut own, mut learner) = parts("progressive", &json!({}), &[2, 2, 2, 4]);
    own.begin(0, &Active::Same(FIRST.into()), &mut learner).expect("begins");
    let first = values(&learner);
    let zero = |values: &[f32]| values.iter().map(|x| *x == 0.0).collect::<Vec<_>>();
    assert_eq!(zero(&first[0]), [false, false, true, true], "the second column is not there yet");
    assert_eq!(zero(&first[2]), [false, true, true, true]);
    assert_eq!(zero(&first[4]), [false, true, false, true, true, true, true, true]);
    own.end(&mut learner).expect("ends");
    own.begin(1, &Active::Same(SECOND.into()), &mut learner).expect("begins");
    let second = values(&learner);
    assert_eq!(zero(&second[2]), [false, true, false, false], "it reads both, the first reads itself alone");
    assert_eq!(zero(&second[4])[4..], [false; 4]);
    moved(&learner, 1.0);
    let now = values(&learner);
    for (index, kept) in [(0, 0..2), (1, 0..1), (2, 0..2), (3, 0..1), (4, 0..4), (5, 0..2)] {
        assert_eq!(now[index][kept.clone()], first[index][kept], "buffer {index} of the first column");
    }
    let changed = |index: usize| now[index].iter().zip(&second[index]).filter(|(a, b)| a != b).count();
    assert_eq!([0, 1, 2, 3, 4, 5].map(changed), [2, 1, 2, 1, 4, 2]);
}

#[test]
fn active_dendrites_see_which_task_it_is() {
    let (own, _) = parts("active-dendrites", &json!({}), &[2, 2, 4]);
    let mut gains = Gains::default();
    own.set(1, &mut gains);
    assert_eq!(gains.dendritic, [0.0, 1.0]);
}

/// An objective with the method's term, told of events; the toy's network has a hidden layer.
fn objective(kind: &str, parameters: &serde_json::Value) -> (Toy, Objective) {
    let mut toy = toy();
    toy.model = Mlp::new(&[2, 2, 4], Activation::Relu, Init::default(), &toy.streams).expect("model");
    let mut objective = Objective::new(vec![Toy::term(kind, parameters)]);
    objective.begin(&toy.streams);
    (toy, objective)
}

fn tell(toy: &Toy, objective: &mut Objective, event: Event) {
    let cx = EventContext {
        model: &toy.model,
        data: &toy.data,
        gains: &Gains::default(),
        streams: &toy.streams,
        ask: &|| Ok(()),
    };
    objective.on_event(event, &cx).expect("event");
}

#[test]
fn gdumb_starts_anew_and_learns_from_its_memory_alone() {
    let (toy, mut objective) = objective("gdumb", &json!({ "memory": { "samples": 2, "draw": 2 } }));
    let start = toy.model.parameters().snapshot().expect("snapshot");
    tell(&toy, &mut objective, Event::TaskStart { index: 0 });
    let gradient = |objective: &mut Objective, positions: &[u32]| {
        let mut gradients = Gradients::default();
        let batch = toy.data.batch(positions).expect("batch");
        objective.gradient(&toy.model, &batch, &Gains::default(), &mut gradients).expect("gradient");
        gradients.buffers.concat()
    };
    // The memory holds A and B: whatever the batch is, the gradient is that of both.
    let both = gradient(&mut objective, &[0]);
    close(&gradient(&mut objective, &[1]), &both);
    close(&gradient(&mut Objective::new(vec![]), &[0, 1]), &both);
    let moved: Vec<Vec<f32>> = start.iter().map(|buffer| vec![9.0; buffer.len()]).collect();
    toy.model.parameters().restore(&moved).expect("restore");
    tell(&toy, &mut objective, Event::TaskEnd { index: 0 });
    assert_eq!(toy.model.parameters().snapshot().expect("snapshot"), moved);
    tell(&toy, &mut objective, Event::TaskStart { index: 1 });
    assert_eq!(toy.model.parameters().snapshot().expect("snapshot"), start);
}

#[test]
fn icarl_answers_with_the_nearest_mean_of_its_exemplars() {
    let (toy, mut objective) = objective("icarl", &json!({ "memory": { "samples": 4 } }));
    // The hidden layer copies both inputs: features (1, 0) of A and (0, 1) of B.
    let values = [vec![1.0, 0.0, 0.0, 1.0], vec![0.0; 2], vec![0.0; 8], vec![0.0; 4]];
    toy.model.parameters().restore(&values).expect("restore");
    let gains = Gains::default();
    let readout = objective.readout(&toy.model, &gains).expect("readout");
    assert_eq!(readout, Readout::Scores, "nothing is held yet");
    tell(&toy, &mut objective, Event::TaskEnd { index: 0 });
    let readout = objective.readout(&toy.model, &gains).expect("readout");
    let Readout::Nearest(means) = &readout else { panic!("{readout:?}") };
    assert_eq!(
        (means.labels.as_slice(), means.means.as_slice()),
        ([0, 1].as_slice(), [1.0, 0.0, 0.0, 1.0].as_slice())
    );
    let batch = toy.data.batch(&[1, 0]).expect("batch");
    let active = Active::Same(FIRST.into());
    let answers = readout.predict(&toy.model, &batch.inputs, &active, &gains).expect("answers");
    assert_eq!(answers, [1, 0], "where scores are all 0");
}

#[test]
fn icarls_loss_before_and_after_the_first_boundary() {
    let (toy, mut objective) = objective("icarl", &json!({ "memory": { "samples": 4, "draw": 2 } }));
    // Scores are the output biases: past network (0, ln 3), so wanted ½ and ¾ for the classes 0 and 1.
    let with = |bias: [f32; 4]| [vec![0.0; 4], vec![0.0; 2], vec![0.0; 8], bias.to_vec()];
    toy.model.parameters().restore(&with([0.0, 3f32.ln(), 0.0, 0.0])).expect("restore");
    let gradient = |objective: &mut Objective| {
        let mut gradients = Gradients::default();
        let batch = toy.data.batch(&[0]).expect("batch");
        objective.gradient(&toy.model, &batch, &Gains::default(), &mut gradients).expect("gradient");
        gradients.buffers[3].clone()
    };
    // σ − t for the label 0: ½ − 1, ¾ − 0; outputs of the other task do not count.
    close(&gradient(&mut objective), &[-0.5, 0.75, 0.0, 0.0]);
    tell(&toy, &mut objective, Event::TaskEnd { index: 0 });
    // Both classes are past now; at the past network's own scores nothing is left to learn.
    close(&gradient(&mut objective), &[0.0; 4]);
    toy.model.parameters().restore(&with([3f32.ln(), 0.0, 0.0, 0.0])).expect("restore");
    // Batch and both exemplars alike: ¾ − ½, ½ − ¾.
    close(&gradient(&mut objective), &[0.25, -0.25, 0.0, 0.0]);
}

#[test]
fn gpm_takes_out_of_the_gradient_what_lies_along_past_inputs() {
    // Inputs A = (2, 0), B = (0, 1), with the bias's 1: (2, 0, 1) and (0, 1, 1). What is orthogonal to both is (−1, −2, 2)/3, and the
    // gradient of a sample that was seen has no part along it.
    let settings = json!({ "first": 1.0, "threshold": 1.0 });
    let (toy, mut objective) = objective("gpm", &settings);
    let gradient = |objective: &mut Objective| {
        let mut gradients = Gradients::default();
        let batch = toy.data.batch(&[0]).expect("batch");
        objective.gradient(&toy.model, &batch, &Gains::default(), &mut gradients).expect("gradient");
        gradients.buffers
    };
    let before = gradient(&mut objective);
    assert!(before[0].iter().any(|g| g.abs() > 1e-3), "{before:?}");
    tell(&toy, &mut objective, Event::TaskEnd { index: 0 });
    let after = gradient(&mut objective);
    close(&after[0], &[0.0; 4]);
    close(&after[1], &[0.0; 2]);
    assert_eq!(after[2..], before[2..], "outputs of a task's own are left alone");
    // Without biases both inputs span the plane: weights stop, biases do not.
    let (_, mut apart) = self::objective("gpm", &json!({ "first": 1.0, "threshold": 1.0, "biases": false }));
    tell(&toy, &mut apart, Event::TaskEnd { index: 0 });
    let after = gradient(&mut apart);
    close(&after[0], &[0.0; 4]);
    assert_eq!(after[1], before[1]);
    // A carries 4 of the energy 5: at ε = 0.8 it alone is held, and A's own gradient is gone all the same.
    let (_, mut few) = self::objective("gpm", &json!({ "first": 0.8, "threshold": 1.0, "biases": false }));
    tell(&toy, &mut few, Event::TaskEnd { index: 0 });
    close(&gradient(&mut few)[0], &[0.0; 4]);
}
