//! Lines as numbers: what a chart draws and a table can hold.

use super::palette::Color;

/// A point of a line; `None` interrupts it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LinePoint {
    pub x: f64,
    pub y: Option<f64>,
    /// Lower and upper end of the band.
    pub band: Option<(f64, f64)>,
    /// Runs that y is the mean of; 0: of none, e.g. of a formula.
    pub n: usize,
}

impl LinePoint {
    /// A point of one run.
    pub fn single(x: f64, y: Option<f64>) -> Self {
        Self { x, y, band: None, n: usize::from(y.is_some()) }
    }

    /// Undefined, or not a finite number.
    pub(super) fn is_gap(&self) -> bool {
        !(self.x.is_finite() && self.y.is_some_and(f64::is_finite))
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineSeries {
    pub label: String,
    /// [`Color::Quiet`] draws it behind all others, without a band, and names it in one line with the others of its kind.
    pub color: Color,
    /// Members of a family, who share a colour, have dashes of their own too.
    pub dashed: bool,
    /// Increasing in x.
    pub points: Vec<LinePoint>,
}
