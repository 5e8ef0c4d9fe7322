//! Which records count, pair and stand apart, and what is said of it.

use super::*;

#[test]
fn failed_runs_are_counted_and_take_part_in_no_mean() {
    let all = records(3);
    let mut spoilt_all = all.clone();
    spoilt_all[0] = spoilt(all[0].clone(), Status::Failed, "why not");
    let results = Results::new(&spoilt_all, &[]);
    let benchmark = results.benchmarks.iter().find(|b| b.id == "split-digits-task@1").expect("it ran");
    let naive = benchmark.method("naive").expect("it ran");
    assert_eq!(naive.statuses(), "2 ok, 1 failed");
    assert_eq!(benchmark.scores(naive).by_seed.iter().map(|(seed, _)| *seed).collect::<Vec<_>>(), [1, 2]);
    // Pairs are formed by seed: the lost seed drops out of the comparison.
    let ewc = benchmark.method("ewc").expect("it ran");
    let difference = benchmark.difference(ewc, naive, "average_accuracy").expect("two pairs");
    assert_eq!(difference.pairs, 2);
    let of = |i: usize| all[i].metrics["average_accuracy"].value().expect("defined");
    assert!((difference.mean - ((of(4) - of(1)) + (of(5) - of(2))) / 2.0).abs() < 1e-12);
}

#[test]
fn the_normalised_score_is_zero_at_chance_and_one_at_the_ceiling() {
    let all = records(4);
    let results = Results::new(&all, &[]);
    let benchmark = &results.benchmarks[0];
    let joint = benchmark.method("joint").expect("it ran");
    let mean = benchmark.normalised(joint).and_then(|values| values.mean()).expect("defined");
    assert!((mean - 1.0).abs() < 1e-12);
}

#[test]
fn of_two_records_of_one_seed_the_later_counts_and_the_report_says_so() {
    let mut all = records(2);
    all.push(all[0].clone());
    let results = Results::new(&all, &[]);
    assert_eq!(results.superseded, 1);
    assert!(page(&all).1.contains("1 record older than another"));
}

#[test]
fn ties_in_time_are_decided_by_content_and_not_by_order() {
    let first = records(1).swap_remove(0);
    let second = Record { key: "zz".into(), ..first.clone() };
    for all in [[first.clone(), second.clone()], [second, first]] {
        let results = Results::new(&all, &[]);
        assert_eq!(results.records().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["zz"]);
        assert_eq!(results.superseded, 1);
    }
}

#[test]
fn records_whose_data_or_own_model_differ_stand_apart_and_older_records_pair_with_the_one_there_is() {
    let of = |method: &str| {
        let all = records(1).into_iter();
        all.into_iter()
            .find(|r| r.spec.method == method && r.spec.benchmark == "permuted-digits")
            .expect("one")
    };
    let base = |width: u64| [("model".to_owned(), serde_json::json!({ "hidden": [width] }))].into();
    let (old, mut narrow, mut wide, mut other_data) = (of("naive"), of("ewc"), of("si"), of("joint"));
    (narrow.base, wide.base) = (base(8), base(9));
    other_data.data.insert("digits".into(), "cd".repeat(32));
    let apart = |all: &[Record]| {
        let results = Results::new(all, &[]);
        let names: Vec<String> = results.benchmarks.iter().map(|b| b.id.clone()).collect();
        (names.len(), results.conflicts.concat())
    };
    assert_eq!(apart(&[old.clone(), narrow.clone()]), (1, String::new()));
    let (count, words) = apart(&[narrow.clone(), wide.clone()]);
    assert!(
        count == 2 && words.contains("model.hidden [8]") && words.contains("model.hidden [9]"),
        "{words}"
    );
    // What the older record's model was is not known: it pairs with neither.
    assert_eq!(apart(&[old.clone(), narrow, wide]).0, 3);
    let (count, words) = apart(&[old, other_data]);
    assert!(count == 2 && words.contains("data set digits abab"), "{words}");
}

#[test]
fn a_control_that_replays_another_run_of_its_mechanism_stands_apart() {
    let template = records(1).swap_remove(0);
    let one = |key: &str, method: &str, gain: f64, replays: Option<&str>| {
        let mut record = template.clone();
        record.key = key.into();
        record.spec.method = method.into();
        let key = replays.map(str::to_owned);
        record.spec.replays = key.map(|key| contract::ReplaySource { key, trace: None });
        if replays.is_none() {
            record.spec.settings["modulation"] = serde_json::json!({ "gain": gain });
        }
        record
    };
    let all = [
        one("a", "na", 1.0, None),
        one("b", "na", 2.0, None),
        one("c", "na+shuffled", 0.0, Some("a")),
        one("d", "na+shuffled", 0.0, Some("b")),
    ];
    let results = Results::new(&all, &[]);
    let ids: Vec<&str> = results.benchmarks[0].methods.iter().map(|method| method.id.as_str()).collect();
    assert_eq!(ids, ["na [1 of 2]", "na [2 of 2]", "na+shuffled [1 of 2]", "na+shuffled [2 of 2]"]);
    assert_eq!(results.conflicts.len(), 2, "{:?}", results.conflicts);
}

#[test]
fn a_method_has_one_colour_on_every_benchmark() {
    let all = records(2);
    let results = Results::new(&all, &[]);
    let color = |place: usize, id: &str| results.benchmarks[place].method(id).expect("it ran").color;
    for (id, ..) in super::synthetic::METHODS {
        assert_eq!(color(0, id), color(1, id), "{id}");
    }
}

#[test]
fn an_interval_over_seeds_says_that_all_of_them_share_one_split() {
    let words = "over seeds only: all seeds share one split of the data";
    let mut all = records(3);
    all.iter_mut().for_each(|record| record.data.clear());
    let (html, markdown, _) = page(&all);
    assert!(!html.contains(words) && !markdown.contains(words), "these records name no data");
    for record in &mut all {
        record.data.insert("digits".into(), "0".repeat(64));
    }
    let (html, markdown, _) = page(&all);
    // In the caption of each benchmark's table and of its chart.
    assert_eq!((html.matches(words).count(), markdown.matches(words).count() >= 4), (4, true));
    assert!(markdown.contains("Intervals are over seeds only: where a benchmark's data are a fixed split"));
    for record in &mut all {
        record.spec.settings["split"] = "per-seed".into();
    }
    assert!(!page(&all).0.contains(words));
}

#[test]
fn differences_without_spread_have_no_effect_size_and_the_table_says_why() {
    let mut all = records(12);
    let shifted = |scores: Option<f64>| scores.map(|score| score + 0.1);
    let of = |all: &[Record], seed: u64| {
        let naive = all.iter().find(|r| r.spec.method == "naive" && r.spec.seed == seed).expect("recorded");
        naive.metrics["average_accuracy"].value()
    };
    let scores: Vec<Option<f64>> = (0..12).map(|seed| of(&all, seed)).collect();
    for record in &mut all {
        if record.spec.method == "ewc" {
            let score = shifted(scores[record.spec.seed as usize]).expect("a score");
            record.metrics.insert("average_accuracy".into(), score.into());
        } else if record.spec.method == "naive" {
            let score = scores[record.spec.seed as usize].expect("a score");
            record.metrics.insert("average_accuracy".into(), score.into());
        }
    }
    let (_, markdown, _) = page(&all);
    let row = markdown.lines().find(|line| line.contains("EWC") && line.contains("+0.100")).expect("a row");
    assert!(row.contains("undefined: no spread"), "{row}");
}
