use super::*;

fn spec(settings: serde_json::Value) -> SourceSpec {
    SourceSpec { kind: "network".into(), settings: settings.as_object().cloned().unwrap_or_default() }
}

fn signals(settings: serde_json::Value, losses: &[f64]) -> Vec<f64> {
    let mut spec = spec(settings);
    spec.resolve().expect("resolves");
    let mut source = spec.start(&Streams::new(5)).expect("starts");
    let see = |loss: &f64| source.next(&Observation { loss: *loss, reward: 0.5, ..Observation::default() });
    losses.iter().map(see).collect()
}

#[test]
fn two_units_read_two_sources_and_leak() {
    // Inputs: surprise L and r̄ = 0.5. Unit 1: tanh(2L − 1), v = 1, γ = ½; unit 2: tanh(4 · 0.5 − 1), v = −0.5, γ = 0.
    let settings = serde_json::json!({
        "inputs": [{ "kind": "surprise" }, { "kind": "reward-rate", "rate": 1.0 }],
        "retention": [0.5, 0.0],
        "weights": [2.0, 0.0, -1.0, 1.0, 0.0, 4.0, -1.0, -0.5],
    });
    let first = 0.5 * 1f64.tanh();
    let second = 0.5 * first + 0.5 * (-1f64).tanh();
    let other = -0.5 * 1f64.tanh();
    let expected = [(first + other).exp() - 1.0, (second + other).exp() - 1.0];
    let seen = signals(settings, &[1.0, 0.0]);
    assert!(seen.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{seen:?} is not {expected:?}");
    assert!(seen[0].abs() < 1e-12, "½ tanh 1 − ½ tanh 1");
}

#[test]
fn weights_of_nothing_say_nothing() {
    assert_eq!(signals(serde_json::json!({ "weights": [0.0, 0.0, 0.0] }), &[3.0, -1.0]), [0.0, 0.0]);
}

#[test]
fn needs_are_those_of_the_inputs() {
    let inputs = serde_json::json!({ "inputs": [{ "kind": "surprise" }, { "kind": "gradient-agreement" }] });
    assert_eq!(spec(inputs).needs(), [Need::Gradient]);
    assert!(spec(serde_json::json!({})).needs().is_empty());
}

#[test]
fn what_it_may_not_read_and_lists_of_the_wrong_length_are_refused_with_what_is_allowed() {
    let refused = |settings: serde_json::Value| spec(settings).resolve().expect_err("refused").to_string();
    for kind in ["network", "boundary", "state", "input-contrast", "event"] {
        let said = refused(serde_json::json!({ "inputs": [{ "kind": kind }] }));
        assert!(
            said.contains("inputs[0].kind") && said.contains(kind) && said.contains("surprise"),
            "{said}"
        );
    }
    let said = refused(serde_json::json!({ "inputs": [{ "kind": "reward-rate", "rate": 0.0 }] }));
    assert!(said.contains("inputs[0].rate") && said.contains("above 0, at most 1"), "{said}");
    assert!(refused(serde_json::json!({ "inputs": [] })).contains("1 to 8 sources"));
    assert!(refused(serde_json::json!({ "retention": [] })).contains("1 to 8 numbers"));
    assert!(refused(serde_json::json!({ "retention": [1.0] })).contains("`retention` = 1"));
    let said = refused(serde_json::json!({ "weights": [1.0, 0.0] }));
    assert!(
        said.contains("2 numbers") && said.contains("3 numbers: (1 inputs + 2) × 1 hidden units"),
        "{said}"
    );
}
