use super::*;
use base::stats::Interval;

fn span(low: f64, high: f64) -> Option<Interval> {
    Some(Interval { low, high })
}

fn line(label: &str, i: usize, f: impl Fn(f64) -> f64) -> LineSeries {
    let points = (0..=40)
        .map(|k| {
            let x = f64::from(k) * 2.5;
            let y = f(x);
            LinePoint { x, y: (k != 20).then_some(y), band: Some((y - 0.05, y + 0.05)) }
        })
        .collect();
    LineSeries { label: label.into(), color: Color::Series(i), dashed: i == 1, points }
}

/// A plane of so many methods, most of them in one corner, as two panels side by side.
fn crowd(count: usize, long: bool) -> SmallMultiples {
    let point = |i: usize| {
        let (x, y) = (0.02 + 0.01 * (i * 7 % 5) as f64, 0.95 + 0.008 * (i * 3 % 4) as f64);
        let (x, y) = if i % 6 == 5 { (0.3, 0.6) } else { (x, y) };
        ScatterPoint {
            label: if long {
                format!("A method with quite a long name, variant {i}")
            } else {
                format!("EWC {i}")
            },
            color: Color::Series(i),
            x,
            y,
            x_interval: span(x - 0.01, x + 0.01),
            y_interval: span(y - 0.02, y + 0.02),
            dots: vec![(x - 0.01, y), (x + 0.01, y - 0.01)],
            family: None,
        }
    };
    let panel = |title: &str| Panel {
        title: title.into(),
        color: Color::Ink,
        figure: Box::new(Scatter {
            x: Axis::percent("forgetting (percentage points)").over(-0.02, 0.4),
            y: Axis::percent("learning accuracy (%)").over(0.5, 1.02),
            points: (0..count).map(point).collect(),
            ..Scatter::default()
        }),
    };
    let panels = vec![panel("task-incremental"), panel("domain-incremental")];
    SmallMultiples { panels, columns: 2, min_width: 300.0, legend: Vec::new() }
}

