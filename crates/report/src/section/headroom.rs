//! Can any gain help here? Per benchmark and target what a schedule that knows the changes gains over the best arm that is
//! blind to them, and how much of it the mechanisms capture.

use crate::block::{Block, Table};
use crate::headroom::{Room, rooms, targets};
use crate::number::{interval_text, p_value, signed};
use crate::results::Results;
use base::stats::{Captured, DELTA, Headroom, KAPPA_ERRORS};
use contract::Role;

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

/// Every mechanism that acts on a target with headroom that is established.
fn captured(rooms: &[Room<'_, '_>]) -> Table {
    let headings = ["mechanism", "benchmark", "gain on", ">κ", ">95 % interval", ">above the blind arm"];
    let mut table = Table::new("What mechanisms capture of it, on the reported seeds", headings);
    for room in rooms.iter().filter(|room| room.headroom.outcome() == Headroom::Established) {
        let mechanisms =
            room.benchmark.methods.iter().filter(|own| matches!(own.role, Some(Role::Mechanism)));
        for mechanism in mechanisms.filter(|own| targets(own).contains(&room.target)) {
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
                kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{:.2}", kappa.kappa)),
                kappa.map_or_else(String::new, |kappa| interval_text(kappa.interval)),
                above.map_or_else(String::new, |above| signed(above.mean)),
            ]);
        }
    }
    table
}
