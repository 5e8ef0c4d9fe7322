//! Axes: scales, round tick positions, tick labels with units.

use super::canvas::Canvas;
use super::frame::{Frame, Type};
use super::palette::Color;

/// How tick labels and printed values look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    #[default]
    Number,
    /// A share in [0, 1], printed in percent; the axis label should say so.
    Percent,
    /// Whole numbers: no ticks between them.
    Count,
}

impl NumberFormat {
    fn tick(self, value: f64, step: f64) -> String {
        let (value, step) = match self {
            Self::Number | Self::Count => (value, step),
            Self::Percent => (value * 100.0, step * 100.0),
        };
        let value = if value.abs() < step * 1e-9 { 0.0 } else { value };
        if value.abs() >= 10_000.0 && step >= 100.0 {
            return format!("{}k", trim(value / 1000.0, step / 1000.0)).replace('-', "−");
        }
        let step = if self == Self::Count { step.max(1.0) } else { step };
        trim(value, step).replace('-', "−")
    }
}

fn trim(value: f64, step: f64) -> String {
    let decimals = (-(step.abs().max(1e-12)).log10().floor()).clamp(0.0, 6.0) as usize;
    // A step of 2.5 needs one decimal more than its magnitude says.
    let decimals =
        if (step * 10_f64.powi(decimals as i32)).fract().abs() > 1e-6 { decimals + 1 } else { decimals };
    format!("{value:.decimals$}")
}

/// An axis: what it shows, in which unit, over which range.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Axis {
    /// Quantity and unit, e.g. `accuracy (%)`, `updates`.
    pub label: String,
    /// Fixed range; otherwise from the data.
    pub range: Option<(f64, f64)>,
    pub format: NumberFormat,
}

impl Axis {
    /// An axis that fits its data.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A share in [0, 1], labelled in percent.
    pub fn percent(label: impl Into<String>) -> Self {
        Self { label: label.into(), range: None, format: NumberFormat::Percent }
    }

    /// What of a band around a value can be: no share is below 0 or above 1. Few values of which one is far off have
    /// intervals that know nothing of that.
    pub fn possible(&self, value: Option<f64>, (low, high): (f64, f64)) -> (f64, f64) {
        let share = self.format == NumberFormat::Percent && value.is_some_and(|y| (0.0..=1.0).contains(&y));
        if share { (low.max(0.0), high.min(1.0)) } else { (low, high) }
    }

    /// Whole numbers.
    pub fn count(label: impl Into<String>) -> Self {
        Self { label: label.into(), range: None, format: NumberFormat::Count }
    }

    /// Fixes the range.
    #[must_use]
    pub fn over(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The range to draw: fixed, or that of the data with a margin; never empty, always finite.
    pub(super) fn resolve(&self, data: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
        let fixed = self.range.filter(|(low, high)| low.is_finite() && high.is_finite() && low < high);
        if let Some(range) = fixed {
            return range;
        }
        let (low, high) = data
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return (0.0, 1.0);
        }
        let span = high - low;
        if span <= 1e-12 * high.abs().max(1e-12) {
            let half = if high == 0.0 { 0.5 } else { high.abs() * 0.1 };
            return (low - half, high + half);
        }
        let (mut from, mut to) = (low - margin * span, high + margin * span);
        // A margin must not suggest impossible values: shares stay in [0, 1], counts do not go below 0.
        if low >= 0.0 {
            from = from.max(0.0);
        }
        if self.format == NumberFormat::Percent && high <= 1.0 {
            to = to.min(1.0);
        }
        (from, to)
    }
}

/// A linear map from values to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub range: (f64, f64),
    pub pixels: (f64, f64),
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        self.pixels.0 + share.clamp(-0.02, 1.02) * (self.pixels.1 - self.pixels.0)
    }
}

/// About `count` round positions inside the range, at least two where it has an extent, and their step (1, 2, 2.5 or 5 times a
/// power of ten).
pub(super) fn ticks((low, high): (f64, f64), count: usize) -> (Vec<f64>, f64) {
    let rough = (high - low) / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let inside = |step: f64| ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    let steps = [10.0, 5.0, 2.5, 2.0, 1.0, 0.5, 0.2].map(|m| m * power);
    let from = steps.iter().rposition(|step| *step >= rough * 0.999).unwrap_or(0);
    let two = |step: &&f64| inside(**step).0 < inside(**step).1;
    let step = *steps[from..].iter().find(two).unwrap_or(&steps[from]);
    let (first, last) = inside(step);
    ((first..=last.min(first + 50)).map(|i| i as f64 * step).collect(), step)
}

/// Room that axes need around a plot: left of it, above it (for the y label), below it.
pub(super) struct Margins {
    pub left: f64,
    pub top: f64,
    pub bottom: f64,
}

pub(super) const TICK: f64 = 11.0;
pub(super) const LABEL: f64 = 12.0;

