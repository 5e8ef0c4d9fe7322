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

/// The points without those that lie within half a pixel of the line through their neighbours (Douglas & Peucker 1973).
pub(super) fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const NEAR: f64 = 0.5;
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

/// A stroke or an outline as path data: where it begins, its relative steps, where the pen is after it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Steps {
    pub start: (i32, i32),
    pub data: String,
    pub end: (i32, i32),
}

/// From point to point, in relative steps: `l3-4h5`. Points that fall on the last one are left out; where nothing is left the
/// pen stays (`h0`).
pub(super) fn relative(points: &[(i32, i32)]) -> Steps {
    let start = points.first().copied().unwrap_or_default();
    let (mut data, mut last, mut sloping) = (String::new(), start, false);
    for point in points.iter().copied() {
        let step = (point.0 - last.0, point.1 - last.1);
        last = point;
        let _ = match step {
            (0, 0) => continue,
            (x, 0) => write!(data, "h{x}"),
            (0, y) => write!(data, "v{y}"),
            (x, y) if sloping => write!(data, "{}{x}{}{y}", space(x), space(y)),
            (x, y) => write!(data, "l{x}{}{y}", space(y)),
        };
        sloping = step.0 != 0 && step.1 != 0;
    }
    if data.is_empty() {
        data.push_str("h0");
    }
    Steps { start, data, end: last }
}

/// What parts a number from the one before it: a minus does.
fn space(number: i32) -> &'static str {
    if number < 0 { "" } else { " " }
}

/// The way to a point, from where the pen is: relative where that is shorter.
pub(super) fn moved((x, y): (i32, i32), pen: Option<(i32, i32)>) -> String {
    let absolute = format!("M{x}{}{y}", space(y));
    let relative = pen.map(|pen| (x - pen.0, y - pen.1)).map(|(x, y)| format!("m{x}{}{y}", space(y)));
    relative.filter(|relative| relative.len() < absolute.len()).unwrap_or(absolute)
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
        let steps = Steps { start: (10, 20), data: "l20-5-10 75".into(), end: (20, 90) };
        assert_eq!(relative(&points), steps);
        assert_eq!(relative(&[(1, 1), (4, 1), (4, 0), (6, 9), (5, 8), (5, 8)]).data, "h3v-1l2 9-1-1");
        assert_eq!(relative(&[(7, 7), (7, 7)]).data, "h0");
    }

    #[test]
    fn the_pen_goes_the_shorter_way() {
        assert_eq!(moved((1234, 500), None), "M1234 500");
        assert_eq!(moved((1234, 500), Some((1230, 510))), "m4-10");
        assert_eq!(moved((1, 2), Some((1000, 2000))), "M1 2");
    }
}
