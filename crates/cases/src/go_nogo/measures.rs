//! What is read off a session: trials to criterion, solved blocks, perseverative errors, detection of shifts. The entropy
//! of the policy is another matter (`probe`): a session's own answers are too few to tell it.

use std::collections::BTreeMap;

use super::session::Session;
use super::task::{Block, COMPOUNDS, ShiftKind};
use super::trial::Trial;

/// Consecutive correct answers that make the criterion (a coin reaches it within 120 trials with probability 0.20) and
/// the stricter one (0.05).
const CRITERION: usize = 8;
const STRICT: usize = 10;
/// The end of a block, and the share of correct answers there that a solved block needs.
const END: usize = 30;
const SOLVED_SHARE: f64 = 0.8;
/// Level of noradrenaline that counts as a release, and trials after a shift within which it is a hit.
const RELEASE: f32 = 0.3;
const HIT_WITHIN: usize = 20;

/// Number of the trial (1-based) that completes the first run of `criterion` correct answers.
pub fn trials_to_criterion(correct: &[bool], criterion: usize) -> Option<usize> {
    let mut run = 0;
    correct
        .iter()
        .position(|&correct| {
            run = if correct { run + 1 } else { 0 };
            run == criterion
        })
        .map(|index| index + 1)
}

/// Measures of one block.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockMeasures {
    pub shift: ShiftKind,
    pub accuracy: f64,
    pub accuracy_first20: f64,
    pub accuracy_last30: f64,
    /// Trials to the criterion: 8 consecutive correct answers, under a criterion schedule those that end a block; the
    /// block's length when never reached.
    pub trials_to_criterion: f64,
    /// 8 consecutive correct answers and ≥ 80 % of the last 30; under a criterion schedule: the criterion was reached.
    pub solved: bool,
    /// The same with 10. `None` under a criterion schedule, which ends before.
    pub solved_strict: Option<bool>,
    /// Wrong answers that would have been right under the previous cue, up to the criterion. `None` without a shift.
    pub perseverative_errors: Option<f64>,
    /// Trials from the shift to the first release of noradrenaline; `None` when there is none within 20 or no shift.
    pub detection_latency: Option<f64>,
    /// Whether noradrenaline was released within 20 trials of the shift. `None` without a shift.
    pub detected: Option<bool>,
    /// Share of the last 30 trials with released noradrenaline, nothing having shifted.
    pub false_alarms: f64,
    /// Mean |δ| of the last 30 trials (δ = r − V, also where dopamine is ablated).
    pub prediction_error: f64,
    /// Mean over compounds of |mean V − mean r| in the last 30 trials.
    pub value_error: f64,
}

/// Measures of every block.
pub fn measure_blocks(session: &Session) -> Vec<BlockMeasures> {
    let measure = |block: &Block| measure(block, &session.trials[block.start..block.end], session.criterion);
    session.blocks.iter().map(measure).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count
}

fn share(trials: &[Trial], what: impl Fn(&Trial) -> bool) -> f64 {
    mean(trials.iter().map(|trial| f64::from(u8::from(what(trial)))))
}

/// `criterion`: consecutive correct answers that ended the block, if its schedule has a criterion.
fn measure(block: &Block, trials: &[Trial], criterion: Option<usize>) -> BlockMeasures {
    let shift = block.shift();
    let shifted = shift != ShiftKind::Start && shift != ShiftKind::Same;
    let correct: Vec<bool> = trials.iter().map(Trial::correct).collect();
    let end = &trials[trials.len().saturating_sub(END)..];
    let reached = trials_to_criterion(&correct, criterion.unwrap_or(CRITERION));
    // A block that its criterion ends has no late part to look at: the criterion alone decides.
    let good_end = criterion.is_some() || share(end, Trial::correct) >= SOLVED_SHARE;
    let early = &trials[..trials.len().min(HIT_WITHIN)];
    let release = early.iter().position(|trial| trial.noradrenaline > RELEASE);
    let value_error = {
        let errors = (0..COMPOUNDS.len()).filter_map(|compound| {
            let of: Vec<&Trial> = end.iter().filter(|trial| trial.compound == compound).collect();
            let gap =
                mean(of.iter().map(|t| f64::from(t.value))) - mean(of.iter().map(|t| f64::from(t.reward)));
            (!of.is_empty()).then_some(gap.abs())
        });
        mean(errors)
    };
    BlockMeasures {
        shift,
        accuracy: share(trials, Trial::correct),
        accuracy_first20: share(early, Trial::correct),
        accuracy_last30: share(end, Trial::correct),
        trials_to_criterion: reached.unwrap_or(trials.len()) as f64,
        solved: reached.is_some() && good_end,
        solved_strict: criterion
            .is_none()
            .then(|| trials_to_criterion(&correct, STRICT).is_some() && good_end),
        perseverative_errors: block.before.filter(|_| shifted).map(|before| {
            let until = &trials[..reached.unwrap_or(trials.len())];
            let old = |trial: &&Trial| {
                let was_present = COMPOUNDS[trial.compound].contains(&before.element);
                !trial.correct() && trial.go == was_present
            };
            until.iter().filter(old).count() as f64
        }),
        detection_latency: release.filter(|_| shifted).map(|trial| trial as f64),
        detected: shifted.then_some(release.is_some()),
        false_alarms: share(end, |trial| trial.noradrenaline > RELEASE),
        prediction_error: mean(end.iter().map(|trial| f64::from((trial.reward - trial.value).abs()))),
        value_error,
    }
}

