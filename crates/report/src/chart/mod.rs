//! Chart primitives: plain data in, SVG and CSV out. A figure knows nothing about records; sections fill it.
//!
//! Every figure is drawn twice for the HTML report, at [`WIDE`] and at [`NARROW`] pixels, so that text stays readable
//! on a phone; the stand-alone file is the wide one.

mod axis;
mod bars;
mod board;
mod canvas;
mod csv;
mod dots;
mod figure;
mod frame;
mod heat_map;
mod labels;
mod legend;
mod line;
mod marks;
mod palette;
mod path;
mod png;
mod ranks;
mod raster;
mod render;
mod scatter;
mod series;
mod shape;
mod sheet;
mod small_multiples;
#[cfg(test)]
mod tests;
mod text;
mod writer;

pub use axis::{Axis, NumberFormat};
pub use bars::{BarChart, BarGroup};
pub use board::{Board, BoardCell, BoardRow};
pub use canvas::Canvas;
pub use csv::Csv;
pub use dots::{DotChart, DotRow};
pub use figure::{Figure, Lines, NARROW, Sample, WIDE};
pub use frame::{Frame, Type};
pub use heat_map::HeatMap;
pub use line::LineChart;
pub use marks::LineMark;
pub use palette::{Color, Dash, SERIES, Tone, stylesheet};
pub use png::png;
pub use ranks::{RankDiagram, Ranked};
pub use raster::{Raster, RasterRow};
pub use render::render;
pub(crate) use render::{inline, is_ours};
pub use scatter::{Scatter, ScatterPoint};
pub use series::{LinePoint, LineSeries};
pub use shape::SHAPES;
pub(crate) use sheet::Sheet;
pub use small_multiples::{Panel, SmallMultiples};
pub use text::text_width;
