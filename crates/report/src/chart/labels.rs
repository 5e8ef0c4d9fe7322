//! Places for the labels of points in a plane: none lies over another, over a marker, or beyond the plot.

use super::canvas::Canvas;
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text;
use super::text::{BOLD, text_width, wrapped};

pub(super) const SIZE: f64 = 11.5;
const HEIGHT: f64 = SIZE + 3.0;
/// Half the side of a marker with the room around it.
const MARKER: f64 = 6.0;
/// How far from its point a name may stand; farther away the eye loses it, and numbers with a key are easier to read.
const REACH: f64 = 34.0;
/// Room between two labels on one line.
const GAP: f64 = 4.0;
const KEY_ROW: f64 = 16.0;
const KEY_GAP: f64 = 16.0;

/// Where each label stands, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// The names themselves, beside their points.
    Names(Vec<Frame>),
    /// Numbers beside the points; a key below the plot says which number is which name.
    Numbers(Vec<Frame>),
}

fn overlap(a: Frame, b: Frame) -> f64 {
    let wide = (a.right().min(b.right()) - a.x.max(b.x)).max(0.0);
    let high = (a.bottom().min(b.bottom()) - a.y.max(b.y)).max(0.0);
    wide * high
}

fn number(index: usize) -> String {
    (index + 1).to_string()
}

/// Finds places for the names of all points; where they do not all fit, for numbers.
pub(super) fn place(points: &[((f64, f64), &str)], whiskers: &[Frame], plot: Frame) -> Labels {
    let at: Vec<(f64, f64)> = points.iter().map(|(at, _)| *at).collect();
    let names: Vec<&str> = points.iter().map(|(_, name)| *name).collect();
    if let Some(frames) = all_free(&at, &names, whiskers, plot, REACH) {
        return Labels::Names(frames);
    }
    let numbers: Vec<String> = (0..points.len()).map(number).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let found = all_free(&at, &numbers, whiskers, plot, plot.width + plot.height);
    // Hundreds of points leave no room even for numbers: each stands on its point.
    let crowded =
        || at.iter().map(|(x, y)| Frame { x: x + 7.0, y: y - HEIGHT / 2.0, width: 0.0, height: HEIGHT });
    Labels::Numbers(found.unwrap_or_else(|| crowded().collect()))
}

/// One free place per text, the nearest there is, within `reach` of its point.
fn all_free(
    at: &[(f64, f64)],
    texts: &[&str],
    whiskers: &[Frame],
    plot: Frame,
    reach: f64,
) -> Option<Vec<Frame>> {
    let marker = |(x, y): &(f64, f64)| Frame {
        x: x - MARKER,
        y: y - MARKER,
        width: 2.0 * MARKER,
        height: 2.0 * MARKER,
    };
    let mut taken: Vec<Frame> = at.iter().map(marker).collect();
    let mut placed = Vec::with_capacity(at.len());
    for (point, text) in at.iter().zip(texts) {
        let width = text_width(text, SIZE) * BOLD;
        let free = |frame: &Frame| {
            let inside = frame.x >= plot.x
                && frame.y >= plot.y
                && frame.right() <= plot.right()
                && frame.bottom() <= plot.bottom();
            inside && taken.iter().all(|other| overlap(*frame, *other) == 0.0)
        };
        let hidden = |frame: &Frame| whiskers.iter().map(|w| overlap(*frame, *w)).sum::<f64>();
        let rings = (0..).map(|ring| MARKER + 1.0 + 4.0 * f64::from(ring)).take_while(|away| *away <= reach);
        let found = rings
            .map(|away| around(*point, width, away).filter(free).collect::<Vec<_>>())
            .find_map(|ring| ring.into_iter().min_by(|a, b| hidden(a).total_cmp(&hidden(b))))?;
        // A gap beside it: 6 and 30 must not read as 630.
        taken.push(Frame { x: found.x - GAP, width: found.width + 2.0 * GAP, ..found });
        placed.push(found);
    }
    Some(placed)
}

/// Places around a point whose nearest side or corner is so many pixels away: right, left, above, below, then between.
fn around((x, y): (f64, f64), width: f64, away: f64) -> impl Iterator<Item = Frame> {
    let quarter = std::f64::consts::FRAC_PI_4;
    [0.0, 4.0, -2.0, 2.0, -1.0, 1.0, -3.0, 3.0, -0.5, 0.5, -1.5, 1.5, -2.5, 2.5, -3.5, 3.5].into_iter().map(
        move |eighth| {
            let (sine, cosine) = (quarter * eighth).sin_cos();
            // The frame's middle lies in that direction, its own half-extent further out than `away`.
            let middle_x = x + cosine * (away + width / 2.0);
            let middle_y = y + sine * (away + HEIGHT / 2.0);
            Frame { x: middle_x - width / 2.0, y: middle_y - HEIGHT / 2.0, width, height: HEIGHT }
        },
    )
}

