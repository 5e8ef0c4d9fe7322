//! The report as one self-contained HTML file: inline style, inline SVG, no network, no script.

use std::fmt::Write as _;

use super::block::{Block, Cell, Chart, Table, slug};
use super::chart::{NARROW, WIDE, render, stylesheet};
use super::escape::escape;

const STYLE: &str = include_str!("style.css");

/// The whole page. Writing to a string cannot fail, so results of `write!` are dropped.
pub(super) fn page(title: &str, blocks: &[Block]) -> String {
    let mut body = String::new();
    let mut anchors = Anchors::default();
    for block in blocks {
        write_block(&mut body, block, &mut anchors);
    }
    let links = anchors.links.iter().fold(String::new(), |mut nav, (level, anchor, text)| {
        let _ = write!(nav, "<li class=\"l{level}\"><a href=\"#{anchor}\">{}</a></li>", escape(text));
        nav
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{theme}{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1></header>\n<nav aria-label=\"Contents\"><ul>{links}</ul></nav>\n\
         <main>\n{body}</main>\n</body>\n</html>\n",
        title = escape(title),
        theme = stylesheet(),
    )
}

/// Unique ids of headings, and the table of contents.
#[derive(Default)]
struct Anchors {
    taken: std::collections::BTreeSet<String>,
    links: Vec<(u8, String, String)>,
}

impl Anchors {
    fn add(&mut self, level: u8, text: &str) -> String {
        let base = slug(text);
        let mut anchor = base.clone();
        let mut copy = 2;
        while !self.taken.insert(anchor.clone()) {
            anchor = format!("{base}-{copy}");
            copy += 1;
        }
        if level <= 3 {
            self.links.push((level, anchor.clone(), text.to_owned()));
        }
        anchor
    }
}

fn write_block(page: &mut String, block: &Block, anchors: &mut Anchors) {
    let _ = match block {
        Block::Heading(level, text) => {
            let anchor = anchors.add(*level, text);
            writeln!(page, "<h{level} id=\"{anchor}\">{}</h{level}>", escape(text))
        }
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
            write_chart(page, chart);
            Ok(())
        }
        Block::Details(summary, inner) => {
            let _ = writeln!(page, "<details><summary>{}</summary>", escape(summary));
            for block in inner {
                write_block(page, block, anchors);
            }
            writeln!(page, "</details>")
        }
    };
}

fn write_table(page: &mut String, table: &Table) {
    let class = |i: usize| if table.columns[i].right { " class=\"n\"" } else { "" };
    let _ = write!(page, "<div class=\"scroll\" tabindex=\"0\"><table>");
    if !table.caption.is_empty() {
        let _ = write!(page, "<caption><span>{}</span></caption>", escape(&table.caption));
    }
    let _ = write!(page, "<thead><tr>");
    for (i, column) in table.columns.iter().enumerate() {
        let _ = write!(page, "<th scope=\"col\"{}>{}</th>", class(i), escape(&column.title));
    }
    let _ = writeln!(page, "</tr></thead><tbody>");
    let empty = Cell::default();
    for row in &table.rows {
        let _ = write!(page, "<tr>");
        for i in 0..table.columns.len() {
            let cell = row.get(i).unwrap_or(&empty);
            let (open, close) = if i == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            let swatch =
                cell.swatch.and_then(super::chart::Color::variable).map_or_else(String::new, |variable| {
                    format!("<span class=\"swatch\" style=\"background:{variable}\"></span>")
                });
            let _ = write!(page, "<{open}{}>{swatch}{}</{close}>", class(i), escape(&cell.text));
        }
        let _ = writeln!(page, "</tr>");
    }
    let _ = writeln!(page, "</tbody></table></div>");
}

fn write_chart(page: &mut String, chart: &Chart) {
    let draw = |width| render(&*chart.figure, width, &chart.title, &chart.alt, false);
    let _ = writeln!(
        page,
        "<figure id=\"chart-{name}\"><p class=\"title\">{title}</p><div class=\"wide\">{wide}</div>\
         <div class=\"narrow\">{narrow}</div>\n<figcaption>{caption} <a href=\"charts/{name}.csv\">CSV</a> · \
         <a href=\"charts/{name}.svg\">SVG</a></figcaption></figure>",
        name = chart.name,
        title = escape(&chart.title),
        caption = escape(&chart.caption),
        wide = draw(WIDE),
        narrow = draw(NARROW),
    );
}