/// Margins for these axes.
pub(super) fn margins(x: &Axis, y: &Axis, y_range: (f64, f64), height: f64) -> Margins {
    let (positions, step) = ticks(y_range, y_ticks(height));
    let widest =
        positions.iter().map(|v| super::text::text_width(&y.format.tick(*v, step), TICK)).fold(0.0, f64::max);
    Margins {
        left: (widest + 10.0).max(26.0),
        top: if y.label.is_empty() { 8.0 } else { 24.0 },
        bottom: if x.label.is_empty() { 20.0 } else { 38.0 },
    }
}

fn y_ticks(height: f64) -> usize {
    (height / 38.0).clamp(3.0, 6.0) as usize
}

/// Grid, ticks and labels around `plot`; returns the two scales.
pub(super) fn draw(
    canvas: &mut Canvas,
    plot: Frame,
    (x, x_range): (&Axis, (f64, f64)),
    (y, y_range): (&Axis, (f64, f64)),
) -> (Scale, Scale) {
    let y_scale = vertical(canvas, plot, y, y_range);
    (horizontal(canvas, plot, x, x_range, false), y_scale)
}

/// The y axis alone: grid lines, tick labels, and the label above the plot.
pub(super) fn vertical(canvas: &mut Canvas, plot: Frame, y: &Axis, y_range: (f64, f64)) -> Scale {
    let y_scale = Scale { range: y_range, pixels: (plot.bottom(), plot.y) };
    let (positions, step) = ticks(y_range, y_ticks(plot.height));
    for value in &positions {
        let at = y_scale.at(*value);
        canvas.line((plot.x, at), (plot.right(), at), Color::Grid, 1.0);
    }
    for value in &positions {
        let kind = Type::new(TICK, Color::Muted).right();
        canvas.text((plot.x - 6.0, y_scale.at(*value)), &y.format.tick(*value, step), kind);
    }
    if !y.label.is_empty() {
        let left = (plot.x - 30.0).max(0.0);
        canvas.text((left, plot.y - 8.0), &y.label, Type::new(LABEL, Color::Muted).standing());
    }
    y_scale
}

/// The x axis alone, with vertical grid lines if asked.
pub(super) fn horizontal(canvas: &mut Canvas, plot: Frame, x: &Axis, range: (f64, f64), grid: bool) -> Scale {
    let scale = Scale { range, pixels: (plot.x, plot.right()) };
    let (mut positions, step) = ticks(range, (plot.width / 70.0).clamp(3.0, 8.0) as usize);
    if x.format == NumberFormat::Count {
        positions.retain(|value| (value - value.round()).abs() < 1e-9);
    }
    let at: Vec<f64> = positions.iter().map(|value| scale.at(*value)).collect();
    if grid {
        at.iter().for_each(|at| canvas.line((*at, plot.y), (*at, plot.bottom()), Color::Grid, 1.0));
    }
    canvas.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), Color::Muted, 1.0);
    at.iter().for_each(|at| canvas.line((*at, plot.bottom()), (*at, plot.bottom() + 4.0), Color::Muted, 1.0));
    for (value, at) in positions.iter().zip(&at) {
        let kind = Type::new(TICK, Color::Muted).centred().hanging();
        canvas.text((*at, plot.bottom() + 6.0), &x.format.tick(*value, step), kind);
    }
    if !x.label.is_empty() {
        let kind = Type::new(LABEL, Color::Muted).centred().hanging();
        canvas.text((plot.x + plot.width / 2.0, plot.bottom() + 21.0), &x.label, kind);
    }
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_around_a_share_ends_where_shares_end() {
        let axis = Axis::percent("accuracy");
        assert_eq!(axis.possible(Some(0.2), (-0.4, 15.7)), (0.0, 1.0));
        assert_eq!(axis.possible(Some(0.2), (0.1, 0.3)), (0.1, 0.3));
        // What is below 0 is no share.
        assert_eq!(axis.possible(Some(-0.1), (-0.4, 0.3)), (-0.4, 0.3));
        assert_eq!(Axis::new("loss").possible(Some(0.2), (-0.4, 15.7)), (-0.4, 15.7));
    }

    #[test]
    fn ticks_are_round_and_inside_the_range() {
        assert_eq!(ticks((0.0, 1.0), 5).0, vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((0.0, 1000.0), 4).0, vec![0.0, 250.0, 500.0, 750.0, 1000.0]);
        // One of 50 % would tell no scale.
        assert_eq!(ticks((0.05, 0.85), 3).0, vec![0.25, 0.5, 0.75]);
        assert_eq!(ticks((0.9, 1.7), 3).0, vec![1.0, 1.5]);
        assert_eq!(ticks((0.6, 1.45), 3).0, vec![0.75, 1.0, 1.25]);
        assert_eq!(NumberFormat::Percent.tick(0.25, 0.25), "25");
        assert_eq!(NumberFormat::Number.tick(-0.25, 0.25), "−0.25");
        assert_eq!(NumberFormat::Number.tick(20_000.0, 10_000.0), "20k");
    }

    #[test]
    fn a_range_without_extent_still_has_room() {
        let (low, high) = Axis::new("x").resolve([0.5, 0.5].into_iter(), 0.05);
        assert!(low < 0.5 && high > 0.5);
        assert_eq!(Axis::new("x").resolve([f64::NAN].into_iter(), 0.05), (0.0, 1.0));
    }
}
