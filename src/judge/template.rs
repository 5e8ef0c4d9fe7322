//! An example table, and what its columns mean.

use super::columns::COLUMNS;
use base::stats::{REQUIRED, UNMODULATED};

/// Columns of the example, in order.
const SHOWN: [&str; 10] = [
    "benchmark",
    "method",
    "seed",
    "score",
    "role",
    "control-of",
    "trials",
    "validation_seeds",
    "stream",
    "matrix",
];

/// An example: a mechanism with all its controls, two seeds each. Nothing in it was measured.
pub fn template(json: bool) -> String {
    let rows: Vec<[String; 10]> =
        methods().into_iter().flat_map(|method| (0..2).map(move |seed| row(&method, seed))).collect();
    if json {
        return rows.iter().map(json_line).collect();
    }
    let quoted = |cell: &str| if cell.contains(',') { format!("\"{cell}\"") } else { cell.to_owned() };
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let head = line(SHOWN.iter().map(|name| (*name).to_owned()).collect());
    rows.iter().fold(head, |text, row| text + &line(row.iter().map(|cell| quoted(cell)).collect()))
}

/// Id and role of each method.
fn methods() -> Vec<(String, String)> {
    let control = |kind: &str| (format!("mine-{kind}"), kind.to_owned());
    let mechanism = ("mine".to_owned(), "mechanism".to_owned());
    std::iter::once(mechanism).chain(REQUIRED.into_iter().chain([UNMODULATED]).map(control)).collect()
}

fn row((method, role): &(String, String), seed: u32) -> [String; 10] {
    let mechanism = role == "mechanism";
    let (first, second) = if mechanism { (0.91, 0.88) } else { (0.89, 0.87) };
    let [first, second] = [first, second].map(|value: f64| value + 0.01 * f64::from(seed));
    let matrix = format!("[[{:.2},0.50],[{first:.2},{second:.2}]]", first + 0.03);
    [
        "my-benchmark".into(),
        method.clone(),
        seed.to_string(),
        format!("{:.3}", f64::midpoint(first, second)),
        role.clone(),
        if mechanism { String::new() } else { "mine".into() },
        "60".into(),
        "3".into(),
        format!("my-stream-{seed}"),
        matrix,
    ]
}

/// Numbers and lists as they are, everything else as text, what is empty left out.
fn json_line(row: &[String; 10]) -> String {
    let field = |(name, cell): (&&str, &String)| {
        let value = serde_json::from_str(cell).unwrap_or_else(|_| serde_json::Value::from(cell.as_str()));
        (!cell.is_empty()).then(|| format!("\"{name}\": {value}"))
    };
    let fields: Vec<String> = SHOWN.iter().zip(row).filter_map(field).collect();
    format!("{{{}}}\n", fields.join(", "))
}

/// Every column with its meaning.
pub fn meanings() -> Vec<(String, String)> {
    let metric = (
        "any metric".to_owned(),
        "a column named as in `bench list metrics`: the author's own value".to_owned(),
    );
    let told = |column: &super::columns::Column| {
        let needed = if column.required { " [needed]" } else { "" };
        (column.name.to_owned(), format!("{}{needed}", column.meaning))
    };
    COLUMNS.iter().map(told).chain([metric]).collect()
}
