//! One row per method: mean, interval, and every seed as a dot.

use super::axis;
use super::axis::{Axis, Scale};
use super::canvas::{Canvas, Frame, Type, fitted, fitted_apart, text_width};
use super::csv::{Csv, cell};
use super::figure::Figure;
use super::palette::Color;
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

impl DotChart {
    fn columns(&self, width: f64) -> (f64, f64) {
        let widest =
            |texts: &mut dyn Iterator<Item = &str>| texts.map(|t| text_width(t, SIZE)).fold(0.0, f64::max);
        let left = widest(&mut self.rows.iter().map(|row| row.label.as_str())).min(width * 0.36) + 12.0;
        let right = widest(&mut self.rows.iter().map(|row| row.note.as_str())).min(width * 0.3) + 12.0;
        (left, right.max(18.0))
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

    fn draw_references(&self, canvas: &mut Canvas<'_>, plot: Frame, x: Scale) {
        let mut last_right = f64::NEG_INFINITY;
        let mut sorted: Vec<&(f64, String)> = self.references.iter().collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (value, label) in sorted {
            let at = x.at(*value);
            canvas.dashed((at, plot.y - 2.0), (at, plot.bottom()), Color::Muted, 1.0);
            let half = text_width(label, axis::TICK) / 2.0;
            let centre =
                at.clamp(plot.x + half - 20.0, (plot.right() - half + 16.0).max(plot.x + half - 20.0));
            if centre - half > last_right {
                let kind = Type::new(axis::TICK, Color::Muted).centred().standing();
                canvas.text((centre, plot.y - 4.0), label, kind);
                last_right = centre + half + 6.0;
            }
        }
    }
}

impl Figure for DotChart {
    fn height(&self, _width: f64) -> f64 {
        let axis = if self.x.label.is_empty() { 22.0 } else { 40.0 };
        self.top() + self.rows.len().max(1) as f64 * ROW + axis
    }

    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) {
        let (left, right) = self.columns(frame.width);
        let high = self.rows.len().max(1) as f64 * ROW;
        let plot = frame.inset(left, self.top(), right, frame.height - self.top() - high);
        let x = axis::horizontal(canvas, plot, &self.x, self.range(), true);
        self.draw_references(canvas, plot, x);
        let labels: Vec<&str> = self.rows.iter().map(|row| row.label.as_str()).collect();
        let labels = fitted_apart(&labels, SIZE, left - 10.0);
        for (i, row) in self.rows.iter().enumerate() {
            let middle = plot.y + (i as f64 + 0.5) * ROW;
            canvas.text((plot.x - 8.0, middle), &labels[i], Type::new(SIZE, Color::Ink).right());
            let note = fitted(&row.note, SIZE, right - 8.0);
            canvas.text((frame.right(), middle), &note, Type::new(SIZE, Color::Muted).right());
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
