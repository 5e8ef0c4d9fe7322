//! A comparison for programs.

use serde_json::{Value, json};

use super::cells::{Cell, Setting};
use super::verdict::Changed;
use crate::difference::Difference;

/// The whole comparison as one JSON object.
pub fn value(names: [&str; 2], cells: &[Cell], verdicts: &[Changed]) -> Value {
    let cells: Vec<Value> = cells.iter().map(cell).collect();
    let verdict = |one: &Changed| {
        let [before, after] = &one.words;
        json!({ "benchmark": one.benchmark, "mechanism": one.mechanism, "before": before, "after": after })
    };
    json!({
        "before": names[0],
        "after": names[1],
        "same": cells.iter().all(|cell| cell["same"] == true) && verdicts.is_empty(),
        "cells": cells,
        "verdicts": verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn cell(cell: &Cell) -> Value {
    let setting = |one: &Setting| json!({ "key": one.key, "before": one.before, "after": one.after });
    let ending = |(seed, before, after): &(u64, contract::Status, contract::Status)| json!({ "seed": seed, "before": before.word(), "after": after.word() });
    let difference = |one: &Difference| {
        let interval = one.interval.map(|interval| [interval.low, interval.high]);
        json!({ "pairs": one.pairs, "mean": one.mean, "interval": interval, "p": one.p })
    };
    json!({
        "paradigm": cell.paradigm,
        "benchmark": cell.benchmark,
        "method": cell.method,
        "same": cell.same(),
        "common": cell.common(),
        "identical": cell.identical,
        "same_outcome": cell.same_outcome,
        "only_before": cell.only(0),
        "only_after": cell.only(1),
        "endings": cell.endings.iter().map(ending).collect::<Vec<_>>(),
        "settings": cell.settings.iter().map(setting).collect::<Vec<_>>(),
        "metric": cell.metric,
        "higher_is_better": cell.higher_is_better,
        "mean_before": cell.means[0],
        "mean_after": cell.means[1],
        "difference": cell.difference.as_ref().map(difference),
    })
}
