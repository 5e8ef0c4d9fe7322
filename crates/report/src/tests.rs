mod counting;
mod go_nogo;

use std::fs;

use super::synthetic::{records, spoilt, without};
use super::*;
use crate::metric::score_all;
use contract::Status;

fn page(records: &[Record]) -> (String, String, Written) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = write_with(records, folder.path(), &Options::default(), |_| None).expect("a report");
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
fn an_undefined_metric_shows_its_reason() {
    let all: Vec<Record> = records(2).into_iter().map(|r| without(r, "average_accuracy")).collect();
    let (_, markdown, _) = page(&all);
    assert!(markdown.contains("taken away by the test"));
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
    let written = write_with(&records(7), folder.path(), &Options::default(), |_| None).expect("a report");
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
