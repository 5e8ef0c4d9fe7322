//! The answer on stdout: at most a dozen lines of 80 columns with the report's place, however much was run.

use std::collections::BTreeSet;

use super::answer::{Best, best, decided, extent, groups};
use super::chart::Tone;
use super::number::{count, number};
use super::results::Results;
use super::short::clip_middle;
use super::tables::{Paint, WIDTH, clip, one};
use super::verdicts::Judged;
use base::plain;
use contract::Status;

/// Lines without the one that says where the report is.
const LINES: usize = 11;
/// Lines that are kept for the best methods.
const BESTS: usize = 4;
/// Chance is 0 and the ceiling 1, as in the tables.
const BESTS_HEAD: &str = "best (0 to 1):";
/// Lines that the verdicts of one wording may take.
const GROUP: usize = 2;

/// Verdicts other than "no difference", the best method of each paradigm (or the table, where there is one benchmark and it
/// fits), what failed and what is missing.
pub(super) fn summary(
    results: &Results<'_>,
    judged: &[Judged<'_, '_>],
    color: bool,
    may_have_table: bool,
) -> String {
    let paint = Paint(color);
    if results.benchmarks.is_empty() {
        return format!("No records: nothing to report.\n{}", troubles(results, &paint).concat());
    }
    let troubles = troubles(results, &paint);
    let mut lines = verdicts(judged, &paint, LINES - troubles.len() - BESTS);
    let room = LINES - troubles.len() - lines.len();
    let table = match results.benchmarks.as_slice() {
        [single] if may_have_table => one(single, color),
        _ => String::new(),
    };
    if (1..=room).contains(&table.lines().count()) {
        lines.push(table);
    } else {
        lines.extend(bests(results, &paint, room));
    }
    lines.extend(troubles);
    lines.concat()
}

/// A heading with items behind it, wrapped; what does not fit into the lines is counted.
fn listed(head: &str, paint: impl Fn(&str) -> String, items: &[String], lines: usize) -> Vec<String> {
    const INDENT: &str = "    ";
    let mut rows: Vec<String> = vec![head.to_owned()];
    let long = |text: &str| text.chars().count();
    for (told, item) in items.iter().enumerate() {
        let left = items.len() - told;
        let item = clip_middle(&plain::line(item), WIDTH - long(INDENT) - 16, "");
        // The last line keeps room for the number of what is left out.
        let full = rows.len() == lines;
        let spare = if full && left > 1 { long(&format!("; and {left} more")) } else { 1 };
        let Some(row) = rows.last_mut() else { break };
        let between = if told == 0 { " " } else { "; " };
        if long(row) + long(between) + long(&item) + spare <= WIDTH {
            *row += &format!("{between}{item}");
        } else if !full {
            if told > 0 {
                row.push(';');
            }
            rows.push(format!("{INDENT}{item}"));
        } else {
            *row += &format!("{between}and {left} more");
            break;
        }
    }
    let painted = |(at, row): (usize, String)| match row.strip_prefix(head) {
        Some(rest) if at == 0 => format!("{}{rest}\n", paint(head)),
        _ => row + "\n",
    };
    rows.into_iter().enumerate().map(painted).collect()
}

