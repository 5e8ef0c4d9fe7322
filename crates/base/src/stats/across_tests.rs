//! Statistics over benchmarks against SciPy and rliable: `tests/fixtures/across.json`, made by `across.py` beside it.

use serde_json::Value;

use super::friedman::nemenyi_q;
use super::{
    Friedman, Interval, critical_difference, detectable, improvement_over, inter_quartile_mean, profile,
    stratified,
};
use crate::normal;
use crate::special::{chi_squared_tail, f_tail};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../../tests/fixtures/across.json")).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("a list").iter().map(numbers).collect()
}

#[track_caller]
fn close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!((ours - theirs).abs() <= tolerance, "{what}: {ours}, theirs {theirs}");
}

/// Ends of two bootstraps differ by the luck of both: up to this share of the interval's width.
const LUCK: f64 = 0.12;

#[track_caller]
fn near(ours: Interval, theirs: &Value, what: &str) {
    let theirs = numbers(theirs);
    let slack = LUCK * (theirs[1] - theirs[0]);
    close(ours.low, theirs[0], slack, what);
    close(ours.high, theirs[1], slack, what);
}

#[test]
fn aggregates_are_those_of_rliable() {
    let (mut same, mut ends, mut apart) = (0, 0, 0.0_f64);
    for set in fixture()["aggregates"].as_array().expect("a list") {
        let methods = set["methods"].as_array().expect("a list");
        let thresholds = numbers(&set["thresholds"]);
        let first = rows(&methods[0]["scores"]);
        for method in methods {
            let own = rows(&method["scores"]);
            let value = |name: &str| method[name].as_f64().expect("a number");
            let pooled = own.concat();
            let iqm = inter_quartile_mean(&pooled).expect("runs");
            close(iqm, value("iqm_fractional"), 1e-12, "IQM with values on the cut in part");
            if pooled.len() % 4 == 0 {
                close(iqm, value("iqm_rliable"), 1e-12, "IQM where a quarter is a whole number of runs");
                near(stratified(&own, inter_quartile_mean).expect("runs"), &method["iqm_interval"], "IQM");
            } else {
                // rliable cuts off ⌊n/4⌋ whole runs on each side; the two differ, by little.
                close(iqm, value("iqm_rliable"), 0.02, "IQM of whole runs");
                apart = apart.max((iqm - value("iqm_rliable")).abs());
            }
            let (better, interval) = improvement_over(&own, &first).expect("runs");
            close(better, value("improvement"), 1e-12, "probability of improvement");
            near(
                interval.expect("several runs"),
                &method["improvement_interval"],
                "probability of improvement",
            );
            same += equal_ends(&own, &thresholds, method);
            ends += 2 * thresholds.len();
        }
    }
    assert!(apart > 1e-4, "the two definitions never part: {apart}");
    assert!(same * 100 >= 98 * ends, "{same} of {ends} ends of bands");
}

/// Shares exactly; ends of bands are multiples of one run, and a drawn end may be one off where the computed one is a close
/// call. How many ends are equal.
fn equal_ends(own: &[Vec<f64>], thresholds: &[f64], method: &Value) -> usize {
    let run = 1.0 / own.iter().map(Vec::len).sum::<usize>() as f64;
    let (shares, lows, highs) =
        (numbers(&method["profile"]), numbers(&method["band_low"]), numbers(&method["band_high"]));
    let mut same = 0;
    for (at, point) in profile(own, thresholds).expect("runs").iter().enumerate() {
        close(point.share, shares[at], 1e-12, "profile");
        for (ours, theirs) in [(point.band.low, lows[at]), (point.band.high, highs[at])] {
            close(ours, theirs, run + 1e-9, "band");
            same += usize::from((ours - theirs).abs() < 1e-9);
        }
    }
    same
}

#[test]
fn friedmans_test_is_that_of_scipy() {
    for case in fixture()["friedman"].as_array().expect("a list") {
        let test = Friedman::new(&rows(&case["blocks"])).expect("a test");
        for (ours, theirs) in test.average_ranks.iter().zip(numbers(&case["average_ranks"])) {
            close(*ours, theirs, 1e-12, "average rank");
        }
        for (name, ours) in
            [("chi_squared", test.chi_squared), ("p", test.p), ("f", test.f), ("p_f", test.p_f)]
        {
            close(ours, case[name].as_f64().expect("a number"), 1e-9, name);
        }
    }
}

#[test]
fn demsars_example_has_the_ranks_and_the_critical_difference_he_prints() {
    // Demšar (2006), section 3.2.2: ranks 3.143, 2.000, 2.893, 1.964; for four methods q 2.569, CD 1.25 on fourteen data sets.
    let test = Friedman::new(&rows(&fixture()["friedman"][1]["blocks"])).expect("a test");
    for (ours, printed) in test.average_ranks.iter().zip([3.143, 2.0, 2.893, 1.964]) {
        close(*ours, printed, 5e-4, "average rank");
    }
    close(nemenyi_q(4).expect("q"), 2.569, 5e-4, "q");
    close(critical_difference(4, 14).expect("CD"), 1.25, 5e-3, "CD");
}

#[test]
fn quantiles_and_tails_are_those_of_scipy() {
    let fixture = fixture();
    for row in rows(&fixture["nemenyi"]) {
        close(nemenyi_q(row[0] as usize).expect("q"), row[1], 1e-7, &format!("q of {}", row[0]));
    }
    for row in rows(&fixture["chi_squared_tail"]) {
        close(chi_squared_tail(row[0], row[1] as usize), row[2], 1e-12, "χ²");
    }
    for row in rows(&fixture["f_tail"]) {
        close(f_tail(row[0], row[1] as usize, row[2] as usize), row[3], 1e-12, "F");
    }
    for row in rows(&fixture["normal"]) {
        close(normal::cdf(row[0]), row[1], 1e-12, "Φ");
    }
}

#[test]
fn detectable_effects_are_those_of_scipys_noncentral_t_and_of_a_simulation_in_numpy() {
    let fixture = fixture();
    for row in rows(&fixture["detectable_t"]) {
        let ours = detectable(row[0] as usize, &[row[1]])[0].expect("reachable");
        close(ours, row[2], 1e-8, &format!("{} pairs at {}", row[0], row[1]));
    }
    for row in rows(&fixture["detectable_sign_flip"]) {
        let ours = detectable(row[0] as usize, &[row[1]])[0].expect("reachable");
        close(ours, row[2], 0.03, &format!("{} pairs at {}", row[0], row[1]));
    }
}
