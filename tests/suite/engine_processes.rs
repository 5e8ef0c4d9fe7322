//! What depends on the environment of the process: threads and candle's second-order mode. Each case runs in a child
//! process, this test binary started again for the one test named.

use std::env;
use std::fmt::Write as _;
use std::process::Command;

use candle_core::{Device, Tensor};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::learn::gains::Gains;
use neuromod_bench::learn::nn::{Active, Gradients, ModelSpec, cross_entropy};
use neuromod_bench::learn::optim::{OptimiserSpec, UpdateContext};
use rand::RngExt;

/// Set in children only.
const CHILD: &str = "NEUROMOD_TEST_CHILD";
const MODELS: [&str; 3] = [r#"{"kind": "mlp", "hidden": [256]}"#, r#"{"kind": "cnn"}"#, r#"{"kind": "rnn"}"#];

fn child(test: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new(env::current_exe().expect("own path"))
        .args(["--exact", &format!("engine_processes::{test}"), "--nocapture", "--test-threads", "1"])
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("a child process");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let answer =
        text.lines().find_map(|line| line.split_once("answer ").map(|(_, answer)| answer.to_owned()));
    answer.unwrap_or_else(|| panic!("no answer in {text}"))
}

/// Trains each network for a few steps of a batch large enough for candle to use its thread pool; returns the bits
/// of all parameters, or the error.
fn train() -> neuromod_bench::learn::error::Result<String> {
    let mut answer = String::new();
    for spec in MODELS {
        let spec: ModelSpec = serde_json::from_str(spec).expect("a model");
        let model = spec.build([1, 28, 28], 10, &Streams::new(3))?;
        let mut random = Streams::new(3).fast("batch");
        let x: Vec<f32> = (0..300 * 784).map(|_| random.random_range(0.0..1.0)).collect();
        let x = Tensor::from_vec(x, (300, 784), &Device::Cpu)?;
        let labels: Vec<u32> = (0..300).map(|_| random.random_range(0..10)).collect();
        let (mut chain, mut gradients) = (OptimiserSpec::default().build(), Gradients::default());
        let (parameters, gains) = (model.parameters(), Gains::default());
        for _ in 0..2 {
            let logits = model.forward(&x, &gains)?;
            let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0)?;
            parameters.backward(&loss, &mut gradients)?;
            chain.step(&mut gradients, &UpdateContext { parameters, gains: &gains }, &[])?;
        }
        let values = parameters.snapshot()?;
        // FNV-1a over the bits.
        let digest = values.iter().flatten().fold(0xcbf2_9ce4_8422_2325u64, |hash, value| {
            (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0100_0000_01b3)
        });
        write!(answer, "{digest:016x} ").expect("a string");
    }
    Ok(answer)
}

#[test]
fn results_are_the_same_bits_for_any_number_of_threads() {
    if env::var(CHILD).is_ok() {
        println!("answer {}", train().expect("training"));
        return;
    }
    let name = "results_are_the_same_bits_for_any_number_of_threads";
    let one = child(name, &[("RAYON_NUM_THREADS", "1"), ("CANDLE_NUM_THREADS", "1")]);
    assert_eq!(one.split_whitespace().count(), MODELS.len());
    for threads in ["2", "3"] {
        let many = child(name, &[("RAYON_NUM_THREADS", threads), ("CANDLE_NUM_THREADS", threads)]);
        assert_eq!(one, many, "{threads} threads");
    }
}

#[test]
fn second_order_mode_is_an_error_and_never_a_partial_derivative() {
    if env::var(CHILD).is_ok() {
        println!("answer {}", train().expect_err("must be refused"));
        return;
    }
    let name = "second_order_mode_is_an_error_and_never_a_partial_derivative";
    let error = child(name, &[("CANDLE_GRAD_DO_NOT_DETACH", "1")]);
    assert!(error.contains("first derivatives only"), "{error}");
}