/// The numbers of a run: over the session, and averaged over its blocks by kind of shift (`name/reversal`, …).
/// What is undefined is left out.
pub fn scalars(session: &Session) -> BTreeMap<String, f64> {
    let blocks = measure_blocks(session);
    let trials = &session.trials;
    let count = trials.len() as f64;
    let mut out = BTreeMap::new();
    let mut put = |name: String, value: Option<f64>| {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            out.insert(name, value);
        }
    };
    put("accuracy".into(), Some(share(trials, Trial::correct)));
    put("trials".into(), Some(count));
    put("go_rate".into(), Some(share(trials, |trial| trial.go)));
    put("mean_noradrenaline".into(), Some(mean(trials.iter().map(|trial| f64::from(trial.noradrenaline)))));
    put("spikes_per_trial".into(), Some(session.spikes as f64 / count));
    put("synaptic_operations_per_trial".into(), Some(session.synaptic_operations as f64 / count));
    put("dopamine_weight_correlation".into(), dopamine_weight_correlation(trials));
    let rate: Vec<f64> = trials.iter().map(|t| f64::from(t.rates[0] + t.rates[2]) / 2.0).collect();
    put("actor_rate".into(), Some(mean(rate.into_iter())));
    if session.criterion.is_some() {
        let mut passed = 0.0;
        for (index, block) in blocks.iter().enumerate() {
            let stage = index + 1;
            passed += f64::from(u8::from(block.solved));
            put(format!("stage{stage}/trials"), Some(block.trials_to_criterion));
            put(format!("stage{stage}/passed"), Some(f64::from(u8::from(block.solved))));
        }
        put("stage_trials".into(), Some(mean(blocks.iter().map(|block| block.trials_to_criterion))));
        put("stages_passed".into(), Some(passed / blocks.len() as f64));
    }
    for kind in
        [ShiftKind::Start, ShiftKind::Reversal, ShiftKind::Intradimensional, ShiftKind::Extradimensional]
    {
        let of: Vec<&BlockMeasures> = blocks.iter().filter(|block| block.shift == kind).collect();
        if of.is_empty() {
            continue;
        }
        let mut put = |name: &str, value: &dyn Fn(&BlockMeasures) -> Option<f64>| {
            let values: Vec<f64> = of.iter().filter_map(|block| value(block)).collect();
            let value = (!values.is_empty()).then(|| mean(values.into_iter()));
            put(format!("{name}/{}", kind.name()), value);
        };
        let truth = |value: bool| Some(f64::from(u8::from(value)));
        put("accuracy", &|b| Some(b.accuracy));
        put("accuracy_first20", &|b| Some(b.accuracy_first20));
        put("accuracy_last30", &|b| Some(b.accuracy_last30));
        put("trials_to_criterion", &|b| Some(b.trials_to_criterion));
        put("solved", &|b| truth(b.solved));
        put("solved_strict", &|b| b.solved_strict.and_then(truth));
        put("perseverative_errors", &|b| b.perseverative_errors);
        put("detection_latency", &|b| b.detection_latency);
        put("detected", &|b| b.detected.and_then(truth));
        put("false_alarms", &|b| Some(b.false_alarms));
        put("prediction_error", &|b| Some(b.prediction_error));
        put("value_error", &|b| Some(b.value_error));
    }
    out
}

