//! Tables for the terminal: one per benchmark, at most 80 columns.

use std::fmt::Write as _;

use super::number::{count, number, signed};
use super::results::{BenchmarkResults, MethodResults, Results};
use super::short::{clip_middle, methods};
use base::plain;
use base::stats::VERDICT_SEEDS;
use contract::Status;

/// Columns of a terminal.
pub(super) const WIDTH: usize = 80;
const BAR: usize = 10;

/// All tables. Writing to a string cannot fail, so results of `write!` are dropped.
pub(super) fn all(results: &Results<'_>, color: bool) -> String {
    let paint = Paint(color);
    let mut out = String::new();
    for benchmark in &results.benchmarks {
        write_benchmark(&mut out, benchmark, &paint);
        out.push('\n');
    }
    write_failures(&mut out, results, &paint);
    write_missing(&mut out, results, &paint);
    out
}

/// The table of one benchmark.
pub(super) fn one(benchmark: &BenchmarkResults<'_>, color: bool) -> String {
    let mut out = String::new();
    write_benchmark(&mut out, benchmark, &Paint(color));
    out
}

/// Colours, where the terminal takes them.
pub(super) struct Paint(pub bool);

impl Paint {
    pub(super) fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn write_benchmark(out: &mut String, benchmark: &BenchmarkResults<'_>, paint: &Paint) {
    let _ = writeln!(out, "{}", paint.with("1", &clip(benchmark.name(), WIDTH)));
    let better = if benchmark.higher_is_better() { "higher is better" } else { "lower is better" };
    let about = format!("{} · {} ({better})", benchmark.id, benchmark.score.metric);
    let _ = writeln!(out, "{}", paint.with("2", &clip(&about, WIDTH)));
    let reference = benchmark.reference();
    let versus = reference.map_or_else(String::new, |r| format!("vs {}", r.id));
    let head = format!(
        "{:<18} {:>7} {:<15} {:>12}  {:<10} runs",
        "method",
        "mean",
        "95 % interval",
        clip_middle(&plain::line(&versus), 12, ""),
        "0 to 1"
    );
    let _ = writeln!(out, "{}", paint.with("2", head.trim_end()));
    let ranked = benchmark.ranked();
    let ids: Vec<String> = ranked.iter().map(|method| plain::line(&method.id).into_owned()).collect();
    let names = methods(&ids.iter().map(String::as_str).collect::<Vec<_>>(), 18);
    for (method, name) in ranked.into_iter().zip(names) {
        let scores = benchmark.scores(method);
        let mean = scores.mean().map_or_else(|| "–".into(), number);
        let interval = scores
            .interval()
            .map_or_else(String::new, |i| format!("[{}, {}]", number(i.low), number(i.high)));
        let difference = reference
            .filter(|r| r.id != method.id)
            .and_then(|r| benchmark.difference(method, r, &benchmark.score.metric))
            .map_or_else(String::new, |d| signed(d.mean));
        let share = benchmark.normalised(method).and_then(|values| values.mean());
        let bar = share.map_or_else(String::new, bar);
        let fine = method.missing == 0 && method.records.iter().all(|r| r.status == Status::Ok);
        let runs =
            if fine { method.records.len().to_string() } else { paint.with("31", &short_statuses(method)) };
        let line = format!(
            "{name:<18} {mean:>7} {interval:<15} {difference:>12}  {} {runs}",
            paint.with("36", &format!("{bar:<BAR$}")),
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if let Some(notice) = too_few_seeds(benchmark) {
        let _ = writeln!(out, "{}", paint.with("2", &notice));
    }
}

/// `3/5 ok`: what went wrong stands below all tables.
fn short_statuses(method: &MethodResults<'_>) -> String {
    format!("{}/{} ok", method.ok().count(), method.records.len() + method.missing)
}

/// The sentence that stands instead of a verdict, once per benchmark.
pub(super) fn too_few_seeds(benchmark: &BenchmarkResults<'_>) -> Option<String> {
    benchmark.reference()?;
    let most = benchmark.methods.iter().map(|m| m.ok().count()).max()?;
    (most < VERDICT_SEEDS).then(|| format!("too few seeds for a verdict ({most} of {VERDICT_SEEDS})"))
}

/// A bar of the normalised score: chance is empty, the ceiling full.
fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (BAR * 8) as f64).round() as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{rest}", "█".repeat(eighths / 8))
}

/// The beginning of a text, on one line.
pub(super) fn clip(text: &str, width: usize) -> String {
    let text = plain::line(text);
    if text.chars().count() <= width {
        return text.into_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn write_failures(out: &mut String, results: &Results<'_>, paint: &Paint) {
    let bad: Vec<_> = results.records().filter(|record| record.status != Status::Ok).collect();
    if bad.is_empty() {
        return;
    }
    let total = results.records().count();
    let head = format!("{} of {} did not finish:", bad.len(), count(total, "run"));
    let _ = writeln!(out, "{}", paint.with("31", &head));
    for record in bad.iter().take(10) {
        let why = record.error.as_deref().unwrap_or("no reason recorded");
        let line = format!(
            "  {} {} seed {}: {}: {why}",
            record.benchmark_at_version(),
            record.spec.method,
            record.spec.seed,
            record.status.word()
        );
        let _ = writeln!(out, "{}", clip(&line, WIDTH));
    }
    if bad.len() > 10 {
        let _ = writeln!(out, "  … and {} more: see the report", bad.len() - 10);
    }
}

fn write_missing(out: &mut String, results: &Results<'_>, paint: &Paint) {
    const SHOWN: usize = 10;
    let Some(sentence) = results.missing.sentence() else { return };
    let _ = writeln!(out, "{}", paint.with("31", &format!("{sentence}:")));
    let rows: Vec<[String; 4]> = results.missing.rows().collect();
    for [benchmark, method, seeds, _] in rows.iter().take(SHOWN) {
        let _ = writeln!(out, "{}", clip(&format!("  {benchmark} {method}: seeds {seeds}"), WIDTH));
    }
    if rows.len() > SHOWN {
        let _ = writeln!(out, "  … and {} more methods: see the report", rows.len() - SHOWN);
    }
    let _ = writeln!(out, "verdicts that would rest on them are withheld");
}
