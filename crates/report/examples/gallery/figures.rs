//! One figure of each kind; the tests of charts draw them too.

use super::Interval;
use super::chart::{
    Axis, BarChart, BarGroup, Board, BoardCell, BoardRow, Color, DotChart, DotRow, Figure, HeatMap,
    LineChart, LineMark, LinePoint, LineSeries, NumberFormat, Panel, RankDiagram, Ranked, Raster, RasterRow,
    Scatter, ScatterPoint, SmallMultiples, Tone,
};

/// Numbers of methods.
pub const COUNTS: [usize; 4] = [1, 2, 8, 30];

fn name(i: usize, long: bool) -> String {
    let short = ["Naive", "EWC", "SI", "DER++", "Joint", "L2", "MAS", "NA: slope, temperature"][i % 8];
    let round = if i < 8 { String::new() } else { format!(" {}", i / 8 + 1) };
    if long {
        format!("{short}{round} [settings 2 of 2: parameters.alpha 0.5, optimiser.rate 0.{i}, 12 more]")
    } else {
        format!("{short}{round}")
    }
}

fn color(i: usize) -> Color {
    Color::Series(i)
}

fn wave(i: usize, step: f64) -> f64 {
    0.5 + 0.4 * (i as f64 * step).sin()
}

fn span(middle: f64, half: f64) -> Option<Interval> {
    Some(Interval { low: middle - half, high: middle + half })
}

/// Every kind with so many methods; the third method has no value, and lines have a gap.
pub fn all(methods: usize, long: bool) -> Vec<(&'static str, Box<dyn Figure>)> {
    vec![
        ("lines", Box::new(lines(methods, long))),
        ("dots", Box::new(dots(methods, long))),
        ("bars", Box::new(bars(methods, long))),
        ("heat-map", Box::new(heat_map(methods, long))),
        ("raster", Box::new(raster(methods, long))),
        ("scatter", Box::new(scatter(methods, long))),
        ("board", Box::new(board(methods, long))),
        ("panels", Box::new(panels(methods, long))),
        ("ranks", Box::new(ranks(methods, long))),
        ("profile", Box::new(profile(methods, long))),
    ]
}

fn lines(methods: usize, long: bool) -> LineChart {
    let point = |i: usize, k: u32| {
        let (x, y) = (f64::from(k) * 2.5, wave(i, 0.7) - 0.3 * (-f64::from(k) / 15.0).exp());
        LinePoint { x, y: (k != 20 && i != 2).then_some(y), band: Some((y - 0.05, y + 0.05)), n: 10 }
    };
    let series = |i: usize| LineSeries {
        label: name(i, long),
        color: if i < 8 { color(i) } else { Color::Quiet },
        dashed: i == 1,
        points: (0..=40).map(|k| point(i, k)).collect(),
    };
    let shift = |k: usize| LineMark {
        x: 100.0 * k as f64 / methods as f64,
        label: if long { format!("extra-dimensional shift {}", k + 1) } else { format!("task {}", k + 1) },
    };
    LineChart {
        x: Axis::new("updates"),
        y: Axis::percent("accuracy on tasks seen so far (%)"),
        series: (0..methods).map(series).collect(),
        marks: (0..methods).map(shift).collect(),
        ..LineChart::default()
    }
}

fn dots(methods: usize, long: bool) -> DotChart {
    let row = |i: usize| {
        let mean = wave(i, 1.3);
        DotRow {
            label: name(i, long),
            color: color(i),
            mean: (i != 2).then_some(mean),
            interval: if i == 2 { None } else { span(mean, 0.06) },
            dots: if i == 2 { Vec::new() } else { vec![mean - 0.08, mean + 0.02, mean + 0.07] },
            note: if i == 2 { "0 ok, 3 diverged, 2 failed".into() } else { format!("{mean:.3}") },
        }
    };
    DotChart {
        x: Axis::percent("average accuracy (%)"),
        rows: (0..methods).map(row).collect(),
        references: vec![(0.1, "chance".into()), (0.95, "ceiling".into())],
    }
}

fn bars(methods: usize, long: bool) -> BarChart {
    let group = |g: usize, label: &str| BarGroup {
        label: label.into(),
        color: Color::Step(g, 2),
        values: (0..methods).map(|i| (i != 2).then(|| wave(i + g, 0.9) - 0.4)).collect(),
        intervals: (0..methods).map(|i| span(wave(i + g, 0.9) - 0.4, 0.08).filter(|_| i != 2)).collect(),
    };
    BarChart {
        y: Axis::new("together − alone (percentage points)"),
        categories: (0..methods).map(|i| name(i, long)).collect(),
        groups: vec![group(0, "after 5 shots"), group(1, "after 50 shots")],
    }
}

fn heat_map(methods: usize, long: bool) -> HeatMap {
    let labels: Vec<String> =
        (0..methods).map(|i| if long { name(i, true) } else { format!("{i}") }).collect();
    let value = |i: usize, j: usize| (i >= j).then(|| wave(i * 3 + j, 0.8));
    HeatMap {
        row_axis: "after task".into(),
        column_axis: "tested on".into(),
        rows: labels.clone(),
        columns: labels,
        values: (0..methods).map(|i| (0..methods).map(|j| value(i, j)).collect()).collect(),
        range: (0.0, 1.0),
        format: NumberFormat::Percent,
    }
}

