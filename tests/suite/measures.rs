//! The measures of the house: files of at most 300 lines, functions of at most 60. What is longer stands in the table of
//! `docs/architecture.md` with its reason, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 300;
const LONGEST_FUNCTION: usize = 60;
/// Exceptions that the table may hold.
const MOST_FILES: usize = 5;
const MOST_FUNCTIONS: usize = 10;

/// Every Rust file of the workspace, by its path from the root.
fn sources() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> =
        ["src", "crates", "tests", "examples"].iter().map(|name| root.join(name)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).expect("readable")));
            }
        }
    }
    found
}

/// The name of the function that a line begins, if it begins one.
fn begins(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        let word = rest.split([' ', '(']).next()?;
        rest = match word {
            "fn" => break rest.strip_prefix("fn ")?.split(|c: char| !c.is_alphanumeric() && c != '_').next(),
            "pub" if rest.starts_with("pub(") => rest.split_once(") ")?.1,
            "pub" | "const" | "async" | "unsafe" | "extern" => rest.split_once(' ')?.1,
            _ => return None,
        };
    }
}

/// Names and lengths of the functions of a formatted file: each ends where its own indentation closes a brace.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let found = lines.iter().enumerate().filter_map(|(at, line)| Some((at, *line, begins(line)?)));
    found
        .map(|(at, line, name)| {
            let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
            // A declaration without a body ends at once, as does what stands on one line.
            let whole = line.ends_with(';') || line.ends_with('}');
            let last = if whole { None } else { lines[at..].iter().position(|other| *other == close) };
            (name, last.map_or(1, |last| last + 1))
        })
        .collect()
}

/// The exceptions of the table: `path`, or `path` and function.
fn exceptions() -> (BTreeSet<String>, BTreeSet<String>) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = std::fs::read_to_string(page).expect("readable");
    let table = page.split("## What is longer").nth(1).expect("the heading").split("\n## ").next();
    let names = table.expect("a section").lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        assert!(rest.trim_end_matches([' ', '|']).len() > 20, "{name} has no reason");
        Some(name.to_owned())
    });
    names.partition(|name| !name.contains("::"))
}

#[test]
fn what_is_long_stands_in_the_table_with_its_reason_and_nothing_else_does() {
    let (mut files, mut long) = (BTreeSet::new(), BTreeSet::new());
    for (path, text) in sources() {
        long.extend(
            functions(&text)
                .into_iter()
                .filter(|(_, length)| *length > LONGEST_FUNCTION)
                .map(|(name, _)| format!("{path}::{name}")),
        );
        if text.lines().count() > LONGEST_FILE {
            files.insert(path);
        }
    }
    let (known_files, known) = exceptions();
    assert_eq!(files, known_files, "files of more than {LONGEST_FILE} lines");
    assert_eq!(long, known, "functions of more than {LONGEST_FUNCTION} lines");
    assert!(files.len() <= MOST_FILES && long.len() <= MOST_FUNCTIONS, "too many exceptions");
}

#[test]
fn functions_are_measured_from_their_name_to_their_brace() {
    let text = "impl A {\n    pub(super) const fn b(\n        c: u8,\n    ) -> u8 {\n        c\n    }\n\n    fn d();\n}\n\n\
                fn e() {}\n// fn f() {\n";
    assert_eq!(functions(text), [("b", 5), ("d", 1), ("e", 1)]);
}