/// One figure of each kind.
fn gallery() -> Vec<(&'static str, Box<dyn Figure>)> {
    let marks = vec![
        LineMark { x: 0.0, label: "A".into() },
        LineMark { x: 40.0, label: "reversal A→B".into() },
        LineMark { x: 80.0, label: "extra-dimensional shift".into() },
    ];
    let lines = |unlabelled, left| LineChart {
        legend_on_top: false,
        x: Axis::new("trial"),
        y: Axis::new("level"),
        series: vec![line("noradrenaline", 0, |x| (x / 15.0).sin()), line("acetylcholine", 1, |x| x / 100.0)],
        marks: marks.clone(),
        plot_height: 120.0,
        left,
        unlabelled,
    };
    let raster = Raster {
        x: Axis::new("time (ms)"),
        rows: (0..12)
            .map(|i| RasterRow {
                label: format!("cell {i}"),
                color: Color::Series(i / 4),
                events: (0..20).map(|k| f64::from(k * 5) + i as f64).collect(),
            })
            .collect(),
        marks: marks.clone(),
    };
    let bars = BarChart {
        y: Axis::new("change of responses"),
        categories: vec!["approach".into(), "avoid".into(), "stay".into()],
        groups: vec![
            BarGroup {
                label: "with NA".into(),
                color: Color::Series(0),
                values: vec![Some(0.8), Some(-0.3), None],
                intervals: vec![span(0.7, 0.9), span(-0.4, -0.2), None],
            },
            BarGroup {
                label: "without NA".into(),
                color: Color::Series(1),
                values: vec![Some(0.4), Some(0.1), Some(0.2)],
                intervals: Vec::new(),
            },
        ],
    };
    let heat = HeatMap {
        row_axis: "dose".into(),
        column_axis: "time".into(),
        rows: (0..12).map(|i| format!("{i}")).collect(),
        columns: (0..40).map(|i| format!("{i}")).collect(),
        values: (0..12)
            .map(|i| (0..40).map(|j| (i != j).then(|| f64::from(i * j) / 429.0)).collect())
            .collect(),
        range: (0.0, 1.0),
        format: NumberFormat::Number,
    };
    let scatter = Scatter {
        x: Axis::new("x"),
        y: Axis::new("y"),
        points: (0..10)
            .map(|i| ScatterPoint {
                label: format!("method number {i}"),
                color: Color::Series(i),
                x: (i as f64 * 0.7).sin(),
                y: (i as f64 * 1.1).cos(),
                x_interval: span((i as f64 * 0.7).sin() - 0.1, (i as f64 * 0.7).sin() + 0.1),
                y_interval: None,
                dots: Vec::new(),
                family: Some(i / 2),
            })
            .collect(),
        plot_height: 0.0,
        families: (0..5).map(|i| (format!("family {i}"), Color::Series(i))).collect(),
    };
    let dots = DotChart {
        x: Axis::new("score"),
        rows: (0..10)
            .map(|i| DotRow {
                label: format!("a method with a rather long name, variant {i}"),
                color: Color::Series(i),
                mean: (i != 3).then_some(i as f64),
                interval: span(i as f64 - 0.7, i as f64 + 0.4),
                dots: vec![i as f64 - 1.0, i as f64 + 0.5],
                note: if i == 3 { "3 failed".into() } else { String::new() },
            })
            .collect(),
        references: vec![(0.0, "chance".into()), (8.0, "ceiling".into())],
    };
    let panel = |title: &str, figure: LineChart| Panel {
        title: title.into(),
        color: Color::Ink,
        figure: Box::new(figure),
    };
    let aligned = SmallMultiples {
        panels: vec![panel("levels", lines(true, 50.0)), panel("gains", lines(true, 50.0))],
        columns: 1,
        min_width: 200.0,
        legend: vec![("noradrenaline".into(), Color::Series(0)), ("acetylcholine".into(), Color::Series(1))],
    };
    vec![
        ("lines", Box::new(lines(false, 0.0))),
        ("raster", Box::new(raster)),
        ("bars", Box::new(bars)),
        ("heat-map", Box::new(heat)),
        ("scatter", Box::new(scatter)),
        ("dots", Box::new(dots)),
        ("aligned", Box::new(aligned)),
        ("crowd-one", Box::new(crowd(1, true))),
        ("crowd-two", Box::new(crowd(2, true))),
        ("crowd-seven", Box::new(crowd(7, false))),
        ("crowd-seven-long", Box::new(crowd(7, true))),
        ("crowd-thirty", Box::new(crowd(30, true))),
        ("no-lines", Box::new(LineChart::default())),
        ("no-dots", Box::new(DotChart::default())),
        ("no-bars", Box::new(BarChart::default())),
        ("no-raster", Box::new(Raster::default())),
        ("no-scatter", Box::new(Scatter::default())),
        ("no-heat-map", Box::new(HeatMap::default())),
    ]
}

/// Every position in the drawing, in units, from the attributes x, x1, x2 and cx.
fn positions(svg: &str) -> Vec<f64> {
    [" x=\"", " x1=\"", " x2=\"", " cx=\""]
        .iter()
        .flat_map(|name| svg.split(*name).skip(1))
        .filter_map(|rest| rest.split('"').next()?.parse().ok())
        .collect()
}

#[test]
fn every_figure_can_be_drawn_wide_and_narrow_inside_its_frame() {
    let folder = std::env::var_os("GALLERY").map(std::path::PathBuf::from);
    for (name, figure) in gallery() {
        for (width, suffix) in [(WIDE, "wide"), (NARROW, "narrow")] {
            let svg = render(&*figure, width, name, "what <it> shows", true);
            assert!(svg.contains("<desc>what &lt;it&gt; shows</desc>") && svg.trim_end().ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
            for x in positions(&svg) {
                assert!((-1.0..=width * 10.0 + 1.0).contains(&x), "{name} {suffix}: x = {x}");
            }
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}-{suffix}.svg")), svg)
                    .expect("the gallery folder exists");
            }
        }
        let csv = figure.csv();
        assert!(csv.rows.iter().all(|row| row.len() == csv.header.len()), "{name}");
    }
}

#[test]
fn numbers_that_are_not_finite_do_not_break_a_figure() {
    let figure = LineChart { series: vec![line("odd", 0, |_| f64::NAN)], ..LineChart::default() };
    let svg = render(&figure, WIDE, "odd", "", false);
    assert!(svg.trim_end().ends_with("</svg>"));
}

#[test]
fn a_cell_with_a_comma_or_a_quote_is_quoted() {
    let mut csv = Csv::new(["a", "b"]);
    csv.row(["1,5".to_owned(), "say \"x\"".to_owned()]);
    assert_eq!(csv.text(), "a,b\n\"1,5\",\"say \"\"x\"\"\"\n");
}
