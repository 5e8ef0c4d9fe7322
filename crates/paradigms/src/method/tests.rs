//! Every method's composed loss against values worked out by hand, on a linear classifier of two inputs.
//!
//! Task 1 holds the classes 0 and 1, one sample each: x = (2, 0) of class 0 and x = (0, 1) of class 1. With W = 0 and
//! b = 0 both classes have probability ½.

use std::sync::Arc;

use serde_json::json;

use super::method;
use base::rng::Streams;
use contract::Reveal;
use data::{Dataset, Split};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::gains::Gains;
use learn::nn::{Gradients, Init, Mlp, Model};
use learn::objective::Weighted;
use learn::stream::{EvaluateOn, Scenario, StreamKind, StreamSpec, TaskStream, TrainingData};
use numeric::Activation;

mod fisher;
mod isolated;
mod minimum;
mod replay;
mod sensitivity;
mod settings;

const RATE: f32 = 0.5;

struct Toy {
    model: Mlp,
    data: TrainingData,
    streams: Streams,
}

fn toy() -> Toy {
    let split = Split::labelled(vec![2, 0, 0, 1, 1, 1, 1, 1].into(), vec![0, 1, 2, 3].into());
    let dataset = Arc::new(Dataset {
        id: "toy".into(),
        shape: [1, 1, 2],
        classes: 4,
        scale: 1.0,
        offset: 0.0,
        names: None,
        train: split.clone(),
        validation: split.clone(),
        train_full: split.clone(),
        test: split,
    });
    let spec = StreamSpec {
        tasks: StreamKind::Split { classes_per_task: 2, sizes: None, shuffle_classes: false },
        scenario: Scenario::Task,
        reveals: vec![Reveal::TaskId, Reveal::Boundary],
        cumulative: false,
        all_outputs: false,
        repeats: None,
        samples_per_task: None,
        blur: None,
        gradual: None,
    };
    let streams = Streams::new(0);
    let stream = TaskStream::new(&spec, &dataset, EvaluateOn::Test, &streams).expect("stream");
    let model = Mlp::new(&[2, 4], Activation::Relu, Init::default(), &streams).expect("model");
    model.parameters().restore(&[vec![0.0; 8], vec![0.0; 4]]).expect("restore");
    Toy { model, data: stream.training(0), streams }
}

impl Toy {
    fn term(kind: &str, parameters: &serde_json::Value) -> Weighted {
        method(kind).expect("known").compose(parameters).expect("composes").terms.remove(0)
    }

    fn tell(&self, term: &mut Weighted, event: Event) -> Result<()> {
        let cx = EventContext {
            model: &self.model,
            data: &self.data,
            gains: &Gains::default(),
            streams: &self.streams,
            ask: &|| Ok(()),
        };
        term.term.on_event(event, &cx)
    }

    /// Two steps of descent with the constant task gradient (1, −2, 0, …), which the term follows.
    fn descend_twice(&self, term: &mut Weighted) {
        let parameters = self.model.parameters();
        let mut task = Gradients::zeros(parameters);
        task.buffers[0][0] = 1.0;
        task.buffers[0][1] = -2.0;
        for _ in 0..2 {
            term.term.on_path_gradient(parameters, &task).expect("gradient");
            let mut values = parameters.snapshot().expect("snapshot");
            values.iter_mut().flatten().zip(task.buffers.iter().flatten()).for_each(|(v, g)| *v -= RATE * g);
            parameters.restore(&values).expect("restore");
            term.term.after_update(parameters).expect("update");
        }
    }

    /// The penalty's gradient after every parameter moved by `by`: weight × term, weights then biases.
    fn gradient_after_moving(&self, term: &mut Weighted, by: f32) -> Vec<Vec<f32>> {
        let parameters = self.model.parameters();
        let mut values = parameters.snapshot().expect("snapshot");
        values.iter_mut().flatten().for_each(|value| *value += by);
        parameters.restore(&values).expect("restore");
        let mut gradients = Gradients::zeros(parameters);
        term.term.add_gradient(parameters, term.weight, &mut gradients).expect("gradient");
        gradients.buffers
    }
}

fn close(found: &[f32], expected: &[f32]) {
    let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(fits, "{found:?}, expected {expected:?}");
}

fn after_first_task(kind: &str, parameters: &serde_json::Value, by: f32) -> [Vec<f32>; 2] {
    let toy = toy();
    let mut term = Toy::term(kind, parameters);
    toy.tell(&mut term, Event::TaskStart { index: 0 }).expect("event");
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    let gradients = toy.gradient_after_moving(&mut term, by);
    [gradients[0].clone(), gradients[1].clone()]
}

#[test]
fn l2_pulls_every_parameter_with_lambda() {
    let [weights, biases] = after_first_task("l2", &json!({ "lambda": 3.0 }), 0.5);
    close(&weights, &[1.5; 8]);
    close(&biases, &[1.5; 4]);
}

#[test]
fn law_9_equation_1_with_l2_sp_pulls_the_shared_layers_alone() {
    // θ_s = 1 everywhere, then θ = 1.5: λ R(θ) has the gradient λ (θ − θ_s) = 3 · 0.5 below the output layer, 0 in it.
    // Plain L2 is centred on 0: 3 · 1.5.
    for (centre, expected) in [("source", 1.5), ("zero", 4.5)] {
        let mut toy = toy();
        toy.model = Mlp::new(&[2, 3, 4], Activation::Relu, Init::default(), &toy.streams).expect("model");
        let ones = toy.model.parameters().snapshot().expect("snapshot");
        let ones: Vec<Vec<f32>> = ones.iter().map(|buffer| vec![1.0; buffer.len()]).collect();
        toy.model.parameters().restore(&ones).expect("restore");
        let mut term = Toy::term("l2-sp", &json!({ "lambda": 3.0, "centre": centre }));
        toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
        let gradients = toy.gradient_after_moving(&mut term, 0.5);
        close(&gradients[0], &[expected; 6]);
        close(&gradients[1], &[expected; 3]);
        close(&gradients[2], &[0.0; 12]);
        close(&gradients[3], &[0.0; 4]);
    }
}

