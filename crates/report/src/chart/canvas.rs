//! A thin layer over the plotters SVG backend: fractional pixels, colours by role, text by style, and the wrapping of
//! the result with a title and a description for screen readers.

use plotters::backend::DrawingBackend;
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, IntoFont, RGBAColor, ShapeStyle, TextStyle};

use super::super::short::apart;
use super::{Color, Figure};

/// The backend counts in whole units: one pixel is ten of them.
const UNITS: f64 = 10.0;
/// The backend divides font sizes by this.
const FONT_FACTOR: f64 = 1.24;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Frame {
    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The frame without these margins; never smaller than one pixel.
    #[must_use]
    pub fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self {
            x: self.x + left,
            y: self.y + top,
            width: (self.width - left - right).max(1.0),
            height: (self.height - top - bottom).max(1.0),
        }
    }
}

/// How a text stands: size in pixels, colour, and which of its points lies at the given position.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    pub size: f64,
    pub color: Color,
    pub bold: bool,
    /// −1 starts at the position, 0 is centred on it, 1 ends there.
    pub align: i8,
    /// −1 hangs below the position, 0 is centred on it, 1 stands on it.
    pub rise: i8,
}

impl Type {
    /// Left-aligned, vertically centred.
    pub fn new(size: f64, color: Color) -> Self {
        Self { size, color, bold: false, align: -1, rise: 0 }
    }

    #[must_use]
    pub fn centred(self) -> Self {
        Self { align: 0, ..self }
    }

    #[must_use]
    pub fn right(self) -> Self {
        Self { align: 1, ..self }
    }

    #[must_use]
    pub fn hanging(self) -> Self {
        Self { rise: -1, ..self }
    }

    #[must_use]
    pub fn standing(self) -> Self {
        Self { rise: 1, ..self }
    }

    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// A drawing surface. Drawing into a string cannot fail, so the backend's results are dropped.
pub struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

impl std::fmt::Debug for Canvas<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Canvas")
    }
}

fn units((x, y): (f64, f64)) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

fn style(color: Color, alpha: f64, width: f64, filled: bool) -> ShapeStyle {
    let (r, g, b) = color.rgb();
    let stroke_width = (width * UNITS).round().max(0.0) as u32;
    ShapeStyle { color: RGBAColor(r, g, b, alpha), filled, stroke_width }
}

