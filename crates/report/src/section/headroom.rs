//! Can any gain help here? Per benchmark and target what a schedule that knows the changes gains over the best arm that is
//! blind to them, and how much of it the mechanisms capture.

use crate::block::{Block, Chart, Table};
use crate::chart::{Axis, Color, DotChart, DotRow};
use crate::headroom::{Room, rooms, targets};
use crate::number::{interval_text, number, p_value, signed};
use crate::results::MethodResults;
use crate::results::Results;
use base::stats::{Captured, DELTA, Headroom, KAPPA_ERRORS, Scores};
use contract::Role;
use std::collections::BTreeSet;

pub(super) fn build(results: &Results<'_>) -> Vec<Block> {
    let rooms: Vec<Room<'_, '_>> = results.benchmarks.iter().flat_map(rooms).collect();
    if rooms.is_empty() {
        return Vec::new();
    }
    let rule = format!(
        "Headroom H is what the best schedule of a gain that knows every true change gains over the best one that is blind \
         to changes (a constant, or a decay in training time), all found on validation data and other seeds with the same \
         budget; the seeds here chose nothing. It is established where the 95 % interval of the paired difference lies \
         above 0, and excluded, for the schedules that were searched, where it lies below {DELTA}: there a mechanism that \
         times this gain cannot show what it is worth. κ is the share of H that a mechanism captures, with Fieller's \
         interval; it stands here only where H is at least {KAPPA_ERRORS} standard errors."
    );
    let mut blocks = vec![Block::heading(2, "Can any gain help here?"), Block::paragraph(rule)];
    blocks.push(Block::Table(table(&rooms)));
    blocks.push(figure(&rooms));
    blocks.extend(not_measured(results, &rooms).map(Block::paragraph));
    let captured = captured(&rooms);
    if !captured.rows.is_empty() {
        blocks.push(Block::Table(captured));
    }
    blocks
}

fn table(rooms: &[Room<'_, '_>]) -> Table {
    let headings = [
        "benchmark",
        "gain on",
        "headroom",
        ">H",
        ">95 % interval",
        ">p",
        ">above the constant",
        ">seeds",
        "arms",
    ];
    let mut table = Table::new("Headroom for timing", headings);
    for room in rooms {
        let arm = |id: &str| id.rsplit(':').next().unwrap_or(id).to_owned();
        table.row([
            room.benchmark.name().to_owned(),
            room.target.replace('-', " "),
            room.headroom.outcome().word().to_owned(),
            signed(room.headroom.mean),
            interval_text(room.headroom.interval),
            room.headroom.p.map_or_else(String::new, p_value),
            room.above_constant.as_ref().map_or_else(String::new, |above| signed(above.mean)),
            room.headroom.pairs.to_string(),
            format!("{} against {}", arm(&room.schedule.id), arm(&room.blind.id)),
        ]);
    }
    table
}

/// Mechanisms that act on the target of a room.
fn mechanisms<'r, 'a>(room: &'r Room<'r, 'a>) -> impl Iterator<Item = &'r MethodResults<'a>> {
    let all = room.benchmark.methods.iter().filter(|own| matches!(own.role, Some(Role::Mechanism)));
    all.filter(|own| targets(own).contains(&room.target))
}

/// Every room on one axis, from the best arm that is blind to changes (0) to the best schedule (1).
fn figure(rooms: &[Room<'_, '_>]) -> Block {
    let rows: Vec<DotRow> = rooms.iter().flat_map(rows).collect();
    let heard = |row: &DotRow| row.mean.map(|mean| format!("{} {}", row.label, number(mean)));
    let shares: Vec<String> = rows.iter().filter_map(heard).collect();
    Block::Chart(Chart {
        name: "captured-headroom".into(),
        title: "How much of the headroom is captured".into(),
        alt: if shares.is_empty() {
            "No headroom is certain enough to divide by.".into()
        } else {
            format!("Shares of the headroom: {}.", shares.join("; "))
        },
        caption: "0 is the best arm that is blind to changes, 1 the mean of the best schedule. Interval: Fieller's, 95 %. Dots: \
            seeds, in units of the mean headroom. Where headroom is not at least four standard errors there is nothing to divide by, \
            and the row says what is known."
            .into(),
        figure: Box::new(DotChart {
            x: Axis::new("share of the headroom"),
            rows,
            references: vec![(0.0, "blind".into()), (1.0, "schedule".into())],
        }),
    })
}

