use rand_distr::{Distribution, StandardNormal};

use super::super::finding::INFORMATION;
use super::super::sign_flip::p_of;
use super::super::{LEVEL, Scores, TUNED_CONSTANT, UNMODULATED};
use super::*;
use crate::rng::Streams;

fn comparison(control: &str, mean: f64, p: f64) -> Comparison {
    let method = format!("x+{control}");
    Comparison { control: control.into(), method, pairs: 10, paired: true, mean, interval: None, p: Some(p) }
}

/// Signs of `p` are the directions.
fn case(required: [f64; 4], more: &[(&str, f64)]) -> Case {
    let all = REQUIRED.into_iter().zip(required).chain(more.iter().copied());
    let comparisons = all.map(|(kind, p)| comparison(kind, p.signum(), p.abs())).collect();
    Case { comparisons, obstacle: None, ..Case::default() }
}

fn alone(required: [f64; 4], more: &[(&str, f64)]) -> Verdict {
    judge(vec![case(required, more)]).remove(0)
}

fn words(required: [f64; 4], more: &[(&str, f64)]) -> String {
    alone(required, more).finding.words()
}

// Order of the four: tuned optimiser, tuned constant, mean gain, shuffled.

#[test]
fn the_words_follow_from_the_questions() {
    assert_eq!(words([0.01, 0.01, 0.01, 0.049], &[(UNMODULATED, 0.01)]), "helps");
    let untuned = "better than untuned, not better than a tuned constant or optimiser";
    assert_eq!(words([0.2, 0.2, 0.01, 0.01], &[(UNMODULATED, 0.01)]), untuned);
    let optimiser = "better than untuned, not better than a tuned optimiser";
    assert_eq!(words([0.2, 0.01, 0.01, 0.01], &[(UNMODULATED, 0.01)]), optimiser);
    let constant = "a good constant, not a benefit of modulation";
    assert_eq!(words([0.01, 0.01, 0.2, 0.01], &[(UNMODULATED, 0.01)]), constant);
    assert_eq!(words([0.3, 0.2, 0.2, 0.5], &[(UNMODULATED, 0.3)]), "no difference found");
    assert_eq!(words([-0.01, 0.2, 0.2, 0.5], &[(UNMODULATED, -0.01)]), "hurts");
    // Worse than what was tuned, and nothing to be said against the unmodulated run.
    let both = "worse than a tuned constant and a tuned optimiser";
    assert_eq!(words([-0.01, -0.01, 0.2, 0.5], &[(UNMODULATED, 0.3)]), both);
    assert_eq!(words([-0.3, -0.01, 0.2, 0.5], &[(UNMODULATED, 0.3)]), "worse than a tuned constant");
    let worse = "better than untuned, worse than a tuned optimiser";
    assert_eq!(words([-0.01, 0.2, 0.2, 0.5], &[(UNMODULATED, 0.01)]), worse);
    // Signals that do as well as plain inputs are information, not a benefit of the gain.
    let inputs = "helps, but not more than its signals as plain inputs";
    assert_eq!(words([0.01; 4], &[(INFORMATION, 0.01)]), "helps");
    assert_eq!(words([0.01; 4], &[(INFORMATION, 0.2)]), inputs);
    assert_eq!(words([0.01; 4], &[(INFORMATION, -0.01)]), inputs);
}

#[test]
fn hurts_is_said_of_the_unmodulated_run_and_of_nothing_else() {
    assert_eq!(words([-0.01, 0.2, 0.2, 0.2], &[]), "worse than a tuned optimiser");
    assert_eq!(words([-0.01; 4], &[]), "worse than a tuned constant and a tuned optimiser");
    assert_eq!(words([-0.2, 0.2, 0.2, 0.2], &[]), "no difference found");
    assert_eq!(
        words([0.01, 0.2, 0.2, 0.2], &[]),
        "better than a tuned optimiser, not better than a tuned constant"
    );
}