impl Canvas<'_> {
    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), color: Color, width: f64) {
        let _ = self.backend.draw_line(units(from), units(to), &style(color, 1.0, width, false));
    }

    /// A dashed straight line.
    pub fn dashed(&mut self, from: (f64, f64), to: (f64, f64), color: Color, width: f64) {
        self.dashed_path(&[from, to], color, width);
    }

    /// A path through the points.
    pub fn path(&mut self, points: &[(f64, f64)], color: Color, width: f64) {
        let path = points.iter().copied().map(units);
        let _ = self.backend.draw_path(path, &style(color, 1.0, width, false));
    }

    /// A dashed path (5 pixels on, 4 off).
    pub fn dashed_path(&mut self, points: &[(f64, f64)], color: Color, width: f64) {
        let (on, off): (f64, f64) = (5.0, 4.0);
        let mut travelled: f64 = 0.0;
        for pair in points.windows(2) {
            let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let length = dx.hypot(dy);
            let mut at = 0.0;
            while at < length {
                let phase = travelled % (on + off);
                let step = if phase < on { on - phase } else { on + off - phase }.max(0.01).min(length - at);
                if phase < on {
                    let point = |s: f64| (pair[0].0 + dx * s / length, pair[0].1 + dy * s / length);
                    self.line(point(at), point(at + step), color, width);
                }
                at += step.max(1e-6);
                travelled += step;
            }
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], color: Color, alpha: f64) {
        let path = points.iter().copied().map(units);
        let _ = self.backend.fill_polygon(path, &style(color, alpha, 0.0, true));
    }

    /// A filled rectangle.
    pub fn rect(&mut self, frame: Frame, color: Color, alpha: f64) {
        let corners = (units((frame.x, frame.y)), units((frame.right(), frame.bottom())));
        let _ = self.backend.draw_rect(corners.0, corners.1, &style(color, alpha, 0.0, true), true);
    }

    /// A filled disc.
    pub fn disc(&mut self, centre: (f64, f64), radius: f64, color: Color, alpha: f64) {
        let radius = (radius * UNITS).round() as u32;
        let _ = self.backend.draw_circle(units(centre), radius, &style(color, alpha, 0.0, true), true);
    }

    /// The marker of a series: its shape changes each time the colours repeat.
    pub fn marker(&mut self, (x, y): (f64, f64), radius: f64, color: Color) {
        let round = match color {
            Color::Series(i) => i / super::SERIES % 3,
            _ => 0,
        };
        let r = radius * 1.2;
        match round {
            0 => {
                self.disc((x, y), radius + 1.2, Color::Surface, 1.0);
                self.disc((x, y), radius, color, 1.0);
            }
            1 => self.polygon(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], color, 1.0),
            _ => self.polygon(&[(x, y - r), (x + r, y + r), (x - r, y + r)], color, 1.0),
        }
    }

    /// A text; returns its estimated width in pixels.
    pub fn text(&mut self, at: (f64, f64), text: &str, kind: Type) -> f64 {
        let (r, g, b) = kind.color.rgb();
        let horizontal = match kind.align {
            0 => HPos::Center,
            1 => HPos::Right,
            _ => HPos::Left,
        };
        let vertical = match kind.rise {
            0 => VPos::Center,
            1 => VPos::Bottom,
            _ => VPos::Top,
        };
        let font = ("sans-serif", kind.size * UNITS * FONT_FACTOR)
            .into_font()
            .style(if kind.bold { FontStyle::Bold } else { FontStyle::Normal })
            .transform(FontTransform::None);
        let color = RGBAColor(r, g, b, 1.0);
        let style = TextStyle::from(font).color(&color).pos(Pos::new(horizontal, vertical));
        let _ = self.backend.draw_text(&base::plain::line(text), &style, units(at));
        text_width(text, kind.size)
    }
}

/// Estimated width of a text in a usual sans-serif face, on the generous side.
pub fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' => 0.30,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' => 0.38,
            'm' | 'w' | 'M' | 'W' | '%' => 0.92,
            c if c.is_uppercase() => 0.70,
            _ => 0.60,
        })
        .sum();
    em * size
}

/// Bold text is this much wider.
pub(super) const BOLD: f64 = 1.15;

/// Shortens a text with an ellipsis in the middle until it fits into `room` pixels: variants of one method often
/// differ at the end of their names.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    shortened(text, size, room, "")
}

/// The same for texts that stand side by side: different ones stay different.
pub(super) fn fitted_apart(texts: &[&str], size: f64, room: f64) -> Vec<String> {
    apart(texts, |text, mark| shortened(text, size, room, mark))
}

fn shortened(text: &str, size: f64, room: f64, mark: &str) -> String {
    let room = room - text_width(mark, size);
    if text_width(text, size) <= room {
        return format!("{text}{mark}");
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (0..letters.len()).rev() {
        let head: String = letters[..kept.div_ceil(2)].iter().collect();
        let tail: String = letters[letters.len() - kept / 2..].iter().collect();
        let short = format!("{}…{}", head.trim_end(), tail.trim_start());
        if text_width(&short, size) <= room {
            return short + mark;
        }
    }
    mark.to_owned()
}

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
    let mut body = String::new();
    {
        let mut canvas = Canvas { backend: SVGBackend::with_string(&mut body, (wide as u32, high as u32)) };
        figure.draw(&mut canvas, Frame { x: 0.0, y: 0.0, width, height });
        let _ = canvas.backend.present();
    }
    let body = body.split_once('>').map_or("", |(_, rest)| rest).replace(" opacity=\"1\"", "");
    let escape = super::super::html::escape;
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
