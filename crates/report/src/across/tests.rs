use std::fs;

use crate::number::{number, p_value, value_with_interval};
use crate::synthetic::{records, spoilt};
use crate::verdict_files::fields;
use crate::{Options, write_with};
use base::stats::Interval;
use contract::{Record, Status};

/// The section's text and the rows of `across.csv`.
fn section(records: &[Record]) -> (String, Vec<Vec<String>>) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write_with(records, folder.path(), &Options::default(), |_| None).expect("a report");
    let html = fs::read_to_string(&written.html).expect("html");
    let (_, own) = html.split_once("<h2 id=\"across-benchmarks\">").expect("the section");
    let own = own.split("<h2").next().unwrap_or_default().to_owned();
    let csv = fs::read_to_string(folder.path().join("across.csv")).expect("csv");
    (own, csv.lines().skip(1).map(fields).collect())
}

/// How the page prints a row of the file.
fn printed(row: &[String]) -> String {
    let value = |at: usize| row[at].parse::<f64>().ok();
    let interval = value(5).zip(value(6)).map(|(low, high)| Interval { low, high });
    let plain = || value(4).expect("a value");
    match row[1].as_str() {
        "inter_quartile_mean" | "probability_of_improvement" => value_with_interval(value(4), interval),
        "average_rank" | "critical_difference" => format!("{:.2}", plain()),
        "friedman_chi_squared" | "iman_davenport_f" => number(plain()),
        "tests" => plain().to_string(),
        "detectable_effect" | "detectable_effect_holm" => {
            value(4).map_or_else(|| "none".into(), |effect| format!("{effect:.2} SD"))
        }
        _ => p_value(plain()),
    }
}

#[test]
fn every_number_of_the_section_is_one_of_the_file() {
    let (html, rows) = section(&records(10));
    // Profiles stand in the chart alone.
    let (profiles, rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row[1] == "performance_profile");
    assert_eq!(profiles.len(), 4 * 41);
    assert!(
        profiles.iter().all(
            |row| row[7] == "20" && row[4].parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share))
        )
    );
    // In these records both benchmarks rank alike, so that there is no F.
    for row in rows.iter().filter(|row| !row[4].is_empty() || row[1].starts_with("detectable")) {
        let printed = printed(row);
        assert!(html.contains(&printed), "{row:?}: {printed} is not in the page");
    }
    let of = |statistic: &str| rows.iter().filter(|row| row[1] == statistic).count();
    // Four methods beside the ceiling, one of them the reference; two benchmarks whose tables are of one size.
    assert_eq!(
        (of("inter_quartile_mean"), of("probability_of_improvement"), of("average_rank"), of("smallest_p")),
        (4, 3, 4, 1)
    );
    let places: f64 =
        rows.iter().filter(|row| row[1] == "average_rank").filter_map(|row| row[4].parse::<f64>().ok()).sum();
    assert!((places - 10.0).abs() < 1e-12, "ranks of four methods are 1 + 2 + 3 + 4 on each benchmark");
    // And the other way round: no number of the two tables stands in the page alone.
    for cell in html.split("<td class=\"n\">").skip(1).filter_map(|rest| rest.split('<').next()) {
        let known = |row: &Vec<String>| row[7] == cell || (!row[4].is_empty() && printed(row) == cell);
        let known = cell == "reference" || cell == "none" || rows.iter().any(known);
        assert!(known, "{cell} is not in the file");
    }
}

#[test]
fn who_cannot_be_compared_is_named_with_the_reason() {
    let mut all = records(10);
    // EWC lost a run on one benchmark, SI ran on one only.
    let lost = all.iter().position(|record| record.spec.method == "ewc").expect("it ran");
    all[lost] = spoilt(all[lost].clone(), Status::Diverged, "a number stopped being finite");
    all.retain(|record| record.spec.method != "si" || record.spec.benchmark != "permuted-digits");
    let (html, rows) = section(&all);
    for words in [
        "EWC (1 of 20 runs missing or not finished: the rest may be the easier ones)",
        "Synaptic intelligence (ran on 1 of 2 benchmarks)",
        "Joint training (a yardstick, which does not compete)",
    ] {
        assert!(html.contains(words), "{words} is not in {html}");
    }
    let compared: Vec<&str> =
        rows.iter().filter(|row| row[1] == "inter_quartile_mean").map(|row| row[2].as_str()).collect();
    assert_eq!(compared.len(), 2);
    assert!(compared.contains(&"naive") && compared.contains(&"frozen"));
}

#[test]
fn sets_that_are_too_small_get_a_sentence() {
    let all = records(10);
    let only = |keep: &dyn Fn(&Record) -> bool| {
        all.iter().filter(|record| keep(record)).cloned().collect::<Vec<_>>()
    };
    let (one_benchmark, rows) = section(&only(&|record| record.spec.benchmark == "permuted-digits"));
    assert!(
        one_benchmark.contains("Incremental learning (one benchmark)") && !one_benchmark.contains("<svg")
    );
    assert!(rows.iter().all(|row| row[0] == "differences to the reference"), "{rows:?}");
    let (one_method, _) = section(&only(&|record| matches!(record.spec.method.as_str(), "naive" | "joint")));
    assert!(one_method.contains("only one method finished all runs on all 2 benchmarks"), "{one_method}");
    let (one_seed, _) = section(&records(1));
    assert!(one_seed.contains("Incremental learning (one seed)"));
    assert!(one_seed.contains("No paired test with a p stands in this report"));
}
