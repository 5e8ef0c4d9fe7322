use std::fs;

use super::synthetic::{records, spoilt, without};
use super::*;
use crate::metric::score_all;
use contract::{Curve, Mark, RunLog, Status};

fn page(records: &[Record]) -> (String, String, Written) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write(records, folder.path(), &Options::default()).expect("a report");
    let html = fs::read_to_string(&written.html).expect("html");
    let markdown = fs::read_to_string(&written.markdown).expect("markdown");
    (html, markdown, written)
}

/// Every opened element is closed in order; void elements of HTML, self-closed elements of SVG and ends that HTML lets one leave
/// out aside.
fn assert_well_formed(html: &str) {
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap_or_default();
        let name: String =
            inside.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if inside.starts_with('!') || inside.ends_with('/') || name == "meta" {
            continue;
        }
        if inside.starts_with('/') {
            let implied = |top: &String| *top != name && ["td", "th", "tr", "tbody"].contains(&top.as_str());
            while open.last().is_some_and(implied) {
                open.pop();
            }
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "closed out of order");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

#[test]
fn the_terminal_table_fits_eighty_columns_and_counts_what_failed() {
    let mut all = records(5);
    let last = all.len() - 1;
    all[last] = spoilt(all[last].clone(), Status::Timeout, "stopped: the time limit was reached");
    all[7] = spoilt(all[7].clone(), Status::Diverged, "diverged at update 31: loss is NaN");
    let text = terminal(&all, &Options { tables: true, ..Options::default() });
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("terminal_two_benchmarks", text);
}

#[test]
fn the_answer_has_at_most_eleven_lines_of_eighty_columns() {
    let mut all = records(5);
    let last = all.len() - 1;
    all[last] = spoilt(all[last].clone(), Status::Timeout, &"stopped ".repeat(30));
    let answer = terminal(&all, &Options::default());
    insta::assert_snapshot!("terminal_answer", answer);
    // One benchmark whose table fits is told by its table.
    let one: Vec<Record> = all.into_iter().filter(|r| r.spec.benchmark == "permuted-digits").collect();
    let table = terminal(&one, &Options::default());
    assert!(table.contains("permuted-digits@1 · average_accuracy"), "{table}");
    for (text, most) in [(answer, 11), (table, 11)] {
        assert!(
            text.lines().count() <= most && text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}

#[test]
fn without_colour_there_is_no_escape_sequence_and_with_it_there_is() {
    let all = records(2);
    assert!(!terminal(&all, &Options::default()).contains('\u{1b}'));
    assert!(terminal(&all, &Options { color: true, ..Options::default() }).contains('\u{1b}'));
}

#[test]
fn the_page_is_self_contained_well_formed_and_deterministic() {
    let all = records(3);
    let (html, markdown, written) = page(&all);
    assert_well_formed(&html);
    // One script, in the page, and nothing that would be fetched.
    assert_eq!(html.matches("<script").count(), 1);
    assert!(!html.contains("<link") && !html.contains("@import") && !html.contains("src="));
    assert!(html.contains("content=\"default-src 'none'; "));
    assert!(!html.replace("http-equiv", "").contains("http"));
    assert_eq!(html.matches("<svg").count(), 2 * written.charts);
    assert_eq!(html.matches(" role=\"img\" aria-label=").count(), 2 * written.charts);
    assert_eq!(markdown.matches("](charts/").count(), 2 * written.charts);
    let (again, markdown_again, _) = page(&all);
    assert!(html == again && markdown == markdown_again);
    // The order in which runs ended does not matter.
    let mut shuffled = all;
    shuffled.reverse();
    assert!(page(&shuffled).0 == html);
}

#[test]
fn text_from_records_is_escaped() {
    let mut all = records(2);
    for record in &mut all {
        record.titles.method = "<b>\"sharp\" & 'odd'</b>".into();
    }
    let (html, ..) = page(&all);
    assert!(!html.contains("<b>"));
    assert!(html.contains("&lt;b&gt;&quot;sharp&quot; &amp; &#39;odd&#39;"));
    assert_well_formed(&html);
}

#[test]
fn with_fewer_than_ten_seeds_there_is_no_p_and_the_report_says_why() {
    let (_, few, _) = page(&records(5));
    assert_eq!(few.matches("Too few seeds for a verdict (5 of 10)").count(), 2, "once per benchmark");
    assert!(few.contains("can reach is 0.0625"));
    assert!(!few.contains("p (Holm)"));
    let (_, enough, _) = page(&records(10));
    assert!(!enough.contains("oo few seeds"));
    assert_eq!(enough.matches("p (Holm)").count(), 2);
}

#[test]
fn degenerate_sets_of_records_give_a_sensible_report() {
    let (html, ..) = page(&[]);
    assert!(html.contains("nothing was run"));
    let one = records(1);
    for set in [&one[..1], &one[..2], &one[..], &records(2)[..4]] {
        let (html, ..) = page(set);
        assert_well_formed(&html);
        assert!(!html.split("<script>").next().unwrap_or_default().contains("NaN"));
    }
}

#[test]
fn when_everything_failed_the_report_lists_the_reasons() {
    let all: Vec<Record> =
        records(3).into_iter().map(|r| spoilt(r, Status::Failed, "data set `digits`: <gone>")).collect();
    let (html, markdown, _) = page(&all);
    assert!(html.contains("30 of 30 runs did not finish"));
    assert!(html.contains("&lt;gone&gt;"));
    assert!(markdown.contains("0 ok, 3 failed"));
    assert_well_formed(&html);
}

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
fn an_undefined_metric_shows_its_reason() {
    let all: Vec<Record> = records(2).into_iter().map(|r| without(r, "average_accuracy")).collect();
    let (_, markdown, _) = page(&all);
    assert!(markdown.contains("taken away by the test"));
}

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
fn every_chart_has_its_numbers_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write(&records(2), folder.path(), &Options::default()).expect("a report");
    let names = |end: &str| {
        let mut names: Vec<String> = fs::read_dir(folder.path().join("charts"))
            .expect("charts")
            .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(end)?.to_owned()))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(".svg"), names(".csv"));
    assert_eq!(names(".svg"), names(".png"));
    assert_eq!(names(".svg").len(), written.charts);
    let csv = fs::read_to_string(folder.path().join("charts/split-digits-task-1-score.csv")).expect("csv");
    assert!(csv.starts_with("label,kind,value,low,high\n"));
    assert_eq!(csv.lines().filter(|line| line.contains(",seed,")).count(), 10);
}

