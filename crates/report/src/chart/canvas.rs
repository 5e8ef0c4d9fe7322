//! A drawing surface that writes SVG: fractional pixels, colours by role, text by style. It writes as little as it can, because
//! a page holds hundreds of charts: what follows one another in one style becomes one path, in whole tenths of a pixel.

use std::fmt::Write as _;

use super::frame::{Frame, Type};
use super::palette::{Color, Dash};
use super::path::{steps, unit, units};
use super::shape::Shape;
use super::text::{LEADING, text_width};
use crate::escape::escape;

/// Size of text that needs no attribute of its own, in pixels.
const USUAL: f64 = 12.0;

/// What follows one another in one style, and the style as attributes.
#[derive(Debug)]
enum Open {
    Path { style: String, data: String },
    Texts { style: String, texts: String },
}

/// A drawing surface.
#[derive(Debug, Default)]
pub struct Canvas {
    body: String,
    open: Option<Open>,
    /// Whether what belongs to a series is marked with its name, for a page that can hide it.
    named: bool,
}

/// A share as briefly as it can be written.
fn share(value: f64) -> String {
    let text = format!("{:.2}", value.clamp(0.0, 1.0));
    text.trim_end_matches('0').trim_start_matches('0').to_owned()
}

impl Canvas {
    /// What `draw` draws, as the inside of an SVG document in units.
    pub(super) fn drawn(named: bool, draw: impl FnOnce(&mut Self)) -> String {
        let mut canvas = Self { named, ..Self::default() };
        draw(&mut canvas);
        canvas.close();
        format!(
            "<g fill=\"none\" font-family=\"Inter,system-ui,sans-serif\" font-size=\"{}\">{}</g>\n",
            unit(USUAL),
            canvas.body
        )
    }

    fn close(&mut self) {
        let _ = match self.open.take() {
            Some(Open::Path { style, data }) => writeln!(self.body, "<path d=\"{data}\"{style}/>"),
            Some(Open::Texts { style, texts }) => writeln!(self.body, "<g{style}>{texts}</g>"),
            None => Ok(()),
        };
    }

    fn append(&mut self, style: String, more: &str) {
        match &mut self.open {
            Some(Open::Path { style: known, data }) if *known == style => data.push_str(more),
            _ => {
                self.close();
                self.open = Some(Open::Path { style, data: more.to_owned() });
            }
        }
    }

    /// Draws what belongs to a series of this name.
    pub fn of_series(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        if !self.named || name.is_empty() {
            return draw(self);
        }
        self.close();
        let _ = write!(self.body, "<g data-m=\"{}\">", escape(&base::plain::line(name)));
        draw(self);
        self.close();
        self.body.push_str("</g>");
    }

    fn stroke(&mut self, data: &str, color: Color, width: f64, dash: Dash) {
        let mut style = format!(" stroke=\"{}\" stroke-width=\"{}\"", color.hex(), unit(width));
        if let Some(pattern) = dash.pattern() {
            let _ = write!(style, " stroke-dasharray=\"{pattern}\"");
        }
        self.append(style, data);
    }

