//! Tables as papers print them: booktabs, mean ± standard deviation over seeds, bounds apart, the best in bold only where
//! a test says so.

use std::fmt::Write as _;

use super::latex_text::{comment, label, text};
use crate::metric;
use crate::results::{BenchmarkResults, MethodResults, Results};
use base::stats;
use base::stats::LEVEL;
use contract::definition::{Ceiling, SearchNote};

/// What is said above and below every table.
const RULE: &str = "Bold: the best mean among methods that are no bound, where its difference to each of the others has p < 0.05 \
    (two-sided: sign-flip test where seeds are paired, permutation test where they are not; Holm over these comparisons; ten seeds at least, none missing, equal search budgets). \
    Without bold no method is told apart from all others.";

/// Metrics that stand beside the score where a benchmark has them, with their headings.
const BESIDE: [(&str, &str); 2] = [("forgetting", "forgetting"), ("backward_transfer", "BWT")];

/// One table for each benchmark, ready for `\input`; needs the package booktabs.
pub fn tables(results: &Results<'_>) -> String {
    let mut out = String::from("% Needs \\usepackage{booktabs}.\n");
    let _ = writeln!(out, "% {RULE}");
    for benchmark in &results.benchmarks {
        table(&mut out, benchmark);
    }
    out
}

/// A bound, and what it says in the table.
fn bound(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>) -> bool {
    matches!(&benchmark.score.ceiling, Ceiling::Method(id) if *id == method.id)
}

/// Writing to a string cannot fail, so results of `write!` are dropped.
fn table(out: &mut String, benchmark: &BenchmarkResults<'_>) {
    let beside: Vec<&(&str, &str)> = BESIDE
        .iter()
        .filter(|(name, _)| *name != benchmark.score.metric)
        .filter(|(name, _)| benchmark.methods.iter().any(|m| !benchmark.values(m, name).by_seed.is_empty()))
        .collect();
    let bytes =
        |method: &MethodResults<'_>| method.ok().map(|run| run.log.footprint.replay_bytes).max().unwrap_or(0);
    let replay = benchmark.methods.iter().any(|method| bytes(method) > 0);
    let columns = 2 + beside.len() + usize::from(replay);
    let _ = writeln!(out, "\n% {} ({})", comment(&benchmark.id), comment(&benchmark.paradigm));
    let _ = writeln!(out, "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}", caption(benchmark));
    let _ = writeln!(out, "  \\label{{tab:{}}}", label(&benchmark.id));
    let _ = writeln!(out, "  \\begin{{tabular}}{{l{}}}\n    \\toprule", "r".repeat(columns));
    let arrow = if benchmark.higher_is_better() { "$\\uparrow$" } else { "$\\downarrow$" };
    let mut heads =
        vec!["method".to_owned(), format!("{} {arrow}", text(&benchmark.score.metric.replace('_', " ")))];
    for (name, title) in &beside {
        let arrow = if metric::higher_is_better(name) { "$\\uparrow$" } else { "$\\downarrow$" };
        heads.push(format!("{title} {arrow}"));
    }
    heads.extend(replay.then(|| "buffer (kB)".to_owned()));
    heads.push("seeds".into());
    let _ = writeln!(out, "    {} \\\\\n    \\midrule", heads.join(" & "));
    let bold = best(benchmark);
    let row = |out: &mut String, method: &MethodResults<'_>| {
        let mut cells = vec![text(&method.title), score(benchmark, method, bold == Some(&method.id))];
        cells.extend(beside.iter().map(|(name, _)| cell(&benchmark.values(method, name).numbers())));
        cells.extend(replay.then(|| format!("{:.1}", bytes(method) as f64 / 1000.0)));
        cells.push(seeds(method));
        let _ = writeln!(out, "    {} \\\\", cells.join(" & "));
    };
    let ranked = benchmark.ranked();
    ranked.iter().filter(|method| !bound(benchmark, method)).for_each(|method| row(out, method));
    let _ = writeln!(out, "    \\midrule");
    for method in ranked.iter().filter(|method| bound(benchmark, method)) {
        row(out, method);
    }
    let empty = " & ".repeat(columns - 1);
    if let Ceiling::Value(value) = benchmark.score.ceiling {
        let _ = writeln!(out, "    ceiling & {value}{empty} \\\\");
    }
    // A score made elsewhere whose chance nobody declared has the 0 that stands for nothing.
    if benchmark.paradigm != "judged" || benchmark.score.chance != 0.0 {
        let _ = writeln!(out, "    chance & {}{empty} \\\\", benchmark.score.chance);
    }
    let _ = writeln!(out, "    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}");
}

fn caption(benchmark: &BenchmarkResults<'_>) -> String {
    let shared =
        benchmark.shared_data().map_or_else(String::new, |words| format!(" Spread is {}.", text(words)));
    format!(
        "{} ({}): mean $\\pm$ standard deviation over seeds.{shared} Below the line: bounds. {}",
        text(benchmark.name()),
        text(&benchmark.id),
        text(RULE)
    )
}

/// Finished runs, and those that were asked for where that is more.
fn seeds(method: &MethodResults<'_>) -> String {
    let (ok, all) = (method.ok().count(), method.records.len() + method.missing);
    if ok == all { ok.to_string() } else { format!("{ok} of {all}") }
}

/// Mean ± standard deviation in mathematics; a dash where there is nothing.
fn numbers(values: &[f64]) -> Option<String> {
    let mean = stats::mean(values)?;
    Some(match stats::standard_deviation(values) {
        Some(spread) => format!("{mean:.3} \\pm {spread:.3}"),
        None => format!("{mean:.3}"),
    })
}

fn cell(values: &[f64]) -> String {
    numbers(values).map_or_else(|| "--".into(), |numbers| format!("${numbers}$"))
}

fn score(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>, bold: bool) -> String {
    match numbers(&benchmark.scores(method).numbers()) {
        Some(numbers) if bold => format!("$\\mathbf{{{numbers}}}$"),
        Some(numbers) => format!("${numbers}$"),
        None => "--".into(),
    }
}

/// The method that [`RULE`] prints in bold.
fn best<'b>(benchmark: &'b BenchmarkResults<'_>) -> Option<&'b String> {
    let ranked: Vec<&MethodResults<'_>> =
        benchmark.ranked().into_iter().filter(|method| !bound(benchmark, method)).collect();
    let (first, others) = ranked.split_first()?;
    let whole = |method: &MethodResults<'_>| method.missing == 0 && method.unfinished() == 0;
    if others.is_empty() || !ranked.iter().all(|method| whole(method)) {
        return None;
    }
    let p = |other: &&MethodResults<'_>| {
        let fair = SearchNote::fair(first.search(), other.search());
        let difference = benchmark.difference(first, other, &benchmark.score.metric).filter(|_| fair)?;
        let towards =
            if benchmark.higher_is_better() { difference.mean > 0.0 } else { difference.mean < 0.0 };
        difference.p.filter(|_| towards)
    };
    let p: Option<Vec<f64>> = others.iter().map(p).collect();
    let told = stats::holm(&p?).into_iter().all(|p| p < LEVEL);
    told.then(|| benchmark.methods.iter().map(|method| &method.id).find(|id| **id == first.id)).flatten()
}