#[test]
fn the_p_of_a_verdict_is_that_of_its_question_and_of_the_comparison_that_it_names() {
    // Helps: the least certain of the four.
    let helps = alone([0.01, 0.02, 0.04, 0.03], &[(UNMODULATED, 0.001)]);
    assert_eq!((helps.rests_on.as_slice(), helps.p()), ([Question::Benefit].as_slice(), Some((0.04, 0.04))));
    assert_eq!(helps.answer(Question::Benefit).expect("asked").carried_by.control, "mean-gain");
    // Hurts: the unmodulated run's p, not the 1 of the question whether it helps.
    let hurts = alone([-0.5, 0.2, 0.2, -0.3], &[(UNMODULATED, -0.02)]);
    assert_eq!(
        (hurts.rests_on.as_slice(), hurts.p()),
        ([Question::Unmodulated].as_slice(), Some((0.02, 0.02)))
    );
    // Worse than both: both must hold, so the larger p.
    let worse = alone([-0.01, -0.03, 0.2, 0.5], &[(UNMODULATED, 0.3)]);
    assert_eq!(worse.p(), Some((0.03, 0.03)));
    // No difference: the p against the unmodulated run, not the smallest mean.
    let none = alone([-0.3, 0.2, 0.2, 0.5], &[(UNMODULATED, 0.6)]);
    assert_eq!((none.rests_on.as_slice(), none.p()), ([Question::Unmodulated].as_slice(), Some((0.6, 0.6))));
}

#[test]
fn the_words_follow_the_corrected_p_and_the_uncorrected_words_stand_beside_it() {
    // Holm of 0.001, 0.03, 0.3: 0.003, 0.06, 0.3.
    let cases = [0.001, 0.03, 0.3].map(|p| case([0.001, 0.001, 0.001, p], &[]));
    let verdicts = judge(cases.to_vec());
    let words: Vec<String> = verdicts.iter().map(|verdict| verdict.finding.words()).collect();
    let before = "better than each control, but not after the correction over all mechanisms";
    let constant = "a good constant, not a benefit of modulation";
    assert_eq!(words, ["helps", before, constant]);
    assert_eq!(verdicts[1].p(), Some((0.03, 0.06)));
    let second = verdicts[1].answer(Question::Benefit).expect("asked");
    assert_eq!((second.p, second.corrected), (0.03, 0.06));
    assert_eq!(verdicts[1].uncorrected, Some(Finding::Helps));
    assert_eq!((&verdicts[0].uncorrected, &verdicts[2].uncorrected), (&None, &None));
    // A question is corrected over the mechanisms of which it is asked: the third has no unmodulated run.
    let mut cases = vec![case([0.2; 4], &[(UNMODULATED, -0.02)]), case([0.2; 4], &[(UNMODULATED, 0.5)])];
    cases.push(case([0.2; 4], &[]));
    let hurts = &judge(cases)[0];
    assert_eq!((hurts.finding.words().as_str(), hurts.p()), ("hurts", Some((0.02, 0.04))));
}

#[test]
fn of_several_tuned_constants_each_must_be_beaten_and_all_are_listed() {
    let mut case = case([0.01; 4], &[(UNMODULATED, 0.01)]);
    case.comparisons
        .push(Comparison { method: "x-constant-2".into(), ..comparison(TUNED_CONSTANT, 1.0, 0.2) });
    let verdict = judge(vec![case.clone()]).remove(0);
    assert_eq!(verdict.finding.words(), "better than untuned, not better than a tuned constant");
    let answer = verdict.answer(Question::TunedConstant).expect("asked");
    assert_eq!((answer.p, answer.carried_by.method.as_str()), (0.2, "x-constant-2"));
    assert_eq!(verdict.comparisons.iter().filter(|c| c.control == TUNED_CONSTANT).count(), 2);
    // To be worse than tuned constants is to be worse than each of them: here it beats one.
    case.comparisons.last_mut().expect("there").mean = -1.0;
    case.comparisons.last_mut().expect("there").p = Some(0.001);
    let verdict = judge(vec![case]).remove(0);
    assert_eq!(verdict.answer(Question::TunedConstant).map(|answer| answer.p), Some(1.0));
    assert_eq!(verdict.finding.words(), "better than untuned, not better than a tuned constant");
}

