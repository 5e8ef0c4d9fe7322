//! A matrix of values as coloured cells.

use super::axis;
use super::axis::NumberFormat;
use super::canvas::Canvas;
use super::csv::{Csv, cell};
use super::figure::Figure;
use super::frame::{Frame, Type};
use super::palette::{Color, sequential, text_on};
use super::text;
use super::text::{flowed, keyed, text_width};

/// A heat map; row 0 on top.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeatMap {
    /// What rows and columns are, e.g. `after task`, `tested on`.
    pub row_axis: String,
    pub column_axis: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// `values[row][column]`; `None` leaves the cell empty.
    pub values: Vec<Vec<Option<f64>>>,
    /// Values at the ends of the colour scale.
    pub range: (f64, f64),
    pub format: NumberFormat,
}

const TICK: f64 = 10.5;

impl HeatMap {
    /// Labels of the rows, or their numbers and a key.
    fn row_labels(&self, width: f64) -> (Vec<String>, Option<String>) {
        let labels: Vec<&str> = self.rows.iter().map(String::as_str).collect();
        keyed(&labels, TICK, width * 0.3)
    }

    fn left(&self, width: f64) -> f64 {
        let labels = self.row_labels(width).0;
        labels.iter().map(|label| text_width(label, TICK)).fold(0.0, f64::max) + 10.0
    }

    /// Each so many columns have a label.
    fn every(&self, width: f64) -> usize {
        (text_width("00", TICK) / self.cell(width).0).ceil().max(1.0) as usize
    }

    /// Labels of the columns, or their numbers and a key.
    fn column_labels(&self, width: f64) -> (Vec<String>, Option<String>) {
        let labels: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let room = (self.cell(width).0 * self.every(width) as f64 - 2.0).max(12.0);
        keyed(&labels, TICK, room)
    }

    /// The keys of rows and columns, in lines; one where both are the same.
    fn key(&self, width: f64) -> Vec<String> {
        let (rows, columns) = (self.row_labels(width).1, self.column_labels(width).1);
        let mut lines = Vec::new();
        if let Some(key) = columns.as_ref().filter(|key| rows.as_ref() != Some(key)) {
            lines.extend(flowed(&format!("{}: {key}", self.column_axis), TICK, width));
        }
        if let Some(key) = &rows {
            lines.extend(flowed(&format!("{}: {key}", self.row_axis), TICK, width));
        }
        lines
    }

    /// Width and height of a cell: square, but never so tall that a small matrix fills the page.
    fn cell(&self, width: f64) -> (f64, f64) {
        let wide = ((width - self.left(width) - 4.0) / self.columns.len().max(1) as f64).max(2.0);
        (wide, wide.min(30.0))
    }

    fn printed(&self, value: f64) -> String {
        match self.format {
            NumberFormat::Percent => format!("{:.0}", value * 100.0),
            NumberFormat::Number => format!("{value:.2}"),
            NumberFormat::Count => format!("{value:.0}"),
        }
        .replace('-', "−")
    }

    fn prints_values(&self, width: f64) -> bool {
        let (wide, high) = self.cell(width);
        high >= 14.0 && wide >= text_width("100", TICK) + 3.0
    }

    /// What the colours mean, from the lowest value to the highest.
    fn draw_bar(&self, canvas: &mut Canvas, bar: Frame) {
        for k in 0..40 {
            let x = bar.x + bar.width * f64::from(k) / 40.0;
            let part = Frame { x, width: bar.width / 40.0 + 0.1, ..bar };
            canvas.rect(part, sequential((f64::from(k) + 0.5) / 40.0), 1.0);
        }
        let kind = Type::new(axis::TICK - 1.0, Color::Muted).hanging();
        canvas.text((bar.x, bar.bottom() + 3.0), &self.printed(self.range.0), kind);
        canvas.text((bar.right(), bar.bottom() + 3.0), &self.printed(self.range.1), kind.right());
    }
}

