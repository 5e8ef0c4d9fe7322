//! Verdicts at a glance: mechanisms by benchmarks, or by paradigms where those are too many.

use std::collections::BTreeSet;

use super::paradigm::paradigm_title;
use super::verdict::evidence_title;
use crate::answer::{extent, groups};
use crate::block::{Folded, Grid};
use crate::chart::{Board, BoardCell, BoardRow, Tone};
use crate::finding::{short, tone};
use crate::headroom::{Room, rooms, targets};
use crate::results::Results;
use crate::verdicts::Judged;
use base::stats::Headroom;

/// Columns up to which each benchmark has its own.
const COLUMNS: usize = 7;

/// Rows up to which all stand in the open.
const ROWS: usize = 8;

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

pub(super) fn grid(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> Grid {
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
        row_of(&mut rows, one, columns.len()).cells[at].push(cell);
    }
    rows.sort_by_key(|(_, row)| best_news(row));
    let folded = folded(rows.iter().map(|(_, row)| row));
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
    Grid {
        name: "verdicts".into(),
        title: "Verdicts at a glance".into(),
        alt: described(judged),
        corner: "mechanism".into(),
        folded: Folded::of(&board, folded),
        board,
    }
}

/// The row of a mechanism, a new one if it has none.
fn row_of<'b, 'r>(
    rows: &'b mut Vec<(&'r str, BoardRow)>,
    one: &Judged<'r, '_>,
    columns: usize,
) -> &'b mut BoardRow {
    let (id, title) = (one.mechanism.id.as_str(), &one.mechanism.title);
    let place = rows.iter().position(|(known, row)| *known == id && row.label == *title);
    let place = place.unwrap_or_else(|| {
        let (label, color) = (title.clone(), one.mechanism.color);
        rows.push((id, BoardRow { label, color, cells: vec![Vec::new(); columns] }));
        rows.len() - 1
    });
    &mut rows[place].1
}

/// The grid in a sentence.
fn described(judged: &[Judged<'_, '_>]) -> String {
    let listed: Vec<String> =
        groups(judged).iter().map(|group| format!("{} {}", group.members.len(), group.words)).collect();
    format!("Verdicts of {}: {}.", extent(judged), listed.join(", "))
}

/// Rows at the end that are folded: where many found nothing, what was found stands alone; where nobody found anything, that
/// is the answer.
fn folded<'a>(rows: impl ExactSizeIterator<Item = &'a BoardRow>) -> usize {
    let all = rows.len();
    let quiet = rows.filter(|row| best_news(row) >= Some(rank(Tone::Neutral))).count();
    if all > ROWS && quiet < all { quiet } else { 0 }
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