#[test]
fn a_control_that_is_tuned_constant_and_tuned_optimiser_in_one_is_beaten_or_not() {
    let both = |p: f64| {
        let mut case = case([p, p, 0.2, 0.2], &[]);
        case.comparisons.iter_mut().for_each(|comparison| comparison.method = "both".into());
        case
    };
    // Corrected over two, 0.03 is 0.03 against constants (the other p is smaller) and 0.06 against optimisers.
    let other = case([0.5, 0.001, 0.2, 0.2], &[]);
    let verdicts = judge(vec![both(0.03), other.clone()]);
    let corrected = |question| verdicts[0].answer(question).map(|answer| answer.corrected);
    assert_eq!(
        (corrected(Question::TunedConstant), corrected(Question::TunedOptimiser)),
        (Some(0.03), Some(0.06))
    );
    assert_eq!(verdicts[0].finding, Finding::NoDifference);
    let verdicts = judge(vec![both(-0.03), other]);
    assert_eq!(verdicts[0].finding, Finding::NoDifference);
    assert_eq!(
        judge(vec![both(-0.03)])[0].finding.words(),
        "worse than a tuned constant and a tuned optimiser"
    );
}

#[test]
fn what_has_no_verdict_says_why_and_takes_no_part_in_the_correction() {
    let few: Scores = (0..9).map(|seed| (seed, 1.0 + seed as f64)).collect();
    let other: Scores = (0..9).map(|seed| (seed, seed as f64)).collect();
    let nine = REQUIRED.iter().filter_map(|kind| Comparison::new(kind, "x", &few, &other, 1.0)).collect();
    let silent = NoVerdict::NeverActed { seeds: 10 };
    let cases = vec![
        Case { comparisons: nine, obstacle: None, ..Case::default() },
        Case { comparisons: vec![comparison("shuffled", 1.0, 0.01)], obstacle: None, ..Case::default() },
        Case { obstacle: Some(silent), ..case([0.01; 4], &[]) },
        Case { obstacle: Some(NoVerdict::ChangedNothing { seeds: 10 }), ..case([1.0; 4], &[]) },
        Case { obstacle: Some(NoVerdict::Tied), ..case([1.0; 4], &[]) },
        case([0.01, 0.01, 0.01, 0.04], &[]),
    ];
    let verdicts = judge(cases);
    let words: Vec<String> = verdicts.iter().map(|verdict| verdict.finding.words()).collect();
    assert_eq!(
        words,
        [
            "too few seeds for a verdict",
            "no verdict: tuned-optimiser, tuned-constant, mean-gain not run",
            "never acted: no verdict",
            "changed no answer: no verdict",
            "all trials tie: no verdict",
            "helps",
        ]
    );
    assert!(verdicts[..5].iter().all(|verdict| verdict.p().is_none()));
    assert_eq!(verdicts[5].p(), Some((0.04, 0.04)));
}

/// Draws the cases of one study: scores of a seed share what the seed brings (half of the variance); `shifts` are the
/// mechanism's advantages over each control in standard deviations of the paired difference.
fn drawn(seeds: usize, kinds: &[&str], shifts: &[f64], normal: &mut impl FnMut() -> f64) -> Case {
    let (mut own, mut others) = (Vec::new(), vec![Vec::new(); kinds.len()]);
    for _ in 0..seeds {
        let shared = normal();
        own.push(shared + normal());
        // Each difference has the standard deviation √2.
        others
            .iter_mut()
            .zip(shifts)
            .for_each(|(other, shift)| other.push(shared + normal() - shift * 2f64.sqrt()));
    }
    let comparisons = kinds.iter().zip(&others).map(|(kind, other)| {
        let differences: Vec<f64> = own.iter().zip(other).map(|(a, b)| a - b).collect();
        let mean = differences.iter().sum::<f64>() / seeds as f64;
        comparison(kind, mean, p_of(&differences))
    });
    Case { comparisons: comparisons.collect(), obstacle: None, ..Case::default() }
}

fn normal() -> impl FnMut() -> f64 {
    let mut random = Streams::new(7).fast("calibration");
    move || StandardNormal.sample(&mut random)
}

/// Share of `studies` of one mechanism in which it is said to help.
fn said_to_help(seeds: usize, shifts: [f64; 4], studies: usize) -> f64 {
    let mut normal = normal();
    let helps =
        |_: &usize| judge(vec![drawn(seeds, &REQUIRED, &shifts, &mut normal)])[0].finding == Finding::Helps;
    (0..studies).filter(helps).count() as f64 / studies as f64
}

