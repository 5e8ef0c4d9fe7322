//! Whatever stands in a file of a user's, nothing panics: valid definitions, tables, journals and data with random damage,
//! and bytes that never were any of them. What is refused is refused in words.

use std::path::Path;
use std::sync::LazyLock;

use neuromod_bench::base::source::Source;
use neuromod_bench::contract::Record;
use neuromod_bench::data::{Data, DataFolder, DataSpec, detect};
use neuromod_bench::run::{Damage, Journal, Plan, Selection};
use neuromod_bench::{judge, report};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;

use crate::common::{TINY_DOMAIN, bench, folder, rows, shipped};
use crate::own_data::{definition, gzip, idx, npz, samples};

/// What users and programs write where something else belongs.
const WORDS: [&str; 22] = [
    "-1",
    "0",
    "1",
    "2.5",
    "1e308",
    "-1e-320",
    "nan",
    "inf",
    "18446744073709551616",
    "9223372036854775807",
    "\"\"",
    "[]",
    "{}",
    "{ a = 1 }",
    "[[0.5]]",
    "\u{FEFF}",
    "\0",
    "é",
    "\n",
    ",",
    "=",
    "true",
];

/// A piece of damage, at a place anywhere in the file.
#[derive(Debug, Clone)]
enum Edit {
    Put(Index, u8),
    Drop(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
    /// In place of the next number.
    Number(Index, &'static str),
    Cut(Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = any::<Index>;
    let word = || proptest::sample::select(WORDS.as_slice());
    let edit = prop_oneof![
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Put(at, byte)),
        1 => (at(), 1..40usize).prop_map(|(at, count)| Edit::Drop(at, count)),
        1 => (at(), 1..200usize).prop_map(|(at, count)| Edit::Repeat(at, count)),
        1 => (at(), word()).prop_map(|(at, word)| Edit::Insert(at, word)),
        4 => (at(), word()).prop_map(|(at, word)| Edit::Number(at, word)),
        1 => at().prop_map(Edit::Cut),
    ];
    proptest::collection::vec(edit, 0..5)
}

fn damaged(whole: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for edit in edits.iter().filter(|_| !whole.is_empty()) {
        let place = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match edit {
            Edit::Put(at, byte) => {
                let at = place(at, &bytes).min(bytes.len().saturating_sub(1));
                bytes.iter_mut().skip(at).take(1).for_each(|old| *old = *byte);
            }
            Edit::Drop(at, count) => {
                let at = place(at, &bytes);
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Edit::Repeat(at, count) => {
                let at = place(at, &bytes);
                let part = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Edit::Insert(at, word) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, word.bytes());
            }
            Edit::Number(at, word) => {
                let at = place(at, &bytes);
                let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|far| at + far) else {
                    continue;
                };
                let end = bytes[start..].iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
                let end = end.map_or(bytes.len(), |far| start + far);
                bytes.splice(start..end, word.bytes());
            }
            Edit::Cut(at) => bytes.truncate(place(at, &bytes)),
        }
    }
    bytes
}

/// No file of failures is written: the damage stands in the message.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

/// Every shipped benchmark, preset and suite: its place below the folder and its text.
static SHIPPED: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks");
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
                found.push((below, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.sort();
    found
});

fn nowhere() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

/// What a command could ask for that meets the definition at this place: itself, or a benchmark with it as a method.
fn asked(below: &str) -> Selection {
    let id = below.rsplit('/').next().unwrap_or(below).trim_end_matches(".toml").to_owned();
    let paradigm = below.strip_prefix("methods/").and_then(|rest| rest.split('/').next());
    let benchmark = SHIPPED.iter().find_map(|(other, _)| other.strip_prefix(paradigm?)?.strip_prefix('/'));
    match benchmark {
        Some(name) => {
            let targets = vec![name.trim_end_matches(".toml").to_owned()];
            Selection { targets, methods: vec![id], seeds: Some(1), ..Selection::default() }
        }
        None => Selection { targets: vec![id], methods: Vec::new(), seeds: Some(1), ..Selection::default() },
    }
}

/// One record of a short run, as a journal holds it.
static RECORD: LazyLock<String> = LazyLock::new(|| {
    let dir = folder();
    std::fs::write(dir.path().join("tiny.toml"), TINY_DOMAIN.replace(", \"two\"", "")).expect("write");
    let mut command = bench();
    command.args(["run", "tiny", "--seeds", "1", "--quiet", "--benchmarks"]).arg(dir.path());
    command.arg("--out").arg(dir.path().join("out")).assert().success();
    std::fs::read_to_string(dir.path().join("out/records.jsonl")).expect("records")
});

/// Opens a journal that holds these bytes, refusing damage and salvaging it; what is left makes a report.
fn open(bytes: &[u8]) {
    for damage in [Damage::Refuse, Damage::Salvage] {
        let dir = folder();
        std::fs::write(dir.path().join("records.jsonl"), bytes).expect("write");
        let Ok((_journal, _)) = Journal::open_with(dir.path(), damage) else { continue };
        let text = std::fs::read_to_string(dir.path().join("records.jsonl")).expect("text");
        let records: Vec<Record> =
            text.lines().map(|line| serde_json::from_str(line).expect("what opens is whole")).collect();
        report::terminal(&records, &report::Options::default());
    }
}

/// Reads a table of results as `bench judge` does.
fn read_results(name: &str, bytes: &[u8]) {
    let dir = folder();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("write");
    let Ok(entries) = judge::read(&[path]) else { return };
    let data = nowhere();
    let native = judge::Native { library: shipped(), data: &data, records: &[] };
    if let Ok(records) = judge::records(&entries, &native) {
        report::terminal(&records, &report::Options::default());
    }
}

/// Looks into a file of one's own and, if it finds something, reads it whole.
fn read_data(files: &[(&str, &[u8])]) {
    let dir = folder();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).expect("write");
    }
    let data = nowhere();
    let Ok(table) = detect(files[0].0, &data.files(Some(dir.path()))) else { return };
    if let Ok(table) = data.complete(&table, Some(dir.path())) {
        data.of(&DataSpec::Table(Box::new(table))).expect("what was completed is there");
    }
}

