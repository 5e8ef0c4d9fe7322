//! Learned modulation: scores of mechanism and controls, learning curves, answers by condition, one trial with its
//! signals.

use super::averaged::averaged;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, SERIES, SmallMultiples};
use crate::number::{interval_text, number};
use crate::results::{BenchmarkResults, MethodResults};
use contract::{Curve, Record, Role};

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let drawn = drawn(benchmark);
    let blocks = [scores(benchmark, &drawn), learning(benchmark, &drawn), answers(benchmark, &drawn)];
    blocks.into_iter().flatten().chain(trials(benchmark)).collect()
}

/// Mechanisms first, then their controls, which have no colour in other parts, with colours and dashes of their own.
fn drawn<'b, 'a>(benchmark: &'b BenchmarkResults<'a>) -> Vec<(&'b MethodResults<'a>, Color)> {
    let methods = benchmark.methods.iter().map(|method| (method, method.color));
    let controls = benchmark.controls.iter().enumerate();
    methods.chain(controls.map(|(at, control)| (control, Color::Series(SERIES + at)))).collect()
}

/// Whether the network is trained as its mechanism is, and only tested otherwise.
fn only_tested(method: &MethodResults<'_>) -> bool {
    matches!(method.role, Some(Role::Control { kind, .. }) if kind == "mean-gain" || kind == "shuffled")
}

