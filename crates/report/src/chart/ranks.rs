//! Average ranks on an axis, best on the left, and bars over those that are too close to be told apart: the diagram of
//! Demšar (2006). Names stand beside the axis, each in a row of its own, so that any number of them has room.

use super::axis;
use super::canvas::Canvas;
use super::csv::Csv;
use super::figure::Figure;
use super::frame::{Frame, Type};
use super::palette::Color;
use super::text::{balanced, height, text_width, widest};
use base::stats;

/// A method at its average rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub label: String,
    pub color: Color,
    /// 1 is best.
    pub rank: f64,
}

/// The diagram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RankDiagram {
    /// In any order.
    pub methods: Vec<Ranked>,
    /// Ranks that are less than this apart are joined; `None`: no scale and no bars.
    pub critical: Option<f64>,
}

const SIZE: f64 = 12.0;
const ROW: f64 = 19.0;
const BAR: f64 = 7.0;
/// From the ends of the axis to the names.
const GAP: f64 = 8.0;
/// Ticks stand at least so many pixels apart.
const APART: f64 = 26.0;

/// A name in lines, and the middle of its row below the first row's top.
struct Row<'m> {
    method: &'m Ranked,
    lines: Vec<String>,
    middle: f64,
}

struct Layout<'m> {
    left: Vec<Row<'m>>,
    right: Vec<Row<'m>>,
    /// Bars over methods that are not told apart: ranks at both ends, and how far down.
    bars: Vec<(f64, f64, usize)>,
    /// Room of names on both sides.
    rooms: (f64, f64),
    /// Height of the higher side.
    rows: f64,
}

fn rows<'m>(methods: impl Iterator<Item = &'m Ranked>, room: f64) -> (Vec<Row<'m>>, f64) {
    let mut end = 0.0;
    let mut list = Vec::new();
    for method in methods {
        let lines = balanced(&format!("{} {:.2}", method.label, method.rank), SIZE, room);
        let high = (height(lines.len(), SIZE) + 6.0).max(ROW);
        list.push(Row { method, lines, middle: end + high / 2.0 });
        end += high;
    }
    (list, end)
}

/// Each bar in the highest row where it has room.
fn levels(sorted: &[&Ranked], critical: f64) -> Vec<(f64, f64, usize)> {
    let ranks: Vec<f64> = sorted.iter().map(|method| method.rank).collect();
    let mut ends: Vec<usize> = Vec::new();
    let mut bars = Vec::new();
    for (first, last) in stats::cliques(&ranks, critical) {
        let level = ends.iter().position(|end| *end < first).unwrap_or(ends.len());
        if level == ends.len() {
            ends.push(last);
        }
        ends[level] = last;
        bars.push((ranks[first], ranks[last], level));
    }
    bars
}

impl RankDiagram {
    fn layout(&self, width: f64) -> Layout<'_> {
        let mut sorted: Vec<&Ranked> = self.methods.iter().collect();
        sorted.sort_by(|a, b| a.rank.total_cmp(&b.rank));
        let half = sorted.len().div_ceil(2);
        let room = width * 0.37;
        let (left, high) = rows(sorted[..half].iter().copied(), room);
        let (right, higher) = rows(sorted[half..].iter().rev().copied(), room);
        let wide = |rows: &[Row<'_>]| {
            rows.iter().map(|row| widest(&row.lines, SIZE)).fold(0.0, f64::max) + GAP + 12.0
        };
        Layout {
            rooms: (wide(&left), wide(&right)),
            bars: self.critical.map_or_else(Vec::new, |critical| levels(&sorted, critical)),
            left,
            right,
            rows: high.max(higher),
        }
    }

    fn axis_at(&self) -> f64 {
        if self.critical.is_some() { 48.0 } else { 24.0 }
    }

    /// Where the rows of names begin.
    fn rows_at(&self, layout: &Layout<'_>) -> f64 {
        let levels = layout.bars.iter().map(|bar| bar.2 + 1).max().unwrap_or(0);
        self.axis_at() + 12.0 + BAR * levels as f64
    }

    /// The last rank there is; a critical difference that is longer than the axis makes room for itself.
    fn range(&self) -> (f64, f64) {
        let last = self.methods.len().max(2) as f64;
        (1.0, self.critical.map_or(last, |critical| last.max(1.0 + critical)))
    }

    fn draw_axis(&self, canvas: &mut Canvas, plot: Frame, right: f64, x: axis::Scale) {
        let y = plot.y;
        let end = x.at(self.methods.len().max(2) as f64);
        canvas.line((plot.x, y), (end, y), Color::Muted, 1.2);
        for (at, rank) in ticks(self.methods.len().max(2), |rank| x.at(rank)) {
            canvas.line((at, y - 4.0), (at, y), Color::Muted, 1.0);
            let kind = Type::new(axis::TICK, Color::Muted).centred().standing();
            canvas.text((at, y - 7.0), &rank.to_string(), kind);
        }
        if let Some(critical) = self.critical {
            let (from, to, at) = (x.at(1.0), x.at(1.0 + critical), y - 28.0);
            canvas.line((from, at), (to, at), Color::Ink, 1.6);
            for end in [from, to] {
                canvas.line((end, at - 4.0), (end, at + 4.0), Color::Ink, 1.2);
            }
            let words = format!("critical difference {critical:.2}");
            let kind = Type::new(axis::TICK, Color::Ink).standing();
            // Above the scale, and as far left of its beginning as the figure's edge asks.
            let left = plot.x.min(right - text_width(&words, axis::TICK)).max(0.0);
            canvas.text((left, at - 6.0), &words, kind);
        }
    }
}

