//! A drawing surface over plotters: fractional pixels, colours by role, text by style.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont, RGBAColor, ShapeStyle, TextStyle};

use super::frame::{Frame, Type};
use super::palette::{Color, Dash};
use super::path::{UNITS, thinned, unit, units};
use super::shape::Shape;
use super::sheet::Sheet;
use super::text::{LEADING, text_width};
use super::writer::Writer;

/// Size of text that needs no attribute of its own, in pixels.
const USUAL: f64 = 12.0;

/// A drawing surface. Drawing into a string cannot fail, so the backend's results are dropped.
#[derive(Debug)]
pub struct Canvas {
    backend: Writer,
    /// Whether what belongs to a series is marked with its name, for a page that can hide it.
    named: bool,
}

fn style(color: Color, alpha: f64, width: f64) -> ShapeStyle {
    let (r, g, b) = color.rgb();
    ShapeStyle {
        color: RGBAColor(r, g, b, alpha),
        filled: width == 0.0,
        stroke_width: unit(width).unsigned_abs(),
    }
}

impl Canvas {
    /// What `draw` draws on a page of this size, as the inside of an SVG document in units. With a sheet it is part of a page:
    /// styles are classes of the sheet, and what belongs to a series is marked with its name.
    pub(super) fn drawn(
        size: (i32, i32),
        sheet: Option<Sheet>,
        draw: impl FnOnce(&mut Self),
    ) -> (String, Option<Sheet>) {
        let size = (size.0.unsigned_abs(), size.1.unsigned_abs());
        let named = sheet.is_some();
        let mut canvas = Self { backend: Writer::new(size, USUAL * UNITS, sheet), named };
        draw(&mut canvas);
        let size = unit(USUAL);
        canvas.backend.finish(&format!(
            " fill=\"none\" font-family=\"Inter,system-ui,sans-serif\" font-size=\"{size}\""
        ))
    }

    /// Draws what belongs to a series of this name.
    pub fn of_series(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        if !self.named || name.is_empty() {
            return draw(self);
        }
        self.backend.group(Some(name));
        draw(self);
        self.backend.group(None);
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
            self.backend.dash = dash;
            let path = thinned(points).into_iter().map(units);
            let _ = self.backend.draw_path(path, &style(color, 1.0, width));
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], color: Color, alpha: f64) {
        if points.len() > 2 {
            let path = thinned(points).into_iter().map(units);
            let _ = self.backend.fill_polygon(path, &style(color, alpha, 0.0));
        }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, frame: Frame, color: Color, alpha: f64) {
        let (from, to) = (units((frame.x, frame.y)), units((frame.right(), frame.bottom())));
        let _ = self.backend.draw_rect(from, to, &style(color, alpha, 0.0), true);
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, frame: Frame, color: Color, width: f64, dash: Dash) {
        let (a, b) = ((frame.x, frame.y), (frame.right(), frame.bottom()));
        self.dashed_path(&[a, (b.0, a.1), b, (a.0, b.1), a], color, width, dash);
    }

    /// A filled disc: the round end of a line without length.
    pub fn disc(&mut self, centre: (f64, f64), radius: f64, color: Color, alpha: f64) {
        let _ = self.backend.draw_path([units(centre)], &style(color, alpha, 2.0 * radius));
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
        let (r, g, b) = kind.color.rgb();
        let ink = RGBAColor(r, g, b, 1.0);
        let horizontal = match kind.align {
            0 => HPos::Center,
            1 => HPos::Right,
            _ => HPos::Left,
        };
        let weight = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = ("Inter", kind.size * UNITS).into_font().style(weight);
        let text_style = TextStyle::from(font).color(&ink).pos(Pos::new(horizontal, VPos::Bottom));
        let place = units((at.0, at.1 + down * kind.size));
        let _ = self.backend.draw_text(&base::plain::line(text), &text_style, place);
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
        let (body, _) = Canvas::drawn((100, 100), None, |canvas| {
            canvas.line((1.0, 2.0), (3.0, 1.5), Color::Ink, 1.0);
            canvas.line((0.0, 0.0), (-1.0, 0.0), Color::Ink, 1.0);
            canvas.disc((5.0, 5.0), 2.0, Color::Series(0), 0.5);
            canvas.text((0.0, 0.0), "a & b", Type::new(12.0, Color::Ink));
            canvas.text((0.0, 9.0), "c", Type::new(12.0, Color::Ink));
        });
        let expected = concat!(
            "<path d=\"M10 20l20-5M0 0h-10\" stroke=\"#1B1F24\" stroke-width=\"10\"/>\n",
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
        let (marked, sheet) = Canvas::drawn((100, 100), Some(Sheet::default()), draw);
        assert!(marked.contains("<g data-m=\"&lt;DER&gt;\"><path d=\"M0 0h0\" class=\"_0\"/>"), "{marked}");
        assert!(sheet.is_some_and(|sheet| sheet.css().starts_with("._0{stroke:var(--ink);stroke-width:20;")));
        assert!(!Canvas::drawn((100, 100), None, draw).0.contains("data-m"));
    }
}