#[test]
fn at_the_least_favourable_null_it_helps_in_at_most_five_percent_of_studies() {
    // Equal to one control, far above the other three: the union's worst point.
    for seeds in [10, 20] {
        for equal in 0..4 {
            let mut shifts = [50.0; 4];
            shifts[equal] = 0.0;
            // All four are the same by symmetry; the number of studies is spread over them.
            let rate = said_to_help(seeds, shifts, 500);
            assert!(rate <= LEVEL, "{seeds} seeds, equal to {}: {rate}", REQUIRED[equal]);
        }
    }
}

/// Share of `studies` of a family of mechanisms in which `wrong` holds of any of those that the null is true of.
fn any(kinds: &[&str], null: &[f64], others: usize, studies: usize, wrong: impl Fn(&Verdict) -> bool) -> f64 {
    let mut normal = normal();
    let mechanisms = 6;
    let found = |_: &usize| {
        let family = (0..mechanisms).map(|place| {
            let far = vec![50.0; kinds.len()];
            drawn(10, kinds, if place < mechanisms - others { null } else { &far }, &mut normal)
        });
        judge(family.collect())[..mechanisms - others].iter().any(&wrong)
    };
    (0..studies).filter(found).count() as f64 / studies as f64
}

#[test]
fn of_a_whole_family_at_the_least_favourable_null_any_helps_in_at_most_five_percent_of_reports() {
    let helps = |verdict: &Verdict| verdict.finding == Finding::Helps;
    let bold = |verdict: &Verdict| helps(verdict) || verdict.uncorrected == Some(Finding::Helps);
    let null = [0.0, 50.0, 50.0, 50.0];
    // Six that do not help; and two that do beside four that do not, where Holm's factor is smaller.
    for others in [0, 2] {
        let rate = any(&REQUIRED, &null, others, 1000, helps);
        assert!(rate <= LEVEL, "{others} others: {rate}");
    }
    // The same family without the correction: 1 − 0.975⁶ = 0.14 of the reports.
    let rate = any(&REQUIRED, &null, 0, 1000, bold);
    assert!(rate > 2.0 * LEVEL, "the simulation cannot tell: {rate}");
}

#[test]
fn of_a_whole_family_that_differs_in_nothing_each_bad_word_is_said_in_at_most_five_percent_of_reports() {
    let kinds: Vec<&str> = REQUIRED.into_iter().chain([UNMODULATED]).collect();
    let null = [0.0; 5];
    let hurts = any(&kinds, &null, 0, 1000, |verdict| verdict.finding == Finding::Hurts);
    assert!(hurts <= LEVEL, "hurts: {hurts}");
    for tuned in [Question::TunedConstant, Question::TunedOptimiser] {
        let worse = any(&kinds, &null, 0, 1000, |verdict| match &verdict.finding {
            Finding::Worse(list) | Finding::UntunedWorse(list) => list.contains(&tuned),
            _ => false,
        });
        assert!(worse <= LEVEL, "worse than a {}: {worse}", tuned.words());
    }
}

#[test]
fn a_planted_effect_of_one_standard_deviation_is_found() {
    let rate = said_to_help(20, [1.0; 4], 2000);
    assert!(rate >= 0.85, "{rate}");
}

#[test]
fn what_lacks_planned_runs_has_no_verdict_and_makes_no_other_bolder() {
    let missing = NoVerdict::Missing { runs: 8, methods: 2 };
    let withheld = Case { obstacle: Some(missing), ..case([0.001; 4], &[]) };
    let verdicts = judge(vec![case([0.03; 4], &[]), withheld]);
    assert_eq!(verdicts[1].finding.words(), "no verdict: 8 planned runs of 2 methods missing");
    // Alone its corrected p would be 0.03; the family has two members, whatever is known of the second.
    let corrected = verdicts[0].answer(Question::Benefit).map(|answer| answer.corrected);
    assert_eq!(corrected, Some(0.06));
}

#[path = "verdict_decay_tests.rs"]
mod decay;
