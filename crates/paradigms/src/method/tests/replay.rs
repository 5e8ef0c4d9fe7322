//! Replay, distillation and projections against values worked out by hand. A is x = (2, 0) of class 0, B is x = (0, 1) of
//! class 1; at θ = 0 their gradients for class 0 are −½ x_A and ½ x_B, for class 1 the opposite.

use super::*;
use base::error::{Error, StopReason};
use learn::objective::Objective;

const A: u32 = 0;
const B: u32 = 1;

/// The objective's gradient on B, its memory holding A alone: rows of W, then biases.
fn gradient(kind: &str, parameters: &serde_json::Value, then: impl Fn(&Toy, &mut Objective)) -> Vec<f32> {
    let toy = toy();
    let mut objective = Objective::new(vec![Toy::term(kind, parameters)]);
    objective.begin(&toy.streams);
    let gains = Gains::default();
    let mut gradients = Gradients::zeros(toy.model.parameters());
    let batch = |sample: u32| toy.data.batch(&[sample]).expect("batch");
    objective.gradient(&toy.model, &batch(A), &gains, &mut gradients).expect("gradient");
    objective.after_batch(&batch(A)).expect("stored");
    then(&toy, &mut objective);
    objective.gradient(&toy.model, &batch(B), &gains, &mut gradients).expect("gradient");
    gradients.buffers.concat()
}

fn end_task(toy: &Toy, objective: &mut Objective) {
    let cx = EventContext {
        model: &toy.model,
        data: &toy.data,
        gains: &Gains::default(),
        streams: &toy.streams,
        ask: &|| Ok(()),
    };
    objective.on_event(Event::TaskEnd { index: 0 }, &cx).expect("event");
}

fn set(toy: &Toy, weights: [f32; 8], bias: f32) {
    toy.model.parameters().restore(&[weights.to_vec(), vec![bias; 4]]).expect("restore");
}

