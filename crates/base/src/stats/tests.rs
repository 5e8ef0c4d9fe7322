use proptest::prelude::*;

use super::*;

fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-9, "{ours} is not {theirs}");
}

#[test]
fn location_and_spread_are_those_of_the_textbook() {
    let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    close(mean(&values).unwrap(), 5.0);
    close(standard_deviation(&values).unwrap(), (32.0_f64 / 7.0).sqrt());
    close(median(&values).unwrap(), 4.5);
    close(quantile(&values, 0.25).unwrap(), 4.0);
    // The middle half of eight values is the middle four: 4, 4, 5, 5.
    close(inter_quartile_mean(&values).unwrap(), 4.5);
    // Five values: the cuts at 1.25 and 3.75 take 0.75 of the second and fourth: (0.75·2 + 3 + 0.75·10) / 2.5.
    close(inter_quartile_mean(&[1.0, 2.0, 3.0, 10.0, 100.0]).unwrap(), 4.8);
    assert_eq!(mean(&[]), None);
    assert_eq!(standard_deviation(&[1.0]), None);
    assert_eq!(inter_quartile_mean(&[]), None);
}

#[test]
fn three_equal_signs_have_the_smallest_p_there_is() {
    // All eight patterns; only +++ and −−− are as extreme as the sum 6: p = 2/8.
    close(SignFlip::new(&[1.0, 2.0, 3.0]).unwrap().p(), 0.25);
    // 1, 2, −3 sums to 0: every pattern is as extreme.
    close(SignFlip::new(&[1.0, 2.0, -3.0]).unwrap().p(), 1.0);
    // 1, 2, −1 sums to 2. Unflipped 2, last flipped 4, middle flipped −2, first flipped 0, and the four negatives:
    // 6 of 8 reach 2.
    close(SignFlip::new(&[1.0, 2.0, -1.0]).unwrap().p(), 0.75);
    close(smallest_p(5), 0.0625);
    close(smallest_p(6), 0.03125);
    close(smallest_p(10), 2.0 / 1024.0);
}

#[test]
fn five_pairs_cannot_reject_anything_and_six_can() {
    assert_eq!(SignFlip::new(&[1.0, 1.1, 0.9, 1.2, 1.0]).unwrap().interval(0.05), None);
    let six = SignFlip::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    // p(θ) ≥ 0.05 needs one covering pattern besides the trivial one: the widest is {6} against the mean 3 of the
    // rest above (upper end 6) and {1} against the rest below (lower end 1).
    let interval = six.interval(0.05).unwrap();
    close(interval.low, 1.0);
    close(interval.high, 6.0);
    close(six.p(), 0.03125);
}

#[test]
fn enumeration_agrees_with_the_definition_by_brute_force() {
    let d = [0.3, -0.1, 0.25, 0.4, -0.05, 0.2, 0.15];
    for theta in [-0.2, -0.05, 0.0, 0.1, 0.3, 0.41] {
        let shifted: Vec<f64> = d.iter().map(|v| v - theta).collect();
        let observed = shifted.iter().sum::<f64>().abs();
        let extreme = (0..1 << d.len())
            .filter(|bits| {
                let sum: f64 =
                    shifted.iter().enumerate().map(|(i, v)| if bits >> i & 1 == 1 { -v } else { *v }).sum();
                sum.abs() >= observed - 1e-12
            })
            .count();
        close(SignFlip::new(&d).unwrap().p_at(theta), extreme as f64 / 128.0);
    }
}

#[test]
fn many_pairs_use_seeded_flips_with_the_plus_one_rule() {
    let d: Vec<f64> = (0..30).map(|i| 1.0 + f64::from(i) * 0.01).collect();
    let test = SignFlip::new(&d).unwrap();
    close(test.p(), 1.0 / 100_001.0);
    assert_eq!(test.interval(0.05), SignFlip::new(&d).unwrap().interval(0.05));
    assert!(test.interval(0.05).unwrap().contains(test.mean()));
}

#[test]
fn holm_multiplies_step_by_step_and_stays_monotone() {
    let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (ours, theirs) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        close(*ours, theirs);
    }
    assert_eq!(holm(&[]), Vec::<f64>::new());
    assert_eq!(holm(&[0.9, 0.8]), vec![1.0, 1.0]);
}

