//! Chart primitives: plain data in, SVG and CSV out. A figure knows nothing about records; sections fill it.
//!
//! Every figure is drawn twice for the HTML report, at [`WIDE`] and at [`NARROW`] pixels, so that text stays readable
//! on a phone; the stand-alone file is the wide one.

mod axis;
mod bars;
mod canvas;
mod csv;
mod dots;
mod figure;
mod heat_map;
mod labels;
mod legend;
mod line;
mod palette;
mod raster;
mod render;
mod scatter;
mod small_multiples;
#[cfg(test)]
mod tests;

pub use axis::{Axis, NumberFormat};
pub use bars::{BarChart, BarGroup};
pub use canvas::{Canvas, Frame, Type, text_width};
pub use csv::Csv;
pub use dots::{DotChart, DotRow};
pub use figure::{Figure, NARROW, WIDE};
pub use heat_map::HeatMap;
pub use line::{LineChart, LineMark, LinePoint, LineSeries};
pub use palette::{Color, SERIES, stylesheet};
pub use raster::{Raster, RasterRow};
pub(crate) use render::is_ours;
pub use render::render;
pub use scatter::{Scatter, ScatterPoint};
pub use small_multiples::{Panel, SmallMultiples};
