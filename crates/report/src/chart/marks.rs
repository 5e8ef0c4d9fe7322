//! Labels of moments on a time axis: above the plot in as many rows as they need, or as numbers with a key.

use super::axis;
use super::axis::Scale;
use super::canvas::Canvas;
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text;
use super::text::{flowed, keyed, text_width};

/// A moment on the x axis: a vertical line with a label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LineMark {
    pub x: f64,
    pub label: String,
}

/// Rows of labels above a plot at most.
const ROWS: usize = 3;
const ROW: f64 = 14.0;

/// A moment: where its line stands, and where its label begins, in which row.
struct Placed {
    at: f64,
    label: String,
    x: f64,
    row: usize,
}

/// The moments of a plot.
pub(super) struct Marks {
    placed: Vec<Placed>,
    key: Vec<String>,
}

impl Marks {
    /// Places the labels of what lies in the range; `pixels` are the ends of the axis in a figure of this width at 0.
    pub fn new(marks: &[LineMark], range: (f64, f64), pixels: (f64, f64), width: f64) -> Self {
        let scale = Scale { range, pixels };
        let seen: Vec<&LineMark> =
            marks.iter().filter(|mark| mark.x >= range.0 && mark.x <= range.1).collect();
        let labels: Vec<&str> = seen.iter().map(|mark| mark.label.as_str()).collect();
        let at: Vec<f64> = seen.iter().map(|mark| scale.at(mark.x)).collect();
        let names: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        if let Some(placed) = rows(&at, &names, pixels, ROWS) {
            return Self { placed, key: Vec::new() };
        }
        let (numbers, key) = keyed(&labels, axis::TICK, 0.0);
        let key = key.map_or_else(Vec::new, |key| flowed(&key, axis::TICK, width));
        // So many that not even their numbers fit: lines alone, and the file of numbers names them.
        let bare = || {
            let none = vec![String::new(); at.len()];
            rows(&at, &none, pixels, 1).unwrap_or_default()
        };
        match rows(&at, &numbers, pixels, ROWS) {
            Some(placed) => Self { placed, key },
            None => Self { placed: bare(), key: Vec::new() },
        }
    }

    /// Room above the plot.
    pub fn height(&self) -> f64 {
        let labelled = self.placed.iter().filter(|mark| !mark.label.is_empty());
        labelled.map(|mark| mark.row + 1).max().map_or(0.0, |rows| rows as f64 * ROW + 2.0)
    }

    /// Room for the key.
    pub fn key_height(&self) -> f64 {
        if self.key.is_empty() { 0.0 } else { text::height(self.key.len(), axis::TICK) + 4.0 }
    }

    /// Lines through the plot and labels above it, in a figure that begins at `left`.
    pub fn draw(&self, canvas: &mut Canvas, left: f64, plot: Frame) {
        for mark in &self.placed {
            let x = left + mark.at;
            let top = if mark.label.is_empty() { plot.y } else { plot.y - 4.0 - mark.row as f64 * ROW };
            canvas.line((x, top), (x, plot.bottom()), Color::Muted, 0.6);
        }
        for mark in self.placed.iter().filter(|mark| !mark.label.is_empty()) {
            let kind = Type::new(axis::TICK, Color::Muted).standing();
            canvas.text((left + mark.x, plot.y - 3.0 - mark.row as f64 * ROW), &mark.label, kind);
        }
    }

    /// The key, hanging from a point.
    pub fn draw_key(&self, canvas: &mut Canvas, at: (f64, f64)) {
        canvas.lines(at, &self.key, Type::new(axis::TICK, Color::Muted).hanging());
    }
}

/// Each label in the lowest row where it has room; `None` where some have none.
fn rows(at: &[f64], labels: &[String], (from, to): (f64, f64), most: usize) -> Option<Vec<Placed>> {
    let mut free = vec![f64::NEG_INFINITY; most];
    let mut placed = Vec::new();
    for (at, label) in at.iter().zip(labels) {
        if label.is_empty() {
            placed.push(Placed { at: *at, label: String::new(), x: *at, row: 0 });
            continue;
        }
        let width = text_width(label, axis::TICK);
        if width > to - from {
            return None;
        }
        // Right of its line, or as far left as the end of the plot asks.
        let x = (at + 2.0).min(to + 12.0 - width);
        let row = free.iter().position(|end| x >= *end)?;
        free[row] = x + width + 6.0;
        placed.push(Placed { at: *at, label: label.clone(), x, row });
    }
    Some(placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(count: usize, name: &str) -> Vec<LineMark> {
        (0..count).map(|i| LineMark { x: i as f64, label: format!("{name} {i}") }).collect()
    }

    #[test]
    fn labels_stand_in_rows_before_they_become_numbers_and_then_lines() {
        let of = |count: usize, name: &str| {
            let marks = marks(count, name);
            Marks::new(&marks, (0.0, count as f64), (40.0, 700.0), 720.0)
        };
        assert_eq!(of(4, "task").height(), ROW + 2.0);
        let shift = of(8, "extra-dimensional shift");
        assert!(shift.height() > ROW + 2.0 && shift.key.is_empty());
        let many = of(30, "extra-dimensional shift");
        assert!(!many.key.is_empty() && many.placed[4].label == "5");
        let most = of(600, "extra-dimensional shift");
        assert!(most.key.is_empty() && most.placed.iter().all(|mark| mark.label.is_empty()));
    }
}
