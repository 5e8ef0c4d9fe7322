//! Rows of numbers and a class, in text: quotes, byte order marks, any separator, with a header or without.

use csv::{ReaderBuilder, StringRecord};

use super::columns::{First, Head};
use super::samples::{Labels, Samples};
use super::table::DataTable;
use crate::pixels::Pixels;

/// The one group of samples that have none.
const ALL: &str = "all";

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// The rows of one file; its columns are those of the first file of the table.
///
/// # Errors
/// In words, with line and column: missing values, words where numbers are expected, rows of another length, unknown columns,
/// other columns than the first file's.
pub(super) fn read(path: &str, bytes: &[u8], table: &DataTable, first: &First) -> Result<Samples, String> {
    let text = text(bytes)?;
    let columns = first.columns(path, head_of(text, table)?, table)?;
    let mut rows = reader(text, columns.head.separator);
    let mut records = rows.records();
    if columns.head.names.is_some() {
        records.next();
    }
    let (mut numbers, mut values, mut labels) = (Vec::new(), Vec::new(), Labels::default());
    let width = columns.head.width;
    for record in records {
        let record = record.map_err(|error| format!("not a table: {error}"))?;
        let line = record.position().map_or(0, |place| line_of(place, text));
        if record.len() != width {
            return Err(format!("line {line}: {} values, expected {width}", record.len()));
        }
        let found = |place: usize| {
            number(&record[place])
                .map_err(|problem| format!("line {line}, {}: {problem}", columns.name(place)))
        };
        for place in &columns.inputs {
            numbers.push(found(*place)?);
        }
        if let Some(target) = columns.target {
            values.push(found(target)?);
        }
        let label = columns.label.map_or(ALL, |place| record[place].trim());
        if label.is_empty() || label == "?" {
            let name = columns.name(columns.label.unwrap_or_default());
            return Err(format!("line {line}, {name}: missing value"));
        }
        labels.push(label);
    }
    if labels.of.is_empty() {
        return Err("has no rows".into());
    }
    Ok(Samples {
        shape: [1, 1, columns.inputs.len()],
        pixels: Pixels::Numbers(numbers.into()),
        labels,
        values,
    })
}

/// The line of a place in a text. Where lines end in CR LF the reader puts a record's beginning at the LF before it.
pub fn line_of(place: &csv::Position, text: &str) -> u64 {
    let first = usize::try_from(place.byte()).ok().and_then(|byte| text.as_bytes().get(byte));
    place.line() + u64::from(first == Some(&b'\n'))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is a text in UTF-16; save it as UTF-8".into());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        format!("line {line}: not a text in UTF-8")
    })
}

fn reader(text: &str, separator: char) -> csv::Reader<&[u8]> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).trim(csv::Trim::All);
    builder.from_reader(text.as_bytes())
}

/// Separator and header of a file.
///
/// # Errors
/// In words: what is no text in UTF-8, or is empty.
pub(super) fn head(bytes: &[u8], table: &DataTable) -> Result<Head, String> {
    head_of(text(bytes)?, table)
}

fn head_of(text: &str, table: &DataTable) -> Result<Head, String> {
    let line = text.lines().find(|line| !line.trim().is_empty()).ok_or("is empty")?;
    let most = SEPARATORS.into_iter().rev().max_by_key(|separator| line.matches(*separator).count());
    let separator = table.separator.or(most).unwrap_or(',');
    let first = reader(text, separator).records().next().ok_or("is empty")?;
    let first: StringRecord = first.map_err(|error| format!("not a table: {error}"))?;
    let header = table.header.unwrap_or_else(|| first.iter().all(|cell| cell.parse::<f64>().is_err()));
    let names = header.then(|| first.iter().map(str::to_owned).collect());
    Ok(Head { separator, width: first.len(), names })
}

