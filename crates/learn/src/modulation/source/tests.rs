//! Every source against values worked out by hand.

use super::*;
use crate::nn::Gradients;

fn start(kind: &str, settings: serde_json::Value) -> Box<dyn Signal> {
    let mut spec =
        SourceSpec { kind: kind.into(), settings: settings.as_object().cloned().unwrap_or_default() };
    spec.resolve().expect("resolves");
    spec.start(&Streams::new(5)).expect("starts")
}

fn losses(source: &mut dyn Signal, losses: &[f64]) -> Vec<f64> {
    let see = |loss: &f64| {
        source.next(&Observation { loss: *loss, reward: -loss, choices: 2.0, ..Observation::default() })
    };
    losses.iter().map(see).collect()
}

fn rewards(source: &mut dyn Signal, rewards: &[f64]) -> Vec<f64> {
    rewards
        .iter()
        .map(|reward| source.next(&Observation { reward: *reward, ..Observation::default() }))
        .collect()
}

fn close(a: &[f64], b: &[f64]) {
    assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} is not {b:?}");
}

#[test]
fn reward_sources_compare_with_what_came_before() {
    // r̄: 0.5, then 0.5 + ½ (1 − 0.5) = 0.75
    let mut error = start("reward-prediction-error", serde_json::json!({ "rate": 0.5 }));
    close(&rewards(error.as_mut(), &[0.5, 1.0, 0.25]), &[0.0, 0.5, -0.5]);
    let mut rate = start("reward-rate", serde_json::json!({ "rate": 0.5 }));
    close(&rewards(rate.as_mut(), &[0.5, 1.0, 0.25]), &[0.5, 0.75, 0.5]);
    // fast 2, 1.5; slow 2, 1.8: (1.8 − 1.5)/1.8
    let mut better = start("loss-improvement", serde_json::json!({ "fast": 0.5, "slow": 0.2 }));
    close(&losses(better.as_mut(), &[2.0, 1.0]), &[0.0, 0.3 / 1.8]);
}

#[test]
fn surprise_and_entropy_are_those_of_the_answer() {
    close(&losses(start("surprise", serde_json::json!({})).as_mut(), &[0.7]), &[0.7]);
    close(
        &losses(start("surprise", serde_json::json!({ "squash": true })).as_mut(), &[0.7]),
        &[0.7f64.tanh()],
    );
    let seen = Observation { entropy: 0.5, choices: 4.0, ..Observation::default() };
    let mut share = start("predictive-entropy", serde_json::json!({}));
    assert!((share.next(&seen) - 0.5 / 4f64.ln()).abs() < 1e-12);
    let mut nats = start("predictive-entropy", serde_json::json!({ "nats": true }));
    assert!((nats.next(&seen) - 0.5).abs() < 1e-12);
}

#[test]
fn excess_surprise_is_a_running_mean_of_the_loss_beyond_the_entropy() {
    let mut source = start("excess-surprise", serde_json::json!({ "rate": 0.5 }));
    let seen = [(0.7, 0.7), (2.7, 0.7)];
    let see =
        |(loss, entropy): (f64, f64)| source.next(&Observation { loss, entropy, ..Observation::default() });
    close(&seen.map(see), &[0.0, 1.0]);
}

#[test]
fn unexpected_uncertainty_counts_standard_deviations_beyond_its_threshold() {
    // μ: 1, then 1 + ½·2 = 2; σ² after the second value: (3 − 1)² = 4. Third: (8 − 2)/2 = 3, minus 2.
    let mut source = start("unexpected-uncertainty", serde_json::json!({ "rate": 0.5, "threshold": 2.0 }));
    close(&losses(source.as_mut(), &[1.0, 3.0, 8.0]), &[0.0, 0.0, 1.0]);
}

#[test]
fn expected_uncertainty_holds_while_a_change_is_flagged_and_patience_starts_anew() {
    let settings = serde_json::json!({ "rate": 0.5, "threshold": 2.0 });
    // Means 1, 2; the third value is 3 standard deviations off and is not taken in.
    close(&losses(start("expected-uncertainty", settings).as_mut(), &[1.0, 3.0, 8.0]), &[1.0, 2.0, 2.0]);
    let settings = serde_json::json!({ "rate": 0.5, "threshold": 2.0, "horizon": 4.0 });
    close(&losses(start("time-since-change", settings).as_mut(), &[1.0, 3.0, 8.0]), &[0.25, 0.5, 0.0]);
}

