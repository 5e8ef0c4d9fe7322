//! Lines over a time axis, with bands for intervals and marks for task boundaries.

use super::axis::{Axis, Scale};
use super::canvas::Canvas;
use super::csv::{Csv, cell};
use super::figure::{Figure, Lines, Sample};
use super::frame::{Frame, Type};
use super::marks::{LineMark, Marks};
use super::palette::{Color, Dash};
use super::series::{LinePoint, LineSeries};
use super::text;
use super::text::{BOLD, flowed, joined, text_width};
use super::{axis, legend};

/// A line chart. Lines carry their label at the right end; where there is no room for that, a legend stands on top.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LineChart {
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<LineSeries>,
    pub marks: Vec<LineMark>,
    /// Height of the plot without axes and labels, in pixels; 0: 220.
    pub plot_height: f64,
    /// Fixed left margin in pixels, to align panels that share an axis; 0: as the tick labels need.
    pub left: f64,
    /// Leaves labels out, where a neighbouring panel shows them.
    pub unlabelled: bool,
    /// Labels in a legend on top even where there is room beside the lines, so that panels below one another keep one
    /// time axis.
    pub legend_on_top: bool,
}

const LABEL: f64 = 12.0;

impl LineChart {
    fn entries(&self) -> Vec<(&str, Color)> {
        if self.unlabelled {
            return Vec::new();
        }
        let loud = self.series.iter().filter(|s| !s.label.is_empty() && s.color != Color::Quiet);
        loud.map(|s| (s.label.as_str(), s.color)).collect()
    }

    /// Names of the quiet lines, below the axis.
    fn quiet(&self, width: f64) -> Vec<String> {
        let quiet = self.series.iter().filter(|s| s.color == Color::Quiet && !s.label.is_empty());
        let names: Vec<String> = quiet.map(|s| joined(&s.label)).collect();
        if names.is_empty() || self.unlabelled {
            return Vec::new();
        }
        flowed(&format!("grey: {}", names.join(" · ")), axis::TICK, width)
    }

    fn left(&self) -> f64 {
        if self.left > 0.0 {
            return self.left;
        }
        axis::margins(&self.x, &self.y, self.ranges().1, self.plot()).left
    }

    /// The labels of the moments, in a figure that begins at 0.
    fn placed(&self, width: f64) -> Marks {
        let right = width - self.label_room(width).unwrap_or(16.0);
        Marks::new(&self.marks, self.ranges().0, (self.left(), right.max(self.left() + 1.0)), width)
    }

    /// Room below the axis: the key of the moments and the names of the quiet lines.
    fn feet(&self, width: f64) -> f64 {
        let quiet = self.quiet(width).len();
        let quiet = if quiet == 0 { 0.0 } else { text::height(quiet, axis::TICK) + 4.0 };
        self.placed(width).key_height() + quiet
    }

    /// Direct labels where they take at most a third of the width and stand in order below one another.
    fn label_room(&self, width: f64) -> Option<f64> {
        let entries = self.entries();
        if self.legend_on_top && !entries.is_empty() {
            return None;
        }
        let widest =
            entries.iter().map(|(label, _)| text_width(label, LABEL) * BOLD).fold(0.0, f64::max) + 16.0;
        let fits = widest <= width * 0.3 && entries.len() as f64 * 15.0 <= self.plot();
        (!entries.is_empty() && width >= 480.0 && fits).then_some(widest)
    }

    fn plot(&self) -> f64 {
        if self.plot_height > 0.0 { self.plot_height } else { 220.0 }
    }

    fn legend_height(&self, width: f64) -> f64 {
        if self.label_room(width).is_some() { 0.0 } else { legend::height(&self.entries(), width) }
    }

    fn ranges(&self) -> ((f64, f64), (f64, f64)) {
        let points = || self.series.iter().flat_map(|s| &s.points);
        let ends = |p: &LinePoint| p.band.map(|band| self.y.possible(p.y, band));
        let ys = points().flat_map(|p| [p.y, ends(p).map(|b| b.0), ends(p).map(|b| b.1)]).flatten();
        let xs = points().map(|p| p.x).chain(self.marks.iter().map(|m| m.x));
        (self.x.resolve(xs, 0.0), self.y.resolve(ys, 0.05))
    }

