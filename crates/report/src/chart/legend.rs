//! Legends and labels at the ends of lines.

use super::canvas::Canvas;
use super::figure::Sample;
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text;
use super::text::{widest, wrapped};

const SIZE: f64 = 12.0;
const ROW: f64 = 18.0;
/// Room for the sample before a name: a line shows its dashes.
const LINE: f64 = 27.0;

/// An entry: where it begins, and what it says.
struct Entry {
    x: f64,
    y: f64,
    lines: Vec<String>,
}

/// The entries in rows that fit the width; one that is wider than that has several lines.
fn layout(labels: &[(&str, Color)], width: f64) -> (Vec<Entry>, f64) {
    let (mut x, mut y, mut high): (f64, f64, f64) = (0.0, 0.0, 0.0);
    let mut entries = Vec::new();
    for (label, _) in labels {
        let lines = wrapped(label, SIZE, width - LINE - 3.0);
        let need = LINE + 3.0 + widest(&lines, SIZE);
        if x > 0.0 && x + need > width {
            (x, y, high) = (0.0, y + high, 0.0);
        }
        high = high.max(ROW + text::height(lines.len() - 1, SIZE));
        entries.push(Entry { x, y, lines });
        x += need + 14.0;
    }
    (entries, if labels.is_empty() { 0.0 } else { y + high + 4.0 })
}

/// Height of a legend of this width.
pub(super) fn height(labels: &[(&str, Color)], width: f64) -> f64 {
    layout(labels, width).1
}

/// Draws it at the top of the frame.
pub(super) fn draw(canvas: &mut Canvas, frame: Frame, labels: &[(&str, Color)], sample: Sample) {
    for ((_, color), entry) in labels.iter().zip(layout(labels, frame.width).0) {
        let (x, y) = (frame.x + entry.x, frame.y + entry.y + ROW / 2.0);
        match sample {
            Sample::Marker => canvas.marker((x + 7.0, y), 4.5, *color),
            Sample::Line => canvas.dashed_path(&[(x, y), (x + LINE - 4.0, y)], *color, 2.4, color.dash()),
        }
        canvas.lines((x + LINE, y), &entry.lines, Type::new(SIZE, Color::Ink));
    }
}

/// Moves wanted positions apart until neighbours are `gap` away from each other, inside [low, high] where possible.
pub(super) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = wanted.to_vec();
    let mut floor = low;
    for i in &order {
        placed[*i] = placed[*i].max(floor);
        floor = placed[*i] + gap;
    }
    let mut ceiling = high;
    for i in order.iter().rev() {
        placed[*i] = placed[*i].min(ceiling);
        ceiling = placed[*i] - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_want_the_same_place_are_moved_apart() {
        assert_eq!(spread(&[10.0, 10.0, 50.0], 14.0, 0.0, 100.0), vec![10.0, 24.0, 50.0]);
        assert_eq!(spread(&[95.0, 96.0], 14.0, 0.0, 100.0), vec![86.0, 100.0]);
    }
}
