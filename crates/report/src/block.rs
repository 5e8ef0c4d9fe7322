//! What sections produce: content without layout.

use super::chart::{Board, Color, Figure};
use super::number::count;

/// A piece of the report. All text is plain; the writers escape it.
#[derive(Debug)]
pub enum Block {
    /// Level 2 opens a part of the report, 3 a section, 4 a sub-section.
    Heading(u8, String),
    Paragraph(String),
    List(Vec<String>),
    /// Something that the reader must not miss: failures, too few seeds.
    Notice(String),
    Table(Table),
    Chart(Chart),
    /// The verdicts at a glance: words in cells that lead to their evidence; a chart of its own beside the page.
    Grid(Grid),
    /// The answer, in larger letters.
    Lead(String),
    /// Verbatim text, e.g. settings or a command.
    Code(String),
    /// Folded away on screen, open in print and Markdown.
    Details(String, Vec<Block>),
}

impl Block {
    /// A paragraph.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph(text.into())
    }

    /// A heading; levels 2 to 4.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading(level.clamp(2, 4), text.into())
    }
}

/// A column's heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    /// Numbers stand on the right, text on the left.
    pub right: bool,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    /// A dot of this colour before the text: the method's colour in the charts.
    pub swatch: Option<Color>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, swatch: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    /// A text with the colour of its method or series.
    pub fn colored(text: impl Into<String>, color: Color) -> Self {
        Self { text: text.into(), swatch: Some(color) }
    }
}

/// A table; rows shorter than the columns are filled with empty cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these headings; a heading that starts with `>` is right-aligned.
    pub fn new<'a>(caption: impl Into<String>, headings: impl IntoIterator<Item = &'a str>) -> Self {
        let column = |heading: &str| match heading.strip_prefix('>') {
            Some(title) => Column { title: title.to_owned(), right: true },
            None => Column { title: heading.to_owned(), right: false },
        };
        Self {
            caption: caption.into(),
            columns: headings.into_iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    /// Appends a row.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

/// A figure with its words.
#[derive(Debug)]
pub struct Chart {
    /// Stem of its files; made unique and safe for file systems by the writer.
    pub name: String,
    pub title: String,
    /// What a reader who cannot see it should know: the message with its main numbers.
    pub alt: String,
    /// How to read it.
    pub caption: String,
    pub figure: Box<dyn Figure>,
}

/// A board with its words.
#[derive(Debug)]
pub struct Grid {
    /// As a [`Chart`]'s.
    pub name: String,
    pub title: String,
    pub alt: String,
    /// What the rows are.
    pub corner: String,
    pub board: Board,
    /// Rows at the end of the board that a page folds away.
    pub folded: Folded,
}

/// The last rows of a board, in which nothing was found.
#[derive(Debug, Default)]
pub struct Folded {
    pub rows: usize,
    /// Who they are and what came out for them.
    pub summary: String,
}

impl Folded {
    /// The last so many rows of a board.
    pub(super) fn of(board: &Board, rows: usize) -> Self {
        let own = &board.rows[board.rows.len() - rows..];
        let mut words: Vec<(&str, usize)> = Vec::new();
        for cell in own.iter().flat_map(|row| row.cells.iter().flatten()) {
            match words.iter_mut().find(|(known, _)| *known == cell.words) {
                Some((_, count)) => *count += 1,
                None => words.push((&cell.words, 1)),
            }
        }
        let words: Vec<String> = words.iter().map(|(words, count)| format!("{count} {words}")).collect();
        let names: Vec<&str> = own.iter().map(|row| row.label.as_str()).collect();
        let who = count(rows, "mechanism");
        let summary = format!("Nothing found for {who} ({}): {}", words.join(", "), names.join("; "));
        Self { rows, summary }
    }
}

/// A picture that is written beside the page.
pub(super) struct Picture<'b> {
    pub name: &'b str,
    pub title: &'b str,
    pub alt: &'b str,
    pub figure: &'b dyn Figure,
}

/// All pictures, in order.
pub(super) fn pictures(blocks: &[Block]) -> Vec<Picture<'_>> {
    blocks
        .iter()
        .flat_map(|block| match block {
            Block::Chart(Chart { name, title, alt, figure, .. }) => {
                vec![Picture { name, title, alt, figure: &**figure }]
            }
            Block::Grid(Grid { name, title, alt, board, .. }) => {
                vec![Picture { name, title, alt, figure: board }]
            }
            Block::Details(_, inner) => pictures(inner),
            _ => Vec::new(),
        })
        .collect()
}

/// The slug of a text, with a number where another has it already.
pub(super) fn unique(text: &str, taken: &mut std::collections::BTreeSet<String>) -> String {
    let safe = slug(text);
    let mut name = safe.clone();
    let mut copy = 2;
    while !taken.insert(name.clone()) {
        name = format!("{safe}-{copy}");
        copy += 1;
    }
    name
}

/// Makes the charts' names unique and safe: lower-case letters, digits, dashes.
pub(super) fn name_charts(blocks: &mut [Block]) {
    fn walk(blocks: &mut [Block], taken: &mut std::collections::BTreeSet<String>) {
        for block in blocks {
            match block {
                Block::Chart(Chart { name, .. }) | Block::Grid(Grid { name, .. }) => {
                    *name = unique(name, taken)
                }
                Block::Details(_, inner) => walk(inner, taken),
                _ => {}
            }
        }
    }
    walk(blocks, &mut std::collections::BTreeSet::new());
}

/// Lower-case letters, digits and single dashes; never empty.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase).take(120) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "chart".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::chart::{BoardCell, BoardRow, Tone};
    use super::*;

    #[test]
    fn folded_rows_are_summed_up_by_their_words_and_names() {
        let cell = |words: &str| BoardCell {
            words: words.into(),
            tone: Tone::Neutral,
            mark: String::new(),
            about: String::new(),
            detail: String::new(),
            evidence: String::new(),
        };
        let row = |label: &str, words: &[&str]| {
            let cells = words.iter().map(|words| vec![cell(words)]).collect();
            BoardRow { label: label.into(), color: Color::Ink, cells }
        };
        let none = "no difference";
        let rows = vec![row("A", &["helps"]), row("B", &[none, "unequal search"]), row("C", &[none])];
        let board = Board { columns: vec!["x".into(), "y".into()], rows, ..Board::default() };
        let folded = Folded::of(&board, 2);
        let summary = "Nothing found for 2 mechanisms (2 no difference, 1 unequal search): B; C";
        assert_eq!((folded.rows, folded.summary.as_str()), (2, summary));
    }
}
