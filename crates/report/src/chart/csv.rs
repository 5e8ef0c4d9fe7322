//! The numbers behind a chart, as comma-separated values (RFC 4180).

use std::borrow::Cow;

use base::plain;

/// A table of text cells; numbers are written with full precision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Csv {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Csv {
    /// An empty table.
    pub fn new<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Appends a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The file's text.
    pub fn text(&self) -> String {
        std::iter::once(&self.header).chain(&self.rows).map(|cells| Self::line(cells)).collect()
    }

    /// One line, for files that are too long to be held.
    pub fn line(cells: &[impl AsRef<str>]) -> String {
        let quote = |cell: &str| {
            let cell = harmless(plain::line(cell));
            if cell.contains(['"', ',']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.into_owned()
            }
        };
        cells.iter().map(|cell| quote(cell.as_ref())).collect::<Vec<_>>().join(",") + "\n"
    }
}

/// A text that a spreadsheet would take for a formula is marked as text, as such programs do themselves.
fn harmless(cell: Cow<'_, str>) -> Cow<'_, str> {
    let formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
    if formula { Cow::Owned(format!("'{cell}")) } else { cell }
}

/// A number cell, empty where undefined.
pub(super) fn cell(value: Option<f64>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_a_number_stays_one() {
        let mut table = Csv::new(["name", "value"]);
        for cells in
            [["=HYPERLINK(\"x\")", "-1.5"], ["+a", "1e-3"], ["@b", "-inf"], ["-c", "+2"], ["d-e", ""]]
        {
            table.row(cells.map(str::to_owned));
        }
        let text = "name,value\n\"'=HYPERLINK(\"\"x\"\")\",-1.5\n'+a,1e-3\n'@b,-inf\n'-c,+2\nd-e,\n";
        assert_eq!(table.text(), text);
    }
}