/// A thin line from a point to its label, where the two are not beside each other.
fn leader(canvas: &mut Canvas, (x, y): (f64, f64), label: Frame, color: Color) {
    let end = (x.clamp(label.x, label.right()), y.clamp(label.y + 2.0, label.bottom() - 2.0));
    if (end.0 - x).hypot(end.1 - y) > 2.0 * MARKER {
        canvas.line((x, y), end, color, 0.7);
    }
}

impl Labels {
    /// The same places, moved.
    pub fn moved(self, dx: f64, dy: f64) -> Self {
        let moved = |frames: Vec<Frame>| {
            frames.into_iter().map(|f| Frame { x: f.x + dx, y: f.y + dy, ..f }).collect::<Vec<_>>()
        };
        match self {
            Self::Names(frames) => Self::Names(moved(frames)),
            Self::Numbers(frames) => Self::Numbers(moved(frames)),
        }
    }

    /// Draws labels with their leaders; markers come on top of these.
    pub fn draw(&self, canvas: &mut Canvas, points: &[((f64, f64), &str, Color)]) {
        let (Self::Names(frames) | Self::Numbers(frames)) = self;
        for ((at, _, color), frame) in points.iter().zip(frames) {
            leader(canvas, *at, *frame, *color);
        }
        for (index, ((_, name, color), frame)) in points.iter().zip(frames).enumerate() {
            let text = if matches!(self, Self::Names(_)) { (*name).to_owned() } else { number(index) };
            let middle = (frame.x, frame.y + frame.height / 2.0);
            canvas.text(middle, &text, Type::new(SIZE, *color).bold());
        }
    }

    /// Columns of the key and the width of each; none where names stand beside their points.
    fn columns(&self, names: &[String], width: f64) -> Option<(usize, f64)> {
        if matches!(self, Self::Names(_)) || names.is_empty() {
            return None;
        }
        let widest = names.iter().map(|name| text_width(name, SIZE)).fold(0.0, f64::max);
        let entry = KEY_NAME + widest + KEY_GAP;
        let columns = ((width + KEY_GAP) / entry).floor().max(1.0);
        Some((columns as usize, (width + KEY_GAP) / columns))
    }

    /// Height of the key below the plot.
    pub fn key_height(&self, names: &[String], width: f64) -> f64 {
        let frame = Frame { x: 0.0, y: 0.0, width, height: 0.0 };
        let end = |((_, y), lines): &((f64, f64), Vec<String>)| {
            y + KEY_ROW / 2.0 + text::height(lines.len() - 1, SIZE)
        };
        self.key(names, frame).iter().map(end).fold(0.0, f64::max)
    }

    /// What the entries of the key say and where, in the order of the numbers, down the columns. Names that are wider than
    /// the whole figure have several lines.
    pub fn key(&self, names: &[String], frame: Frame) -> Vec<((f64, f64), Vec<String>)> {
        let Some((columns, wide)) = self.columns(names, frame.width) else { return Vec::new() };
        let rows = names.len().div_ceil(columns);
        let mut y = frame.y + 8.0;
        let mut entries = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if index % rows == 0 {
                y = frame.y + 8.0;
            }
            let lines = wrapped(name, SIZE, wide - KEY_GAP - KEY_NAME);
            let x = frame.x + (index / rows) as f64 * wide;
            let high = KEY_ROW + text::height(lines.len() - 1, SIZE);
            entries.push(((x, y + KEY_ROW / 2.0), lines));
            y += high;
        }
        entries
    }

    /// Draws the key: number, marker, name.
    pub fn draw_key(&self, canvas: &mut Canvas, frame: Frame, names: &[String], colors: &[Color]) {
        for (index, (((x, y), lines), color)) in self.key(names, frame).into_iter().zip(colors).enumerate() {
            canvas.text((x + KEY_NUMBER, y), &number(index), Type::new(SIZE, *color).bold().right());
            canvas.marker((x + KEY_NUMBER + 10.0, y), 4.0, *color);
            canvas.lines((x + KEY_NAME, y), &lines, Type::new(SIZE, Color::Ink));
        }
    }
}

