use super::*;
use crate::chart;
use base::stats::Interval;

#[path = "../../examples/gallery/figures.rs"]
mod figures;

/// Attribute of an element.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// Every corner of a path, in units.
fn corners(data: &str) -> Vec<(f64, f64)> {
    let mut spaced = String::new();
    for c in data.chars() {
        match c {
            'M' | 'm' | 'l' | 'h' | 'v' | 'z' => spaced.extend([' ', c, ' ']),
            '-' => spaced.extend([' ', '-']),
            c => spaced.push(c),
        }
    }
    let (mut x, mut y, mut start, mut mode) = (0.0, 0.0, (0.0, 0.0), 'M');
    let mut found = Vec::new();
    let mut words = spaced.split_whitespace();
    while let Some(word) = words.next() {
        if let Some(letter) = word.chars().next().filter(|c| c.is_ascii_alphabetic()) {
            mode = letter;
            if mode == 'z' {
                (x, y) = start;
            }
            continue;
        }
        let number: f64 = word.parse().expect("a number");
        let mut second = || words.next().expect("a pair").parse::<f64>().expect("a number");
        match mode {
            'M' => (x, y) = (number, second()),
            'm' | 'l' => (x, y) = (x + number, y + second()),
            'h' => x += number,
            _ => y += number,
        }
        if matches!(mode, 'M' | 'm') {
            start = (x, y);
        }
        found.push((x, y));
    }
    found
}

/// Boxes of all texts: left, top, right, bottom in units, and what they say.
fn texts(svg: &str) -> Vec<([f64; 4], String)> {
    let mut found = Vec::new();
    for group in svg.split("<g ").skip(1) {
        let style = format!(" {}", group.split('>').next().expect("a tag"));
        let size = attribute(&style, "font-size").map_or(120.0, |size| size.parse().expect("a size"));
        let anchor = attribute(&style, "text-anchor").unwrap_or("start");
        for text in group.split("<text").skip(1) {
            let (tag, rest) = text.split_once('>').expect("a tag");
            let words = rest.split('<').next().expect("words").replace("&lt;", "<").replace("&#39;", "'");
            let place = |name: &str| attribute(tag, name).expect(name).parse::<f64>().expect("a number");
            // The estimate is generous: what it says to touch only comes near.
            let width = 0.93 * text_width(&words, size);
            let left = match anchor {
                "middle" => place("x") - width / 2.0,
                "end" => place("x") - width,
                _ => place("x"),
            };
            let base = place("y");
            found.push(([left, base - 0.6 * size, left + width, base], words));
        }
    }
    found
}

fn check(name: &str, figure: &dyn Figure, width: f64) {
    let svg = render(figure, width, name, "what <it> shows");
    assert!(svg.contains("<desc>what &lt;it&gt; shows</desc>") && svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
    let high = figure.height(width) * 10.0;
    for tag in svg.split("<path").skip(1) {
        for (x, y) in corners(attribute(tag, "d").expect("data")) {
            let inside = (-10.0..=width * 10.0 + 10.0).contains(&x) && (-10.0..=high + 10.0).contains(&y);
            assert!(inside, "{name}: ({x}, {y}) of {width} × {high}");
        }
    }
    let texts = texts(&svg);
    for (i, ([left, top, right, bottom], words)) in texts.iter().enumerate() {
        let inside = *left >= -2.0 && *right <= width * 10.0 + 2.0 && *top >= -2.0 && *bottom <= high + 2.0;
        assert!(
            inside,
            "{name} at {width}: \"{words}\" is cut: {left} to {right}, {top} to {bottom} of {high}"
        );
        assert!(!words.contains('…'), "{name} at {width}: \"{words}\" is shortened");
        for ([l, t, r, b], other) in &texts[..i] {
            let apart = left >= r || right <= l || top >= b || bottom <= t;
            assert!(apart, "{name} at {width}: \"{words}\" collides with \"{other}\"");
        }
    }
    let csv = figure.csv();
    assert!(csv.rows.iter().all(|row| row.len() == csv.header.len()), "{name}");
}

#[test]
fn no_label_of_any_figure_is_cut_or_collides_however_many_methods_and_however_long_their_names() {
    for methods in figures::COUNTS {
        for long in [false, true] {
            for (kind, figure) in figures::all(methods, long) {
                for width in [WIDE, NARROW] {
                    check(&format!("{kind} of {methods}, long: {long}"), &*figure, width);
                }
            }
        }
    }
}

#[test]
fn golden_drawings() {
    for (kind, figure) in figures::all(2, false) {
        insta::assert_snapshot!(format!("{kind}"), render(&*figure, WIDE, kind, "two methods"));
    }
}

#[test]
fn figures_without_data_can_be_drawn() {
    let empty: [(&str, Box<dyn Figure>); 8] = [
        ("lines", Box::new(LineChart::default())),
        ("dots", Box::new(DotChart::default())),
        ("bars", Box::new(BarChart::default())),
        ("raster", Box::new(Raster::default())),
        ("scatter", Box::new(Scatter::default())),
        ("heat map", Box::new(HeatMap::default())),
        ("board", Box::new(Board::default())),
        ("ranks", Box::new(RankDiagram::default())),
    ];
    for (name, figure) in empty {
        check(name, &*figure, WIDE);
        check(name, &*figure, NARROW);
    }
}

#[test]
fn numbers_that_are_not_finite_do_not_break_a_figure() {
    let points = (0..9).map(|k| LinePoint::single(f64::from(k), Some(f64::NAN))).collect();
    let series = vec![LineSeries { label: "odd".into(), color: Color::Series(0), dashed: false, points }];
    check("odd", &LineChart { series, ..LineChart::default() }, WIDE);
}

#[test]
fn hostile_names_stay_words() {
    let mut figure = DotChart { x: Axis::new("score"), ..DotChart::default() };
    let label = format!("<script>alert(1)</script>\u{1b}[31m{}", "x".repeat(200));
    figure.rows.push(DotRow {
        label,
        color: Color::Series(0),
        mean: Some(1.0),
        interval: None,
        dots: Vec::new(),
        note: String::new(),
    });
    let svg = render(&figure, WIDE, "hostile", "");
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'));
    assert!(
        crate::chart::inline(&figure, NARROW, "\"'<>", &mut Sheet::default())
            .contains("aria-label=\"&quot;&#39;&lt;&gt;\"")
    );
}

#[test]
fn a_cell_with_a_comma_or_a_quote_is_quoted() {
    let mut csv = Csv::new(["a", "b"]);
    csv.row(["1,5".to_owned(), "say \"x\"".to_owned()]);
    assert_eq!(csv.text(), "a,b\n\"1,5\",\"say \"\"x\"\"\"\n");
}
