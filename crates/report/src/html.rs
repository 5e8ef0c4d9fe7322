//! The report as one self-contained HTML file: inline style, inline SVG, no network, and a script that nothing depends on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use super::block::{Block, Cell, Chart, Grid, Table, unique};
use super::chart::{BoardCell, BoardRow, Color, NARROW, Sheet, WIDE, inline, stylesheet};
use super::escape::escape;

const STYLE: &str = include_str!("style.css");

/// Sorting, searching, hiding: comfort only, the page is whole without it.
const SCRIPT: &str = include_str!("script.js");
/// Nothing is fetched from anywhere, whatever a text in the page says.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The whole page. Writing to a string cannot fail, so results of `write!` are dropped.
pub(super) fn page(title: &str, blocks: &[Block]) -> String {
    let mut body = String::new();
    let mut anchors = Anchors::of(blocks);
    let mut sheet = Sheet::default();
    let links = anchors.links.iter().fold(String::new(), |mut nav, (level, anchor, text)| {
        let _ = write!(nav, "<li class=\"l{level}\"><a href=\"#{anchor}\">{}</a></li>", escape(text));
        nav
    });
    for block in blocks {
        write_block(&mut body, block, (&mut anchors, &mut sheet));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <title>{title}</title>\n<style>\n{theme}{STYLE}{charts}</style>\n</head>\n<body>\n\
         <nav aria-label=\"Contents\"><details id=\"contents\"><summary>Contents</summary><ul>{links}</ul></details></nav>\n\
         <main>\n<h1>{title}</h1>\n{body}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        title = escape(title),
        theme = stylesheet(),
        charts = sheet.css(),
    )
}

/// Ids of headings and of folded parts, and the table of contents.
#[derive(Default)]
struct Anchors {
    taken: BTreeSet<String>,
    links: Vec<(u8, String, String)>,
    /// In the order in which the page is written.
    next: VecDeque<String>,
    /// Of folded parts, by their title.
    folded: BTreeMap<String, String>,
}

impl Anchors {
    /// All of them are known before the page is written: what stands first leads to what stands below.
    fn of(blocks: &[Block]) -> Self {
        let mut anchors = Self::default();
        anchors.taken.insert("contents".into());
        anchors.collect(blocks);
        anchors
    }

    fn collect(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading(level, text) => {
                    let anchor = unique(text, &mut self.taken);
                    if *level <= 3 {
                        self.links.push((*level, anchor.clone(), text.clone()));
                    }
                    self.next.push_back(anchor);
                }
                Block::Details(title, inner) => {
                    let anchor = unique(title, &mut self.taken);
                    self.folded.entry(title.clone()).or_insert_with(|| anchor.clone());
                    self.next.push_back(anchor);
                    self.collect(inner);
                }
                _ => {}
            }
        }
    }

    fn take(&mut self) -> String {
        self.next.pop_front().unwrap_or_default()
    }
}

fn write_block(page: &mut String, block: &Block, (anchors, sheet): (&mut Anchors, &mut Sheet)) {
    let _ = match block {
        Block::Heading(level, text) => {
            writeln!(page, "<h{level} id=\"{}\">{}</h{level}>", anchors.take(), escape(text))
        }
        Block::Lead(text) => writeln!(page, "<p class=\"lead\">{}</p>", escape(text)),
        Block::Paragraph(text) => writeln!(page, "<p>{}</p>", escape(text)),
        Block::Notice(text) => writeln!(page, "<p class=\"notice\" role=\"note\">{}</p>", escape(text)),
        Block::List(items) => {
            let items =
                items.iter().fold(String::new(), |list, item| list + "<li>" + &escape(item) + "</li>");
            writeln!(page, "<ul>{items}</ul>")
        }
        Block::Code(code) => writeln!(page, "<pre tabindex=\"0\"><code>{}</code></pre>", escape(code)),
        Block::Table(table) => {
            write_table(page, table);
            Ok(())
        }
        Block::Chart(chart) => {
            write_chart(page, chart, sheet);
            Ok(())
        }
        Block::Grid(grid) => {
            write_grid(page, grid, anchors);
            Ok(())
        }
        Block::Details(summary, inner) => {
            // The anchor stands inside: a link to it opens the part, without a script too.
            let anchor = anchors.take();
            let _ = writeln!(page, "<details><summary>{}</summary><div id=\"{anchor}\">", escape(summary));
            for block in inner {
                write_block(page, block, (anchors, sheet));
            }
            writeln!(page, "</div></details>")
        }
    };
}

