//! Legends and labels at the ends of lines.

use super::canvas::{Canvas, Frame, Type, fitted_apart, text_width};
use super::palette::Color;

const SIZE: f64 = 12.0;
const ROW: f64 = 18.0;

/// Positions of the entries in rows that fit the width: (row, x).
fn layout(labels: &[(&str, Color)], width: f64) -> Vec<(usize, f64)> {
    let (mut row, mut x) = (0, 0.0);
    labels
        .iter()
        .map(|(label, _)| {
            let need = 20.0 + text_width(label, SIZE).min(width - 20.0) + 14.0;
            if x > 0.0 && x + need - 14.0 > width {
                row += 1;
                x = 0.0;
            }
            let at = (row, x);
            x += need;
            at
        })
        .collect()
}

/// Height of a legend of this width.
pub(super) fn height(labels: &[(&str, Color)], width: f64) -> f64 {
    layout(labels, width).last().map_or(0.0, |(row, _)| (row + 1) as f64 * ROW + 4.0)
}

/// Draws it at the top of the frame.
pub(super) fn draw(canvas: &mut Canvas<'_>, frame: Frame, labels: &[(&str, Color)]) {
    let texts: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
    let texts = fitted_apart(&texts, SIZE, frame.width - 20.0);
    for (((_, color), (row, x)), text) in labels.iter().zip(layout(labels, frame.width)).zip(texts) {
        let y = frame.y + row as f64 * ROW + ROW / 2.0;
        canvas.marker((frame.x + x + 7.0, y), 4.5, *color);
        canvas.text((frame.x + x + 17.0, y), &text, Type::new(SIZE, Color::Ink));
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