fn number(cell: &str) -> Result<f32, String> {
    match cell.trim() {
        "" | "?" => Err("missing value".into()),
        text => match text.parse::<f32>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ if text.replacen(',', ".", 1).parse::<f32>().is_ok() => {
                Err(format!("{text:?} is not a finite number; write decimals with a point"))
            }
            _ => Err(format!("{text:?} is not a finite number")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::ColumnName;
    use super::*;

    fn table(edit: impl Fn(&mut DataTable)) -> DataTable {
        let mut table = DataTable::default();
        edit(&mut table);
        table
    }

    fn read(bytes: &[u8], table: &DataTable) -> Result<Samples, String> {
        super::read("t.csv", bytes, table, &First::default())
    }

    fn refused(text: &str, table: &DataTable) -> String {
        read(text.as_bytes(), table).expect_err("refused")
    }

    #[test]
    fn separators_headers_quotes_and_marks_are_found() {
        let plain = table(|_| ());
        for text in [
            "a,b,kind\n1,2,cat\n3,-4e1,\"dog, big\"\n",
            "\u{feff}a,b,kind\r\n1,2,cat\r\n3,-4e1,\"dog, big\"\r\n",
            "1;2;cat\n3;-4e1;\"dog, big\"\n",
            "a\tb\tkind\n1\t2\tcat\n3\t-4e1\tdog, big\n",
        ] {
            let samples = read(text.as_bytes(), &plain).expect("a table");
            assert_eq!(samples.pixels, Pixels::Numbers(vec![1.0, 2.0, 3.0, -40.0].into()), "{text}");
            assert_eq!(
                (samples.labels.names, samples.shape),
                (vec!["cat".into(), "dog, big".into()], [1, 1, 2])
            );
        }
    }

    #[test]
    fn the_class_and_what_is_left_out_are_named_or_counted() {
        let text = "id,kind,x\n7,a,1\n8,b,2\n";
        let named = table(|t| {
            t.label = Some(ColumnName::Name("kind".into()));
            t.ignore = vec![ColumnName::Place(1)];
        });
        let samples = read(text.as_bytes(), &named).expect("a table");
        assert_eq!(samples.pixels, Pixels::Numbers(vec![1.0, 2.0].into()));
        let other = table(|t| t.label = Some(ColumnName::Name("sort".into())));
        assert!(
            refused(text, &other).contains("`data.label` = \"sort\": no such column; there are id, kind, x")
        );
        let far = table(|t| t.label = Some(ColumnName::Place(4)));
        assert!(refused(text, &far).contains("allowed are 1 to 3"));
        let same = table(|t| t.ignore = vec![ColumnName::Name("x".into())]);
        assert!(
            refused(text, &same).contains("`data.ignore` holds the column of the class or of the target")
        );
        assert!(refused("1,2,a\n", &named).contains("there is no header"));
    }

    #[test]
    fn numbers_to_be_answered_stand_beside_groups_or_alone() {
        let text = "x,y,site\n1,0.5,a\n2,-3,b\n";
        let both = table(|t| {
            t.target = Some(ColumnName::Name("y".into()));
            t.label = Some(ColumnName::Place(3));
        });
        let samples = read(text.as_bytes(), &both).expect("a table");
        assert_eq!((samples.values, samples.labels.names), (vec![0.5, -3.0], vec!["a".into(), "b".into()]));
        assert_eq!(samples.pixels, Pixels::Numbers(vec![1.0, 2.0].into()));
        let alone = table(|t| t.target = Some(ColumnName::Place(2)));
        let samples = read(b"1,0.5\n2,-3\n", &alone).expect("a table");
        assert_eq!((samples.values, samples.labels.names), (vec![0.5, -3.0], vec![ALL.to_owned()]));
        assert!(refused("x,y\n1,\n", &alone).contains("line 2, column `y`: missing value"));
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_column() {
        let plain = table(|_| ());
        assert_eq!(refused("a,c\n1,x\n,y\n", &plain), "line 3, column `a`: missing value");
        assert_eq!(refused("a,c\r\n1,x\r\n,y\r\n", &plain), "line 3, column `a`: missing value");
        assert_eq!(refused("1,x\nred,y\n", &plain), "line 2, column 1: \"red\" is not a finite number");
        assert_eq!(
            refused("a;c\n1,5;x\n", &plain),
            "line 2, column `a`: \"1,5\" is not a finite number; write decimals with a point"
        );
        assert_eq!(refused("a,c\n1,\n", &plain), "line 2, column `c`: missing value");
        assert_eq!(refused("a,c\n1,x,9\n", &plain), "line 2: 3 values, expected 2");
        assert_eq!(refused("a,c\n", &plain), "has no rows");
        assert_eq!(refused("", &plain), "is empty");
        assert!(refused("a b\n1 x\n", &plain).contains("is the separator another one?"));
        assert!(read(b"\xff\xfea\0", &plain).expect_err("UTF-16").contains("UTF-16"));
        assert!(read(b"a,c\n1,\xff\n", &plain).expect_err("Latin").contains("line 2: not a text in UTF-8"));
        // A header of numbers is one where the table says so.
        let said = table(|t| t.header = Some(true));
        assert_eq!(read(b"1,2\n5,x\n", &said).expect("one row").labels.of.len(), 1);
    }
}
