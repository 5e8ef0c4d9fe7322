//! `docs/results.md`, made from `results/reference`: what mechanisms do, where there is room for them, what methods score.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::metric::higher_is_better;
use super::number::p_value;
use super::verdict_files::fields;

const MARK: &str = "<!-- from here on made by UPDATE_DOCS=1 cargo test --lib reference_page -->\n";

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a CSV file below its heading; headings of files one after another are left out too.
fn rows(text: &str) -> Vec<Vec<String>> {
    let heading = text.lines().next().unwrap_or_default();
    text.lines().filter(|line| !line.is_empty() && *line != heading).map(fields).collect()
}

/// What comes first: findings for, then undecided, then against, then none.
fn rank(words: &str) -> usize {
    let starts = [
        "helps",
        "a good",
        "better than a",
        "better than untuned, not",
        "no difference",
        "better",
        "worse",
        "hurts",
    ];
    let exact = usize::from(words != "helps");
    starts.iter().position(|start| words.starts_with(start)).map_or(100, |at| 2 * at + exact)
}

/// The studies of headroom, of a benchmark and target that was asked twice the longer one.
const STUDIES: [&str; 20] = [
    "digits-drift",
    "sine-noisy",
    "digits-noisy-60",
    "ring-contrast",
    "digits-contrast-60",
    "digits-luminance",
    "fashion-contrast",
    "digits-interference",
    "plane-luminance",
    "plane-noise-blocks",
    "plane-noise-blocks-discount",
    "plane-relevance",
    "plane-relevance-gate",
    "plane-relevance-discount",
    "plane-relevance-window",
    "plane-rare",
    "plane-noise-speed",
    "digits-memory-60",
    "sine-volatility",
    "stagger-contexts",
];

/// Outcome of headroom by benchmark and target.
fn headroom() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in STUDIES {
        let text = read(&root().join(format!("results/reference/headroom/{name}/headroom.csv")));
        let columns = fields(text.lines().next().unwrap_or_default());
        for row in rows(&text) {
            let of =
                |column: &str| columns.iter().position(|own| own == column).map_or("", |at| row[at].as_str());
            let words = format!("{}: {}", of("target"), of("outcome"));
            let of = found.entry(of("benchmark").to_owned()).or_default();
            // A row per mechanism that was asked.
            if !of.contains(&words) {
                of.push(words);
            }
        }
    }
    found
}

fn mechanisms() -> String {
    let mut verdicts = rows(&read(&root().join("results/reference/verdicts/after.csv")));
    verdicts.sort_by_key(|row| (rank(&row[4]), row[0].clone(), row[2].clone(), row[3].clone()));
    let headroom = headroom();
    let mut text = "| mechanism | benchmark | suite | verdict | p | corrected | headroom |\n| --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    for row in &verdicts {
        let [suite, _, benchmark, mechanism, words, p, holm, ..] = row.as_slice() else { continue };
        let number = |text: &String| text.parse::<f64>().map_or("–".to_owned(), p_value);
        let room = headroom.get(benchmark).map_or("not measured".to_owned(), |found| found.join("; "));
        let (p, holm) = (number(p), number(holm));
        let _ = writeln!(text, "| {mechanism} | `{benchmark}` | {suite} | {words} | {p} | {holm} | {room} |");
    }
    text
}

/// Mean scores of the default suite's methods, the best first.
fn methods() -> String {
    let mut scores: BTreeMap<(String, String), BTreeMap<String, Vec<f64>>> = BTreeMap::new();
    for row in rows(&read(&root().join("results/reference/core/scores.csv"))) {
        let [benchmark, _, method, _, status, metric, value] = row.as_slice() else { continue };
        let place = scores.entry((benchmark.clone(), metric.clone())).or_default();
        // Controls belong to their mechanisms, above.
        if status == "ok" && !method.contains('+') {
            place.entry(method.clone()).or_default().extend(value.parse::<f64>());
        }
    }
    let mut text = String::new();
    for ((benchmark, metric), methods) in scores {
        let higher = higher_is_better(&metric);
        let mut means: Vec<(String, f64, usize)> = methods
            .into_iter()
            .map(|(method, values)| (method, values.iter().sum::<f64>() / values.len() as f64, values.len()))
            .collect();
        means.sort_by(|a, b| if higher { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
        let better = if higher { "higher" } else { "lower" };
        let _ = writeln!(
            text,
            "\n`{benchmark}`, {metric} ({better} is better)\n\n| method | mean | seeds |\n| --- | --- | --- |"
        );
        for (method, mean, seeds) in means {
            let _ = writeln!(text, "| {method} | {mean:.4} | {seeds} |");
        }
    }
    text
}

fn summary() -> String {
    let verdicts = rows(&read(&root().join("results/reference/verdicts/after.csv")));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    verdicts.iter().for_each(|row| *counts.entry(row[4].as_str()).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(words, count)| (rank(words), Reverse(*count)));
    let pairs: BTreeSet<(&str, &str)> =
        verdicts.iter().map(|row| (row[2].as_str(), row[3].as_str())).collect();
    let mut text =
        format!("{} verdicts on {} pairs of mechanism and benchmark:\n\n", verdicts.len(), pairs.len());
    counts.iter().for_each(|(words, count)| {
        let _ = writeln!(text, "- {count} × {words}");
    });
    text
}

#[test]
fn the_page_of_results_is_what_the_reference_says() {
    let path = root().join("docs/results.md");
    let page = read(&path);
    let (text, _) = page.split_once(MARK).expect("the mark");
    let expected = format!(
        "{text}{MARK}\n{}\n## Mechanisms\n\n{}\n## Methods of the default suite\n{}",
        summary(),
        mechanisms(),
        methods()
    );
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).expect("writable");
        return;
    }
    assert!(page == expected, "docs/results.md is stale: UPDATE_DOCS=1 cargo test --lib reference_page");
}