fn raster(methods: usize, long: bool) -> Raster {
    let row = |i: usize| RasterRow {
        label: name(i, long),
        color: Color::Step(i, methods),
        events: (0..25).map(|k| f64::from(k) * (3.0 + wave(i, 2.0))).collect(),
    };
    Raster {
        x: Axis::new("time (ms)"),
        rows: (0..methods).map(row).collect(),
        marks: vec![LineMark { x: 40.0, label: "shift".into() }],
    }
}

fn scatter(methods: usize, long: bool) -> Scatter {
    let point = |i: usize| {
        let (x, y) = (0.02 + 0.01 * (i * 7 % 5) as f64, 0.95 + 0.008 * (i * 3 % 4) as f64);
        let (x, y) = if i % 6 == 5 { (0.3, 0.6) } else { (x, y) };
        ScatterPoint {
            label: name(i, long),
            color: color(i),
            x,
            y,
            x_interval: span(x, 0.01),
            y_interval: span(y, 0.02),
            dots: vec![(x - 0.01, y), (x + 0.01, y - 0.01)],
            family: None,
        }
    };
    Scatter {
        x: Axis::percent("forgetting (percentage points)").over(-0.02, 0.4),
        y: Axis::percent("learning accuracy (%)").over(0.5, 1.02),
        points: (0..methods).map(point).collect(),
        ..Scatter::default()
    }
}

fn board(methods: usize, long: bool) -> Board {
    let words = ["helps", "partly better", "no difference", "worse than tuned", "too few seeds"];
    let tones = [Tone::Good, Tone::Partly, Tone::Neutral, Tone::Bad, Tone::Absent];
    let cell = |i: usize, j: usize| BoardCell {
        words: words[(i + j) % 5].into(),
        tone: tones[(i + j) % 5],
        mark: ["", "⊘", "?", "–"][i % 4].into(),
        about: if j == 1 { "session of five rules".into() } else { String::new() },
        detail: "the whole of it".into(),
        evidence: String::new(),
    };
    let row = |i: usize| BoardRow {
        label: name(i, long),
        color: color(i),
        cells: (0..6)
            .map(|j| if (i + j).is_multiple_of(3) { vec![cell(i, j)] } else { Vec::new() })
            .collect(),
    };
    let columns = [
        "Incremental learning",
        "Meta-learning",
        "Online learning",
        "Spiking set-shifting Go/No-Go",
        "Multi-task",
        "Transfer",
    ];
    Board {
        columns: columns.map(str::to_owned).to_vec(),
        rows: (0..methods).map(row).collect(),
        legend: vec!["⊘ headroom excluded".into(), "? headroom undetermined".into(), "– not measured".into()],
    }
}

fn panels(methods: usize, long: bool) -> SmallMultiples {
    let panel = |i: usize| Panel {
        title: name(i, long),
        color: color(i),
        figure: Box::new(LineChart {
            unlabelled: true,
            plot_height: 110.0,
            marks: Vec::new(),
            ..lines(2, false)
        }),
    };
    let legend = (0..2).map(|i| (name(i, false), color(i))).collect();
    SmallMultiples { panels: (0..methods).map(panel).collect(), columns: 3, min_width: 200.0, legend }
}

/// Ranks as of six benchmarks, with ties.
fn ranks(methods: usize, long: bool) -> RankDiagram {
    let rank =
        |i: usize| if i == 3 { 3.0 } else { 1.0 + (methods - 1) as f64 * wave(i, 1.3).clamp(0.0, 1.0) };
    let one = |i: usize| Ranked { label: name(i, long), color: color(i), rank: rank(i) };
    let critical = (methods > 1).then_some(0.3 * methods as f64 + 0.8);
    RankDiagram { methods: (0..methods).map(one).collect(), critical }
}

/// Shares of runs above a threshold, falling in steps.
fn profile(methods: usize, long: bool) -> LineChart {
    let point = |i: usize, k: u32| {
        let x = f64::from(k) / 40.0;
        let share = (1.0 / (1.0 + ((x - wave(i, 1.3)) * 12.0).exp()) * 20.0).round() / 20.0;
        LinePoint {
            x,
            y: Some(share),
            band: (i < 2).then_some(((share - 0.1).max(0.0), (share + 0.1).min(1.0))),
            n: 20,
        }
    };
    let series = |i: usize| LineSeries {
        label: name(i, long),
        color: if i < 8 { color(i) } else { Color::Quiet },
        dashed: false,
        points: (0..=40).map(|k| point(i, k)).collect(),
    };
    LineChart {
        x: Axis::new("threshold τ"),
        y: Axis::percent("runs above τ (%)").over(0.0, 1.0),
        series: (0..methods).map(series).collect(),
        legend_on_top: true,
        ..LineChart::default()
    }
}