fn scores(benchmark: &BenchmarkResults<'_>, drawn: &[(&MethodResults<'_>, Color)]) -> Option<Block> {
    const COLUMNS: [(&str, &str); 9] = [
        ("interval_error_trained", ">error, trained intervals"),
        ("squared_error_untrained", ">squared error, untrained"),
        ("squared_error_trained", ">squared error, trained"),
        ("answered", ">trials with an answer"),
        ("cross_entropy", ">cross-entropy (nats)"),
        ("signal1/store", ">M at store"),
        ("signal1/ignore", ">M at ignore"),
        ("signal1/ask", ">M at question"),
        ("parameters", ">parameters"),
    ];
    let value = |method: &MethodResults<'_>, name: &str| {
        if name == "parameters" {
            return method.ok().next().map(|record| record.log.footprint.parameters as f64);
        }
        benchmark.values(method, name).mean()
    };
    let measured: Vec<&(&str, &str)> =
        COLUMNS.iter().filter(|(name, _)| drawn.iter().any(|(m, _)| value(m, name).is_some())).collect();
    let score = format!(">{}", benchmark.score.metric.replace('_', " "));
    let headings = ["network", score.as_str(), ">95 % interval"];
    let headings = headings.into_iter().chain(measured.iter().map(|(_, heading)| *heading));
    let mut table = Table::new("Mechanism and controls: means over seeds", headings);
    let mut rows: Vec<_> = drawn.iter().collect();
    let sign = if benchmark.higher_is_better() { -1.0 } else { 1.0 };
    let key = |m: &MethodResults<'_>| benchmark.scores(m).mean().map_or(f64::INFINITY, |mean| sign * mean);
    rows.sort_by(|(a, _), (b, _)| key(a).total_cmp(&key(b)));
    for (method, color) in rows {
        let own = benchmark.scores(method);
        let mut row = vec![
            Cell::colored(method.title.clone(), *color),
            own.mean().map_or_else(|| "–".to_owned(), number).into(),
            interval_text(own.interval()).into(),
        ];
        row.extend(
            measured
                .iter()
                .map(|(name, _)| value(method, name).map_or_else(|| "–".to_owned(), number).into()),
        );
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn lines(drawn: &[(&MethodResults<'_>, Color)], curve: &str, tested: bool) -> Vec<LineSeries> {
    let line = |(method, color): &(&MethodResults<'_>, Color)| LineSeries {
        label: method.title.clone(),
        color: *color,
        dashed: only_tested(method),
        points: averaged(method, curve)
            .into_iter()
            // Bands of broken networks would cover the others.
            .map(|point| LinePoint { band: point.band.filter(|_| !only_tested(method)), ..point })
            .collect(),
    };
    let shown = drawn.iter().filter(|(method, _)| tested || !only_tested(method));
    shown.map(line).filter(|series| !series.points.is_empty()).collect()
}

fn learning(benchmark: &BenchmarkResults<'_>, drawn: &[(&MethodResults<'_>, Color)]) -> Option<Block> {
    let mut series = lines(drawn, "loss/train", false);
    if series.is_empty() {
        return None;
    }
    let last = series.iter().filter_map(|s| Some(format!("{} {}", s.label, number(s.points.last()?.y?))));
    let alt = format!("Training loss over updates. At the end: {}.", last.collect::<Vec<_>>().join("; "));
    // Losses fall over orders of magnitude.
    for point in series.iter_mut().flat_map(|s| &mut s.points) {
        point.y = point.y.map(f64::log10);
        point.band = point.band.map(|(low, high)| (low.log10(), high.log10()));
        point.band = point.band.filter(|(low, _)| low.is_finite());
    }
    Some(Block::Chart(Chart {
        name: format!("{}-learning", benchmark.id),
        title: format!("{}: learning curves", benchmark.name()),
        alt,
        caption: "Loss on fresh trials before they are learned from, mean over seeds; band: 95 % interval."
            .into(),
        figure: Box::new(LineChart {
            x: Axis::new("updates"),
            y: Axis::new("log₁₀ of the loss"),
            series,
            legend_on_top: true,
            ..LineChart::default()
        }),
    }))
}

/// Produced over measured interval, or accuracy by question.
fn answers(benchmark: &BenchmarkResults<'_>, drawn: &[(&MethodResults<'_>, Color)]) -> Option<Block> {
    let mut series = lines(drawn, "interval/produced", true);
    let intervals = !series.is_empty();
    if intervals {
        let ends = series.iter().flat_map(|s| &s.points).map(|point| point.x);
        let (low, high) = ends.fold((f64::INFINITY, 0.0), |(l, h): (f64, f64), x| (l.min(x), h.max(x)));
        let at = |x: f64| LinePoint { x, y: Some(x), ..LinePoint::default() };
        series.push(LineSeries {
            label: "as measured".into(),
            color: Color::Ink,
            dashed: true,
            points: vec![at(low), at(high)],
        });
    } else {
        series = lines(drawn, "query/accuracy", true);
    }
    if series.is_empty() {
        return None;
    }
    let (x, y, what, caption) = if intervals {
        (
            Axis::new("measured interval (steps)"),
            Axis::new("produced interval (steps)"),
            "produced against measured interval",
            "Mean over the trials that give an answer, then over seeds; band: 95 % interval. Dashed: tested with \
             replaced signals (without bands).",
        )
    } else {
        (
            Axis::count("question"),
            Axis::percent("right (%)").over(0.0, 1.0),
            "right answers by question",
            "Mean over seeds, questions in the order in which they come; band: 95 % interval. Dashed: tested with \
             replaced signals (without bands).",
        )
    };
    let ends = |s: &LineSeries| {
        let (first, last) = (s.points.first()?, s.points.last()?);
        Some(format!("{} {} at {} and {} at {}", s.label, number(first.y?), first.x, number(last.y?), last.x))
    };
    let words: Vec<String> = series.iter().filter_map(ends).collect();
    Some(Block::Chart(Chart {
        name: format!("{}-answers", benchmark.id),
        title: format!("{}: {what}", benchmark.name()),
        alt: format!("Lines: {}.", words.join("; ")),
        caption: caption.into(),
        figure: Box::new(LineChart { x, y, series, legend_on_top: true, ..LineChart::default() }),
    }))
}

/// One trial of each mechanism's first seed: output and target above the signals, on one time axis.
fn trials(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mechanisms = benchmark.methods.iter().filter(|m| matches!(m.role, Some(Role::Mechanism)));
    mechanisms.filter_map(|method| trial(benchmark, method)).collect()
}