#[test]
fn a_change_point_is_what_the_reduced_bayesian_observer_says_of_the_loss() {
    let mut observer = dynamics::ReducedBayesianObserver::new(0.1, 0.2, [0.0, 4.0]).expect("fine");
    let seen = [1.0, 1.1, 3.5, 3.4];
    let expected: Vec<(f64, f64)> = seen.iter().map(|loss| observer.observe(*loss)).collect();
    let settings =
        |rate: bool| serde_json::json!({ "hazard": 0.1, "noise": 0.2, "range": [0.0, 4.0], "rate": rate });
    let of = |rate| losses(start("change-point", settings(rate)).as_mut(), &seen);
    close(&of(false), &expected.iter().map(|both| both.0).collect::<Vec<_>>());
    close(&of(true), &expected.iter().map(|both| both.1).collect::<Vec<_>>());
    assert!(expected[2].0 > 0.99 && expected[3].0 < 0.2);
}

#[test]
fn novelty_falls_as_inputs_become_known_and_familiarity_is_its_complement() {
    let see = |source: &mut dyn Signal, input: [f32; 2]| {
        source.next(&Observation { input: input.to_vec(), ..Observation::default() })
    };
    let (mut novelty, mut familiarity) =
        (start("novelty", serde_json::json!({})), start("familiarity", serde_json::json!({})));
    let mut both = start("novelty-familiarity", serde_json::json!({}));
    let inputs = [[0.0, 0.0], [0.0, 0.1], [0.0, 0.05], [3.0, 4.0]];
    let seen: Vec<[f64; 3]> = inputs
        .map(|input| [novelty.as_mut(), familiarity.as_mut(), both.as_mut()].map(|source| see(source, input)))
        .to_vec();
    // The first input is all new, the far one nearly.
    assert!((seen[0][0] - 1.0).abs() < 1e-12 && seen[2][0] < 0.5 && seen[3][0] > 0.95, "{seen:?}");
    for [n, f, b] in seen {
        assert!((n + f - 1.0).abs() < 1e-12 && (b - 4.0 * n * f).abs() < 1e-12);
    }
}

