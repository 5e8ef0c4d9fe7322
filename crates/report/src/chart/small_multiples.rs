//! The same chart many times: panels in a grid, each with its title. One column aligns panels under a common axis.

use super::canvas::{BOLD, Canvas, Frame, Type, fitted_apart};
use super::csv::Csv;
use super::figure::Figure;
use super::legend;
use super::palette::Color;

/// A titled figure.
#[derive(Debug)]
pub struct Panel {
    pub title: String,
    /// Colour of the title: the method's own, where panels are methods.
    pub color: Color,
    pub figure: Box<dyn Figure>,
}

/// A grid of panels.
#[derive(Debug)]
pub struct SmallMultiples {
    pub panels: Vec<Panel>,
    /// Panels side by side at most.
    pub columns: usize,
    /// Width in pixels below which a panel would be unreadable: fewer columns then.
    pub min_width: f64,
    /// Drawn once above all panels, where they share their series; may be empty.
    pub legend: Vec<(String, Color)>,
}

const TITLE: f64 = 22.0;
const GAP: f64 = 22.0;

impl SmallMultiples {
    fn grid(&self, width: f64) -> (usize, f64) {
        let fitting = ((width + GAP) / (self.min_width + GAP)).floor().max(1.0) as usize;
        let columns = fitting.min(self.columns.max(1));
        (columns, (width - GAP * (columns - 1) as f64) / columns as f64)
    }

    fn entries(&self) -> Vec<(&str, Color)> {
        self.legend.iter().map(|(label, color)| (label.as_str(), *color)).collect()
    }

    fn legend_height(&self, width: f64) -> f64 {
        let height = legend::height(&self.entries(), width);
        if height > 0.0 { height + 8.0 } else { 0.0 }
    }

    fn row_heights(&self, width: f64) -> Vec<f64> {
        let (columns, wide) = self.grid(width);
        self.panels
            .chunks(columns)
            .map(|row| row.iter().map(|p| p.figure.height(wide)).fold(0.0, f64::max) + TITLE)
            .collect()
    }
}

impl Figure for SmallMultiples {
    fn height(&self, width: f64) -> f64 {
        let rows = self.row_heights(width);
        self.legend_height(width) + rows.iter().sum::<f64>() + 10.0 * rows.len().saturating_sub(1) as f64
    }

    fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) {
        let (columns, wide) = self.grid(frame.width);
        legend::draw(canvas, frame, &self.entries());
        let titles: Vec<&str> = self.panels.iter().map(|panel| panel.title.as_str()).collect();
        let mut titles = fitted_apart(&titles, 12.5 * BOLD, wide).into_iter();
        let mut y = frame.y + self.legend_height(frame.width);
        for (row, height) in self.panels.chunks(columns).zip(self.row_heights(frame.width)) {
            for (i, panel) in row.iter().enumerate() {
                let x = frame.x + i as f64 * (wide + GAP);
                let kind = Type::new(12.5, panel.color).bold();
                canvas.text((x, y + 9.0), &titles.next().unwrap_or_default(), kind);
                let own = panel.figure.height(wide);
                panel.figure.draw(canvas, Frame { x, y: y + TITLE, width: wide, height: own });
            }
            y += height + 10.0;
        }
    }

    /// The panels' tables below one another, with the title in the first column; panels are of one kind.
    fn csv(&self) -> Csv {
        let mut csv = Csv::default();
        for panel in &self.panels {
            let own = panel.figure.csv();
            if csv.header.is_empty() {
                csv.header = std::iter::once("panel".to_owned()).chain(own.header).collect();
            }
            for row in own.rows {
                csv.row(std::iter::once(panel.title.clone()).chain(row));
            }
        }
        csv
    }
}
