//! Pulls by the Fisher information, against values worked out by hand.

use super::*;

#[test]
fn ewc_pulls_with_lambda_times_the_exact_fisher_information() {
    // Per sample and output k of the task: Σ_c p_c (p_k − 1[c = k])² x_j² = ¼ x_j². Mean over the two samples:
    // ½ · ¼ · 4 = ½ for input 1, ⅛ for input 2, ¼ for the bias; 0 for the outputs of task 2.
    let [weights, biases] = after_first_task("ewc", &json!({ "lambda": 8.0 }), 1.0);
    close(&weights, &[4.0, 1.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    close(&biases, &[2.0, 2.0, 0.0, 0.0]);
}

#[test]
fn the_fisher_estimators_differ_where_they_should() {
    // With equal probabilities every label gives (±½)², so sampled and true-label agree with exact here …
    for estimator in ["sampled", "true-label", "predicted"] {
        let parameters = json!({ "lambda": 8.0, "fisher": { "estimator": estimator } });
        close(&after_first_task("ewc", &parameters, 1.0)[0], &[4.0, 1.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }
    // … and the label's probability, one half, halves it …
    let parameters = json!({ "lambda": 8.0, "fisher": { "estimator": "weighted" } });
    close(&after_first_task("ewc", &parameters, 1.0)[0], &[2.0, 0.5, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
    // … while the batched variant squares the mean gradient: for W_00 it is ½ (−½ · 2 + ½ · 0) = −½, squared ¼; for
    // W_01 ½ · (½ · 1) = ¼, squared 1/16; for the biases the two samples cancel.
    let parameters = json!({ "lambda": 8.0, "fisher": { "estimator": "batched" } });
    let [weights, biases] = after_first_task("ewc", &parameters, 1.0);
    close(&weights, &[2.0, 0.5, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
    close(&biases, &[0.0; 4]);
}

#[test]
fn ewc_discounts_older_tasks_and_online_ewc_decays_its_fisher() {
    // The same task twice: F = ½ for W_00 each time, older one × ½: λ (½ · ½ + ½) = 6 for λ = 8.
    for (kind, parameters) in [
        ("ewc", json!({ "lambda": 8.0, "discount": 0.5 })),
        ("online-ewc", json!({ "lambda": 8.0, "gamma": 0.5 })),
    ] {
        let toy = toy();
        let mut term = Toy::term(kind, &parameters);
        toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
        toy.tell(&mut term, Event::TaskEnd { index: 1 }).expect("event");
        let gradient = toy.gradient_after_moving(&mut term, 1.0)[0][0];
        assert!((gradient - 6.0).abs() < 1e-5, "{kind}: {gradient}");
    }
}

#[test]
fn rwalk_adds_the_running_fisher_information_and_the_path_in_its_metric() {
    // Two steps of descent with g = (1, −2), η = ½: Δθ = −½ and 1. With α = 1 F = g² = 1 and 4. A look after each step, ε = 1:
    // s = 2 · ½ / (½ · 1 · ¼ + 1) = 8/9 and 2 · 2 / (½ · 4 · 1 + 1) = 4/3. Over the largest: F̂ = ¼ and 1, ŝ = ⅔ and 1.
    // Gradient after moving by 1: 2 λ (F̂ + ŝ) with λ = 3.
    let toy = toy();
    let settings = json!({ "lambda": 3.0, "alpha": 1.0, "interval": 1, "epsilon": 1.0 });
    let mut term = Toy::term("rwalk", &settings);
    toy.tell(&mut term, Event::TaskStart { index: 0 }).expect("event");
    toy.descend_twice(&mut term);
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    let gradients = toy.gradient_after_moving(&mut term, 1.0);
    close(&gradients[0], &[5.5, 12.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}