#[test]
fn law_9_equation_6_with_discounted_tasks_equals_the_sum_computed_by_hand() {
    // Three tasks end at θ* = 0, 1 and 2; λ = 4, γ = ½, so λ_i = 1, 2, 4 from the oldest. With Ω = ½ ‖θ − θ*_i‖² the
    // gradient at θ = 3 is 1·(3 − 0) + 2·(3 − 1) + 4·(3 − 2) = 11; with γ = 1 it is 4·(3 + 2 + 1) = 24, with γ = 0 4·1.
    for (discount, expected) in [(0.5, 11.0), (1.0, 24.0), (0.0, 4.0)] {
        for proximal in [false, true] {
            let toy = toy();
            let parameters = json!({ "lambda": 4.0, "discount": discount, "proximal": proximal });
            let mut term = Toy::term("l2", &parameters);
            for index in 0..3 {
                toy.tell(&mut term, Event::TaskEnd { index }).expect("event");
                // The pull at the next solution, one step further.
                let _ = toy.gradient_after_moving(&mut term, 1.0);
            }
            let gradients = toy.gradient_after_moving(&mut term, 0.0);
            close(&gradients[0], &[expected; 8]);
            // The proximal step knows the same sum: scale · C ∘ (θ − θ̄).
            let step = term.term.proximal(term.weight).expect("anchors");
            let pull = step.scale * step.strength[1][0] * (3.0 - step.centre[1][0]);
            assert!((pull - expected).abs() < 1e-5, "{pull}");
        }
    }
}

#[test]
fn mas_and_si_discount_the_importances_of_older_tasks() {
    // The same task twice at the same place, so Ω ← γ Ω + Ω = 1.5 Ω with γ = ½. MAS: 1.5 times the values of
    // `mas_holds_what_moves_the_squared_output`.
    let toy = toy();
    toy.model.parameters().restore(&[vec![1.0; 8], vec![0.0; 4]]).expect("restore");
    let mut term = Toy::term("mas", &json!({ "lambda": 0.5, "discount": 0.5 }));
    for index in 0..2 {
        toy.tell(&mut term, Event::TaskEnd { index }).expect("event");
    }
    close(&toy.gradient_after_moving(&mut term, 1.0)[1], &[4.5, 4.5, 0.0, 0.0]);
    // SI: one step of Δθ = −1 against g = 2 per task, ω = 2, Ω = 2 / (1 + 1) = 1 each; 1.5 in all, gradient 2 c Ω = 3.
    let mut term = Toy::term("si", &json!({ "c": 1.0, "xi": 1.0, "discount": 0.5 }));
    let parameters = toy.model.parameters();
    let mut task = Gradients::zeros(parameters);
    task.buffers[0][0] = 2.0;
    for index in 0..2 {
        toy.tell(&mut term, Event::TaskStart { index }).expect("event");
        term.term.on_path_gradient(parameters, &task).expect("gradient");
        let mut values = parameters.snapshot().expect("snapshot");
        values[0][0] -= 1.0;
        parameters.restore(&values).expect("restore");
        term.term.after_update(parameters).expect("update");
        toy.tell(&mut term, Event::TaskEnd { index }).expect("event");
    }
    let gradient = toy.gradient_after_moving(&mut term, 1.0)[0][0];
    assert!((gradient - 3.0).abs() < 1e-5, "{gradient}");
}

#[test]
fn si_holds_a_parameter_by_its_share_of_the_path() {
    // Two steps of descent with the constant task gradient g = (1, −2, 0, …): Δθ = −2 η g, ω = 2 η g² (η = ½), so
    // ω = 1 and 4, Δθ = −1 and 2; Ω = ω / (Δθ² + ξ) with ξ = 1: ½ and ⅘. Gradient after moving by 1: 2 c Ω with c = 3.
    let toy = toy();
    let mut term = Toy::term("si", &json!({ "c": 3.0, "xi": 1.0 }));
    toy.tell(&mut term, Event::TaskStart { index: 0 }).expect("event");
    toy.descend_twice(&mut term);
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    let gradients = toy.gradient_after_moving(&mut term, 1.0);
    close(&gradients[0], &[3.0, 4.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn si_can_clip_negative_importances_as_its_authors_do() {
    for (clip, expected) in [("none", -2.0), ("relu-total", 0.0)] {
        let toy = toy();
        let mut term = Toy::term("si", &json!({ "c": 1.0, "xi": 1.0, "clip": clip }));
        toy.tell(&mut term, Event::TaskStart { index: 0 }).expect("event");
        let parameters = toy.model.parameters();
        // Moved uphill: g = 1, Δθ = 2 would be ω = −2, and back by momentum: here Δθ stays 1, so use one step of 1.
        let mut task = Gradients::zeros(parameters);
        task.buffers[0][0] = 2.0;
        term.term.on_path_gradient(parameters, &task).expect("gradient");
        let mut values = parameters.snapshot().expect("snapshot");
        values[0][0] += 1.0;
        parameters.restore(&values).expect("restore");
        term.term.after_update(parameters).expect("update");
        toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
        // ω = −2, Δθ = 1, Ω = −2 / 2 = −1; gradient after moving by 1: 2 c Ω = −2.
        let gradient = toy.gradient_after_moving(&mut term, 1.0)[0][0];
        assert!((gradient - expected).abs() < 1e-5, "{clip}: {gradient}");
    }
}