/// Pearson's correlation of dopamine with the weight change of the chosen cluster; `None` when either is constant.
fn dopamine_weight_correlation(trials: &[Trial]) -> Option<f64> {
    let x = mean(trials.iter().map(|t| f64::from(t.dopamine)));
    let y = mean(trials.iter().map(|t| f64::from(t.weight_change)));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for trial in trials {
        let (dx, dy) = (f64::from(trial.dopamine) - x, f64::from(trial.weight_change) - y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go_nogo::Cue;

    #[test]
    fn the_criterion_is_met_by_the_last_of_the_first_run() {
        let correct = [true, true, false, true, true, true, true];
        assert_eq!(trials_to_criterion(&correct, 3), Some(6));
        assert_eq!(trials_to_criterion(&correct, 2), Some(2));
        assert_eq!(trials_to_criterion(&correct, 5), None);
    }

    /// A block of 40 trials after A → B: the agent answers under the old cue for `stale` trials, then rightly.
    fn block(stale: usize, noradrenaline_from: usize) -> BlockMeasures {
        let trials: Vec<Trial> = (0..40)
            .map(|t| {
                let compound = t % 4; // AX AY BX BY
                let present = compound >= 2;
                Trial {
                    compound,
                    present,
                    go: if t < stale { !present } else { present },
                    noradrenaline: if (noradrenaline_from..12).contains(&t) { 0.9 } else { 0.0 },
                    ..Trial::default()
                }
            })
            .collect();
        let cue = |element| Cue { element, novel: false };
        measure(&Block { start: 0, end: 40, cue: cue(1), before: Some(cue(0)) }, &trials, None)
    }

    #[test]
    fn a_block_with_ten_stale_answers_has_ten_perseverative_errors_and_is_solved_after_eight_more() {
        let measures = block(10, 2);
        assert_eq!(measures.shift, ShiftKind::Reversal);
        assert_eq!(measures.perseverative_errors, Some(10.0));
        assert_eq!(measures.trials_to_criterion, 18.0);
        assert!(measures.solved && measures.solved_strict == Some(true));
        assert_eq!(measures.accuracy, 0.75);
        assert_eq!(measures.detection_latency, Some(2.0));
        assert_eq!(measures.false_alarms, 2.0 / 30.0); // trials 10 and 11 of the last 30
    }

    #[test]
    fn eight_in_a_row_is_not_enough_when_the_end_is_poor() {
        // 17 stale trials leave 7 wrong among the last 30: 23/30 < 0.8.
        let measures = block(17, 99);
        assert_eq!(measures.trials_to_criterion, 25.0);
        assert!(!measures.solved);
        assert_eq!((measures.detected, measures.detection_latency), (Some(false), None));
    }

    /// Two stages of a schedule with criterion 3 and a limit of 30 trials: the first is passed at its seventh trial, the
    /// second never.
    #[test]
    fn a_criterion_schedule_is_measured_by_its_own_criterion_and_a_stage_not_passed_is_never() {
        let right = [true, false, true, false, true, true, true];
        let trial = |correct: bool| Trial { present: true, go: correct, ..Trial::default() };
        let trials: Vec<Trial> = right.into_iter().chain((0..30).map(|t| t % 3 > 0)).map(trial).collect();
        let cue = |element| Cue { element, novel: false };
        let blocks = vec![
            Block { start: 0, end: 7, cue: cue(0), before: None },
            Block { start: 7, end: 37, cue: cue(1), before: Some(cue(0)) },
        ];
        let session = Session { trials, blocks, criterion: Some(3), ..Session::default() };
        let scalars = scalars(&session);
        for (name, value) in [
            ("stage1/trials", 7.0),
            ("stage1/passed", 1.0),
            ("stage2/trials", 30.0),
            ("stage2/passed", 0.0),
            ("stage_trials", 18.5),
            ("stages_passed", 0.5),
            ("trials_to_criterion/reversal", 30.0),
            ("solved/reversal", 0.0),
            ("solved/start", 1.0),
        ] {
            assert_eq!(scalars.get(name), Some(&value), "{name}");
        }
        assert!(!scalars.contains_key("solved_strict/start"));
        let fixed = Session { criterion: None, ..session };
        assert!(
            !super::scalars(&fixed).contains_key("stage_trials"),
            "a fixed schedule has no stages to pass"
        );
    }
}
