//! Chart primitives: plain data in, SVG and CSV out. A figure knows nothing about records; sections fill it.

use super::canvas::Canvas;
use super::csv::Csv;
use super::frame::Frame;
use super::series::LineSeries;

/// Width of a chart on a desktop and in its own file, in CSS pixels.
pub const WIDE: f64 = 720.0;
/// Width of the same chart on a phone.
pub const NARROW: f64 = 360.0;

/// What a legend shows beside a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    Marker,
    Line,
}

/// The lines of one panel.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'f> {
    /// Title of the panel; empty where the figure is no grid of panels.
    pub panel: &'f str,
    /// Labels of the axes.
    pub x: &'f str,
    pub y: &'f str,
    pub series: &'f [LineSeries],
}

/// Something that can be drawn into a frame and exported as a table.
pub trait Figure: std::fmt::Debug + Send + Sync {
    /// Height in pixels that suits this width.
    fn height(&self, width: f64) -> f64;
    /// Draws into the frame, axes and labels included.
    fn draw(&self, canvas: &mut Canvas, frame: Frame);
    /// What its series look like in a legend.
    fn sample(&self) -> Sample {
        Sample::Marker
    }
    /// Its lines over an axis, panel by panel.
    fn lines(&self) -> Vec<Lines<'_>> {
        Vec::new()
    }
    /// The numbers behind the picture.
    fn csv(&self) -> Csv;
}
