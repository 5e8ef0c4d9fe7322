//! A table of numbers in the order of time: the stream of the online paradigm that comes from a file.

use base::error::{Error, Result};

/// Rows in the order of time, the last column of the file being the class.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Names of the feature columns.
    pub columns: Vec<String>,
    /// n × columns, row-major, as written in the file.
    pub values: Vec<f32>,
    /// n labels below `classes`.
    pub labels: Vec<u32>,
    pub classes: usize,
}

impl Table {
    /// Parses comma-separated values: a header, then numbers, the class as a whole number in the last column. A first
    /// line with a number in it is not a header: it is refused, for a row of data would be lost, or a row of what is a
    /// header after all be learned from.
    ///
    /// # Errors
    /// A data error with file, line and column for a missing value, something that is not a finite number, or a label
    /// out of range; one without a line for a stream that holds a single class or no rows.
    pub fn parse(dataset: &str, file: &str, text: &str, classes: usize) -> Result<Self> {
        let mut lines = text.lines().enumerate();
        let refuse = |problem: String| Err(Error::data(dataset, format!("{file}: {problem}")));
        let Some((_, header)) = lines.next() else { return refuse("is empty".into()) };
        let names: Vec<String> = header.split(',').map(|name| name.trim().to_owned()).collect();
        let Some((class_name, columns)) = names.split_last().filter(|(_, columns)| !columns.is_empty())
        else {
            return refuse("line 1: needs at least one feature column and the class".into());
        };
        if let Some(value) = names.iter().find(|name| name.parse::<f64>().is_ok()) {
            return refuse(format!(
                "line 1 holds the number {value:?}, so it is a row of data and not a header; the first line must name the {} columns, e.g. `{}`",
                names.len(),
                example_header(names.len())
            ));
        }
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for (at, line) in lines {
            match row(line, columns, class_name, classes, &mut values) {
                Ok(label) => labels.push(label),
                Err(problem) => return refuse(format!("line {}{problem}", at + 1)),
            }
        }
        let Some(first) = labels.first() else { return refuse("has no rows".into()) };
        if labels.iter().all(|label| label == first) {
            return refuse(format!("holds only the class {first}; a stream needs at least two"));
        }
        Ok(Self { columns: columns.to_vec(), values, labels, classes })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// `x1,x2,class`, cut short where there are many columns.
fn example_header(columns: usize) -> String {
    let features = columns.saturating_sub(1);
    match features {
        0..=3 => (1..=features).map(|i| format!("x{i},")).chain(["class".into()]).collect(),
        _ => format!("x1,x2,…,x{features},class"),
    }
}

/// One row's numbers into `values`, and its label; or what is wrong, to stand behind the line's number.
fn row(
    line: &str,
    columns: &[String],
    class_name: &str,
    classes: usize,
    values: &mut Vec<f32>,
) -> Result<u32, String> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let expected = columns.len() + 1;
    if cells.len() > expected {
        return Err(format!(": {} values, expected {expected}", cells.len()));
    }
    let cell = |column: usize, name: &str| match cells.get(column).copied().unwrap_or("") {
        "" | "?" => Err(format!(", column `{name}`: missing value")),
        text => Ok(text),
    };
    for (column, name) in columns.iter().enumerate() {
        let text = cell(column, name)?;
        match text.parse::<f32>() {
            Ok(value) if value.is_finite() => values.push(value),
            _ => return Err(format!(", column `{name}`: {text:?} is not a finite number")),
        }
    }
    let text = cell(columns.len(), class_name)?;
    match text.parse::<u32>() {
        Ok(label) if (label as usize) < classes => Ok(label),
        _ => {
            let most = classes.saturating_sub(1);
            Err(format!(", column `{class_name}`: label {text:?}; allowed are 0 to {most}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Table::parse("toy", "toy.csv", text, 2).expect_err("must be refused").to_string()
    }

    #[test]
    fn rows_are_read_in_order() {
        let table = Table::parse("toy", "toy.csv", "a,b,class\n0.5,1,0\n-2,3e-1,1\n", 2).expect("valid");
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.values, [0.5, 1.0, -2.0, 0.3]);
        assert_eq!(table.labels, [0, 1]);
    }

    #[test]
    fn a_missing_value_names_line_and_column() {
        let wanted = "data set `toy`: toy.csv: line 3, column `b`: missing value";
        assert_eq!(message("a,b,class\n1,2,0\n1,,1\n"), wanted);
        assert_eq!(message("a,b,class\n1,2,0\n1,?,1\n"), wanted);
        assert!(message("a,b,class\n1,2,0\n1,2\n").ends_with("line 3, column `class`: missing value"));
        assert!(message("a,b,class\n1,2,0\n\n1,2,1\n").ends_with("line 3, column `a`: missing value"));
    }

    #[test]
    fn a_first_line_with_a_number_in_it_is_refused_as_a_row_of_data() {
        let wanted = "toy.csv: line 1 holds the number \"0.5\", so it is a row of data and not a header; the first line \
                      must name the 3 columns, e.g. `x1,x2,class`";
        assert!(message("0.5,a,0\n1,2,1\n").ends_with(wanted), "{}", message("0.5,a,0\n1,2,1\n"));
        // Whatever reads as a number is one; a missing value among numbers does not make a header.
        for line in ["1,2,0", "-3e2,?,0", ".5,b,1", " 7 ,b,c", "nan,0.1,1", "inf,x,y", "1,,0"] {
            assert!(
                message(&format!("{line}\n1,2,0\n3,4,1\n")).contains("line 1 holds the number"),
                "{line}"
            );
        }
        // Names that merely hold digits are names.
        assert!(Table::parse("toy", "toy.csv", "x1,2nd,class\n1,2,0\n3,4,1\n", 2).is_ok());
    }

    #[test]
    fn words_infinities_and_extra_cells_are_refused() {
        assert!(message("a,class\nx,0\n").ends_with("line 2, column `a`: \"x\" is not a finite number"));
        assert!(message("a,class\ninf,0\n").ends_with("\"inf\" is not a finite number"));
        assert!(message("a,class\n1,0,7\n").ends_with("line 2: 3 values, expected 2"));
    }

    #[test]
    fn labels_out_of_range_name_what_is_allowed() {
        let text = message("a,class\n1,0\n1,2\n");
        assert!(text.ends_with("line 3, column `class`: label \"2\"; allowed are 0 to 1"), "{text}");
        assert!(message("a,class\n1,0\n1,-1\n").contains("label \"-1\""));
    }

    #[test]
    fn a_stream_with_one_class_and_one_without_rows_are_refused() {
        assert!(
            message("a,class\n1,1\n2,1\n").ends_with("holds only the class 1; a stream needs at least two")
        );
        assert!(message("a,class\n").ends_with("has no rows"));
        assert!(message("").ends_with("is empty"));
    }
}
