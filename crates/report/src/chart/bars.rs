//! Grouped bars from zero, with intervals.

use super::axis::Axis;
use super::canvas::{Canvas, Frame, Type, fitted_apart};
use super::csv::{Csv, cell};
use super::figure::Figure;
use super::palette::Color;
use super::{axis, legend};
use base::stats::Interval;

/// One colour of bars: a value per category.
#[derive(Debug, Clone, PartialEq)]
pub struct BarGroup {
    pub label: String,
    pub color: Color,
    /// One per category; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
    /// One per category, or empty.
    pub intervals: Vec<Option<Interval>>,
}

/// Vertical bars, side by side within a category.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BarChart {
    pub y: Axis,
    pub categories: Vec<String>,
    pub groups: Vec<BarGroup>,
}

const PLOT: f64 = 200.0;

impl BarChart {
    fn entries(&self) -> Vec<(&str, Color)> {
        if self.groups.len() < 2 {
            return Vec::new();
        }
        self.groups.iter().map(|g| (g.label.as_str(), g.color)).collect()
    }

    fn range(&self) -> (f64, f64) {
        let ends = self.groups.iter().flat_map(|g| {
            let whiskers = g.intervals.iter().flatten().flat_map(|i| [i.low, i.high]);
            g.values.iter().flatten().copied().chain(whiskers)
        });
        // Bars start at zero: their length is the value.
        self.y.resolve(ends.chain([0.0]), 0.05)
    }
}

impl Figure for BarChart {
    fn height(&self, width: f64) -> f64 {
        let margins = axis::margins(&Axis::default(), &self.y, self.range(), PLOT);
        legend::height(&self.entries(), width) + margins.top + PLOT + margins.bottom
    }

    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) {
        let range = self.range();
        let margins = axis::margins(&Axis::default(), &self.y, range, PLOT);
        legend::draw(canvas, frame, &self.entries());
        let top = legend::height(&self.entries(), frame.width) + margins.top;
        let plot = frame.inset(margins.left, top, 6.0, margins.bottom);
        let y = axis::vertical(canvas, plot, &self.y, range);
        let zero = y.at(0.0);
        let slot = plot.width / self.categories.len().max(1) as f64;
        let wide = (slot * 0.8 / self.groups.len().max(1) as f64).min(48.0);
        let start = (slot - wide * self.groups.len() as f64) / 2.0;
        for (g, group) in self.groups.iter().enumerate() {
            for (c, value) in group.values.iter().enumerate() {
                let Some(value) = value else { continue };
                let x = plot.x + c as f64 * slot + start + g as f64 * wide;
                let (a, b) = (y.at(*value).min(zero), y.at(*value).max(zero));
                canvas.rect(Frame { x, y: a, width: wide - 1.5, height: b - a }, group.color, 0.85);
                if let Some(Some(i)) = group.intervals.get(c) {
                    let middle = x + (wide - 1.5) / 2.0;
                    canvas.line((middle, y.at(i.low)), (middle, y.at(i.high)), Color::Ink, 1.2);
                }
            }
        }
        canvas.line((plot.x, zero), (plot.right(), zero), Color::Muted, 1.0);
        let labels: Vec<&str> = self.categories.iter().map(String::as_str).collect();
        for (c, label) in fitted_apart(&labels, axis::TICK, slot).iter().enumerate() {
            let kind = Type::new(axis::TICK, Color::Muted).centred().hanging();
            let at = (plot.x + (c as f64 + 0.5) * slot, plot.bottom() + 5.0);
            canvas.text(at, label, kind);
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["group", "category", "value", "low", "high"]);
        for group in &self.groups {
            for (c, value) in group.values.iter().enumerate() {
                let interval = group.intervals.get(c).copied().flatten();
                let category = self.categories.get(c).cloned().unwrap_or_else(|| c.to_string());
                csv.row([
                    group.label.clone(),
                    category,
                    cell(*value),
                    cell(interval.map(|i| i.low)),
                    cell(interval.map(|i| i.high)),
                ]);
            }
        }
        csv
    }
}
