//! Events over time, one row per source: spikes, responses, lever presses.

use super::axis;
use super::axis::Axis;
use super::canvas::Canvas;
use super::csv::Csv;
use super::figure::Figure;
use super::frame::{Frame, Type};
use super::marks::{LineMark, Marks};
use super::palette::Color;
use super::text;
use super::text::{flowed, keyed, text_width};

/// The events of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct RasterRow {
    pub label: String,
    pub color: Color,
    /// Positions on the x axis.
    pub events: Vec<f64>,
}

/// A raster plot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Raster {
    pub x: Axis,
    pub rows: Vec<RasterRow>,
    pub marks: Vec<LineMark>,
}

impl Raster {
    /// Row height in pixels: rows of many neurons shrink, down to one pixel and a half.
    fn row(&self) -> f64 {
        (260.0 / self.rows.len().max(1) as f64).clamp(1.5, 22.0)
    }

    /// Labels are dropped where rows are too thin for them.
    fn left(&self, width: f64) -> f64 {
        let labels = self.labels(width).0;
        labels.iter().map(|label| text_width(label, axis::TICK)).fold(4.0, f64::max) + 10.0
    }

    /// Labels of the rows, and the lines of their key where they are numbers.
    fn labels(&self, width: f64) -> (Vec<String>, Vec<String>) {
        if self.row() < 11.0 {
            return (Vec::new(), Vec::new());
        }
        let labels: Vec<&str> = self.rows.iter().map(|row| row.label.as_str()).collect();
        let (labels, key) = keyed(&labels, axis::TICK, width * 0.35);
        (labels, key.map_or_else(Vec::new, |key| flowed(&key, axis::TICK, width)))
    }

    fn range(&self) -> (f64, f64) {
        let events = self.rows.iter().flat_map(|row| row.events.iter().copied());
        self.x.resolve(events.chain(self.marks.iter().map(|m| m.x)), 0.0)
    }

    fn marks(&self, width: f64) -> Marks {
        let (left, range) = (self.left(width), self.range());
        Marks::new(&self.marks, range, (left, width - 12.0), width)
    }

    /// Heights of the labels of marks, and of the keys below the axis.
    fn edges(&self, width: f64) -> (f64, f64) {
        let marks = self.marks(width);
        let key = self.labels(width).1.len();
        let key = if key == 0 { 0.0 } else { text::height(key, axis::TICK) + 4.0 };
        (marks.height().max(4.0), marks.key_height() + key)
    }
}

impl Figure for Raster {
    fn height(&self, width: f64) -> f64 {
        let (above, below) = self.edges(width);
        above + self.row() * self.rows.len().max(1) as f64 + 40.0 + below
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let left = self.left(frame.width);
        let (above, below) = self.edges(frame.width);
        let plot = frame.inset(left, above, 12.0, 40.0 + below);
        let range = self.range();
        let x = axis::horizontal(canvas, plot, &self.x, range, false);
        let marks = self.marks(frame.width);
        marks.draw(canvas, frame.x, plot);
        let (labels, key) = self.labels(frame.width);
        let kind = Type::new(axis::TICK, Color::Muted).hanging();
        canvas.lines((frame.x, plot.bottom() + 40.0), &key, kind);
        marks.draw_key(canvas, (frame.x, plot.bottom() + 40.0 + below - marks.key_height()));
        let high = self.row();
        for (i, row) in self.rows.iter().enumerate() {
            let y = plot.y + i as f64 * high;
            if let Some(label) = labels.get(i) {
                let kind = Type::new(axis::TICK, Color::Muted).right();
                canvas.text((plot.x - 5.0, y + high / 2.0), label, kind);
            }
            for event in row.events.iter().filter(|e| **e >= range.0 && **e <= range.1) {
                let at = x.at(*event);
                canvas.line((at, y + high * 0.1), (at, y + high * 0.9), row.color, 1.0);
            }
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["row", "x"]);
        for row in &self.rows {
            for event in &row.events {
                csv.row([row.label.clone(), event.to_string()]);
            }
        }
        for mark in &self.marks {
            csv.row([format!("mark: {}", mark.label), mark.x.to_string()]);
        }
        csv
    }
}
