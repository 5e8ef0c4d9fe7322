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
    close(paired_effect_size(&[1.0, 2.0, 3.0]).unwrap(), 2.0);
    assert_eq!(paired_effect_size(&[1.0, 1.0]), None);
    close(probability_of_improvement(&[1.0, -1.0, 0.0, 2.0]).unwrap(), 0.625);
}

#[test]
fn the_bootstrap_interval_is_seeded_and_close_to_the_normal_one_for_a_symmetric_sample() {
    // 101 values −50 … 50: the standard error of the mean is sqrt(858.5 / 101) = 2.9155 (σ² with n − 1 = 858.5).
    let values: Vec<f64> = (-50..=50).map(f64::from).collect();
    let interval = bca(&values).unwrap();
    assert_eq!(Some(interval), bca(&values));
    assert!((interval.high - 1.96 * 2.9155).abs() < 0.35, "{interval:?}");
    assert!((interval.low + 1.96 * 2.9155).abs() < 0.35, "{interval:?}");
    assert_eq!(bca(&[0.5]), None);
    assert_eq!(bca(&[0.5, 0.5]), Some(Interval { low: 0.5, high: 0.5 }));
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
    fn the_bootstrap_interval_lies_within_the_sample(values in prop::collection::vec(0.0_f64..1.0, 2..12)) {
        let interval = bca(&values).unwrap();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        prop_assert!(low - 1e-12 <= interval.low && interval.low <= interval.high && interval.high <= high + 1e-12);
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
