//! The section of the Go/No-Go.

use super::*;
use contract::{Curve, Mark, RunLog};

/// Stage 2 is passed by one seed of two, at trial 20; the other needs its 120 trials and never does.
#[test]
fn a_schedule_of_stages_has_a_table_that_says_never() {
    let template = records(1).swap_remove(0);
    let stages = |seed: u64, second: f64, passed: f64| {
        let mut record = template.clone();
        record.spec.paradigm = "go-nogo".into();
        record.spec.seed = seed;
        record.score.metric = "stage_trials".into();
        let scalars = [
            ("stage1/trials", 10.0),
            ("stage1/passed", 1.0),
            ("stage2/trials", second),
            ("stage2/passed", passed),
            ("stage_trials", f64::midpoint(10.0, second)),
            ("stages_passed", f64::midpoint(1.0, passed)),
        ];
        record.log = RunLog {
            scalars: scalars.map(|(name, value)| (name.to_owned(), value)).into(),
            marks: vec![Mark { x: 10.0, label: "reversal A→B".into() }],
            ..RunLog::default()
        };
        record.metrics = score_all("go-nogo", &record.log);
        record
    };
    let (html, markdown, _) = page(&[stages(0, 20.0, 1.0), stages(1, 120.0, 0.0)]);
    assert_well_formed(&html);
    assert!(markdown.contains("1: start") && markdown.contains("2: reversal A→B"));
    assert!(html.contains("70.00 (50 % never)"), "stage 2: (20 + 120)/2 trials, one of two never");
    assert!(html.contains("(25 % never)"), "all stages: 1 − (1 + ½)/2");
}

/// The policy's entropy is 0 before the shift and 0.5 or 0.7 bit after it, probed at trials −5 and 0 only.
#[test]
fn figure_4_e_is_drawn_where_the_policy_was_probed_and_averages_entropies() {
    let template = records(1).swap_remove(0);
    let record = |seed: u64, entropy: f64, probed: bool| {
        let mut record = template.clone();
        record.spec.paradigm = "go-nogo".into();
        record.spec.method = "full".into();
        record.spec.seed = seed;
        record.score.metric = "accuracy".into();
        let curve = |measure: &str, y: [f64; 2]| {
            let mut curve = Curve::new(format!("aligned/reversal/{measure}"));
            curve.push(-5.0, y[0]);
            curve.push(0.0, y[1]);
            curve
        };
        let mut scalars = vec![("accuracy", 0.9), ("accuracy/reversal", 0.8)];
        record.log.curves = vec![curve("performance", [1.0, 0.5]), curve("noradrenaline", [0.0, 0.9])];
        if probed {
            scalars.extend([
                ("policy_entropy_before/reversal", 0.0),
                ("policy_entropy_first20/reversal", entropy),
            ]);
            record.log.curves.push(curve("policy_entropy", [0.0, entropy]));
        }
        record.log.scalars = scalars.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        record.metrics = score_all("go-nogo", &record.log);
        record
    };
    let (html, markdown, _) = page(&[record(0, 0.5, true), record(1, 0.7, true)]);
    assert_well_formed(&html);
    assert!(html.contains("Figure 4 C, D, E measured at the reversal"));
    assert!(html.contains("E: entropy of the policy given the cue"));
    // (0.5 + 0.7)/2 bit; what was not measured is a dash.
    let row = |line: &&str| line.contains("0.000") && line.contains("0.600") && line.contains('–');
    assert!(markdown.lines().any(|line| row(&line)), "{markdown}");
    let (html, _, _) = page(&[record(0, 0.5, false), record(1, 0.7, false)]);
    assert!(
        html.contains("Figure 4 C, D measured at the reversal") && !html.contains("entropy of the policy")
    );
}
