//! Chart primitives: plain data in, SVG and CSV out. A figure knows nothing about records; sections fill it.
//!
//! Every figure is drawn twice for the HTML report, at [`WIDE`] and at [`NARROW`] pixels, so that text stays readable
//! on a phone; the stand-alone file is the wide one.

mod axis;
mod bars;
mod canvas;
mod csv;
mod dots;
mod heat_map;
mod labels;
mod legend;
mod line;
mod palette;
mod raster;
mod scatter;
mod small_multiples;

pub use axis::{Axis, NumberFormat};
pub use bars::{BarChart, BarGroup};
pub(crate) use canvas::is_ours;
pub use canvas::{Canvas, Frame, Type, render, text_width};
pub use csv::Csv;
pub use dots::{DotChart, DotRow};
pub use heat_map::HeatMap;
pub use line::{LineChart, LineMark, LinePoint, LineSeries};
pub use palette::{Color, SERIES, stylesheet};
pub use raster::{Raster, RasterRow};
pub use scatter::{Scatter, ScatterPoint};
pub use small_multiples::{Panel, SmallMultiples};

/// Width of a chart on a desktop and in its own file, in CSS pixels.
pub const WIDE: f64 = 720.0;
/// Width of the same chart on a phone.
pub const NARROW: f64 = 360.0;

/// Something that can be drawn into a frame and exported as a table.
pub trait Figure: std::fmt::Debug {
    /// Height in pixels that suits this width.
    fn height(&self, width: f64) -> f64;
    /// Draws into the frame, axes and labels included.
    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame);
    /// The numbers behind the picture.
    fn csv(&self) -> Csv;
}

#[cfg(test)]
mod tests;