/// Room for the number in the key, and for all that stands before the name.
const KEY_NUMBER: f64 = 20.0;
const KEY_NAME: f64 = 38.0;

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Frame = Frame { x: 40.0, y: 24.0, width: 250.0, height: 240.0 };

    /// `count` methods of long names, all within a tenth of the plot, some on the very same spot, two at its edges.
    fn crowd(count: usize) -> Vec<((f64, f64), String)> {
        let point = |i: usize| {
            let spot = match i {
                0 => (PLOT.right() - 1.0, PLOT.y + 1.0),
                1 => (PLOT.x + 1.0, PLOT.bottom() - 1.0),
                _ => (150.0 + (i % 5) as f64 * 5.0, 120.0 + (i % 3) as f64 * 8.0),
            };
            (spot, format!("a method with a rather long name, variant {i}"))
        };
        (0..count).map(point).collect()
    }

    fn frames(labels: &Labels) -> &[Frame] {
        let (Labels::Names(frames) | Labels::Numbers(frames)) = labels;
        frames
    }

    fn assert_apart(labels: &Labels, points: &[((f64, f64), &str)]) {
        let frames = frames(labels);
        assert_eq!(frames.len(), points.len());
        for (i, frame) in frames.iter().enumerate() {
            assert!(frame.width > 0.0, "label {i} has no room");
            assert!(frame.x >= PLOT.x && frame.right() <= PLOT.right(), "label {i} is cut off: {frame:?}");
            assert!(frame.y >= PLOT.y && frame.bottom() <= PLOT.bottom(), "label {i} is cut off: {frame:?}");
            assert!(
                frames[..i].iter().all(|other| overlap(*frame, *other) == 0.0),
                "label {i} lies over another"
            );
            for ((x, y), _) in points {
                let marker = Frame { x: x - 4.5, y: y - 4.5, width: 9.0, height: 9.0 };
                assert!(overlap(*frame, marker) == 0.0, "label {i} lies over a marker");
            }
        }
    }

    #[test]
    fn labels_of_any_number_of_methods_lie_apart_and_inside_the_plot() {
        for count in [1, 2, 7, 30, 100] {
            let crowd = crowd(count);
            let points: Vec<((f64, f64), &str)> =
                crowd.iter().map(|(at, name)| (*at, name.as_str())).collect();
            assert_apart(&place(&points, &[], PLOT), &points);
        }
    }

    #[test]
    fn few_short_names_stand_beside_their_points_and_many_become_numbers() {
        let spread = [((100.0, 60.0), "naive"), ((200.0, 200.0), "joint")];
        let labels = place(&spread, &[], PLOT);
        assert!(matches!(labels, Labels::Names(_)));
        assert_apart(&labels, &spread);
        assert_eq!(labels.key_height(&["naive".into(), "joint".into()], 300.0), 0.0);
        let crowd = crowd(30);
        let points: Vec<((f64, f64), &str)> = crowd.iter().map(|(at, name)| (*at, name.as_str())).collect();
        assert!(matches!(place(&points, &[], PLOT), Labels::Numbers(_)));
    }

    #[test]
    fn the_key_names_every_point_in_full_with_a_line_of_its_own() {
        let names: Vec<String> = crowd(30).into_iter().map(|(_, name)| name).collect();
        for width in [150.0, 320.0, 760.0] {
            let labels = Labels::Numbers(Vec::new());
            let frame = Frame { x: 0.0, y: 300.0, width, height: labels.key_height(&names, width) };
            let key = labels.key(&names, frame);
            for (i, ((x, y), lines)) in key.iter().enumerate() {
                assert_eq!(lines.join(" "), names[i]);
                for line in lines {
                    assert!(x + KEY_NAME + text_width(line, SIZE) <= width, "entry {i} is cut off");
                }
                let end = y + KEY_ROW / 2.0 + text::height(lines.len() - 1, SIZE);
                assert!(end <= frame.bottom() + 1e-9, "entry {i} lies below the figure");
                let near = |other: &((f64, f64), Vec<String>)| {
                    let end = other.0.1 + text::height(other.1.len() - 1, SIZE);
                    other.0.0 == *x && y - end < SIZE
                };
                assert!(!key[..i].iter().any(near), "entry {i} lies over another");
            }
        }
    }

    #[test]
    fn whiskers_are_left_free_where_there_is_a_choice() {
        let whisker = Frame { x: 150.0, y: 98.0, width: 60.0, height: 4.0 };
        let labels = place(&[((150.0, 100.0), "naive")], &[whisker], PLOT);
        assert!(overlap(frames(&labels)[0], whisker) == 0.0, "{labels:?}");
    }
}
