//! Points in a plane, each with its label beside it.

use super::axis;
use super::canvas::BOLD;
use super::csv::cell;
use super::{Axis, Canvas, Color, Csv, Figure, Frame, Type, legend, text_width};
use crate::stats::Interval;

/// A labelled point, with intervals as whiskers and every seed as a faint dot.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPoint {
    pub label: String,
    pub color: Color,
    pub x: f64,
    pub y: f64,
    pub x_interval: Option<Interval>,
    pub y_interval: Option<Interval>,
    pub dots: Vec<(f64, f64)>,
    /// Index into [`Scatter::families`].
    pub family: Option<usize>,
}

/// A plane of labelled points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scatter {
    pub x: Axis,
    pub y: Axis,
    pub points: Vec<ScatterPoint>,
    /// Height of the plot without axes; 0: 240.
    pub plot_height: f64,
    /// Points that belong together: a line runs through them in their order, and a legend on top names them.
    pub families: Vec<(String, Color)>,
}

const SIZE: f64 = 11.5;

impl Scatter {
    fn plot(&self) -> f64 {
        if self.plot_height > 0.0 { self.plot_height } else { 240.0 }
    }

    fn legend(&self) -> Vec<(&str, Color)> {
        self.families.iter().map(|(label, color)| (label.as_str(), *color)).collect()
    }

    fn ranges(&self) -> ((f64, f64), (f64, f64)) {
        let ends = |i: Option<Interval>| i.into_iter().flat_map(|i| [i.low, i.high]);
        let xs = self.points.iter().flat_map(|p| {
            ends(p.x_interval).chain([p.x]).chain(p.dots.iter().map(|d| d.0)).collect::<Vec<_>>()
        });
        let ys = self.points.iter().flat_map(|p| {
            ends(p.y_interval).chain([p.y]).chain(p.dots.iter().map(|d| d.1)).collect::<Vec<_>>()
        });
        (self.x.resolve(xs, 0.08), self.y.resolve(ys, 0.08))
    }
}

fn overlap(a: Frame, b: Frame) -> f64 {
    let wide = (a.right().min(b.right()) - a.x.max(b.x)).max(0.0);
    let high = (a.bottom().min(b.bottom()) - a.y.max(b.y)).max(0.0);
    wide * high
}

/// For each point the best of eight places around it: inside the plot, not over markers or whiskers, not over earlier labels.
fn place(points: &[((f64, f64), &str)], whiskers: &[Frame], plot: Frame) -> Vec<Frame> {
    let markers: Vec<Frame> = points
        .iter()
        .map(|((x, y), _)| Frame { x: x - 6.0, y: y - 6.0, width: 12.0, height: 12.0 })
        .collect();
    let mut taken: Vec<Frame> = Vec::new();
    for ((x, y), label) in points {
        let (width, height) = (text_width(label, SIZE) * BOLD, SIZE + 3.0);
        let candidates = [
            (x + 9.0, y - height / 2.0),
            (x - 9.0 - width, y - height / 2.0),
            (x - width / 2.0, y - height - 7.0),
            (x - width / 2.0, y + 7.0),
            (x + 7.0, y - height - 4.0),
            (x + 7.0, y + 4.0),
            (x - 7.0 - width, y - height - 4.0),
            (x - 7.0 - width, y + 4.0),
            (x - width / 2.0, y - 2.0 * height - 7.0),
            (x - width / 2.0, y + height + 7.0),
        ];
        let cost = |frame: &Frame| {
            let inside = overlap(*frame, plot);
            let outside = width * height - inside;
            let clash: f64 = taken.iter().map(|t| overlap(*frame, *t)).sum();
            let hidden: f64 = markers.iter().chain(whiskers).map(|m| overlap(*frame, *m)).sum();
            3.0 * outside + 2.0 * clash + hidden
        };
        let best = candidates
            .iter()
            .map(|(x, y)| Frame { x: *x, y: *y, width, height })
            .min_by(|a, b| cost(a).total_cmp(&cost(b)));
        taken.extend(best);
    }
    taken
}

