//! A comparison for people: first the sum, then what differs, method by method.

use std::fmt::Write as _;

use super::cells::{Cell, Setting};
use super::verdict::Changed;
use crate::number::{count, interval_text, number, p_value, signed};
use base::plain;

/// Settings that are named for one method.
const SETTINGS: usize = 20;

/// The whole comparison. Writing to a string cannot fail, so results of `write!` are dropped.
pub fn page(names: [&str; 2], cells: &[Cell], verdicts: &[Changed]) -> String {
    let mut out = String::new();
    let runs = |set: usize| cells.iter().map(|cell| cell.seeds[set].len()).sum::<usize>();
    for (letter, set) in ["A", "B"].into_iter().zip(0..) {
        let _ = writeln!(out, "{letter}: {} ({})", plain::line(names[set]), count(runs(set), "run"));
    }
    let sum = |of: fn(&Cell) -> usize| cells.iter().map(of).sum::<usize>();
    let (common, identical) = (sum(Cell::common), sum(|cell| cell.identical));
    let _ = writeln!(out, "{identical} of {} bit-identical", count(common, "common run"));
    let same = cells.iter().filter(|cell| cell.same()).count();
    let _ = writeln!(out, "{} on a benchmark without any difference", count(same, "method"));
    let mut benchmark = "";
    for cell in cells.iter().filter(|cell| !cell.same()) {
        if cell.benchmark != benchmark {
            benchmark = &cell.benchmark;
            let _ = writeln!(out, "\n{} ({})", plain::line(benchmark), plain::line(&cell.metric));
        }
        write_cell(&mut out, cell);
    }
    if !verdicts.is_empty() {
        let _ = writeln!(out, "\nverdicts that changed");
        for one in verdicts {
            let [before, after] = [0, 1].map(|set| one.words[set].as_deref().unwrap_or("not judged"));
            let (mechanism, benchmark) = (plain::line(&one.mechanism), plain::line(&one.benchmark));
            let _ = writeln!(out, "  {mechanism} on {benchmark}: {before} → {after}");
        }
    }
    out
}

fn write_cell(out: &mut String, cell: &Cell) {
    let method = plain::line(&cell.method);
    let sets = [0, 1].map(|set| !cell.seeds[set].is_empty());
    if sets != [true, true] {
        let letter = if sets[0] { "A" } else { "B" };
        let set = usize::from(!sets[0]);
        let mean = cell.means[set].map_or_else(|| "no score".into(), number);
        let _ = writeln!(
            out,
            "  {method}: only in {letter} ({}, mean {mean})",
            count(cell.seeds[set].len(), "run")
        );
        return;
    }
    let mean = |set: usize| cell.means[set].map_or_else(|| "–".into(), number);
    let change = cell.difference.as_ref().map_or_else(
        || "no seed that both finished".into(),
        |one| {
            let p = one.p.map_or_else(String::new, |p| format!(", p {}", p_value(p)));
            let interval = interval_text(one.interval);
            let over =
                if one.paired { count(one.pairs, "pair") } else { "samples that are not paired".into() };
            format!("B − A {} {interval} over {over}{p}", signed(one.mean)).replace("  ", " ")
        },
    );
    let _ = writeln!(out, "  {method}: {} → {}; {change}", mean(0), mean(1));
    let same = if cell.same_outcome > cell.identical {
        format!(", {} with the same numbers", cell.same_outcome)
    } else {
        String::new()
    };
    let _ =
        writeln!(out, "    {} of {} bit-identical{same}", cell.identical, count(cell.common(), "common run"));
    for (letter, set) in ["A", "B"].into_iter().zip(0..) {
        let only = cell.only(set);
        if !only.is_empty() {
            let seeds: Vec<String> = only.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "    only in {letter}: seed {}", seeds.join(", "));
        }
    }
    for (seed, before, after) in &cell.endings {
        let _ = writeln!(out, "    seed {seed}: {} → {}", before.word(), after.word());
    }
    cell.settings.iter().take(SETTINGS).for_each(|setting| write_setting(out, setting));
    if cell.settings.len() > SETTINGS {
        let _ = writeln!(out, "    … and {} more settings: --format json", cell.settings.len() - SETTINGS);
    }
}

fn write_setting(out: &mut String, setting: &Setting) {
    let shown = |value: &Option<String>| {
        value.as_deref().map_or_else(|| "absent".into(), |v| plain::line(v).into_owned())
    };
    let _ = writeln!(
        out,
        "    {}: {} → {}",
        plain::line(&setting.key),
        shown(&setting.before),
        shown(&setting.after)
    );
}
