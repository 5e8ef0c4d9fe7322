//! The first screen: what was asked, the answer in two sentences, and one picture of every verdict.

use std::collections::BTreeSet;

use super::title::paradigm_title;
use super::verdict::evidence_title;
use crate::answer::{Best, best, decided, extent, groups};
use crate::block::{Block, Folded, Grid};
use crate::chart::{Board, BoardCell, BoardRow, Tone};
use crate::finding::{short, tone};
use crate::headroom::{Room, rooms, targets};
use crate::number::{count, number};
use crate::results::Results;
use crate::verdicts::Judged;
use base::stats::{Finding, Headroom};
use contract::Status;

/// Columns up to which each benchmark has its own.
const COLUMNS: usize = 7;
/// Rows up to which all stand in the open.
const ROWS: usize = 8;

pub(super) fn build(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> Vec<Block> {
    let mut blocks = vec![Block::paragraph(asked(results, judged)), Block::Lead(answer(results, judged))];
    blocks.extend(troubles(results));
    if !judged.is_empty() {
        blocks.push(Block::Grid(grid(results, judged)));
    }
    blocks
}

fn asked(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> String {
    let seeds = |of: fn(usize, usize) -> usize, from: usize| {
        let methods = results.benchmarks.iter().flat_map(|one| &one.methods);
        methods.map(|method| method.records.len()).fold(from, of)
    };
    let (few, many) = (seeds(usize::min, usize::MAX), seeds(usize::max, 0));
    let seeds = if few >= many { count(many, "seed") } else { format!("{few} to {many} seeds") };
    let runs = count(results.records().count(), "run");
    let on = count(results.benchmarks.len(), "benchmark");
    if judged.is_empty() {
        return format!("Asked: which method learns best on {on}? Answered with {runs}, {seeds} each.");
    }
    format!(
        "Asked: does neuromodulation help, and more than a well-tuned constant would? Answered for {} with {runs} on {on}, \
         {seeds} each, every mechanism against its controls.",
        extent(judged)
    )
}

/// Names by benchmark: `Observer on Change points`.
fn named(members: &[&Judged<'_, '_>]) -> String {
    const SHOWN: usize = 4;
    let name = |one: &&Judged<'_, '_>| format!("{} on {}", one.mechanism.title, one.benchmark.name());
    let mut names: Vec<String> = members.iter().take(SHOWN).map(name).collect();
    if members.len() > SHOWN {
        names.push(format!("{} more", members.len() - SHOWN));
    }
    names.join("; ")
}

/// Two sentences: who helps, and what came out for all others; without mechanisms the best methods.
fn answer(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> String {
    if judged.is_empty() {
        return format!("No mechanism was run, so there is no verdict. {}", bests(results));
    }
    let groups = groups(judged);
    let helped: Vec<&Judged<'_, '_>> =
        judged.iter().filter(|one| one.verdict.finding == Finding::Helps).collect();
    let told = decided(judged);
    let first = match (helped.len(), told) {
        (_, 0) if judged.len() == 1 => "The one question has no verdict yet.".into(),
        (_, 0) => format!("None of {} has a verdict yet.", count(judged.len(), "question")),
        (0, 1) => "No mechanism helps: the one verdict says otherwise.".into(),
        (0, _) => format!("No mechanism helps: none of {} says so.", count(told, "verdict")),
        (n, _) => {
            let say = if n == 1 { "says" } else { "say" };
            format!("{n} of {} {say} that it helps: {}.", count(told, "verdict"), named(&helped))
        }
    };
    let counted = |absent: bool| -> Vec<String> {
        let wanted =
            groups.iter().filter(|group| group.words != "helps" && (group.tone == Tone::Absent) == absent);
        wanted.map(|group| format!("{} {}", group.members.len(), group.words)).collect()
    };
    let (rest, without) = (counted(false), counted(true));
    let others = if helped.is_empty() { "What came out" } else { "The others" };
    let mut words = first;
    if !rest.is_empty() {
        words += &format!(" {others}: {}.", rest.join(", "));
    }
    if !without.is_empty() {
        let head =
            if told == 0 { "Why".to_owned() } else { format!("No verdict for {}", judged.len() - told) };
        words += &format!(" {head}: {}.", without.join(", "));
    }
    words
}

fn bests(results: &Results<'_>) -> String {
    let item = |best: &Best<'_, '_>| {
        let share = best.share.map_or_else(String::new, |share| format!(" {}", number(share)));
        let part = best.part().map_or_else(String::new, |part| format!(" ({part})"));
        format!("{}: {}{share}{part}", paradigm_title(best.paradigm), best.method.title)
    };
    let best = best(results);
    if best.is_empty() {
        return "No method has a score.".into();
    }
    let best: Vec<String> = best.iter().filter(|one| one.share.is_some()).map(item).collect();
    if best.is_empty() {
        return "Chance and ceiling are not known, so methods are not compared over benchmarks.".into();
    }
    format!("The best methods, from chance (0) to ceiling (1): {}.", best.join("; "))
}

/// One line where something failed or is missing; the whole stands below.
fn troubles(results: &Results<'_>) -> Option<Block> {
    let bad = results.records().filter(|record| record.status != Status::Ok).count();
    let failed =
        (bad > 0).then(|| format!("{bad} of {} did not finish", count(results.records().count(), "run")));
    let parts: Vec<String> = failed.into_iter().chain(results.missing.sentence()).collect();
    let see = "; see \u{201c}Runs\u{201d} below.";
    (!parts.is_empty()).then(|| Block::Notice(parts.join("; ") + see))
}

/// Signs behind the words of a cell.
const MARKS: [(Headroom, &str, &str); 2] = [
    (Headroom::Excluded, "⊘", "headroom excluded: no timing of what it acts on could have shown a benefit"),
    (Headroom::Undetermined, "?", "headroom undetermined"),
];
const UNMEASURED: (&str, &str) = ("–", "headroom not measured");

/// What is known of the headroom of a mechanism; `None`: nothing was measured for all it acts on.
fn headroom(one: &Judged<'_, '_>, rooms: &[Room<'_, '_>]) -> Option<Headroom> {
    let outcomes: Vec<Option<Headroom>> = targets(one.mechanism)
        .iter()
        .map(|target| rooms.iter().find(|room| room.target == *target).map(|room| room.headroom.outcome()))
        .collect();
    if outcomes.contains(&Some(Headroom::Established)) {
        return Some(Headroom::Established);
    }
    let known: Vec<Headroom> = outcomes.iter().flatten().copied().collect();
    if known.is_empty() {
        return None;
    }
    let excluded =
        known.len() == outcomes.len() && known.iter().all(|outcome| *outcome == Headroom::Excluded);
    Some(if excluded { Headroom::Excluded } else { Headroom::Undetermined })
}

fn mark(one: &Judged<'_, '_>, measured: bool) -> &'static str {
    if !measured {
        return "";
    }
    match headroom(one, &rooms(one.benchmark)) {
        None => UNMEASURED.0,
        Some(outcome) => MARKS.iter().find(|(of, ..)| *of == outcome).map_or("", |(_, mark, _)| mark),
    }
}

fn legend(measured: bool, used: &BTreeSet<&str>) -> Vec<String> {
    if !measured {
        return vec![
            "Headroom (could any timing help here at all?) was not measured in these records".into(),
        ];
    }
    let all = MARKS.iter().map(|(_, mark, words)| (*mark, *words)).chain([UNMEASURED]);
    all.filter(|(mark, _)| used.contains(mark)).map(|(mark, words)| format!("{mark} {words}")).collect()
}

fn grid(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> Grid {
    let measured = results.benchmarks.iter().any(|benchmark| !rooms(benchmark).is_empty());
    let benchmarks: Vec<&str> = distinct(judged.iter().map(|one| one.benchmark.id.as_str()));
    let paradigms: Vec<&str> = distinct(judged.iter().map(|one| one.benchmark.paradigm.as_str()));
    let by_benchmark = benchmarks.len() <= COLUMNS || paradigms.len() < 2;
    let columns = if by_benchmark { &benchmarks } else { &paradigms };
    let column = |one: &Judged<'_, '_>| {
        let own = if by_benchmark { &one.benchmark.id } else { &one.benchmark.paradigm };
        columns.iter().position(|column| column == own).unwrap_or_default()
    };
    // Columns of which some row has several cells must say which cell is about what.
    let crowded = |at: usize| {
        !by_benchmark
            && distinct(judged.iter().filter(|one| column(one) == at).map(|one| one.benchmark.id.as_str()))
                .len()
                > 1
    };
    let mut rows: Vec<(&str, BoardRow)> = Vec::new();
    let mut used = BTreeSet::new();
    for one in judged {
        let (at, mark) = (column(one), mark(one, measured));
        used.insert(mark);
        let cell = BoardCell {
            words: short(&one.verdict.finding).into(),
            tone: tone(&one.verdict.finding),
            mark: mark.into(),
            about: if crowded(at) { part(one, judged) } else { String::new() },
            detail: one.verdict.finding.words(),
            evidence: evidence_title(one),
        };
        let place =
            rows.iter().position(|(id, row)| *id == one.mechanism.id && row.label == one.mechanism.title);
        let place = place.unwrap_or_else(|| {
            let (label, color) = (one.mechanism.title.clone(), one.mechanism.color);
            rows.push((&one.mechanism.id, BoardRow { label, color, cells: vec![Vec::new(); columns.len()] }));
            rows.len() - 1
        });
        rows[place].1.cells[at].push(cell);
    }
    rows.sort_by_key(|(_, row)| best_news(row));
    let quiet = rows.iter().filter(|(_, row)| best_news(row) >= Some(rank(Tone::Neutral))).count();
    // Where many found nothing, what was found stands alone; where nobody found anything, that is the answer.
    let folded = if rows.len() > ROWS && quiet < rows.len() { quiet } else { 0 };
    let name = |id: &&str| {
        let of = judged.iter().find(|one| one.benchmark.id == *id);
        if by_benchmark {
            of.map_or_else(String::new, |one| one.benchmark.name().to_owned())
        } else {
            short_title(id)
        }
    };
    let board = Board {
        columns: columns.iter().map(name).collect(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        legend: legend(measured, &used),
    };
    let listed: Vec<String> =
        groups(judged).iter().map(|group| format!("{} {}", group.members.len(), group.words)).collect();
    Grid {
        name: "verdicts".into(),
        title: "Verdicts at a glance".into(),
        alt: format!("Verdicts of {}: {}.", extent(judged), listed.join(", ")),
        corner: "mechanism".into(),
        folded: Folded::of(&board, folded),
        board,
    }
}

fn best_news(row: &BoardRow) -> Option<usize> {
    row.cells.iter().flatten().map(|cell| rank(cell.tone)).min()
}

/// What a reader looks for first.
fn rank(tone: Tone) -> usize {
    match tone {
        Tone::Good => 0,
        Tone::Partly => 1,
        Tone::Bad => 2,
        Tone::Neutral => 3,
        Tone::Absent => 4,
    }
}

/// What tells a benchmark's id from those of the others of its paradigm: `session` of `go-nogo-session`.
fn part(one: &Judged<'_, '_>, judged: &[Judged<'_, '_>]) -> String {
    let id = |one: &Judged<'_, '_>| one.benchmark.id.split('@').next().unwrap_or_default().to_owned();
    let own = id(one);
    let others = judged.iter().filter(|other| other.benchmark.paradigm == one.benchmark.paradigm).map(id);
    let others: Vec<String> = others.filter(|other| *other != own).collect();
    let ends = own.match_indices('-').map(|(at, _)| at + 1);
    let shared = ends.filter(|end| others.iter().all(|other| other.starts_with(&own[..*end]))).max();
    let rest = &own[shared.unwrap_or(0)..];
    if rest.is_empty() { own.clone() } else { rest.replace('-', " ") }
}

/// Title of a paradigm without what it is called everywhere.
fn short_title(paradigm: &str) -> String {
    let title = paradigm_title(paradigm);
    title.strip_prefix("Case study: ").map_or(title.clone(), |rest| {
        let mut letters = rest.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    })
}

fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut list: Vec<&str> = Vec::new();
    for text in texts {
        if !list.contains(&text) {
            list.push(text);
        }
    }
    list
}
