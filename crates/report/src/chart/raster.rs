//! Events over time, one row per source: spikes, responses, lever presses.

use super::axis;
use super::axis::Axis;
use super::canvas::{Canvas, Frame, Type, fitted, text_width};
use super::csv::Csv;
use super::figure::Figure;
use super::line::LineMark;
use super::palette::Color;

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
        if self.row() < 11.0 {
            return 10.0;
        }
        self.rows.iter().map(|r| text_width(&r.label, axis::TICK)).fold(0.0, f64::max).min(width * 0.3) + 10.0
    }
}

impl Figure for Raster {
    fn height(&self, _width: f64) -> f64 {
        18.0 + self.row() * self.rows.len().max(1) as f64 + 40.0
    }

    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) {
        let left = self.left(frame.width);
        let plot = frame.inset(left, 18.0, 10.0, 40.0);
        let events = self.rows.iter().flat_map(|row| row.events.iter().copied());
        let range = self.x.resolve(events.chain(self.marks.iter().map(|m| m.x)), 0.0);
        let x = axis::horizontal(canvas, plot, &self.x, range, false);
        for mark in self.marks.iter().filter(|m| m.x >= range.0 && m.x <= range.1) {
            let at = x.at(mark.x);
            canvas.line((at, plot.y), (at, plot.bottom()), Color::Muted, 0.8);
            let kind = Type::new(axis::TICK, Color::Muted).standing();
            let text = fitted(&mark.label, axis::TICK, plot.right() - at);
            canvas.text((at + 2.0, plot.y - 3.0), &text, kind);
        }
        let high = self.row();
        for (i, row) in self.rows.iter().enumerate() {
            let y = plot.y + i as f64 * high;
            if high >= 11.0 {
                let text = fitted(&row.label, axis::TICK, left - 6.0);
                canvas.text(
                    (plot.x - 5.0, y + high / 2.0),
                    &text,
                    Type::new(axis::TICK, Color::Muted).right(),
                );
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
