//! A backend for plotters that writes SVG. It writes as little as it can, because a page holds hundreds of charts: what follows
//! one another in one style becomes one path, in whole tenths of a pixel and relative steps.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::palette::Dash;
use super::path::{Steps, moved, relative};
use super::sheet::Sheet;
use crate::escape::escape;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// What follows one another in one style, and the style as attributes.
#[derive(Debug)]
enum Open {
    Path { style: String, data: String, pen: BackendCoord },
    Texts { style: String, texts: String },
}

/// The inside of an SVG document. A path of one point is a dot as wide as its stroke. Texts stand on the height that they are
/// given, whatever their vertical anchor.
#[derive(Debug)]
pub(super) struct Writer {
    body: String,
    open: Option<Open>,
    size: (u32, u32),
    /// Size of text that needs no attribute of its own, in units.
    usual: f64,
    /// Of the strokes to come; plotters' styles have none.
    pub dash: Dash,
    /// Where styles are kept by class; elsewhere they are attributes.
    sheet: Option<Sheet>,
}

/// A share as briefly as it can be written.
fn share(value: f64) -> String {
    let text = format!("{:.2}", value.clamp(0.0, 1.0));
    text.trim_end_matches('0').trim_start_matches('0').to_owned()
}

fn hex(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02X}{g:02X}{b:02X}")
}

impl Writer {
    pub fn new(size: (u32, u32), usual: f64, sheet: Option<Sheet>) -> Self {
        Self { body: String::new(), open: None, size, usual, dash: Dash::Solid, sheet }
    }

    /// What was drawn, in a group with these attributes, and the styles.
    pub fn finish(mut self, attributes: &str) -> (String, Option<Sheet>) {
        self.close();
        let style = self.styled(attributes.to_owned());
        (format!("<g{style}>{}</g>\n", self.body), self.sheet)
    }

    fn styled(&mut self, attributes: String) -> String {
        match &mut self.sheet {
            Some(sheet) => sheet.class(&attributes),
            None => attributes,
        }
    }

    /// Begins a group whose marks belong to a series, or ends it.
    pub fn group(&mut self, name: Option<&str>) {
        self.close();
        match name {
            Some(name) => {
                let _ = write!(self.body, "<g data-m=\"{}\">", escape(&base::plain::line(name)));
            }
            None => self.body.push_str("</g>"),
        }
    }

    fn close(&mut self) {
        let _ = match self.open.take() {
            Some(Open::Path { style, data, .. }) => {
                let style = self.styled(style);
                writeln!(self.body, "<path d=\"{data}\"{style}/>")
            }
            Some(Open::Texts { style, texts }) => {
                let style = self.styled(style);
                writeln!(self.body, "<g{style}>{texts}</g>")
            }
            None => Ok(()),
        };
    }

    fn append(&mut self, style: String, more: &Steps) {
        match &mut self.open {
            Some(Open::Path { style: known, data, pen }) if *known == style => {
                data.push_str(&moved(more.start, Some(*pen)));
                data.push_str(&more.data);
                *pen = more.end;
            }
            _ => {
                self.close();
                let data = moved(more.start, None) + &more.data;
                self.open = Some(Open::Path { style, data, pen: more.end });
            }
        }
    }

    /// An outline, which ends where it begins.
    fn fill(&mut self, outline: Steps, color: BackendColor) {
        let mut style = format!(" fill=\"{}\"", hex(color));
        if color.alpha < 0.995 {
            let _ = write!(style, " fill-opacity=\"{}\"", share(color.alpha));
        }
        self.append(style, &Steps { data: outline.data + "z", end: outline.start, ..outline });
    }

    fn dot(&mut self, centre: BackendCoord, width: u32, color: BackendColor) {
        let mut style =
            format!(" stroke=\"{}\" stroke-width=\"{width}\" stroke-linecap=\"round\"", hex(color));
        if color.alpha < 0.995 {
            let _ = write!(style, " stroke-opacity=\"{}\"", share(color.alpha));
        }
        self.append(style, &relative(&[centre]));
    }
}

impl DrawingBackend for Writer {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close();
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.dot(point, 1, color);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if !fill {
            return self.draw_path([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], style);
        }
        let (w, h) = ((right - x).max(0), (bottom - y).max(0));
        let data = format!("h{w}v{h}h-{w}");
        self.fill(Steps { start: (x, y), data, end: (x, y) }, style.color());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        if let [point] = points[..] {
            self.dot(point, style.stroke_width(), style.color());
        } else if !points.is_empty() {
            let mut text =
                format!(" stroke=\"{}\" stroke-width=\"{}\"", hex(style.color()), style.stroke_width());
            if let Some(pattern) = self.dash.pattern() {
                let _ = write!(text, " stroke-dasharray=\"{pattern}\"");
            }
            self.append(text, &relative(&points));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        self.dot(center, 2 * radius, style.color());
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        self.fill(relative(&points), style.color());
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let mut attributes = format!(" fill=\"{}\"", hex(style.color()));
        if (style.size() - self.usual).abs() > 1e-6 {
            let _ = write!(attributes, " font-size=\"{:.0}\"", style.size());
        }
        if matches!(style.style(), FontStyle::Bold) {
            attributes.push_str(" font-weight=\"600\"");
        }
        attributes.push_str(match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        });
        let one = format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escape(text));
        match &mut self.open {
            Some(Open::Texts { style: known, texts }) if *known == attributes => texts.push_str(&one),
            _ => {
                self.close();
                self.open = Some(Open::Texts { style: attributes, texts: one });
            }
        }
        Ok(())
    }
}