#[test]
fn printed_means_and_intervals_follow_from_the_numbers_beside_the_chart() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write(&records(7), folder.path(), &Options::default()).expect("a report");
    let markdown = fs::read_to_string(written.markdown).expect("markdown");
    let mut checked = 0;
    for benchmark in ["split-digits-task-1", "permuted-digits-1"] {
        let csv =
            fs::read_to_string(folder.path().join(format!("charts/{benchmark}-score.csv"))).expect("csv");
        let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
        for row in rows.iter().filter(|row| row[1] == "mean") {
            let seeds = rows.iter().filter(|other| other[1] == "seed" && other[0] == row[0]);
            let values: Vec<f64> = seeds.map(|seed| seed[2].parse().expect("a number")).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let interval = base::stats::mean_interval(&values);
            let printed = format!("| {} | {} | {} | 7 |", row[0], number(mean), interval_text(interval));
            assert!(markdown.contains(&printed.replace('[', "\\[")), "{printed}");
            checked += 1;
        }
    }
    assert_eq!(checked, 10);
}

#[test]
fn one_benchmark_one_method_and_one_seed_are_told_as_what_they_are() {
    let one = &records(1)[..1];
    let (html, markdown, _) = page(one);
    assert!(
        markdown
            .contains("Asked: which method learns best on 1 benchmark? Answered with 1 run, 1 seed each.")
    );
    assert!(html.contains("No mechanism was run, so there is no verdict."));
    let text = terminal(one, &Options::default());
    assert!(text.contains("too few seeds") || text.contains("best ("), "{text}");
}

#[test]
fn a_method_that_ran_on_some_benchmarks_only_and_is_best_there_is_named_beside_the_best_of_all() {
    let mut all = records(5);
    all.retain(|record| record.spec.method != "si" || record.spec.benchmark == "split-digits-task");
    let text = terminal(&all, &Options::default());
    assert!(text.contains(" (split-digits-task: si 0."), "{text}");
    let markdown = page(&all).1;
    assert!(
        markdown.contains("because it ran on 1 of 2 benchmarks only: Synaptic intelligence, which is better"),
        "{markdown}"
    );
    // Nobody is named twice.
    assert!(!terminal(&records(5), &Options::default()).contains(": si"), "{text}");
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
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("taken");
    fs::write(&file, "a file").expect("write");
    let error = write(&records(1), &file, &Options::default()).expect_err("not a folder");
    assert!(error.to_string().contains("taken"), "{error}");
}

/// Writes the synthetic report to the folder in `REPORT_DEMO`, to look at it; `REPORT_FROM` names a journal of real
/// records instead.
#[test]
#[ignore = "for people: REPORT_DEMO=/tmp/demo cargo test -- --ignored draws_the_demonstration"]
fn draws_the_demonstration() {
    let Some(folder) = std::env::var_os("REPORT_DEMO") else { return };
    let seeds = std::env::var("REPORT_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let mut all = records(seeds);
    let last = all.len() - 1;
    all[last] = spoilt(all[last].clone(), Status::Timeout, "stopped: the time limit was reached");
    all[7] = spoilt(all[7].clone(), Status::Diverged, "diverged at update 31: loss is NaN");
    if let Some(path) = std::env::var_os("REPORT_FROM") {
        let text = fs::read_to_string(path).expect("REPORT_FROM is readable");
        all = text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
        for record in &mut all {
            record.metrics = crate::metric::score_all(&record.spec.paradigm, &record.log);
        }
    }
    let options = Options { command: "cargo run --release --bin bench".into(), ..Options::default() };
    write(&all, std::path::Path::new(&folder), &options).expect("a report");
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
