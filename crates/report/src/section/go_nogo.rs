//! The spiking Go/No-Go: behaviour by condition, the review's Figure 4 C, D, E measured, an example session.

use std::collections::BTreeMap;

use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{
    Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, Raster, RasterRow, SmallMultiples,
};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Curve;

const KINDS: [(&str, &str, &str); 3] = [
    ("reversal", "a", "reversal"),
    ("intradimensional", "an", "intradimensional shift"),
    ("extradimensional", "an", "extradimensional shift"),
];
/// Conditions drawn in the aligned figures, where they ran: enough to see the effect, few enough to read.
const DRAWN: [&str; 6] =
    ["full", "na-ablated", "tuned-forgetting", "plateau", "plateau-na-ablated", "plateau-no-bursting"];
/// The same where the policy was probed: what raises its entropy, timed noradrenaline or any of the constants?
const PROBED: [&str; 4] = ["full", "na-ablated", "constant-na", "tuned-rate"];

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = stages(benchmark).into_iter().collect();
    for (kind, article, words) in KINDS {
        blocks.extend(behaviour(benchmark, kind, &format!("{article} {words}")));
        blocks.extend(policy(benchmark, kind, words));
        blocks.extend(aligned(benchmark, kind, words));
    }
    blocks.extend(example(benchmark));
    blocks
}

/// Whether blocks of this benchmark end with a criterion.
fn has_stages(benchmark: &BenchmarkResults<'_>) -> bool {
    benchmark.methods.iter().any(|method| benchmark.values(method, "stage_trials").mean().is_some())
}