const TOP: f64 = 20.0;
const BOTTOM: f64 = 38.0;
const BAR: f64 = 30.0;

impl Figure for HeatMap {
    fn height(&self, width: f64) -> f64 {
        let bar = if self.prints_values(width) { 0.0 } else { BAR };
        let key = self.key(width).len();
        let key = if key == 0 { 0.0 } else { text::height(key, TICK) + 6.0 };
        TOP + self.cell(width).1 * self.rows.len().max(1) as f64 + BOTTOM + bar + key
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let left = self.left(frame.width);
        let (wide, high) = self.cell(frame.width);
        let (x0, y0) = (frame.x + left, frame.y + TOP);
        canvas.text((frame.x, frame.y + 8.0), &format!("↓ {}", self.row_axis), Type::new(TICK, Color::Muted));
        let span = self.range.1 - self.range.0;
        // A hundred colours: what prints as one percentage has one of them.
        let share =
            |v: f64| if span > 0.0 { ((v - self.range.0) / span * 100.0).round() / 100.0 } else { 0.5 };
        let labels = self.row_labels(frame.width).0;
        let gap = if wide > 8.0 { 1.0 } else { 0.0 };
        // Squares and then words by their colour: what stands together in one style is written once.
        let mut squares: Vec<(Color, Frame)> = Vec::new();
        let mut words: Vec<(Color, (f64, f64), String)> = Vec::new();
        for (i, row) in self.values.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let (x, y) = (x0 + j as f64 * wide, y0 + i as f64 * high);
                let square = Frame { x, y, width: wide - gap, height: high - gap };
                let Some(value) = value.filter(|v| v.is_finite()) else {
                    canvas.rect(square, Color::Grid, 0.6);
                    continue;
                };
                let color = sequential(share(value));
                squares.push((color, square));
                words.push((text_on(color), (x + (wide - gap) / 2.0, y + high / 2.0), self.printed(value)));
            }
        }
        squares.sort_by_key(|square| square.0.rgb());
        for (color, square) in squares {
            canvas.rect(square, color, 1.0);
        }
        if self.prints_values(frame.width) {
            words.sort_by_key(|word| word.0.rgb());
            for (color, at, text) in words {
                canvas.text(at, &text, Type::new(TICK, color).centred());
            }
        }
        let every = (TICK / high).ceil().max(1.0) as usize;
        for (i, label) in labels.iter().enumerate().step_by(every) {
            let middle = y0 + (i as f64 + 0.5) * high;
            canvas.text((x0 - 5.0, middle), label, Type::new(TICK, Color::Muted).right());
        }
        let below = y0 + high * self.rows.len() as f64;
        let labels = self.column_labels(frame.width).0;
        for (j, label) in labels.iter().enumerate().step_by(self.every(frame.width)) {
            let kind = Type::new(TICK, Color::Muted).centred().hanging();
            canvas.text((x0 + (j as f64 + 0.5) * wide, below + 4.0), label, kind);
        }
        let centre = x0 + wide * self.columns.len() as f64 / 2.0;
        let kind = Type::new(TICK, Color::Muted).centred().hanging();
        canvas.text((centre, below + 19.0), &format!("{} →", self.column_axis), kind);
        if !self.prints_values(frame.width) {
            let width = wide * self.columns.len() as f64;
            self.draw_bar(canvas, Frame { x: x0, y: below + 40.0, width, height: 8.0 });
        }
        let key = self.key(frame.width);
        let bottom = below + BOTTOM + if self.prints_values(frame.width) { 0.0 } else { BAR };
        canvas.lines((frame.x, bottom + 2.0), &key, Type::new(TICK, Color::Muted).hanging());
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new([self.row_axis.as_str(), self.column_axis.as_str(), "value"]);
        for (i, row) in self.values.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let name =
                    |labels: &[String], k: usize| labels.get(k).cloned().unwrap_or_else(|| k.to_string());
                csv.row([name(&self.rows, i), name(&self.columns, j), cell(*value)]);
            }
        }
        csv
    }
}
