//! Files of verdicts: written for programs, two of them side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::chart::Csv;
use super::number::p_value;
use super::verdicts::Judged;

/// Columns of `verdicts.csv`.
const COLUMNS: [&str; 8] =
    ["suite", "paradigm", "benchmark", "mechanism", "verdict", "p", "p_holm", "against"];

/// One line per verdict, for programs.
pub(super) fn csv(judged: &[Judged<'_, '_>], negative: &[Judged<'_, '_>]) -> String {
    let mut table = Csv::new(COLUMNS);
    // Where nothing but negative controls was run they stand in both lists.
    let known: BTreeSet<&str> = judged.iter().map(|one| one.benchmark.id.as_str()).collect();
    let more = negative.iter().filter(|one| !known.contains(one.benchmark.id.as_str()));
    for one in judged.iter().chain(more) {
        let p = one.verdict.p();
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let answers = one.verdict.rests_on.iter().filter_map(|question| one.verdict.answer(*question));
        let against: Vec<&str> = answers.map(|answer| answer.carried_by.method.as_str()).collect();
        table.row([
            one.mechanism.records.first().map_or_else(String::new, |record| record.suite.clone()),
            one.benchmark.paradigm.clone(),
            one.benchmark.id.split('@').next().unwrap_or_default().to_owned(),
            one.mechanism.id.clone(),
            one.verdict.finding.words(),
            number(p.map(|p| p.0)),
            number(p.map(|p| p.1)),
            against.join(" and "),
        ]);
    }
    table.text()
}

/// The fields of one line.
pub(super) fn fields(line: &str) -> Vec<String> {
    let (mut list, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => list.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    list.push(field);
    list
}

/// Two files of verdicts side by side, as a Markdown table: suite, benchmark, mechanism, the verdict before and after. Each
/// may be several `verdicts.csv` one after another; what is in one file only has a dash in the other's column.
pub fn joined(before: &str, after: &str) -> String {
    let heading = COLUMNS.join(",");
    let read = |text: &str| -> BTreeMap<[String; 4], String> {
        let lines = text.lines().filter(|line| !line.is_empty() && *line != heading);
        lines.filter_map(|line| told(&fields(line))).collect()
    };
    let (before, after) = (read(before), read(after));
    let keys: BTreeSet<&[String; 4]> = before.keys().chain(after.keys()).collect();
    let mut text =
        "| suite | benchmark | mechanism | before | after |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for key in keys {
        let [was, is] = [&before, &after].map(|rows| rows.get(key).map_or("–", String::as_str));
        let [suite, _, benchmark, mechanism] = key;
        let _ = writeln!(text, "| {suite} | `{benchmark}` | {mechanism} | {was} | {is} |");
    }
    text
}

/// Suite, paradigm, benchmark and mechanism of a line, and what it says.
fn told(row: &[String]) -> Option<([String; 4], String)> {
    let [suite, paradigm, benchmark, mechanism, words, p, holm, ..] = row else { return None };
    let number = |text: &str| text.parse::<f64>().ok().map(p_value);
    let words = match (number(p), number(holm)) {
        (Some(p), Some(holm)) => format!("{words} (p {p}, corrected {holm})"),
        _ => words.clone(),
    };
    Some(([suite, paradigm, benchmark, mechanism].map(Clone::clone), words))
}

#[cfg(test)]
#[path = "verdict_files_tests.rs"]
mod tests;