#[test]
fn effect_sizes_are_in_units_of_the_spread_of_differences() {
    close(paired_effect_size(&[1.0, 2.0, 3.0], 5.0).unwrap(), 2.0);
    assert_eq!(paired_effect_size(&[1.0, 1.0], 5.0), None);
}

#[test]
fn differences_that_vary_by_rounding_alone_have_no_effect_size() {
    // 0.22 − 0.12, 0.34 − 0.24, …: a shift by 0.1 whose last bits differ, a spread of about 1e-17.
    let ours: Vec<f64> = (0..12).map(|i| 0.22 + 0.07 * f64::from(i % 9)).collect();
    let theirs: Vec<f64> = (0..12).map(|i| 0.12 + 0.07 * f64::from(i % 9)).collect();
    let shifts: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| difference(*a, *b)).collect();
    let spread = standard_deviation(&shifts).unwrap();
    assert!(spread > 0.0 && spread < 1e-15, "{spread}: not the case meant");
    assert_eq!(paired_effect_size(&shifts, size(&ours)), None);
    // The same spread where it is not rounding, because the scores themselves are that small.
    let small: Vec<f64> = shifts.iter().map(|d| (d - 0.1) * 1e3).collect();
    assert!(paired_effect_size(&small, size(&small)).is_some());
    // Differences that are rounding are none at all: p is 1, not 2/2¹².
    let none: Vec<f64> = ours.iter().map(|a| difference(*a, a * (1.0 - 1e-15))).collect();
    assert_eq!(none, [0.0; 12]);
    close(SignFlip::new(&none).unwrap().p(), 1.0);
}

#[test]
fn the_interval_of_a_mean_is_seeded_and_close_to_the_normal_one_for_a_large_symmetric_sample() {
    // 101 values −50 … 50: the standard error of the mean is sqrt(858.5 / 101) = 2.9155 (σ² with n − 1 = 858.5).
    let values: Vec<f64> = (-50..=50).map(f64::from).collect();
    let interval = mean_interval(&values).unwrap();
    assert_eq!(Some(interval), mean_interval(&values));
    assert!((interval.high - 1.96 * 2.9155).abs() < 0.35, "{interval:?}");
    assert!((interval.low + 1.96 * 2.9155).abs() < 0.35, "{interval:?}");
    assert_eq!(mean_interval(&[0.5]), None);
    assert_eq!(mean_interval(&[0.5, 0.5]), Some(Interval { low: 0.5, high: 0.5 }));
    assert_eq!(mean_interval(&[f64::INFINITY, 0.5]), None);
}

#[test]
fn few_values_and_values_that_mostly_agree_have_students_interval() {
    // Mean 2, standard error 1/√3, t with two degrees of freedom 4.3027.
    let three = mean_interval(&[1.0, 2.0, 3.0]).unwrap();
    close(three.high, 2.0 + 4.302_652_729_749 / 3f64.sqrt());
    // A third of all resamples of these five have no spread: mean 1.2, standard error 0.2, t 2.7764.
    let five = mean_interval(&[1.0, 1.0, 1.0, 1.0, 2.0]).unwrap();
    close(five.low, 1.2 - 2.776_445_105_198 * 0.2);
    // Values that differ by rounding agree.
    let rounded = mean_interval(&[0.3, 0.1 + 0.2, 0.3, 0.3, 0.3]).unwrap();
    assert_eq!(rounded.low, rounded.high);
}

/// 95 % intervals that hold the true mean, among 1,000 studies of n values.
fn coverage(name: &str, n: usize) -> f64 {
    use rand_distr::{Beta, Distribution, LogNormal, Normal};
    let mut rng = crate::rng::Streams::new(1).get(&format!("coverage/{name}/{n}"));
    let mut draw: Box<dyn FnMut() -> f64> = match name {
        "normal" => Box::new(move || Normal::new(0.0, 1.0).unwrap().sample(&mut rng)),
        "log-normal" => Box::new(move || LogNormal::new(0.0, 1.0).unwrap().sample(&mut rng)),
        _ => Box::new(move || Beta::new(18.0, 2.0).unwrap().sample(&mut rng)),
    };
    let truth = match name {
        "normal" => 0.0,
        "log-normal" => 0.5f64.exp(),
        _ => 0.9,
    };
    let held = (0..1000).filter(|_| {
        let study: Vec<f64> = (0..n).map(|_| draw()).collect();
        mean_interval(&study).unwrap().contains(truth)
    });
    held.count() as f64 / 1000.0
}

