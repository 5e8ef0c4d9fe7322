//! Grouped bars from zero, with intervals.

use super::axis::Axis;
use super::canvas::Canvas;
use super::csv::{Csv, cell};
use super::figure::{Figure, Sample};
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text;
use super::text::{flowed, keyed, text_width, wrapped};
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

    /// Names below the bars in lines, and the key below them where they are numbers.
    fn names(&self, width: f64) -> (Vec<Vec<String>>, Vec<String>) {
        let margins = axis::margins(&Axis::default(), &self.y, self.range(), PLOT);
        let slot = (width - margins.left - 6.0) / self.categories.len().max(1) as f64;
        let lines: Vec<Vec<String>> =
            self.categories.iter().map(|name| wrapped(name, axis::TICK, slot - 4.0)).collect();
        let whole = |(name, lines): (&String, &Vec<String>)| {
            lines.len() <= 3 && lines.join(" ") == name.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        if self.categories.iter().zip(&lines).all(whole) {
            return (lines, Vec::new());
        }
        let labels: Vec<&str> = self.categories.iter().map(String::as_str).collect();
        let (numbers, key) = keyed(&labels, axis::TICK, 0.0);
        let key = key.map_or_else(Vec::new, |key| flowed(&key, axis::TICK, width));
        (numbers.into_iter().map(|number| vec![number]).collect(), key)
    }

    /// Height of the names below the plot, and of the key below them.
    fn feet(&self, width: f64) -> (f64, f64) {
        let (names, key) = self.names(width);
        let lines = names.iter().map(Vec::len).max().unwrap_or(1);
        let key = if key.is_empty() { 0.0 } else { text::height(key.len(), axis::TICK) + 6.0 };
        (text::height(lines, axis::TICK) + 8.0, key)
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
        let (names, key) = self.feet(width);
        legend::height(&self.entries(), width) + margins.top + PLOT + names + key
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let range = self.range();
        let margins = axis::margins(&Axis::default(), &self.y, range, PLOT);
        legend::draw(canvas, frame, &self.entries(), Sample::Marker);
        let top = legend::height(&self.entries(), frame.width) + margins.top;
        let (below, key_room) = self.feet(frame.width);
        let plot = frame.inset(margins.left, top, 6.0, below + key_room);
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
        let (names, key) = self.names(frame.width);
        let kind = Type::new(axis::TICK, Color::Muted).hanging();
        // Numbers of many bars stand below some of them only.
        let every =
            if key.is_empty() { 1 } else { (text_width("000", axis::TICK) / slot).ceil().max(1.0) as usize };
        for (c, lines) in names.iter().enumerate().step_by(every) {
            canvas.lines((plot.x + (c as f64 + 0.5) * slot, plot.bottom() + 5.0), lines, kind.centred());
        }
        canvas.lines((frame.x, plot.bottom() + below), &key, kind);
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