fn verdicts(judged: &[Judged<'_, '_>], paint: &Paint, room: usize) -> Vec<String> {
    if judged.is_empty() {
        return Vec::new();
    }
    let groups = groups(judged);
    let quiet = |tone: Tone| matches!(tone, Tone::Neutral | Tone::Absent);
    let counted = groups.iter().filter(|group| group.tone == Tone::Neutral);
    let counted: Vec<String> =
        counted.map(|group| format!("{} {}", group.members.len(), group.words)).collect();
    let head = format!("{} of {}:", count(decided(judged), "verdict"), extent(judged));
    let absent = judged.len() - decided(judged);
    let undecided = (absent > 0).then(|| format!("{absent} undecided"));
    let mut counted: Vec<String> = counted.into_iter().chain(undecided).collect();
    if counted.is_empty() {
        counted.push(format!("{} below", judged.len()));
    }
    let mut lines = listed(&head, str::to_owned, &counted, 1);
    for group in groups.iter().filter(|group| !quiet(group.tone)) {
        let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
        for one in &group.members {
            let benchmark = one.benchmark.id.split('@').next().unwrap_or_default();
            match by.iter_mut().find(|(known, _)| *known == benchmark) {
                Some((_, mechanisms)) => mechanisms.push(&one.mechanism.id),
                None => by.push((benchmark, vec![&one.mechanism.id])),
            }
        }
        let items: Vec<String> = by.iter().map(|(on, who)| format!("{} ({on})", who.join(", "))).collect();
        let code = match group.tone {
            Tone::Good => "32",
            Tone::Partly => "33",
            _ => "31",
        };
        let head = format!("{}:", group.words);
        lines.extend(listed(&head, |head| paint.with(code, head), &items, GROUP));
    }
    let why: Vec<String> = groups
        .iter()
        .filter(|group| group.tone == Tone::Absent)
        .map(|group| {
            let who: BTreeSet<&str> = group.members.iter().map(|one| one.mechanism.id.as_str()).collect();
            format!("{} {} ({})", group.members.len(), group.words, Vec::from_iter(who).join(", "))
        })
        .collect();
    if !why.is_empty() && lines.len() < room {
        lines.extend(listed("undecided:", str::to_owned, &why, 1));
    }
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.push("… and more verdicts: see the report\n".into());
    }
    lines
}

/// The best of each paradigm: where there is room, that of all its benchmarks and behind it who is better on some of them; else
/// the one of the two that stands for more than half of them.
fn bests(results: &Results<'_>, paint: &Paint, room: usize) -> Vec<String> {
    let mut best = best(results);
    best.retain(|one| one.share.is_some());
    if best.is_empty() || room == 0 {
        return Vec::new();
    }
    let value = |best: &Best<'_, '_>| {
        let share = best.share.map_or_else(String::new, |share| format!(" {}", number(share)));
        format!("{}{share}", best.method.id)
    };
    let alone = |best: &Best<'_, '_>| {
        let part = best.part().map_or_else(String::new, |part| format!(" ({part})"));
        format!("{} {}{part}", best.paradigm, value(best))
    };
    let groups: Vec<&[Best<'_, '_>]> = best.chunk_by(|a, b| a.paradigm == b.paradigm).collect();
    let both = groups.iter().map(|group| match group {
        [whole, part] => {
            format!(
                "{} {} ({}: {})",
                whole.paradigm,
                value(whole),
                part.part().unwrap_or_default(),
                value(part)
            )
        }
        group => group.iter().map(alone).collect(),
    });
    let one = groups.iter().map(|group| {
        let wide = group.last().filter(|part| 2 * part.over.len() > part.of);
        wide.or(group.first()).map_or_else(String::new, alone)
    });
    let told = |items: Vec<String>| listed(BESTS_HEAD, |head| paint.with("1", head), &items, room);
    let lines = told(both.collect());
    let full = lines.last().is_some_and(|line| line.ends_with(" more\n"));
    if full { told(one.collect()) } else { lines }
}

/// What did not finish and what is missing, a line each.
fn troubles(results: &Results<'_>, paint: &Paint) -> Vec<String> {
    let mut lines = Vec::new();
    let bad: Vec<_> = results.records().filter(|record| record.status != Status::Ok).collect();
    if let Some(first) = bad.first() {
        let head = format!("{} of {} did not finish", bad.len(), count(results.records().count(), "run"));
        let spec = &first.spec;
        let why = first.error.as_deref().unwrap_or("no reason recorded");
        let rest =
            format!(", first: {} {} seed {}: {why}", first.benchmark_at_version(), spec.method, spec.seed);
        let rest = clip(&rest, WIDTH.saturating_sub(head.chars().count()));
        lines.push(format!("{}{rest}\n", paint.with("31", &head)));
    }
    if let Some(sentence) = results.missing.sentence() {
        let rest = clip(
            "; verdicts that would rest on them are withheld",
            WIDTH.saturating_sub(sentence.chars().count()),
        );
        lines.push(format!("{}{rest}\n", paint.with("31", &sentence)));
    }
    lines
}