fn rows(room: &Room<'_, '_>) -> Vec<DotRow> {
    let head = format!("{} × {}", room.benchmark.name(), room.target.replace('-', " "));
    let outcome = room.headroom.outcome();
    let mut note = format!("{}, H {}", outcome.word(), signed(room.headroom.mean));
    if outcome != Headroom::Established || !room.headroom.carries_kappa() {
        if outcome == Headroom::Established {
            note += &format!(", below {KAPPA_ERRORS} errors");
        }
        let nothing = (None, None, Vec::new());
        return vec![row(head, Color::Muted, nothing, note)];
    }
    let share = |own: &Scores, color, label: String, note: Option<String>| {
        let (blind, schedule) = (room.scores(room.blind), room.scores(room.schedule));
        let captured = Captured::new(own, &blind, &schedule, room.sign());
        let dot =
            |(seed, score): (&u64, &f64)| Some(room.sign() * (score - blind.get(seed)?) / room.headroom.mean);
        let dots = own.iter().filter_map(dot).collect();
        let note =
            note.or_else(|| captured.map(|own| format!("κ {}", number(own.kappa)))).unwrap_or_default();
        row(label, color, (captured.map(|own| own.kappa), captured.and_then(|own| own.interval), dots), note)
    };
    let mut rows = vec![share(&room.scores(room.schedule), Color::Muted, head, Some(note))];
    for own in mechanisms(room) {
        rows.push(share(&room.scores(own), own.color, format!("· {}", own.title), None));
    }
    rows
}

type Share = (Option<f64>, Option<base::stats::Interval>, Vec<f64>);

fn row(label: String, color: Color, (mean, interval, dots): Share, note: String) -> DotRow {
    DotRow { label, color, mean, interval, dots, note }
}

/// Benchmarks and targets of mechanisms of which no headroom was measured in these records.
fn not_measured(results: &Results<'_>, rooms: &[Room<'_, '_>]) -> Option<String> {
    let mut items = Vec::new();
    for benchmark in results.benchmarks.iter().filter(|own| own.score.negative_of.is_none()) {
        let own = rooms.iter().filter(|room| room.benchmark.id == benchmark.id);
        let known: BTreeSet<&str> = own.map(|room| room.target.as_str()).collect();
        let acting = benchmark.methods.iter().filter(|own| matches!(own.role, Some(Role::Mechanism)));
        let open: BTreeSet<String> =
            acting.flat_map(targets).filter(|own| !known.contains(own.as_str())).collect();
        if !open.is_empty() {
            let words: Vec<String> = open.iter().map(|own| own.replace('-', " ")).collect();
            items.push(format!("{} ({})", benchmark.name(), words.join(", ")));
        }
    }
    (!items.is_empty()).then(|| format!("Headroom is not measured here for: {}.", items.join("; ")))
}

/// Every mechanism that acts on a target with headroom that is established.
fn captured(rooms: &[Room<'_, '_>]) -> Table {
    let headings = ["mechanism", "benchmark", "gain on", ">κ", ">95 % interval", ">above the blind arm"];
    let mut table = Table::new("What mechanisms capture of it, on the reported seeds", headings);
    for room in rooms.iter().filter(|room| room.headroom.outcome() == Headroom::Established) {
        for mechanism in mechanisms(room) {
            let (own, blind) = (room.scores(mechanism), room.scores(room.blind));
            let above = base::stats::Difference::new(&own, &blind, room.sign());
            let carries = room.headroom.carries_kappa();
            let kappa = carries
                .then(|| Captured::new(&own, &blind, &room.scores(room.schedule), room.sign()))
                .flatten();
            table.row([
                mechanism.title.clone(),
                room.benchmark.name().to_owned(),
                room.target.replace('-', " "),
                kappa.map_or_else(|| "–".to_owned(), |kappa| number(kappa.kappa)),
                kappa.map_or_else(String::new, |kappa| interval_text(kappa.interval)),
                above.map_or_else(String::new, |above| signed(above.mean)),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::tests::with_headroom;

    /// Differences of 0.0002, 0.0012 and 0.0022 over the seeds: certain to be above 0, but of 3.9 standard errors only.
    #[test]
    fn a_row_without_marks_says_why_there_are_none() {
        let records = with_headroom(0.0012);
        let results = Results::new(&records, &[]);
        let rooms: Vec<Room<'_, '_>> = results.benchmarks.iter().flat_map(rooms).collect();
        let rows = rows(&rooms[0]);
        assert!(rows.len() == 1 && rows[0].mean.is_none(), "{}", rows[0].note);
        assert!(
            rows[0].note.contains("established") && rows[0].note.ends_with(", below 4 errors"),
            "{}",
            rows[0].note
        );
    }
}
