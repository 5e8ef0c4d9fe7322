//! The same chart many times: panels in a grid, each with its title. One column aligns panels under a common axis.

use super::canvas::Canvas;
use super::csv::Csv;
use super::figure::{Figure, Lines, Sample};
use super::frame::{Frame, Type};
use super::legend;
use super::palette::Color;
use super::text::{BOLD, height, wrapped};

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

const SIZE: f64 = 12.5;
const GAP: f64 = 22.0;

fn title(panel: &Panel, width: f64) -> Vec<String> {
    wrapped(&panel.title, SIZE * BOLD, width)
}

/// Of a row of panels: their plots begin on one height.
fn title_height(row: &[Panel], width: f64) -> f64 {
    let lines = row.iter().map(|panel| title(panel, width).len()).max().unwrap_or(1);
    22.0 + height(lines - 1, SIZE)
}

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
            .map(|row| {
                row.iter().map(|p| p.figure.height(wide)).fold(0.0, f64::max) + title_height(row, wide)
            })
            .collect()
    }
}

impl Figure for SmallMultiples {
    fn height(&self, width: f64) -> f64 {
        let rows = self.row_heights(width);
        self.legend_height(width) + rows.iter().sum::<f64>() + 10.0 * rows.len().saturating_sub(1) as f64
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let (columns, wide) = self.grid(frame.width);
        let sample = self.panels.first().map_or(Sample::Marker, |panel| panel.figure.sample());
        legend::draw(canvas, frame, &self.entries(), sample);
        let mut y = frame.y + self.legend_height(frame.width);
        for (row, high) in self.panels.chunks(columns).zip(self.row_heights(frame.width)) {
            for (i, panel) in row.iter().enumerate() {
                let x = frame.x + i as f64 * (wide + GAP);
                let kind = Type::new(SIZE, panel.color).bold();
                canvas.lines((x, y + 9.0), &title(panel, wide), kind);
                let own = panel.figure.height(wide);
                panel
                    .figure
                    .draw(canvas, Frame { x, y: y + title_height(row, wide), width: wide, height: own });
            }
            y += high + 10.0;
        }
    }

    fn lines(&self) -> Vec<Lines<'_>> {
        let mut lines = Vec::new();
        for panel in &self.panels {
            lines.extend(panel.figure.lines().into_iter().map(|own| Lines { panel: &panel.title, ..own }));
        }
        lines
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