    fn draw_series(canvas: &mut Canvas, series: &LineSeries, x: Scale, y: Scale) {
        for run in series.points.split(LinePoint::is_gap) {
            let at = |p: &LinePoint, end: f64| (x.at(p.x), y.at(end.clamp(y.range.0, y.range.1)));
            let upper = run.iter().filter_map(|p| p.band.map(|b| at(p, b.1)));
            let lower = run.iter().rev().filter_map(|p| p.band.map(|b| at(p, b.0)));
            let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
            if outline.len() >= 4 && series.color != Color::Quiet {
                canvas.polygon(&outline, series.color, 0.16);
            }
        }
        for run in series.points.split(LinePoint::is_gap) {
            let path: Vec<(f64, f64)> =
                run.iter().filter_map(|p| p.y.map(|v| (x.at(p.x), y.at(v)))).collect();
            match path.as_slice() {
                [] => {}
                [point] => canvas.disc(*point, 2.5, series.color, 1.0),
                path => {
                    let (width, dash) = match series.color.dash() {
                        _ if series.color == Color::Quiet => (1.0, Dash::Solid),
                        Dash::Solid if series.dashed => (1.8, Dash::Dashed),
                        dash => (1.8, dash),
                    };
                    canvas.dashed_path(path, series.color, width, dash);
                }
            }
        }
    }
}

impl Figure for LineChart {
    fn height(&self, width: f64) -> f64 {
        let (_, y_range) = self.ranges();
        let margins = axis::margins(&self.x, &self.y, y_range, self.plot());
        let above = self.legend_height(width) + self.placed(width).height() + margins.top;
        above + self.plot() + margins.bottom + self.feet(width)
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let (x_range, y_range) = self.ranges();
        let margins = axis::margins(&self.x, &self.y, y_range, self.plot());
        let room = self.label_room(frame.width);
        let key = self.legend_height(frame.width);
        if room.is_none() {
            legend::draw(canvas, frame, &self.entries(), self.sample());
        }
        let marks = self.placed(frame.width);
        let top = key + marks.height() + margins.top;
        let feet = self.feet(frame.width);
        let plot = frame.inset(self.left(), top, room.unwrap_or(16.0), margins.bottom + feet);
        let label_free = Axis { label: String::new(), ..self.y.clone() };
        let (x, y) = axis::draw(canvas, plot, (&self.x, x_range), (&label_free, y_range));
        // The label of the y axis stands above the labels of the marks.
        if !self.y.label.is_empty() {
            let at = (frame.x, plot.y - marks.height() - 8.0);
            canvas.text(at, &self.y.label, Type::new(axis::LABEL, Color::Muted).standing());
        }
        marks.draw(canvas, frame.x, plot);
        let (quiet, loud): (Vec<&LineSeries>, Vec<&LineSeries>) =
            self.series.iter().partition(|series| series.color == Color::Quiet);
        for series in quiet.into_iter().chain(loud) {
            canvas.of_series(&series.label, |canvas| Self::draw_series(canvas, series, x, y));
        }
        let below = plot.bottom() + margins.bottom;
        canvas.lines(
            (frame.x, below),
            &self.quiet(frame.width),
            Type::new(axis::TICK, Color::Muted).hanging(),
        );
        marks.draw_key(canvas, (frame.x, below + feet - marks.key_height()));
        if room.is_some() {
            let named: Vec<&LineSeries> =
                self.series.iter().filter(|s| !s.label.is_empty() && s.color != Color::Quiet).collect();
            let end = |s: &LineSeries| {
                s.points.iter().rev().find(|p| !p.is_gap()).and_then(|p| p.y.map(|v| (x.at(p.x), y.at(v))))
            };
            let ends: Vec<(f64, f64)> =
                named.iter().map(|s| end(s).unwrap_or((plot.right(), plot.bottom()))).collect();
            let wanted: Vec<f64> = ends.iter().map(|e| e.1).collect();
            let places = legend::spread(&wanted, 15.0, plot.y + 2.0, plot.bottom() - 4.0);
            for ((series, end), place) in named.iter().zip(&ends).zip(places) {
                let start = plot.right() + 12.0;
                canvas.of_series(&series.label, |canvas| {
                    canvas.line((end.0 + 2.0, end.1), (start - 2.0, place), series.color, 0.8);
                    canvas.text((start, place), &series.label, Type::new(LABEL, series.color).bold());
                });
            }
        }
    }

    fn sample(&self) -> Sample {
        Sample::Line
    }

    fn lines(&self) -> Vec<Lines<'_>> {
        vec![Lines { panel: "", x: &self.x.label, y: &self.y.label, series: &self.series }]
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["series", "x", "y", "low", "high"]);
        for series in &self.series {
            for p in &series.points {
                csv.row([
                    series.label.clone(),
                    p.x.to_string(),
                    cell(p.y),
                    cell(p.band.map(|b| b.0)),
                    cell(p.band.map(|b| b.1)),
                ]);
            }
        }
        for mark in &self.marks {
            csv.row([
                format!("mark: {}", mark.label),
                mark.x.to_string(),
                cell(None),
                cell(None),
                cell(None),
            ]);
        }
        csv
    }
}