#[test]
fn er_weighs_present_and_past_by_their_samples_or_by_tasks() {
    // One sample each: ½ B + ½ A = rows (−½, ¼), (½, −¼); with λ = 2 A counts twice.
    let found = gradient("er", &json!({}), |_, _| ());
    close(&found, &[-0.5, 0.25, 0.5, -0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let found = gradient("er", &json!({ "lambda": 2.0 }), |_, _| ());
    close(&found[..4], &[-1.0, 0.25, 1.0, -0.25]);
    // (t − 1)/t: nothing while the first task is learned, ½ in the second.
    let tasks = json!({ "weighing": "tasks" });
    close(&gradient("er", &tasks, |_, _| ())[..4], &[0.0, 0.5, 0.0, -0.5]);
    close(&gradient("er", &tasks, end_task)[..4], &[-0.5, 0.25, 0.5, -0.25]);
    // Both whole: B + A, and B alone while nothing is held.
    close(&gradient("er", &json!({ "weighing": "sum" }), |_, _| ())[..4], &[-1.0, 0.5, 1.0, -0.5]);
    let empty = json!({ "weighing": "sum", "memory": { "fill": "task-end" } });
    close(&gradient("er", &empty, |_, _| ())[..4], &[0.0, 0.5, 0.0, -0.5]);
}

#[test]
fn der_holds_past_samples_to_the_scores_that_they_had() {
    // A was scored 0 everywhere. With all parameters 1 its scores are 3: ∂ mean (z − 0)² / ∂z = 2 · 3 / 4, times α = ½ and
    // x_A: 1.5 for input 1 of every output, biases ¾; B adds (0, ½) and (0, −½) to its two classes, ±½ to their biases.
    let move_on = |toy: &Toy, _: &mut Objective| set(toy, [1.0; 8], 1.0);
    let found = gradient("der", &json!({ "alpha": 0.5 }), move_on);
    close(&found, &[1.5, 0.5, 1.5, -0.5, 1.5, 0.0, 1.5, 0.0, 1.25, 0.25, 0.75, 0.75]);
    // DER++ with β = 1 adds A's own loss: −½ x_A and ½ x_A.
    let found = gradient("der", &json!({ "alpha": 0.5, "beta": 1.0 }), move_on);
    close(&found, &[0.5, 0.5, 2.5, -0.5, 1.5, 0.0, 1.5, 0.0, 0.75, 0.75, 0.75, 0.75]);
}

#[test]
fn lwf_holds_the_batch_to_the_softened_scores_of_the_past_network() {
    // The past network scores 0: q = (½, ½). Now B has the scores (0, 2 ln 3): at T = 2 p = (¼, ¾), so KD's gradient is
    // (p − q)/T = (−⅛, ⅛); the task's at T = 1 is (1/10, −1/10) for label 1.
    let then = |toy: &Toy, objective: &mut Objective| {
        end_task(toy, objective);
        set(toy, [0.0, 0.0, 0.0, 2.0 * 3f32.ln(), 0.0, 0.0, 0.0, 0.0], 0.0);
    };
    let found = gradient("lwf", &json!({}), then);
    close(&found, &[0.0, -0.025, 0.0, 0.025, 0.0, 0.0, 0.0, 0.0, -0.025, 0.025, 0.0, 0.0]);
    let found = gradient("lwf", &json!({ "lambda": 2.0, "growth": "tasks" }), then);
    close(&found[..4], &[0.0, -0.15, 0.0, 0.15]);
    // Without a past there is only the task.
    close(&gradient("lwf", &json!({}), |_, _| ())[..4], &[0.0, 0.5, 0.0, -0.5]);
}

#[test]
fn a_gem_takes_the_part_against_the_past_out_of_the_gradient() {
    // A and B share biases alone: g·r = −½, ‖r‖² = 1 + 1 + ½, so g + ⅕ r.
    let memory = json!({ "fill": "batch" });
    let found = gradient("a-gem", &json!({ "memory": memory }), |_, _| ());
    close(&found, &[-0.2, 0.5, 0.2, -0.5, 0.0, 0.0, 0.0, 0.0, 0.4, -0.4, 0.0, 0.0]);
    let found = gradient("a-gem", &json!({ "strength": 0.5, "memory": memory }), |_, _| ());
    close(&found[..4], &[-0.1, 0.5, 0.1, -0.5]);
    // Filled at a task's end it holds A and B, whose mean gradient is no conflict with B: (−½, ¼)·(0, ½) twice > 0.
    let found = gradient("a-gem", &json!({}), end_task);
    close(&found[..4], &[0.0, 0.5, 0.0, -0.5]);
}

#[test]
fn gem_corrects_by_each_past_task_and_by_nothing_before_the_first_boundary() {
    let margin = |margin: f64| json!({ "margin": margin });
    close(&gradient("gem", &margin(0.0), |_, _| ())[..4], &[0.0, 0.5, 0.0, -0.5]);
    // One past task: v = ½ / (2.5 + 0.001), or the margin where that is more.
    let v = 0.5 / 2.501;
    close(&gradient("gem", &margin(0.0), end_task)[..4], &[-v, 0.5, v, -0.5]);
    close(&gradient("gem", &margin(0.75), end_task)[..4], &[-0.75, 0.5, 0.75, -0.5]);
}

#[test]
fn a_gain_takes_no_projection_beyond_all_of_it() {
    let found = |kind: &str, parameters: &serde_json::Value, gain: f32| {
        let toy = toy();
        let mut objective = Objective::new(vec![Toy::term(kind, parameters)]);
        objective.begin(&toy.streams);
        let gains = Gains { terms: [(kind.to_owned(), gain)].into(), ..Gains::default() };
        let mut gradients = Gradients::zeros(toy.model.parameters());
        let batch = |sample: u32| toy.data.batch(&[sample]).expect("batch");
        objective.gradient(&toy.model, &batch(A), &gains, &mut gradients).expect("gradient");
        objective.after_batch(&batch(A)).expect("stored");
        if kind == "gem" {
            end_task(&toy, &mut objective);
        }
        objective.gradient(&toy.model, &batch(B), &gains, &mut gradients).expect("gradient");
        gradients.buffers.concat()
    };
    // As in the tests above, v = ½ / 2.501 of GEM; half of it at ½, and no more than all of it at 3.
    let v = 0.5 / 2.501;
    for (kind, parameters, whole) in
        [("a-gem", json!({ "memory": { "fill": "batch" } }), 0.2), ("gem", json!({ "margin": 0.0 }), v)]
    {
        close(&found(kind, &parameters, 0.5)[..4], &[-whole / 2.0, 0.5, whole / 2.0, -0.5]);
        let all = found(kind, &parameters, 1.0);
        close(&all[..4], &[-whole, 0.5, whole, -0.5]);
        assert_eq!(found(kind, &parameters, 3.0), all, "{kind}");
        // A weight of ½ may be doubled.
        let mut half = parameters.clone();
        half["strength"] = json!(0.5);
        assert_eq!(found(kind, &half, 2.0), all, "{kind}");
    }
}

#[test]
fn a_stop_is_obeyed_while_a_task_is_stored() {
    let toy = toy();
    let mut term = Toy::term("er", &json!({ "memory": { "fill": "task-end" } }));
    let cx = EventContext {
        model: &toy.model,
        data: &toy.data,
        gains: &Gains::default(),
        streams: &toy.streams,
        ask: &|| Err(Error::Stopped(StopReason::Interrupt)),
    };
    let outcome = term.term.on_event(Event::TaskEnd { index: 0 }, &cx).map_err(Error::from);
    assert!(matches!(outcome, Err(Error::Stopped(StopReason::Interrupt))), "{outcome:?}");
}

#[test]
fn scp_holds_what_moves_the_mean_score_in_any_direction() {
    // z̄ = W x̄ + b with x̄ = (1, ½): ∂(z̄ᵀξ)/∂W_kj = ξ_k x̄_j, and Σ_k ξ_k² = 1, so that over the outputs Γ adds up to x̄_j², for
    // the biases to 1; times 1 − α = ½. After moving by 1 the gradient is 2 λ Γ.
    let [weights, biases] = after_first_task("scp", &json!({ "lambda": 3.0 }), 1.0);
    let of_input = |input: usize| weights.iter().skip(input).step_by(2).sum::<f32>();
    close(&[of_input(0), of_input(1), biases.iter().sum()], &[3.0, 0.75, 3.0]);
    // No output is spared: each has a quarter on average.
    assert!(biases.iter().all(|bias| (0.4..1.1).contains(bias)), "{biases:?}");
}