/// A table. Ends of cells and rows are left out, as HTML allows: there are ten thousand of them.
fn write_table(page: &mut String, table: &Table) {
    let class = |i: usize| if table.columns[i].right { " class=n" } else { "" };
    let _ = write!(page, "<div class=\"scroll\" tabindex=\"0\"><table>");
    if !table.caption.is_empty() {
        let _ = write!(page, "<caption><span>{}</span></caption>", escape(&table.caption));
    }
    let _ = write!(page, "<thead><tr>");
    for (i, column) in table.columns.iter().enumerate() {
        let _ = write!(page, "<th scope=col{}>{}", class(i), escape(&column.title));
    }
    let _ = writeln!(page, "</thead><tbody>");
    let empty = Cell::default();
    for row in &table.rows {
        let _ = write!(page, "<tr>");
        for i in 0..table.columns.len() {
            let cell = row.get(i).unwrap_or(&empty);
            let open = if i == 0 { "th scope=row" } else { "td" };
            let _ = write!(page, "<{open}{}>{}{}", class(i), swatch(cell.swatch), escape(&cell.text));
        }
        let _ = writeln!(page);
    }
    let _ = writeln!(page, "</table></div>");
}

fn files(name: &str) -> String {
    let link = |kind: &str| format!("<a href=\"charts/{name}.{kind}\">{}</a>", kind.to_uppercase());
    ["png", "svg", "csv"].map(link).join(" · ")
}

fn write_chart(page: &mut String, chart: &Chart, sheet: &mut Sheet) {
    let label = format!("{}. {}", chart.title, chart.alt);
    let mut draw = |width| inline(&*chart.figure, width, &label, sheet);
    let _ = writeln!(
        page,
        "<figure id=\"chart-{name}\"><p class=\"title\">{title}</p><div class=\"wide\">{wide}</div>\
         <div class=\"narrow\">{narrow}</div>\n<figcaption>{caption} {files}</figcaption></figure>",
        name = chart.name,
        title = escape(&chart.title),
        caption = escape(&chart.caption),
        files = files(&chart.name),
        wide = draw(WIDE),
        narrow = draw(NARROW),
    );
}

fn write_grid(page: &mut String, grid: &Grid, anchors: &Anchors) {
    let (board, folded) = (&grid.board, &grid.folded);
    let (open, rest) = board.rows.split_at(board.rows.len() - folded.rows);
    let _ = write!(page, "<figure id=\"chart-{}\">", grid.name);
    write_rows(page, grid, open, anchors);
    if !rest.is_empty() {
        let _ = writeln!(page, "<details class=\"rest\"><summary>{}</summary>", escape(&folded.summary));
        write_rows(page, grid, rest, anchors);
        let _ = writeln!(page, "</details>");
    }
    let legend = escape(&board.legend.join(" · "));
    let _ = writeln!(
        page,
        "<figcaption>{legend}. Each cell leads to its evidence. {}</figcaption></figure>",
        files(&grid.name)
    );
}

/// Rows of a board under its headings.
fn write_rows(page: &mut String, grid: &Grid, rows: &[BoardRow], anchors: &Anchors) {
    let columns = &grid.board.columns;
    let _ = write!(page, "<table class=\"board\"><thead><tr><th scope=\"col\">{}</th>", escape(&grid.corner));
    for column in columns {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escape(column));
    }
    let _ = writeln!(page, "</tr></thead><tbody>");
    for row in rows {
        let _ = write!(page, "<tr><th scope=\"row\">{}{}</th>", swatch(Some(row.color)), escape(&row.label));
        for (column, cells) in columns.iter().zip(&row.cells) {
            let _ = write!(page, "<td data-column=\"{}\">", escape(column));
            cells.iter().for_each(|cell| write_cell(page, cell, anchors));
            let _ = write!(page, "</td>");
        }
        let _ = writeln!(page, "</tr>");
    }
    let _ = writeln!(page, "</tbody></table>");
}

fn write_cell(page: &mut String, cell: &BoardCell, anchors: &Anchors) {
    let mark = if cell.mark.is_empty() { String::new() } else { format!(" <b>{}</b>", escape(&cell.mark)) };
    let about = if cell.about.is_empty() {
        String::new()
    } else {
        format!(" <small>{}</small>", escape(&cell.about))
    };
    let target = anchors.folded.get(&cell.evidence).map_or_else(String::new, |id| format!(" href=\"#{id}\""));
    let (tone, detail) = (cell.tone.name(), escape(&cell.detail));
    let _ = write!(
        page,
        "<a class=\"{tone}\"{target} title=\"{detail}\">{}{mark}{about}</a>",
        escape(&cell.words)
    );
}

/// A dot of a series' colour.
fn swatch(color: Option<Color>) -> String {
    color.and_then(Color::variable).map_or_else(String::new, |variable| {
        format!("<span class=\"swatch\" style=\"background:{variable}\"></span>")
    })
}
