//! Chart primitives: plain data in, SVG and CSV out. A figure knows nothing about records; sections fill it.

use super::canvas::Canvas;
use super::csv::Csv;
use super::frame::Frame;

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
    /// The numbers behind the picture.
    fn csv(&self) -> Csv;
}