#[test]
fn intervals_hold_the_truth_as_often_as_the_docs_say() {
    let docs = include_str!("../../../../docs/intervals.md");
    let mut stale = Vec::new();
    for (name, least) in [("normal", 0.93), ("beta", 0.92), ("log-normal", 0.87)] {
        let shares = [5, 10, 20].map(|n| coverage(name, n));
        assert!(shares.iter().all(|share| *share >= least), "{name}: {shares:?}");
        let row = shares.map(|share| format!("{:.1} %", 100.0 * share)).join(" | ");
        if !docs.contains(&row) {
            stale.push(format!("{name}: {row}"));
        }
    }
    assert!(stale.is_empty(), "docs/intervals.md lacks {stale:?}");
}

#[test]
fn strata_are_resampled_apart() {
    // Within each stratum nothing varies, so the statistic cannot either.
    let interval = stratified(&[vec![1.0, 1.0], vec![3.0, 3.0]], mean).unwrap();
    assert_eq!(interval, Interval { low: 2.0, high: 2.0 });
    assert_eq!(stratified(&[vec![], vec![1.0, 2.0]], mean), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn interval_and_p_never_disagree(d in prop::collection::vec(-1.0_f64..1.0, 6..13)) {
        let test = SignFlip::new(&d).unwrap();
        let interval = test.interval(0.05).unwrap();
        for theta in [0.0, interval.low, interval.high, interval.low - 1e-6, interval.high + 1e-6, 0.3] {
            prop_assert_eq!(interval.contains(theta), test.p_at(theta) >= 0.05, "theta {}", theta);
        }
    }

    #[test]
    fn p_depends_neither_on_order_nor_on_sign(mut d in prop::collection::vec(-1.0_f64..1.0, 2..11)) {
        let p = SignFlip::new(&d).unwrap().p();
        d.reverse();
        prop_assert!((SignFlip::new(&d).unwrap().p() - p).abs() < 1e-12);
        let negated: Vec<f64> = d.iter().map(|v| -v).collect();
        prop_assert!((SignFlip::new(&negated).unwrap().p() - p).abs() < 1e-12);
        prop_assert!(p >= smallest_p(d.len()) - 1e-12 && p <= 1.0);
    }

    #[test]
    fn the_interval_holds_the_mean_and_moves_with_the_values(
        values in prop::collection::vec(0.0_f64..1.0, 2..12), shift in -5.0_f64..5.0
    ) {
        let interval = mean_interval(&values).unwrap();
        prop_assert!(interval.contains(mean(&values).unwrap()), "{:?}", interval);
        let moved: Vec<f64> = values.iter().map(|value| value + shift).collect();
        let moved = mean_interval(&moved).unwrap();
        prop_assert!((moved.low - interval.low - shift).abs() < 1e-6, "{:?} {:?}", interval, moved);
    }

    #[test]
    fn the_inter_quartile_mean_ignores_one_outlier(
        values in prop::collection::vec(0.0_f64..1.0, 8..20), outlier in 10.0_f64..1e6
    ) {
        let mut spoiled = values.clone();
        spoiled.push(outlier);
        prop_assert!(inter_quartile_mean(&spoiled).unwrap() <= 1.0);
    }
}

#[test]
fn a_quantile_by_selection_is_that_of_the_sorted_values() {
    let mut values: Vec<f64> =
        (0..101u32).map(|i| f64::from(i * 37 % 101)).chain([f64::INFINITY, 50.0]).collect();
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    for q in [0.0, 0.025, 0.3, 0.5, 0.975] {
        let expected = summary::quantile_of_sorted(&sorted, q);
        assert_eq!(summary::quantile_by_selection(&mut values, q), expected, "{q}");
    }
}
