//! One row per method: mean, interval, and every seed as a dot.

use super::axis;
use super::axis::{Axis, Scale};
use super::canvas::Canvas;
use super::csv::{Csv, cell};
use super::figure::Figure;
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text::{balanced, height, text_width, widest};
use base::stats::Interval;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRow {
    pub label: String,
    pub color: Color,
    /// `None`: nothing to show, the note says why.
    pub mean: Option<f64>,
    pub interval: Option<Interval>,
    /// Every seed's value.
    pub dots: Vec<f64>,
    /// Right of the row, e.g. the printed mean or `3 failed`.
    pub note: String,
}

/// Rows over a common horizontal axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DotChart {
    pub x: Axis,
    pub rows: Vec<DotRow>,
    /// Vertical dashed lines with a label on top: chance, ceiling, zero.
    pub references: Vec<(f64, String)>,
}

const ROW: f64 = 30.0;
const SIZE: f64 = 12.0;
/// How far from its line the name of a reference may stand.
const MOST_ASIDE: f64 = 14.0;

/// What stands left and right of a row, in lines, and the height of the row.
struct Words {
    label: Vec<String>,
    note: Vec<String>,
    height: f64,
}

/// Widths of the columns left and right of the plot, and the words of every row.
struct Layout {
    left: f64,
    right: f64,
    rows: Vec<Words>,
}

impl DotChart {
    fn layout(&self, width: f64) -> Layout {
        let words = |row: &DotRow| {
            let (label, note) =
                (balanced(&row.label, SIZE, width * 0.38), balanced(&row.note, SIZE, width * 0.24));
            let height = (height(label.len().max(note.len()), SIZE) + 8.0).max(ROW);
            Words { label, note, height }
        };
        let rows: Vec<Words> = self.rows.iter().map(words).collect();
        let room =
            |of: fn(&Words) -> &Vec<String>| rows.iter().map(|row| widest(of(row), SIZE)).fold(0.0, f64::max);
        let (left, right) = (room(|row| &row.label) + 12.0, (room(|row| &row.note) + 12.0).max(18.0));
        Layout { left, right, rows }
    }

    fn top(&self) -> f64 {
        if self.references.is_empty() { 6.0 } else { 20.0 }
    }

    fn range(&self) -> (f64, f64) {
        let values = self.rows.iter().flat_map(|row| {
            row.dots
                .iter()
                .copied()
                .chain(row.mean)
                .chain(row.interval.map(|i| i.low))
                .chain(row.interval.map(|i| i.high))
        });
        self.x.resolve(values.chain(self.references.iter().map(|r| r.0)), 0.04)
    }

    fn draw_references(&self, canvas: &mut Canvas, plot: Frame, x: Scale) {
        let mut last_right = f64::NEG_INFINITY;
        let mut sorted: Vec<&(f64, String)> = self.references.iter().collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (value, label) in sorted {
            let at = x.at(*value);
            canvas.dashed((at, plot.y - 2.0), (at, plot.bottom()), Color::Muted, 1.0);
            let half = text_width(label, axis::TICK) / 2.0;
            let centre =
                at.clamp(plot.x + half - 20.0, (plot.right() - half + 16.0).max(plot.x + half - 20.0));
            // A little aside where its neighbour stands in the way.
            let aside = (last_right + half - centre).max(0.0);
            let centre = centre + aside;
            if aside <= MOST_ASIDE {
                let kind = Type::new(axis::TICK, Color::Muted).centred().standing();
                canvas.text((centre, plot.y - 4.0), label, kind);
                last_right = centre + half + 6.0;
            }
        }
    }
}

/// Mean and interval above the seeds.
fn draw_row(canvas: &mut Canvas, row: &DotRow, x: Scale, middle: f64) {
    let upper = middle - 3.5;
    if let Some(interval) = row.interval {
        let (from, to) = (x.at(interval.low), x.at(interval.high));
        canvas.line((from, upper), (to, upper), row.color, 2.4);
        for end in [from, to] {
            canvas.line((end, upper - 4.0), (end, upper + 4.0), row.color, 1.4);
        }
    }
    if let Some(mean) = row.mean {
        canvas.marker((x.at(mean), upper), 4.5, row.color);
    }
    for dot in &row.dots {
        canvas.disc((x.at(*dot), middle + 8.0), 2.3, row.color, 0.55);
    }
}

impl Figure for DotChart {
    fn height(&self, width: f64) -> f64 {
        let axis = if self.x.label.is_empty() { 22.0 } else { 40.0 };
        let rows: f64 = self.layout(width).rows.iter().map(|row| row.height).sum();
        self.top() + rows.max(ROW) + axis
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let Layout { left, right, rows: words } = self.layout(frame.width);
        let high = words.iter().map(|row| row.height).sum::<f64>().max(ROW);
        let plot = frame.inset(left, self.top(), right, frame.height - self.top() - high);
        let x = axis::horizontal(canvas, plot, &self.x, self.range(), true);
        self.draw_references(canvas, plot, x);
        let mut top = plot.y;
        for (row, words) in self.rows.iter().zip(&words) {
            let middle = top + words.height / 2.0;
            top += words.height;
            canvas.of_series(&row.label, |canvas| {
                canvas.block((plot.x - 8.0, middle), &words.label, Type::new(SIZE, Color::Ink).right());
                canvas.block((frame.right(), middle), &words.note, Type::new(SIZE, Color::Muted).right());
                draw_row(canvas, row, x, middle);
            });
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["label", "kind", "value", "low", "high"]);
        for row in &self.rows {
            let (low, high) = (row.interval.map(|i| i.low), row.interval.map(|i| i.high));
            csv.row([row.label.clone(), "mean".into(), cell(row.mean), cell(low), cell(high)]);
            for dot in &row.dots {
                csv.row([row.label.clone(), "seed".into(), dot.to_string(), String::new(), String::new()]);
            }
        }
        for (value, label) in &self.references {
            csv.row([label.clone(), "reference".into(), value.to_string(), String::new(), String::new()]);
        }
        csv
    }
}