/// Whole ranks that have room beside one another, the first among them.
fn ticks(last: usize, at: impl Fn(f64) -> f64) -> Vec<(f64, usize)> {
    let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|step| at(1.0 + *step as f64) - at(1.0) >= APART);
    let step = step.unwrap_or(last);
    let later = (2..=last).filter(|rank| rank % step == 0).map(|rank| (at(rank as f64), rank));
    let first = at(1.0);
    std::iter::once((first, 1)).chain(later.filter(|(x, _)| *x >= first + APART)).collect()
}

impl Figure for RankDiagram {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        self.rows_at(&layout) + layout.rows.max(ROW) + 2.0
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let layout = self.layout(frame.width);
        let (left, right) = layout.rooms;
        let plot = frame.inset(left, self.axis_at(), right, 0.0);
        let x = axis::Scale { range: self.range(), pixels: (plot.x, plot.right()) };
        self.draw_axis(canvas, plot, frame.right(), x);
        for (from, to, level) in &layout.bars {
            let y = plot.y + 9.0 + BAR * *level as f64;
            canvas.line((x.at(*from) - 3.0, y), (x.at(*to) + 3.0, y), Color::Ink, 3.4);
        }
        let top = frame.y + self.rows_at(&layout);
        let sides = [(&layout.left, plot.x - GAP, true), (&layout.right, plot.right() + GAP, false)];
        for (rows, end, is_left) in sides {
            for row in rows {
                let (at, y) = (x.at(row.method.rank), top + row.middle);
                let stop = if is_left { end + 3.0 } else { end - 3.0 };
                canvas.of_series(&row.method.label, |canvas| {
                    canvas.path(&[(at, plot.y), (at, y), (stop, y)], row.method.color, 1.3);
                    canvas.marker((at, plot.y), 4.0, row.method.color);
                    let kind = Type::new(SIZE, Color::Ink);
                    canvas.block((end, y), &row.lines, if is_left { kind.right() } else { kind });
                });
            }
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["label", "kind", "value"]);
        for method in &self.methods {
            csv.row([method.label.clone(), "average rank".into(), method.rank.to_string()]);
        }
        if let Some(critical) = self.critical {
            csv.row([String::new(), "critical difference".into(), critical.to_string()]);
        }
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(ranks: &[f64]) -> Vec<Ranked> {
        let one = |rank: &f64| Ranked { label: "m".into(), color: Color::Ink, rank: *rank };
        ranks.iter().map(one).collect()
    }

    #[test]
    fn bars_that_do_not_meet_share_a_row() {
        let all = methods(&[1.0, 1.5, 2.4, 4.0, 4.5]);
        let sorted: Vec<&Ranked> = all.iter().collect();
        assert_eq!(levels(&sorted, 1.0), [(1.0, 1.5, 0), (1.5, 2.4, 1), (4.0, 4.5, 0)]);
    }

    #[test]
    fn ticks_are_whole_ranks_that_have_room() {
        let at = |rank: f64| 10.0 * (rank - 1.0);
        let ranks = |last| ticks(last, at).iter().map(|tick| tick.1).collect::<Vec<_>>();
        assert_eq!(ranks(12), [1, 5, 10]);
        assert_eq!(ranks(2), [1]);
    }

    #[test]
    fn a_critical_difference_beyond_the_last_rank_stays_inside_the_figure() {
        let diagram = RankDiagram { methods: methods(&[1.0, 2.0]), critical: Some(1.386) };
        assert_eq!(diagram.range(), (1.0, 2.386));
    }
}
