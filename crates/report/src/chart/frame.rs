//! Where things stand: rectangles, and how a text stands at its place.

use super::palette::Color;

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