/// Definitions of one's own beside the shipped ones, planned as a run would be.
fn plan(below: &str, text: &str) {
    let dir = folder();
    let path = dir.path().join(below);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("create");
    std::fs::write(path, text).expect("write");
    let mut library = shipped().clone();
    if library.add_folder(dir.path()).is_ok() {
        let _ = Plan::new(&library, &asked(below)).map(|plan| plan.planned());
    }
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn damaged_definitions_plan_or_are_refused(which in any::<Index>(), edits in edits()) {
        let (below, text) = &SHIPPED[which.index(SHIPPED.len())];
        plan(below, &String::from_utf8_lossy(&damaged(text.as_bytes(), &edits)));
    }

    #[test]
    fn any_text_is_a_definition_or_is_refused(text in "\\PC{0,200}") {
        let _ = shipped().clone().add(Source { name: "any.toml".into(), text });
    }

    #[test]
    fn damaged_definitions_of_own_data_are_refused_in_words(edits in edits()) {
        let text = definition("layout = \"npz\"\ntrain = \"mine.npz\"");
        let text = String::from_utf8_lossy(&damaged(text.as_bytes(), &edits)).into_owned();
        let _ = shipped().clone().add(Source { name: "mine.toml".into(), text });
    }

    #[test]
    fn damaged_results_are_read_or_refused(json in any::<bool>(), edits in edits()) {
        let name = if json { "mine.jsonl" } else { "mine.csv" };
        read_results(name, &damaged(judge::template(json).as_bytes(), &edits));
    }

    #[test]
    fn damaged_journals_open_or_are_refused(edits in edits(), tail in proptest::collection::vec(any::<u8>(), 0..40)) {
        open(&[damaged(RECORD.as_bytes(), &edits), tail].concat());
    }

    #[test]
    fn damaged_data_are_read_or_refused(kind in 0..5usize, edits in edits()) {
        let (pixels, labels) = samples();
        let images = idx(&[80, 4, 4], &pixels);
        let labels = idx(&[80], &labels);
        let hurt = |whole: &[u8]| damaged(whole, &edits);
        match kind {
            0 => read_data(&[("mine.npz", &hurt(&npz()))]),
            1 => read_data(&[("x-images-idx3-ubyte", &hurt(&images)), ("x-labels-idx1-ubyte", &labels)]),
            2 => read_data(&[("x-images-idx3-ubyte", &images), ("x-labels-idx1-ubyte", &hurt(&labels))]),
            3 => read_data(&[("x-images-idx3-ubyte.gz", &hurt(&gzip(&images))), ("x-labels-idx1-ubyte.gz", &gzip(&labels))]),
            _ => read_data(&[("mine.csv", &hurt(format!("a,b,class\n{}", rows()).as_bytes()))]),
        }
    }

    #[test]
    fn any_bytes_are_data_results_or_records_or_are_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        kind in 0..6usize,
    ) {
        match kind {
            0 => read_data(&[("x.npz", &bytes)]),
            1 => read_data(&[("x.csv", &bytes)]),
            2 => read_data(&[("data_batch_1.bin", &bytes)]),
            3 => read_results("x.csv", &bytes),
            4 => read_results("x.jsonl", &bytes),
            _ => open(&bytes),
        }
    }
}

#[test]
fn damage_is_what_it_says() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let at = any::<Index>().new_tree(&mut runner).expect("an index").current();
    let numbers = |word| String::from_utf8(damaged(b"7", &[Edit::Number(at, word)])).expect("text");
    // The place is before the number or behind it.
    assert!(["-1", "7"].contains(&numbers("-1").as_str()));
    assert_eq!(damaged(b"ab", &[Edit::Insert(at, "1"), Edit::Insert(at, "2")]).len(), 4);
    assert!(damaged(b"ab", &[Edit::Put(at, 0)]).contains(&0));
    assert!(damaged(b"abc", &[Edit::Drop(at, 40), Edit::Cut(at)]).len() <= 3);
    assert_eq!(damaged(b"", &[Edit::Cut(at)]), b"");
}
