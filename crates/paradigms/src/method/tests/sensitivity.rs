//! Importances of memory-aware synapses on the linear classifier.

use serde_json::json;

use super::{Toy, close, toy};
use learn::context::Event;
use learn::nn::Model;

#[test]
fn mas_holds_what_moves_the_squared_output() {
    // W = 1 everywhere, b = 0: f = (2, 2) for x = (2, 0) and (1, 1) for x = (0, 1). |∂‖f‖²/∂W_kj| = 2 |f_k| |x_j|:
    // mean over samples ½ · 2 · 2 · 2 = 4 for input 1, ½ · 2 · 1 · 1 = 1 for input 2; bias ½ (4 + 2) = 3.
    let toy = toy();
    toy.model.parameters().restore(&[vec![1.0; 8], vec![0.0; 4]]).expect("restore");
    let mut term = Toy::term("mas", &json!({ "lambda": 0.5 }));
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    // c_eff = 2 λ Ω = Ω.
    let gradients = toy.gradient_after_moving(&mut term, 1.0);
    close(&gradients[0], &[4.0, 1.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    close(&gradients[1], &[3.0, 3.0, 0.0, 0.0]);
}

#[test]
fn mas_over_batches_takes_the_sign_off_the_whole_batch() {
    // Rows of W are (1, −1), b = 0: f = (2, 2) for x = (2, 0) and (−1, −1) for x = (0, 1). ∂/∂W_kj of the mean of f² over two samples
    // and two outputs, ¼ Σ 2 f_k x_j: ¼ · 8 = 2 and ¼ · −2, without its sign ½; bias ¼ (4 − 2) = ½.
    let toy = toy();
    let rows = vec![1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
    toy.model.parameters().restore(&[rows, vec![0.0; 4]]).expect("restore");
    let mut term = Toy::term("mas", &json!({ "lambda": 0.5, "over": "batches" }));
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    let gradients = toy.gradient_after_moving(&mut term, 1.0);
    close(&gradients[0], &[2.0, 0.5, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
    close(&gradients[1], &[0.5, 0.5, 0.0, 0.0]);
}