#[test]
fn gradient_conflict_is_minus_the_cosine_with_the_running_mean() {
    let mut source = start("gradient-conflict", serde_json::json!({ "rate": 1.0 }));
    let mut see = |g: [f32; 2]| {
        let gradient = Gradients { buffers: vec![g.to_vec()] };
        source.next(&Observation { gradient, ..Observation::default() })
    };
    close(&[see([1.0, 0.0]), see([-2.0, 0.0]), see([0.0, 3.0]), see([0.0, 1.0])], &[0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn controls_know_nothing_of_learning() {
    close(&losses(start("constant", serde_json::json!({ "value": 2.5 })).as_mut(), &[9.0, 1.0]), &[2.5, 2.5]);
    let settings = serde_json::json!({ "mean": 1.0, "sd": 0.5, "autocorrelation": 0.8 });
    let mut noise = start("noise", settings);
    let x = losses(noise.as_mut(), &vec![0.0; 20_000]);
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let lagged = x.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n / variance;
    assert!((mean - 1.0).abs() < 0.05 && (variance - 0.25).abs() < 0.02 && (lagged - 0.8).abs() < 0.02);
}

#[test]
fn an_oracle_hears_of_boundaries_and_a_schedule_counts_them() {
    let mut boundary = start("boundary", serde_json::json!({}));
    let mut schedule = start("schedule", serde_json::json!({ "decay": 0.5 }));
    let mut both = || [losses(boundary.as_mut(), &[1.0])[0], losses(schedule.as_mut(), &[1.0])[0]];
    assert_eq!(both(), [0.0, 0.0]);
    boundary.boundary(&BoundaryTold::new());
    schedule.boundary(&BoundaryTold::new());
    let mut both = || [losses(boundary.as_mut(), &[1.0])[0], losses(schedule.as_mut(), &[1.0])[0]];
    assert_eq!(both(), [1.0, -0.5]);
    assert_eq!(both(), [0.0, -0.5]);
}

#[test]
fn every_source_goes_on_from_a_checkpoint_as_if_nothing_happened() {
    for entry in SOURCES {
        let mut whole = start(entry.name, serde_json::json!({}));
        let seen = |t: u8| {
            let x = f64::from(t);
            Observation {
                loss: 1.0 + (1.3 * x).sin(),
                reward: (0.7 * x).cos(),
                entropy: 0.3,
                choices: 3.0,
                input: vec![f32::from(t % 3), 1.0],
                input_square: 2.0 + f64::from(t % 2),
                gradient: Gradients { buffers: vec![vec![f32::from(t) - 4.0, 1.0]] },
                units: Vec::new(),
            }
        };
        (0..5).for_each(|t| {
            whole.next(&seen(t));
        });
        let state = whole.save().expect("saves");
        let expected: Vec<f64> = (5..10).map(|t| whole.next(&seen(t))).collect();
        let mut resumed = start(entry.name, serde_json::json!({}));
        resumed.load(&state).expect("loads");
        let again: Vec<f64> = (5..10).map(|t| resumed.next(&seen(t))).collect();
        assert_eq!(again, expected, "{}", entry.name);
    }
}

#[test]
fn unknown_kinds_and_settings_are_refused_with_what_exists() {
    let resolve = |kind: &str, settings: serde_json::Value| {
        let settings = settings.as_object().cloned().unwrap_or_default();
        SourceSpec { kind: kind.into(), settings }.resolve().expect_err("refused").to_string()
    };
    assert!(resolve("suprise", serde_json::json!({})).contains("did you mean `surprise`?"));
    assert!(resolve("noise", serde_json::json!({ "sd": -1.0 })).contains("`sd` = -1"));
    assert!(resolve("noise", serde_json::json!({ "sdd": 1.0 })).contains("sdd"));
    assert!(resolve("reward-rate", serde_json::json!({ "rate": 0.0 })).contains("above 0, at most 1"));
}

#[test]
fn a_decay_in_time_goes_on_whatever_happens_and_one_after_changes_begins_anew() {
    // (1 + n/2)^(−1): 1, 2/3, 1/2.
    let mut blind = start("annealing", serde_json::json!({ "tau": 2.0, "power": 1.0 }));
    blind.boundary(&BoundaryTold::new());
    close(&losses(blind.as_mut(), &[0.0, 0.0]), &[1.0, 2.0 / 3.0]);
    blind.boundary(&BoundaryTold::new());
    close(&losses(blind.as_mut(), &[0.0]), &[0.5]);
    let mut event = start("event", serde_json::json!({ "tau": 2.0, "power": 1.0, "delay": 1 }));
    close(&losses(event.as_mut(), &[0.0, 0.0, 0.0]), &[0.0, 1.0, 2.0 / 3.0]);
    event.boundary(&BoundaryTold::new());
    close(&losses(event.as_mut(), &[0.0, 0.0]), &[0.0, 1.0]);
}

#[test]
fn knots_cut_the_run_into_equal_parts() {
    // Four updates, two parts: what is said after the first acts on the second, and so on; past the end the last holds.
    let mut knots = start("knots", serde_json::json!({ "values": [0.5, -0.5], "updates": 4 }));
    close(&losses(knots.as_mut(), &[0.0; 5]), &[0.5, -0.5, -0.5, -0.5, -0.5]);
    let refused = |settings: serde_json::Value| {
        let settings = settings.as_object().cloned().unwrap_or_default();
        SourceSpec { kind: "knots".into(), settings }.resolve().expect_err("refused").to_string()
    };
    assert!(refused(serde_json::json!({ "values": vec![0.0; 17] })).contains("1 to 16 values"));
    assert!(refused(serde_json::json!({ "updates": 0 })).contains("updates"));
}

#[test]
fn surprise_adds_up_leaks_and_passes_a_steep_threshold() {
    // Deviations as above: 0, 0, then (8 − 2)/2 = 3. Sums: max(0, 0 − 1) = 0, 0, 0 + 3 − 1 = 2; threshold 2: one half.
    let settings = serde_json::json!({ "rate": 0.5, "retention": 0.5, "drift": 1.0, "threshold": 2.0, "steepness": 1.0 });
    let mut source = start("accumulated-surprise", settings);
    let low = 1.0 / (1.0 + 2f64.exp());
    close(&losses(source.as_mut(), &[1.0, 3.0, 8.0]), &[low, low, 0.5]);
}

#[test]
fn contrast_and_luminance_are_fast_statistics_of_the_inputs_against_slow_ones() {
    let see = |source: &mut dyn Signal, input: [f32; 2], square: f64| {
        source.next(&Observation { input: input.to_vec(), input_square: square, ..Observation::default() })
    };
    // σ: √(5 − (1 + 1)/2) = 2, usual 2; then √(17 − 1) = 4, usual 2 + ½ (4 − 2) = 3: 3/4 − 1; then σ = 0 says nothing.
    let mut contrast = start("input-contrast", serde_json::json!({ "rate": 1.0, "slow": 0.5 }));
    let seen = [([1.0, -1.0], 5.0), ([1.0, 1.0], 17.0), ([1.0, 1.0], 1.0)];
    close(&seen.map(|(input, square)| see(contrast.as_mut(), input, square)), &[0.0, -0.25, 0.0]);
    // μ: 1, then 1 + ½ (5 − 1) = 3; usual 1, then 1 + ¼ (5 − 1) = 2.
    let mut luminance = start("input-luminance", serde_json::json!({ "rate": 0.5, "slow": 0.25 }));
    let seen = [[0.0, 2.0], [4.0, 6.0]];
    close(&seen.map(|input| see(luminance.as_mut(), input, 0.0)), &[0.0, 1.0]);
}

#[test]
fn gradients_agree_where_they_point_the_same_way() {
    let settings = |noise: bool| serde_json::json!({ "rate": 0.5, "noise": noise });
    let see = |source: &mut dyn Signal, g: [f32; 2]| {
        let gradient = Gradients { buffers: vec![g.to_vec()] };
        source.next(&Observation { gradient, ..Observation::default() })
    };
    let mut source = start("gradient-agreement", settings(false));
    // ḡ (2, 0), the same, then (0, 0) against 4, then (0, 1) against 4.
    let gradients = [[2.0, 0.0], [2.0, 0.0], [-2.0, 0.0], [0.0, 2.0]];
    close(&gradients.map(|g| see(source.as_mut(), g)), &[1.0, 1.0, 0.0, 0.25]);
    let mut noise = start("gradient-agreement", settings(true));
    close(&gradients.map(|g| see(noise.as_mut(), g)), &[0.0, 0.0, 1.0, 0.75]);
}

#[test]
fn a_state_source_says_the_value_of_the_state_that_it_was_told() {
    let mut source = start("state", serde_json::json!({ "values": [0.5, -1.0] }));
    close(&losses(source.as_mut(), &[0.0]), &[0.5]);
    source.state(&StateTold::new(1));
    close(&losses(source.as_mut(), &[0.0, 0.0]), &[-1.0, -1.0]);
    source.state(&StateTold::new(0));
    close(&losses(source.as_mut(), &[0.0]), &[0.5]);
    // Of pairs of two kinds, of the first of which there are two: the second kind of state 3 is its number 1.
    let mut second = start("state", serde_json::json!({ "values": [0.5, -1.0], "stride": 2 }));
    second.state(&StateTold::new(3));
    close(&losses(second.as_mut(), &[0.0]), &[-1.0]);
    second.state(&StateTold::new(1));
    close(&losses(second.as_mut(), &[0.0]), &[0.5]);
    let refused = |values: &[f64]| {
        let settings = serde_json::json!({ "values": values }).as_object().cloned().unwrap_or_default();
        SourceSpec { kind: "state".into(), settings }.resolve().expect_err("refused").to_string()
    };
    assert!(refused(&[1.0]).contains("2 to 16 values"));
}