impl Figure for Scatter {
    fn height(&self, width: f64) -> f64 {
        let (_, y_range) = self.ranges();
        let margins = axis::margins(&self.x, &self.y, y_range, self.plot());
        legend::height(&self.legend(), width) + margins.top + self.plot() + margins.bottom
    }

    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) {
        let (x_range, y_range) = self.ranges();
        let margins = axis::margins(&self.x, &self.y, y_range, self.plot());
        let above = legend::height(&self.legend(), frame.width);
        legend::draw(canvas, frame, &self.legend());
        let plot = frame.inset(margins.left, above + margins.top, 16.0, margins.bottom);
        let (x, y) = axis::draw(canvas, plot, (&self.x, x_range), (&self.y, y_range));
        for (index, (_, color)) in self.families.iter().enumerate() {
            let family: Vec<&ScatterPoint> = self.points.iter().filter(|p| p.family == Some(index)).collect();
            for pair in family.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|p| (x.at(p.x), y.at(p.y)));
                canvas.line(from, to, *color, 1.2);
            }
        }
        for p in &self.points {
            for dot in &p.dots {
                canvas.disc((x.at(dot.0), y.at(dot.1)), 2.0, p.color, 0.45);
            }
            if let Some(i) = p.x_interval {
                canvas.line((x.at(i.low), y.at(p.y)), (x.at(i.high), y.at(p.y)), p.color, 1.4);
            }
            if let Some(i) = p.y_interval {
                canvas.line((x.at(p.x), y.at(i.low)), (x.at(p.x), y.at(i.high)), p.color, 1.4);
            }
        }
        let mut whiskers = Vec::new();
        for p in &self.points {
            let (px, py) = (x.at(p.x), y.at(p.y));
            whiskers.extend(p.x_interval.map(|i| {
                let (a, b) = (x.at(i.low), x.at(i.high));
                Frame { x: a, y: py - 2.0, width: b - a, height: 4.0 }
            }));
            whiskers.extend(p.y_interval.map(|i| {
                let (a, b) = (y.at(i.high), y.at(i.low));
                Frame { x: px - 2.0, y: a, width: 4.0, height: b - a }
            }));
        }
        let places: Vec<((f64, f64), &str)> =
            self.points.iter().map(|p| ((x.at(p.x), y.at(p.y)), p.label.as_str())).collect();
        for ((p, (at, label)), spot) in self.points.iter().zip(&places).zip(place(&places, &whiskers, plot)) {
            canvas.marker(*at, 4.5, p.color);
            let middle = (spot.x, spot.y + spot.height / 2.0);
            canvas.text(middle, label, Type::new(SIZE, p.color).bold());
        }
    }

    fn csv(&self) -> Csv {
        let columns = ["label", "kind", "x", "y", "x_low", "x_high", "y_low", "y_high"];
        let family = (!self.families.is_empty()).then_some("family");
        let mut csv = Csv::new(columns.into_iter().chain(family));
        for p in &self.points {
            let family = p.family.and_then(|index| self.families.get(index));
            let family = family.map(|(label, _)| label.clone());
            let ends = |i: Option<Interval>| [cell(i.map(|i| i.low)), cell(i.map(|i| i.high))];
            let row = [p.label.clone(), "mean".into(), p.x.to_string(), p.y.to_string()];
            csv.row(
                row.into_iter().chain(ends(p.x_interval)).chain(ends(p.y_interval)).chain(family.clone()),
            );
            for (x, y) in &p.dots {
                let row = [p.label.clone(), "seed".into(), x.to_string(), y.to_string()];
                csv.row(row.into_iter().chain(std::iter::repeat_n(String::new(), 4)).chain(family.clone()));
            }
        }
        csv
    }
}
