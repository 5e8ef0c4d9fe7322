//! The report as GitHub-flavoured Markdown.

use std::fmt::Write as _;

use super::block::{Block, Chart, Grid, Table};
use base::plain;

/// The whole page. Writing to a string cannot fail, so results of `write!` are dropped.
pub(super) fn page(title: &str, blocks: &[Block]) -> String {
    let mut page = format!("# {}\n", text(title));
    for block in blocks {
        write_block(&mut page, block);
    }
    page
}

fn write_block(page: &mut String, block: &Block) {
    page.push('\n');
    let _ = match block {
        Block::Heading(level, heading) => {
            writeln!(page, "{} {}", "#".repeat(usize::from(*level)), text(heading))
        }
        Block::Paragraph(paragraph) => writeln!(page, "{}", text(paragraph)),
        Block::Notice(notice) => writeln!(page, "> **Note:** {}", text(notice)),
        Block::List(items) => {
            for item in items {
                let _ = writeln!(page, "- {}", text(item));
            }
            Ok(())
        }
        Block::Code(code) => {
            // A fence longer than any inside.
            let mut fence = "```".to_owned();
            let code = plain::text(code);
            while code.contains(&fence) {
                fence.push('`');
            }
            writeln!(page, "{fence}\n{}\n{fence}", code.trim_end())
        }
        Block::Table(table) => {
            write_table(page, table);
            Ok(())
        }
        Block::Chart(chart) => {
            write_chart(page, chart);
            Ok(())
        }
        Block::Grid(grid) => {
            write_grid(page, grid);
            Ok(())
        }
        Block::Lead(answer) => writeln!(page, "**{}**", text(answer)),
        Block::Details(summary, inner) => {
            let _ = writeln!(page, "**{}**", text(summary));
            for block in inner {
                write_block(page, block);
            }
            Ok(())
        }
    };
}

fn write_table(page: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        let _ = writeln!(page, "{}\n", text(&table.caption));
    }
    let cell = |content: &str| text(content).replace('|', "\\|");
    let heads: Vec<String> = table.columns.iter().map(|column| cell(&column.title)).collect();
    let rules: Vec<&str> = table.columns.iter().map(|c| if c.right { "---:" } else { "---" }).collect();
    let _ = writeln!(page, "| {} |\n| {} |", heads.join(" | "), rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = (0..table.columns.len())
            .map(|i| row.get(i).map_or_else(String::new, |c| cell(&c.text)))
            .collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn write_grid(page: &mut String, grid: &Grid) {
    let mut table = Table::new(
        &grid.title,
        std::iter::once(grid.corner.as_str()).chain(grid.board.columns.iter().map(String::as_str)),
    );
    for row in &grid.board.rows {
        let cell = |cells: &Vec<crate::chart::BoardCell>| {
            let one = |cell: &crate::chart::BoardCell| {
                let words = format!("{} {}", cell.words, cell.mark);
                let about = if cell.about.is_empty() { String::new() } else { format!(" ({})", cell.about) };
                words.trim_end().to_owned() + &about
            };
            cells.iter().map(one).collect::<Vec<_>>().join("; ")
        };
        table.row(std::iter::once(row.label.clone()).chain(row.cells.iter().map(cell)));
    }
    write_table(page, &table);
    let _ = writeln!(
        page,
        "\n{} ([picture](charts/{name}.svg), [data](charts/{name}.csv))",
        text(&grid.board.legend.join(" · ")),
        name = grid.name
    );
}

fn write_chart(page: &mut String, chart: &Chart) {
    let alt = text(&chart.alt).replace('[', "(").replace(']', ")");
    let _ = writeln!(page, "![{alt}](charts/{}.svg)\n", chart.name);
    let _ = writeln!(
        page,
        "*{}.* {} ([data](charts/{}.csv))",
        text(&chart.title),
        text(&chart.caption),
        chart.name
    );
}

/// One line of text, with what Markdown would read as markup escaped.
fn text(free: &str) -> String {
    let free = plain::line(free);
    let mut safe = String::with_capacity(free.len());
    for c in free.chars() {
        if matches!(c, '*' | '_' | '<' | '`' | '\\' | '[') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}