/// Criterion schedules: one row per condition, one column per stage.
fn stages(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let marks = benchmark.methods.iter().find_map(|method| Some(&method.ok().next()?.log.marks))?;
    let labels = std::iter::once("start").chain(marks.iter().map(|mark| mark.label.as_str()));
    let labels: Vec<String> =
        labels.enumerate().map(|(index, label)| format!(">{}: {label}", index + 1)).collect();
    let headings = std::iter::once("condition").chain(labels.iter().map(String::as_str));
    let mut table = Table::new(
        "Trials until each stage was passed, the limit where it never was, and in brackets the share of seeds that never \
         passed it. Means over seeds; all stages with the 95 % interval.",
        headings.chain([">all stages"]),
    );
    for method in benchmark.ranked() {
        let all = benchmark.values(method, "stage_trials");
        let (Some(mean), Some(passed)) = (all.mean(), benchmark.values(method, "stages_passed").mean())
        else {
            continue;
        };
        let with_never = |trials: String, passed: f64| {
            let never = ((1.0 - passed) * 100.0).round();
            if never > 0.0 { format!("{trials} ({never} % never)") } else { trials }
        };
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        for stage in 1..=labels.len() {
            let of = |what: &str| benchmark.values(method, &format!("stage{stage}/{what}")).mean();
            row.push(match (of("trials"), of("passed")) {
                (Some(trials), Some(passed)) => with_never(number(trials), passed).into(),
                _ => "–".into(),
            });
        }
        let interval = all.interval().map(|i| format!(" [{}, {}]", number(i.low), number(i.high)));
        row.push(with_never(format!("{}{}", number(mean), interval.unwrap_or_default()), passed).into());
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// One row per condition for one kind of shift.
fn behaviour(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    const COLUMNS: [(&str, &str); 6] = [
        ("trials_to_criterion", ">trials to criterion"),
        ("solved", ">solved"),
        ("accuracy", ">accuracy in the block"),
        ("perseverative_errors", ">perseverative errors"),
        ("detected", ">NA released"),
        ("false_alarms", ">NA false alarms"),
    ];
    let headings = std::iter::once("condition").chain(COLUMNS.iter().map(|(_, heading)| *heading));
    let criterion = if has_stages(benchmark) {
        "Criterion: the schedule's own, the limit when never met; solved: met"
    } else {
        "Criterion: 8 consecutive correct answers, the block's length when never met; solved: also 80 % of the last 30 \
         correct"
    };
    let mut table = Table::new(
        format!("After {words}. {criterion}. Means over seeds, trials with the 95 % interval."),
        headings,
    );
    for method in benchmark.ranked() {
        let values = |measure: &str| benchmark.values(method, &format!("{measure}/{kind}"));
        if values("accuracy").mean().is_none() {
            continue;
        }
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        for (measure, _) in COLUMNS {
            let found = values(measure);
            let mean = found.mean().map_or_else(|| "–".to_owned(), number);
            row.push(match found.interval().filter(|_| measure == "trials_to_criterion") {
                Some(i) => format!("{mean} [{}, {}]", number(i.low), number(i.high)).into(),
                None => mean.into(),
            });
        }
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// The entropy of the policy around one kind of shift, where it was probed.
fn policy(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    const COLUMNS: [(&str, &str); 7] = [
        ("policy_entropy_before", ">before"),
        ("policy_entropy_first20", ">trials 0–19"),
        ("policy_entropy_next20", ">20–39"),
        ("policy_entropy_later", ">from 40 on"),
        ("policy_entropy_peak", ">highest"),
        ("policy_entropy_plain_first20", ">uncorrected, 0–19"),
        ("policy_entropy_compound_first20", ">given the partner too, 0–19"),
    ];
    let headings = std::iter::once("condition").chain(COLUMNS.iter().map(|(_, heading)| *heading));
    let caption = format!(
        "Entropy of the policy in bits, H(A|cue), around the {words}. At each probed trial a copy of the network, plasticity \
         off and noradrenaline at that trial's level, answers many realisations of the cue's input; with the Miller–Madow \
         correction unless it says otherwise. Means of H over probes and seeds; the highest probe is a maximum of \
         estimates."
    );
    let mut table = Table::new(caption, headings);
    for method in benchmark.ranked() {
        let of = |measure: &str| benchmark.values(method, &format!("{measure}/{kind}")).mean();
        if of("policy_entropy_first20").is_none() {
            continue;
        }
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        row.extend(
            COLUMNS.iter().map(|(measure, _)| of(measure).map_or_else(|| "–".into(), |h| number(h).into())),
        );
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// Mean over seeds with a 95 % band at every whole x, of either sign, that at least one seed has.
pub(super) fn averaged(method: &MethodResults<'_>, curve: &str) -> Vec<LinePoint> {
    let mut at: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for record in method.ok() {
        for found in record.log.curves.iter().filter(|c| c.name == curve) {
            for (x, y) in found.x.iter().zip(&found.y) {
                if let Some(y) = y {
                    at.entry(x.round() as i64).or_default().push(*y);
                }
            }
        }
    }
    at.into_iter()
        .map(|(x, values)| {
            let band = stats::mean_interval(&values).map(|i| (i.low, i.high));
            LinePoint { x: x as f64, y: stats::mean(&values), band, n: values.len() }
        })
        .collect()
}

fn aligned(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    let figures = [
        ("noradrenaline", "C: noradrenaline", Axis::new("noradrenaline").over(0.0, 1.0)),
        ("performance", "D: performance", Axis::percent("correct (%)").over(0.0, 1.0)),
        (
            "policy_entropy",
            "E: entropy of the policy given the cue",
            Axis::new("H(A|cue) (bit)").over(0.0, 1.02),
        ),
    ];
    let probed =
        |method: &MethodResults<'_>| !averaged(method, &format!("aligned/{kind}/policy_entropy")).is_empty();
    let choice: &[&str] = if benchmark.methods.iter().any(probed) { &PROBED } else { &DRAWN };
    let drawn: Vec<&MethodResults<'_>> = choice.iter().filter_map(|id| benchmark.method(id)).collect();
    let mut panels = Vec::new();
    for (measure, title, y) in figures {
        let name = format!("aligned/{kind}/{measure}");
        let series: Vec<LineSeries> = drawn
            .iter()
            .map(|method| LineSeries {
                label: method.title.clone(),
                color: method.color,
                dashed: false,
                points: averaged(method, &name),
            })
            .filter(|series| !series.points.is_empty())
            .collect();
        if series.is_empty() {
            // The policy is probed where a benchmark asks for it.
            continue;
        }
        let figure = Box::new(LineChart {
            x: Axis::new("trials from the shift"),
            y,
            series,
            marks: vec![LineMark { x: 0.0, label: "shift".into() }],
            plot_height: 170.0,
            ..LineChart::default()
        });
        panels.push(Panel { title: title.into(), color: Color::Ink, figure });
    }
    if panels.len() < 2 {
        return None;
    }
    let (letters, what, caption) = match panels.len() {
        2 => ("C, D", "Noradrenaline and performance", ""),
        _ => (
            "C, D, E",
            "Noradrenaline, performance and entropy of the policy",
            " The entropy is that of the network as it stands before a trial, probed with plasticity off; averaged are \
             entropies, never answers.",
        ),
    };
    let levels = drawn.iter().filter_map(|method| {
        let points = averaged(method, &format!("aligned/{kind}/performance"));
        let after: Vec<f64> =
            points.iter().filter(|p| (40.0..60.0).contains(&p.x)).filter_map(|p| p.y).collect();
        Some(format!("{} {}", method.title, number(stats::mean(&after)?)))
    });
    let levels: Vec<String> = levels.collect();
    Some(Block::Chart(Chart {
        name: format!("{}-{kind}-aligned", benchmark.id),
        title: format!("{}: Figure 4 {letters} measured at the {words}", benchmark.name()),
        alt: format!(
            "{what} from 20 trials before to 80 trials after the {words}. Performance 40 to 60 trials after it: {}.",
            levels.join("; ")
        ),
        caption: format!(
            "Mean over seeds (and over a session's shifts of this kind); band: 95 % interval.{caption}"
        ),
        figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 420.0, legend: Vec::new() }),
    }))
}

/// Spikes around a shift and rates over the session, from the first run that recorded them.
fn example(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let recorded =
        benchmark.methods.iter().flat_map(|method| method.ok().map(move |record| (method, record)));
    let has_raster = |curves: &[Curve]| curves.iter().any(|curve| curve.name.starts_with("raster/"));
    let Some((method, record)) = recorded.into_iter().find(|(_, record)| has_raster(&record.log.curves))
    else {
        return Vec::new();
    };
    let shown: Vec<(&Curve, &str)> = record
        .log
        .curves
        .iter()
        .filter_map(|curve| Some((curve, curve.name.strip_prefix("raster/trial")?)))
        .take(6)
        .collect();
    // One time axis for all panels, from the stimulus on.
    let last = shown.iter().flat_map(|(curve, _)| &curve.x).copied().fold(0.0, f64::max);
    let end = (last / 50.0).ceil().max(1.0) * 50.0;
    let panels: Vec<Panel> = shown
        .into_iter()
        .map(|(curve, trial)| Panel {
            title: format!("trial {trial}"),
            color: Color::Ink,
            figure: Box::new(Raster {
                x: Axis::new("ms").over(0.0, end),
                rows: rows(curve),
                marks: Vec::new(),
            }),
        })
        .collect();
    let mut blocks = vec![Block::Chart(Chart {
        name: format!("{}-example-raster", benchmark.id),
        title: format!("{}: spikes around the first shift ({}, seed {})", benchmark.name(), method.title, record.spec.seed),
        alt: "Spike rasters of the last three trials before a shift and the first three after it, one row per neuron.".into(),
        caption: "Rows from above: Go excitatory and inhibitory, No-Go excitatory and inhibitory, critic excitatory and \
                  inhibitory; colours by cluster."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 3, min_width: 220.0, legend: Vec::new() }),
    })];
    let series: Vec<LineSeries> = [("session/go_rate", "Go"), ("session/no_go_rate", "No-Go")]
        .into_iter()
        .enumerate()
        .filter_map(|(index, (name, label))| {
            let curve = record.log.curves.iter().find(|curve| curve.name == name)?;
            let points = curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint::single(*x, *y)).collect();
            Some(LineSeries { label: label.into(), color: Color::Series(index), dashed: false, points })
        })
        .collect();
    if !series.is_empty() {
        let marks =
            record.log.marks.iter().map(|mark| LineMark { x: mark.x, label: mark.label.clone() }).collect();
        blocks.push(Block::Chart(Chart {
            name: format!("{}-example-rates", benchmark.id),
            title: format!("{}: rates of the excitatory populations in this session", benchmark.name()),
            alt: "Firing rates of the Go and No-Go excitatory populations over the session.".into(),
            caption: "Means over five trials; vertical lines: shifts.".into(),
            figure: Box::new(LineChart {
                x: Axis::new("trials"),
                y: Axis::new("rate (Hz)"),
                series,
                marks,
                plot_height: 180.0,
                ..LineChart::default()
            }),
        }));
    }
    blocks
}

/// One row per neuron that could fire; the three clusters are equally large.
fn rows(curve: &Curve) -> Vec<RasterRow> {
    let neuron = |y: &Option<f64>| y.map_or(0, |y| y as usize);
    let count = curve.y.iter().map(neuron).max().unwrap_or(0) + 1;
    let count = count.next_multiple_of(3);
    let mut rows: Vec<RasterRow> = (0..count)
        .map(|n| RasterRow { label: String::new(), color: Color::Series(3 * n / count), events: Vec::new() })
        .collect();
    for (x, y) in curve.x.iter().zip(&curve.y) {
        rows[neuron(y)].events.push(*x);
    }
    rows
}
