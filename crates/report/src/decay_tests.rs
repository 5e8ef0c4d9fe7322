use super::*;
use crate::verdicts::tests::{copied, study, told};
use contract::Role;

#[test]
fn layers_and_terms_are_targets_of_their_own_where_an_arm_can_name_them_and_a_gate_is_a_rate() {
    let of = |receptor: Value| {
        let modulation = serde_json::json!({ "modulators": { "da": { "receptors": [receptor] } } });
        Vec::from_iter(decay_targets(&modulation)).join(",")
    };
    assert_eq!(of(serde_json::json!({ "target": "slope", "layers": [0] })), "slope.0");
    assert_eq!(of(serde_json::json!({ "target": "slope", "layers": [0, 1] })), "slope");
    assert_eq!(of(serde_json::json!({ "target": "loss-weight", "term": "ewc" })), "loss-weight.ewc");
    assert_eq!(of(serde_json::json!({ "target": "learning-rate", "layers": [1] })), "learning-rate");
    assert_eq!(of(serde_json::json!({ "target": "plasticity-gate", "layers": [1] })), "learning-rate");
    assert_eq!(of(serde_json::json!({ "target": "plasticity-gate" })), "learning-rate");
    assert!(decay_targets(&Value::Null).is_empty());
}

#[test]
fn whatever_acts_on_a_rate_is_held_against_a_decay_of_it_or_does_not_help() {
    let acting = || {
        study(|record| {
            if record.spec.method == "naive" {
                let receptors = serde_json::json!([{ "target": "learning-rate" }]);
                record.spec.settings["modulation"] =
                    serde_json::json!({ "modulators": { "dopamine": { "receptors": receptors } } });
                record.titles.search = Some(SearchNote { trials: 15, restarts: 4, seeds: 3, tied: false });
            } else if ["si", "ewc"].contains(&record.spec.method.as_str()) {
                record.titles.search = Some(SearchNote { trials: 60, restarts: 1, seeds: 3, tied: false });
            }
        })
    };
    let beside = |target: &str, trials: u64, score: f64| {
        let mut all = acting();
        let kind = format!("headroom:{target}:change-blind");
        let mut decay =
            copied(&all, "ewc", &format!("latest+{kind}"), &kind, |seed| score + 0.01 * seed as f64);
        for record in &mut decay {
            // An arm is a control of its base method, not of one mechanism.
            let role =
                Role::Control { of: Some("latest".into()), kind: kind.clone(), also: None, shown: false };
            record.titles.role = Some(role);
            record.titles.search = Some(SearchNote { trials, restarts: 4, seeds: 3, tied: false });
        }
        all.extend(decay);
        told(&all)
    };
    let not_run =
        "better than each control, but a decay that is blind to changes was not run (learning rate)";
    assert_eq!(told(&acting()).0, not_run);
    let (words, sentence) = beside("learning-rate", 15, 2.0);
    assert_eq!(words, "helps");
    assert!(sentence.contains("against change blind: +7.000"), "{sentence}");
    let worse = "better than each control, but not than a decay that is blind to changes";
    assert_eq!(beside("learning-rate", 15, 9.5).0, worse);
    // A decay on something else, or one that was searched less, is none.
    assert_eq!(beside("bias", 15, 2.0).0, not_run);
    assert_eq!(beside("learning-rate", 14, 2.0).0, not_run);
}
