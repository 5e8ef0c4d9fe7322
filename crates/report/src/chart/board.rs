//! Words in a grid, each coloured by how good the news is: one row per mechanism, one column per benchmark or paradigm.

use super::canvas::Canvas;
use super::csv::Csv;
use super::figure::Figure;
use super::frame::{Frame, Type};
use super::palette::{Color, Dash, Tone};
use super::text::{BOLD, balanced, flowed, height, widest, wrapped};

/// What is said in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardCell {
    /// At most three words.
    pub words: String,
    pub tone: Tone,
    /// A sign behind the words, which the legend explains; may be empty.
    pub mark: String,
    /// What the words are about, where a column holds several things; may be empty.
    pub about: String,
    /// The whole of it.
    pub detail: String,
    /// Title of the part of the page that holds the evidence.
    pub evidence: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRow {
    pub label: String,
    pub color: Color,
    /// One list per column.
    pub cells: Vec<Vec<BoardCell>>,
}

/// The grid.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Board {
    pub columns: Vec<String>,
    pub rows: Vec<BoardRow>,
    /// What the signs mean, a clause each.
    pub legend: Vec<String>,
}

const SIZE: f64 = 10.5;
const SMALL: f64 = 9.5;
const PAD: f64 = 3.0;
const GAP: f64 = 2.0;

impl BoardCell {
    fn text(&self) -> String {
        // The sign stays with the last word.
        format!("{}\u{a0}{}", self.words, self.mark).trim_end().to_owned()
    }
}

/// Lines of one cell: its words, and what they are about.
type Lines = (Vec<String>, Vec<String>);

/// Where everything goes in a figure of some width.
struct Layout {
    left: f64,
    wide: f64,
    head: Vec<Vec<String>>,
    labels: Vec<Vec<String>>,
    /// Per row and column the cells' lines.
    cells: Vec<Vec<Vec<Lines>>>,
    heights: Vec<f64>,
    legend: Vec<String>,
}

fn cell_height((words, about): &Lines) -> f64 {
    height(words.len(), SIZE) + height(about.len(), SMALL) + 2.0 * PAD
}

impl Layout {
    fn head_height(&self) -> f64 {
        height(self.head.iter().map(Vec::len).max().unwrap_or(0), SMALL) + PAD + GAP
    }
}

impl Board {
    fn layout(&self, width: f64) -> Layout {
        let labels: Vec<Vec<String>> =
            self.rows.iter().map(|row| balanced(&row.label, SIZE, width * 0.22)).collect();
        let left = labels.iter().map(|lines| widest(lines, SIZE)).fold(0.0, f64::max) + 24.0;
        let wide = ((width - left) / self.columns.len().max(1) as f64).max(24.0);
        let room = wide - 2.0 * PAD - GAP;
        let lines = |cell: &BoardCell| {
            let about = if cell.about.is_empty() { Vec::new() } else { wrapped(&cell.about, SMALL, room) };
            (balanced(&cell.text(), SIZE, room), about)
        };
        let cells: Vec<Vec<Vec<Lines>>> = self
            .rows
            .iter()
            .map(|row| row.cells.iter().map(|list| list.iter().map(lines).collect()).collect())
            .collect();
        let stacked = |list: &Vec<Lines>| list.iter().map(|lines| cell_height(lines) + GAP).sum::<f64>();
        let high = |(label, row): (&Vec<String>, &Vec<Vec<Lines>>)| {
            row.iter().map(stacked).fold(height(label.len(), SIZE) + 2.0 * PAD, f64::max)
        };
        let heights = labels.iter().zip(&cells).map(high).collect();
        // A heading may reach to the next column: there is no box around it.
        let head = self.columns.iter().map(|column| wrapped(column, SMALL * BOLD, wide - 1.0)).collect();
        let legend =
            if self.legend.is_empty() { Vec::new() } else { flowed(&self.legend.join(" · "), SMALL, width) };
        Layout { left, wide, head, labels, cells, heights, legend }
    }
}

impl Figure for Board {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        layout.head_height() + layout.heights.iter().sum::<f64>() + height(layout.legend.len(), SMALL) + 8.0
    }

    fn draw(&self, canvas: &mut Canvas, frame: Frame) {
        let layout = self.layout(frame.width);
        let head = layout.head_height();
        for (at, lines) in layout.head.iter().enumerate() {
            let x = frame.x + layout.left + at as f64 * layout.wide + PAD;
            let top = frame.y + head - GAP - PAD / 2.0 - height(lines.len(), SMALL);
            canvas.lines((x, top), lines, Type::new(SMALL, Color::Muted).bold().hanging());
        }
        let mut y = frame.y + head;
        for (at, row) in self.rows.iter().enumerate() {
            let high = layout.heights[at];
            canvas.line((frame.x, y - GAP / 2.0), (frame.right(), y - GAP / 2.0), Color::Grid, 0.6);
            canvas.marker((frame.x + 7.0, y + high / 2.0), 4.5, row.color);
            canvas.block((frame.x + 17.0, y + high / 2.0), &layout.labels[at], Type::new(SIZE, Color::Ink));
            for (column, (cells, words)) in row.cells.iter().zip(&layout.cells[at]).enumerate() {
                let x = frame.x + layout.left + column as f64 * layout.wide;
                let stacked: f64 = words.iter().map(|lines| cell_height(lines) + GAP).sum();
                let stretch =
                    if words.is_empty() { 0.0 } else { (high - stacked).max(0.0) / words.len() as f64 };
                let mut top = y;
                for (cell, lines) in cells.iter().zip(words) {
                    let tall = cell_height(lines) + stretch;
                    let place = Frame { x, y: top, width: layout.wide - GAP, height: tall };
                    draw_cell(canvas, place, cell, lines);
                    top += tall + GAP;
                }
            }
            y += high;
        }
        canvas.lines((frame.x, y + 6.0), &layout.legend, Type::new(SMALL, Color::Muted).hanging());
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(["row", "column", "about", "words", "mark", "detail"]);
        for row in &self.rows {
            for (column, cells) in self.columns.iter().zip(&row.cells) {
                for cell in cells {
                    let own = [&cell.about, &cell.words, &cell.mark, &cell.detail];
                    csv.row([&row.label, column].into_iter().chain(own).cloned());
                }
            }
        }
        csv
    }
}

fn draw_cell(canvas: &mut Canvas, place: Frame, cell: &BoardCell, (words, about): &Lines) {
    canvas.rect(place, Color::Tint(cell.tone), 1.0);
    if cell.tone == Tone::Absent {
        let inner = place.inset(0.5, 0.5, 0.5, 0.5);
        canvas.outline(inner, Color::Grid, 0.8, Dash::Dashed);
    }
    let full = height(words.len(), SIZE) + height(about.len(), SMALL);
    let top = place.y + (place.height - full) / 2.0;
    canvas.lines((place.x + PAD, top + 0.5), words, Type::new(SIZE, Color::Ink).hanging());
    let below = top + height(words.len(), SIZE);
    canvas.lines((place.x + PAD, below), about, Type::new(SMALL, Color::Muted).hanging());
}
