//! A figure as an SVG document, with a title and a description for screen readers.

use super::canvas::{Canvas, Frame, units};
use super::figure::Figure;
use super::palette::Color;
use crate::escape::escape;

/// How every chart begins.
const HEAD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"";

/// Whether a file looks like a chart that [`render`] made.
pub(crate) fn is_ours(text: &[u8]) -> bool {
    let head = &text[..text.len().min(400)];
    head.starts_with(HEAD.as_bytes()) && String::from_utf8_lossy(head).contains(" role=\"img\" aria-label=\"")
}

/// Draws a figure as an SVG document of this width. `background` paints the page white, for a stand-alone file.
pub fn render(figure: &dyn Figure, width: f64, title: &str, alt: &str, background: bool) -> String {
    let height = figure.height(width).max(1.0);
    let (wide, high) = units((width, height));
    let body = Canvas::drawn((wide as u32, high as u32), |canvas| {
        figure.draw(canvas, Frame { x: 0.0, y: 0.0, width, height });
    });
    let body = body.split_once('>').map_or("", |(_, rest)| rest).replace(" opacity=\"1\"", "");
    let paper = if background {
        let (r, g, b) = Color::Surface.rgb();
        format!("<rect width=\"{wide}\" height=\"{high}\" fill=\"#{r:02X}{g:02X}{b:02X}\"/>")
    } else {
        String::new()
    };
    format!(
        "{HEAD}{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {wide} {high}\" role=\"img\" aria-label=\"{label}\">\n\
         <title>{title}</title><desc>{alt}</desc>\n{paper}{body}",
        label = escape(&format!("{title}. {alt}")),
        title = escape(title),
        alt = escape(alt),
    )
}