fn trial(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>) -> Option<Block> {
    let record = method.ok().next()?;
    let curves = |prefix: &str| -> Vec<&Curve> {
        record.log.curves.iter().filter(|curve| curve.name.starts_with(prefix)).collect()
    };
    let outputs = curves("trial/output");
    let signals = curves("trial/signal");
    if outputs.is_empty() || signals.is_empty() {
        return None;
    }
    let (one, single) = (outputs.len() == 1, signals.len() == 1);
    let mut shown = if one {
        numbered(&outputs, 0, |_| "output".into())
    } else {
        let probabilities = soft_max(&outputs);
        numbered(&probabilities.iter().collect::<Vec<_>>(), 0, |k| format!("label {k}"))
    };
    let wanted = numbered(&curves("trial/target"), 0, |_| "wanted".into());
    shown.extend(wanted.into_iter().map(|line| LineSeries { color: Color::Muted, dashed: true, ..line }));
    let name = |k: usize| if single { "M".to_owned() } else { format!("s{k}") };
    let modulators = numbered(&signals, outputs.len(), name);
    let (many, marks) = events(record);
    let asked: Vec<String> = curves("trial/label")
        .iter()
        .flat_map(|curve| curve.y.iter().flatten().map(|label| number(*label)))
        .collect();
    let panel = |title: &str, y: Axis, series: Vec<LineSeries>| Panel {
        title: title.into(),
        color: Color::Ink,
        figure: Box::new(LineChart {
            x: Axis::new("steps"),
            y,
            series,
            marks: marks.clone(),
            plot_height: 130.0,
            left: 52.0,
            legend_on_top: true,
            ..LineChart::default()
        }),
    };
    let heading = if one { "Output" } else { "Probabilities of the answers" };
    let range = if single { (-1.0, 1.0) } else { (0.0, 1.0) };
    let heading2 = if single { "Modulatory signal M(t)" } else { "Modulatory signals s(t)" };
    let panels = vec![
        panel(heading, if one { Axis::new("") } else { Axis::new("").over(0.0, 1.0) }, shown),
        panel(heading2, Axis::new("").over(range.0, range.1), modulators),
    ];
    let events = if many { "s store, i ignore, a answer wanted" } else { "the events of the trial" };
    let asked =
        if asked.is_empty() { String::new() } else { format!(" Wanted labels: {}.", asked.join(", ")) };
    let caption = format!("A trial of the test; vertical lines: {events}.{asked}");
    Some(Block::Chart(Chart {
        name: format!("{}-{}-trial", benchmark.id, method.id),
        title: format!("{}: one trial ({}, seed {})", benchmark.name(), method.title, record.spec.seed),
        alt: format!("Output and modulatory signals over the steps of one trial. {caption}"),
        caption,
        figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 420.0, legend: Vec::new() }),
    }))
}

/// The events of a trial: few get their names, many only letters; whether there are many.
fn events(record: &Record) -> (bool, Vec<LineMark>) {
    let many = record.log.marks.len() > 4;
    let name = |label: &str| if many { label.chars().take(1).collect() } else { label.to_owned() };
    let marks = record.log.marks.iter().map(|mark| LineMark { x: mark.x, label: name(&mark.label) });
    (many, marks.collect())
}

/// The curves as lines, named by their number from 1 on; colours from `first` on.
fn numbered(curves: &[&Curve], first: usize, name: impl Fn(usize) -> String) -> Vec<LineSeries> {
    let line = |(k, curve): (usize, &&Curve)| LineSeries {
        label: name(k + 1),
        color: Color::Series(first + k),
        dashed: false,
        points: curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint::single(*x, *y)).collect(),
    };
    curves.iter().enumerate().map(line).collect()
}

/// Probabilities of the labels from their logits.
fn soft_max(logits: &[&Curve]) -> Vec<Curve> {
    let odds =
        |t: usize| logits.iter().map(move |curve| curve.y.get(t).copied().flatten().map_or(0.0, f64::exp));
    let share = |curve: &&Curve| {
        let mut out = Curve::new(curve.name.clone());
        for (t, (x, y)) in curve.x.iter().zip(&curve.y).enumerate() {
            out.push(*x, y.map_or(f64::NAN, f64::exp) / odds(t).sum::<f64>());
        }
        out
    };
    logits.iter().map(share).collect()
}