    fn fill(&mut self, data: &str, color: Color, alpha: f64) {
        let mut style = format!(" fill=\"{}\"", color.hex());
        if alpha < 0.995 {
            let _ = write!(style, " fill-opacity=\"{}\"", share(alpha));
        }
        self.append(style, data);
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), color: Color, width: f64) {
        self.path(&[from, to], color, width);
    }

    /// A dashed straight line.
    pub fn dashed(&mut self, from: (f64, f64), to: (f64, f64), color: Color, width: f64) {
        self.dashed_path(&[from, to], color, width, Dash::Dashed);
    }

    /// A path through the points.
    pub fn path(&mut self, points: &[(f64, f64)], color: Color, width: f64) {
        self.dashed_path(points, color, width, Dash::Solid);
    }

    /// A path in dashes.
    pub fn dashed_path(&mut self, points: &[(f64, f64)], color: Color, width: f64, dash: Dash) {
        if points.len() > 1 {
            self.stroke(&steps(points), color, width, dash);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], color: Color, alpha: f64) {
        if points.len() > 2 {
            self.fill(&format!("{}z", steps(points)), color, alpha);
        }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, frame: Frame, color: Color, alpha: f64) {
        let ((x, y), (right, bottom)) = (units((frame.x, frame.y)), units((frame.right(), frame.bottom())));
        let (w, h) = ((right - x).max(0), (bottom - y).max(0));
        self.fill(&format!("M{x} {y}h{w}v{h}h-{w}z"), color, alpha);
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, frame: Frame, color: Color, width: f64, dash: Dash) {
        let (a, b) = ((frame.x, frame.y), (frame.right(), frame.bottom()));
        self.dashed_path(&[a, (b.0, a.1), b, (a.0, b.1), a], color, width, dash);
    }

    /// A filled disc: the round end of a line without length.
    pub fn disc(&mut self, centre: (f64, f64), radius: f64, color: Color, alpha: f64) {
        let (x, y) = units(centre);
        let mut style = format!(
            " stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\"",
            color.hex(),
            unit(2.0 * radius)
        );
        if alpha < 0.995 {
            let _ = write!(style, " stroke-opacity=\"{}\"", share(alpha));
        }
        self.append(style, &format!("M{x} {y}h0"));
    }

    /// The marker of a series: its shape tells the members of a family, who share a colour, apart.
    pub fn marker(&mut self, (x, y): (f64, f64), radius: f64, color: Color) {
        let shape = color.shape();
        let corners = |scale: f64| -> Vec<(f64, f64)> {
            let r = radius * 1.15 * scale;
            shape.corners().iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect()
        };
        if shape.corners().is_empty() {
            self.disc((x, y), radius + 1.2, Color::Surface, 1.0);
            self.disc((x, y), radius, color, 1.0);
            if shape == Shape::Ring {
                self.disc((x, y), radius * 0.5, Color::Surface, 1.0);
            }
        } else {
            self.polygon(&corners(1.3), Color::Surface, 1.0);
            self.polygon(&corners(1.0), color, 1.0);
        }
    }

    /// A text; returns its estimated width in pixels.
    pub fn text(&mut self, at: (f64, f64), text: &str, kind: Type) -> f64 {
        let down = match kind.rise {
            0 => 0.35,
            1 => -0.22,
            _ => 0.78,
        };
        let (x, y) = units((at.0, at.1 + down * kind.size));
        let mut style = format!(" fill=\"{}\"", kind.color.hex());
        if (kind.size - USUAL).abs() > 1e-9 {
            let _ = write!(style, " font-size=\"{}\"", unit(kind.size));
        }
        if kind.bold {
            style.push_str(" font-weight=\"600\"");
        }
        style.push_str(match kind.align {
            0 => " text-anchor=\"middle\"",
            1 => " text-anchor=\"end\"",
            _ => "",
        });
        let one = format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escape(&base::plain::line(text)));
        match &mut self.open {
            Some(Open::Texts { style: known, texts }) if *known == style => texts.push_str(&one),
            _ => {
                self.close();
                self.open = Some(Open::Texts { style, texts: one });
            }
        }
        text_width(text, kind.size)
    }

    /// Lines of text below one another, the first where a single one would stand.
    pub fn lines(&mut self, at: (f64, f64), lines: &[String], kind: Type) {
        for (index, line) in lines.iter().enumerate() {
            self.text((at.0, at.1 + index as f64 * kind.size * LEADING), line, kind);
        }
    }

    /// Lines of text that are centred on a height together.
    pub fn block(&mut self, (x, middle): (f64, f64), lines: &[String], kind: Type) {
        let rise = (lines.len().saturating_sub(1)) as f64 * kind.size * LEADING / 2.0;
        self.lines((x, middle - rise), lines, kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_in_one_style_is_one_element() {
        let body = Canvas::drawn(false, |canvas| {
            canvas.line((1.0, 2.0), (3.0, 1.5), Color::Ink, 1.0);
            canvas.line((0.0, 0.0), (-1.0, 0.0), Color::Ink, 1.0);
            canvas.disc((5.0, 5.0), 2.0, Color::Series(0), 0.5);
            canvas.text((0.0, 0.0), "a & b", Type::new(12.0, Color::Ink));
            canvas.text((0.0, 9.0), "c", Type::new(12.0, Color::Ink));
        });
        let expected = concat!(
            "<path d=\"M10 20l20-5M0 0l-10 0\" stroke=\"#1B1F24\" stroke-width=\"10\"/>\n",
            "<path d=\"M50 50h0\" stroke=\"#0072B2\" stroke-width=\"40\" stroke-linecap=\"round\" stroke-opacity=\".5\"/>\n",
            "<g fill=\"#1B1F24\"><text x=\"0\" y=\"42\">a &amp; b</text><text x=\"0\" y=\"132\">c</text></g>\n",
        );
        assert!(body.contains(expected), "{body}");
    }

    #[test]
    fn a_series_is_named_only_where_a_page_can_use_it() {
        let draw = |canvas: &mut Canvas| {
            canvas.of_series("<DER>", |canvas| canvas.disc((0.0, 0.0), 1.0, Color::Ink, 1.0));
        };
        assert!(Canvas::drawn(true, draw).contains("<g data-m=\"&lt;DER&gt;\"><path"));
        assert!(!Canvas::drawn(false, draw).contains("data-m"));
    }
}
