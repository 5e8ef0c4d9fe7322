//! A figure as an SVG document, with a title and a description for screen readers.

use super::canvas::Canvas;
use super::figure::Figure;
use super::frame::Frame;
use super::palette::Color;
use super::path::units;
use super::sheet::Sheet;
use crate::escape::escape;

/// How every chart begins.
const HEAD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"";

/// A file is shown so much larger than it is laid out: the text of a chart that fills a page can be read at half its size.
const SHOWN: f64 = 4.0 / 3.0;

/// Whether a file looks like a chart that [`render`] made.
pub(crate) fn is_ours(text: &[u8]) -> bool {
    let head = &text[..text.len().min(400)];
    head.starts_with(HEAD.as_bytes()) && String::from_utf8_lossy(head).contains(" role=\"img\" aria-label=\"")
}

/// Draws a figure as an SVG document of this width, to stand alone: white paper, words for those who cannot see it.
pub fn render(figure: &dyn Figure, width: f64, title: &str, alt: &str) -> String {
    let (wide, high, body) = drawn(figure, width, &mut None);
    let (across, height) = (width * SHOWN, high as f64 / 10.0 * SHOWN);
    format!(
        "{HEAD}{across:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"{label}\">\n\
         <title>{title}</title><desc>{alt}</desc>\n<rect width=\"{wide}\" height=\"{high}\" fill=\"{paper}\"/>\n{body}</svg>\n",
        label = escape(title),
        title = escape(title),
        alt = escape(alt),
        paper = Color::Surface.hex(),
    )
}

/// The same for a page, whose background and colours it takes; its styles are classes of the page's sheet.
pub(crate) fn inline(figure: &dyn Figure, width: f64, label: &str, sheet: &mut Sheet) -> String {
    let mut own = Some(std::mem::take(sheet));
    let (wide, high, body) = drawn(figure, width, &mut own);
    *sheet = own.unwrap_or_default();
    format!("<svg viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"{}\">\n{body}</svg>", escape(label))
}

fn drawn(figure: &dyn Figure, width: f64, sheet: &mut Option<Sheet>) -> (i32, i32, String) {
    let height = figure.height(width).max(1.0);
    let (wide, high) = units((width, height));
    let (body, own) = Canvas::drawn((wide, high), sheet.take(), |canvas| {
        figure.draw(canvas, Frame { x: 0.0, y: 0.0, width, height })
    });
    *sheet = own;
    (wide, high, body)
}
