//! The comparison for people, for programs, and for the page in the documentation.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::compare::{Compared, Verdict};

fn ours(row: &Compared<'_>) -> String {
    let Some(mean) = row.mean() else { return "–".into() };
    row.interval()
        .map_or_else(|| format!("{mean:.2}"), |(low, high)| format!("{mean:.2} ({low:.2} to {high:.2})"))
}

fn theirs(row: &Compared<'_>) -> String {
    let sd = row.row.sd.map_or_else(String::new, |sd| format!(" ± {sd}"));
    let read = if row.row.reading > 0.0 { ", read off a figure" } else { "" };
    format!("{:.2}{sd}{read}", row.row.published)
}

fn remarks<'a>(row: &'a Compared<'_>) -> Vec<&'a str> {
    let cause = row.row.cause.as_deref().filter(|_| row.verdict == Verdict::Misses);
    row.row.note.as_deref().into_iter().chain(cause).collect()
}

/// Rows by source, then how many land.
pub fn words(rows: &[Compared<'_>], quick: bool) -> String {
    let mut text = String::new();
    let mut last = "";
    for row in rows {
        if row.protocol.name != last {
            last = &row.protocol.name;
            let _ =
                writeln!(text, "{}: {}\n  {}", row.protocol.name, row.protocol.title, row.protocol.source);
            row.protocol.quirks.iter().for_each(|quirk| text.push_str(&format!("  quirk: {quirk}\n")));
        }
        let _ = writeln!(text, "  {} · {}", row.row.benchmark, row.row.method);
        let _ = writeln!(
            text,
            "    {:10} ours {}, {} seeds; theirs {}; tolerance {:.2}; {:.0} s",
            row.verdict.word(),
            ours(row),
            row.ours.len(),
            theirs(row),
            row.tolerance,
            row.seconds
        );
        remarks(row).iter().for_each(|remark| text.push_str(&format!("    {remark}\n")));
    }
    let within = rows.iter().filter(|row| row.verdict == Verdict::Within).count();
    let bands = if quick { " (quick: bands twice as wide)" } else { "" };
    let _ = writeln!(
        text,
        "{within} of {} rows within tolerance{bands}; in %, 95 % intervals over seeds only",
        rows.len()
    );
    text
}

/// One object per row.
pub fn json(rows: &[Compared<'_>], quick: bool) -> Value {
    let of = |row: &Compared<'_>| {
        json!({
            "protocol": row.protocol.name,
            "source": row.protocol.source,
            "benchmark": row.row.benchmark,
            "method": row.row.method,
            "ours": row.ours,
            "mean": row.mean(),
            "interval": row.interval().map(|(low, high)| [low, high]),
            "sd": row.sd(),
            "seeds": row.ours.len(),
            "published": row.row.published,
            "published_sd": row.row.sd,
            "tolerance": row.tolerance,
            "verdict": row.verdict.word(),
            "seconds": row.seconds,
            "quirks": row.protocol.quirks,
            "remarks": remarks(row),
            "quick": quick,
        })
    };
    rows.iter().map(of).collect()
}

/// A table per source, as it stands in the documentation.
pub fn markdown(rows: &[Compared<'_>], quick: bool) -> String {
    let mut text = String::new();
    let mut last = "";
    for row in rows {
        if row.protocol.name != last {
            last = &row.protocol.name;
            let _ = writeln!(text, "### {}\n\n{}\n", row.protocol.title, row.protocol.source);
            row.protocol.quirks.iter().for_each(|quirk| text.push_str(&format!("- {quirk}\n")));
            text.push_str("\n| benchmark | method | ours, 95 % interval | seeds | theirs | tolerance | verdict | core-s |\n");
            text.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        }
        let remarks: String = remarks(row).iter().map(|remark| format!("; {remark}")).collect();
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} | {:.2} | {}{remarks} | {:.0} |",
            row.row.benchmark,
            row.row.method,
            ours(row),
            row.ours.len(),
            theirs(row),
            row.tolerance,
            row.verdict.word(),
            row.seconds
        );
    }
    if quick {
        text.push_str("\nOne seed, bands twice as wide (`--quick`).\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::compare::compare;
    use super::super::row::{Protocol, protocols};
    use super::*;
    use contract::{MetricValue, Record, Status};

    fn record(protocol: &Protocol, score: f64, status: Status) -> Record {
        let row = &protocol.row[0];
        let text = format!(
            r#"{{"schema": 1, "key": "k", "suite": "s", "titles": {{"benchmark": "", "benchmark_summary": "", "method": "",
            "formula": "", "provenance": ""}}, "score": {{"metric": "average_accuracy", "chance": 0.1, "ceiling": 1.0}},
            "spec": {{"benchmark": "{}", "version": 1, "paradigm": "incremental", "method": "{}", "seed": 0, "settings": {{}}}},
            "data": {{}}, "status": "ok", "footprint": {{"parameters": 0, "state_bytes": 0, "replay_bytes": 0, "updates": 0,
            "multiply_adds": 0}}, "metrics": {{"average_accuracy": {score}}}, "time": {{"wall_s": 2.0, "started_unix": 0}},
            "env": {{"version": "", "git": "", "rustc": "", "profile": "", "target": "", "candle": "", "cpu": "",
            "features": [], "cores": 1, "jobs": 1, "threads_per_run": 1}}, "result_sha256": ""}}"#,
            row.benchmark, row.method
        );
        let record: Record = serde_json::from_str(&text).expect("a record");
        assert_eq!(record.metrics["average_accuracy"], MetricValue::Value(score));
        Record { status, ..record }
    }

    #[test]
    fn a_row_is_within_misses_or_is_incomplete() {
        // Published 40.70 ± 2.33: the tolerance is 6.99.
        let all = protocols().expect("valid");
        let protocol = all.iter().find(|protocol| protocol.name == "der-2020").expect("shipped");
        let verdict = |scores: &[f64], asked: u64, status: Status| {
            let records: Vec<Record> = scores.iter().map(|score| record(protocol, *score, status)).collect();
            compare(protocol, &protocol.row[0], &records, asked, false)
        };
        let within = verdict(&[0.46, 0.48], 2, Status::Ok);
        assert_eq!((within.verdict, within.seconds), (Verdict::Within, 4.0));
        assert!((within.mean().expect("two") - 47.0).abs() < 1e-9);
        assert_eq!(verdict(&[0.48, 0.48], 2, Status::Ok).verdict, Verdict::Misses);
        assert_eq!(verdict(&[0.46], 2, Status::Ok).verdict, Verdict::Incomplete);
        assert_eq!(verdict(&[0.46], 1, Status::Diverged).verdict, Verdict::Incomplete);
        let rows = [within];
        let text = words(&rows, false);
        assert!(text.contains("within     ours 47.00 (") && text.contains("theirs 40.70 ± 2.33"), "{text}");
        assert!(text.contains("1 of 1 rows within tolerance"), "{text}");
        assert_eq!(json(&rows, false)[0]["verdict"], "within");
        assert!(markdown(&rows, true).contains("| within | 4 |"), "{}", markdown(&rows, true));
    }
}
