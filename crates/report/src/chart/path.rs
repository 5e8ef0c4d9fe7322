//! Points as path data of SVG, as short as it can be.

use std::fmt::Write as _;

/// A pixel is so many units of the drawing.
pub(super) const UNITS: f64 = 10.0;

/// In whole units, inside what a drawing can be.
pub(super) fn unit(pixels: f64) -> i32 {
    (pixels.clamp(-1e5, 1e5) * UNITS).round() as i32
}

pub(super) fn units((x, y): (f64, f64)) -> (i32, i32) {
    (unit(x), unit(y))
}

/// The points without those that lie within a third of a pixel of the line through their neighbours (Douglas & Peucker 1973).
pub(super) fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const NEAR: f64 = 0.35;
    let mut kept = vec![points.len() < 3; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = open.pop() {
        let ((x, y), (to_x, to_y)) = match (points.get(first), points.get(last)) {
            (Some(a), Some(b)) => (*a, *b),
            _ => break,
        };
        (kept[first], kept[last]) = (true, true);
        let (dx, dy) = (to_x - x, to_y - y);
        let length = dx.hypot(dy);
        let away = |at: usize| {
            let (px, py) = (points[at].0 - x, points[at].1 - y);
            // Along a line that turns back, distance to its line says nothing.
            let along = if length > 0.0 { (px * dx + py * dy) / length } else { -1.0 };
            if (0.0..=length).contains(&along) { (px * dy - py * dx).abs() / length } else { px.hypot(py) }
        };
        let farthest = (first + 1..last).map(|at| (away(at), at)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((far, at)) = farthest
            && far > NEAR
        {
            open.extend([(first, at), (at, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// From point to point, in relative steps: `M10 20l3-4`. Points that fall on the last one are left out.
pub(super) fn relative(points: &[(i32, i32)]) -> String {
    let mut data = String::new();
    let mut last: Option<(i32, i32)> = None;
    for point in points.iter().copied() {
        let Some(from) = last else {
            let _ = write!(data, "M{} {}l", point.0, point.1);
            last = Some(point);
            continue;
        };
        let (x, y) = (point.0 - from.0, point.1 - from.1);
        if (x, y) == (0, 0) {
            continue;
        }
        let space = if x < 0 || data.ends_with('l') { "" } else { " " };
        let between = if y < 0 { "" } else { " " };
        let _ = write!(data, "{space}{x}{between}{y}");
        last = Some(point);
    }
    if data.ends_with('l') {
        data.push_str("0 0");
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_are_left_out_and_corners_stay() {
        let line: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i), 0.05 * f64::from(i % 2))).collect();
        assert_eq!(thinned(&line).len(), 2);
        let corner = [(0.0, 0.0), (5.0, 5.0), (10.0, 0.0)];
        assert_eq!(thinned(&corner), corner);
        // There and back again.
        let back = [(0.0, 0.0), (9.0, 0.0), (1.0, 0.0)];
        assert_eq!(thinned(&back), back);
        assert_eq!((thinned(&[]).len(), thinned(&[(1.0, 1.0)]).len()), (0, 1));
    }

    #[test]
    fn steps_are_relative_and_what_falls_on_the_last_point_is_left_out() {
        let points = [(1.0, 2.0), (3.0, 1.5), (3.01, 1.51), (2.0, 9.0)];
        let points: Vec<(i32, i32)> = thinned(&points).into_iter().map(units).collect();
        assert_eq!(relative(&points), "M10 20l20-5-10 75");
    }
}
