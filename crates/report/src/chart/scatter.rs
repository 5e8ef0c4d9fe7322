//! Points in a plane, each with its label beside it, or with a number and a key where labels have no room.

use super::axis::{Axis, Scale};
use super::canvas::Canvas;
use super::csv::{Csv, cell};
use super::figure::{Figure, Sample};
use super::frame::Frame;
use super::labels::Labels;
use super::palette::Color;
use super::{axis, labels, legend};
use base::stats::Interval;

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

impl Scatter {
    /// The plot's frame in a figure of this width that begins at (0, 0), without the legend above it.
    fn own_plot(&self, width: f64) -> Frame {
        let margins = axis::margins(&self.x, &self.y, self.ranges().1, self.plot());
        Frame {
            x: margins.left,
            y: margins.top,
            width: (width - margins.left - 16.0).max(1.0),
            height: self.plot(),
        }
    }

    /// Labels in [`Scatter::own_plot`]: their places decide the figure's height, so they must not depend on where it lies.
    fn labels(&self, width: f64) -> Labels {
        let plot = self.own_plot(width);
        let (x_range, y_range) = self.ranges();
        let x = Scale { range: x_range, pixels: (plot.x, plot.right()) };
        let y = Scale { range: y_range, pixels: (plot.bottom(), plot.y) };
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
        let points: Vec<((f64, f64), &str)> =
            self.points.iter().map(|p| ((x.at(p.x), y.at(p.y)), p.label.as_str())).collect();
        labels::place(&points, &whiskers, plot)
    }

    /// Names for the key; a point of a family needs the family's name too.
    fn names(&self) -> Vec<String> {
        let name = |p: &ScatterPoint| match p.family.and_then(|index| self.families.get(index)) {
            Some((family, _)) => format!("{family}: {}", p.label),
            None => p.label.clone(),
        };
        self.points.iter().map(name).collect()
    }

    fn draw_points(&self, canvas: &mut Canvas, x: Scale, y: Scale) {
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
    }
}

impl Figure for Scatter {
    fn height(&self, width: f64) -> f64 {
        let margins = axis::margins(&self.x, &self.y, self.ranges().1, self.plot());
        let key = self.labels(width).key_height(&self.names(), width);
        legend::height(&self.legend(), width) + margins.top + self.plot() + margins.bottom + key
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let (x_range, y_range) = self.ranges();
        let margins = axis::margins(&self.x, &self.y, y_range, self.plot());
        let above = legend::height(&self.legend(), frame.width);
        legend::draw(canvas, frame, &self.legend(), Sample::Marker);
        let own = self.own_plot(frame.width);
        let plot = Frame { x: frame.x + own.x, y: frame.y + above + own.y, ..own };
        let (x, y) = axis::draw(canvas, plot, (&self.x, x_range), (&self.y, y_range));
        self.draw_points(canvas, x, y);
        let labels = self.labels(frame.width).moved(frame.x, frame.y + above);
        let points: Vec<((f64, f64), &str, Color)> =
            self.points.iter().map(|p| ((x.at(p.x), y.at(p.y)), p.label.as_str(), p.color)).collect();
        labels.draw(canvas, &points);
        for (at, name, color) in &points {
            canvas.of_series(name, |canvas| canvas.marker(*at, 4.5, *color));
        }
        let (names, colors): (_, Vec<Color>) = (self.names(), points.iter().map(|p| p.2).collect());
        let below = plot.bottom() + margins.bottom;
        let room = Frame { y: below, height: labels.key_height(&names, frame.width), ..frame };
        labels.draw_key(canvas, room, &names, &colors);
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
