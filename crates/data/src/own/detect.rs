//! What a path most likely holds, as a `[data]` table: `bench data check FILE` begins with it.

use super::columns::Columns;
use super::csv;
use super::files::Files;
use super::npy;
use super::table::{ColumnName, DataTable, FileLayout, Pair, Part};
use base::error::{Error, Result};

/// Names of the folders that hold parts.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 2] = ["test", "testing"];
const VALIDATION: [&str; 4] = ["validation", "val", "valid", "dev"];

/// The table for a file or folder, its path relative to a place of `files`.
///
/// # Errors
/// Missing files; a name and content that no layout has.
pub fn detect(path: &str, files: &Files) -> Result<DataTable> {
    let place = files.find(path)?;
    if place.is_dir() {
        return folder(path, files);
    }
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let kind = plain.rsplit_once('.').map_or("", |(_, kind)| kind);
    if kind == "npz" {
        return archive(path, &files.read(path)?);
    }
    if kind == "npy" {
        let array = npy::Array::parse(&files.read(path)?).map_err(|problem| Error::data(path, problem))?;
        not_labels(path, array.shape.len())?;
        let labels = partner(
            path,
            files,
            &[("x", "y"), ("images", "labels"), ("inputs", "labels"), ("data", "labels")],
        );
        return pair(FileLayout::Npy, path, labels, "an array of inputs needs one of labels beside it");
    }
    if name.contains("-ubyte") || name.contains(".idx") || kind.starts_with("idx") {
        // The fourth byte of the format counts the dimensions.
        not_labels(path, files.read(path)?.get(3).map_or(0, |dimensions| usize::from(*dimensions)))?;
        let labels = partner(path, files, &[("images", "labels"), ("idx3", "idx1")]);
        return Ok(with_test(
            pair(FileLayout::Idx, path, labels, "a file of images needs one of labels beside it")?,
            files,
        ));
    }
    if ["csv", "tsv", "txt", "data"].contains(&kind) {
        return table(path, files);
    }
    if kind == "bin" {
        let bytes = files.read(path)?.len();
        let layout = match [3073, 3074].map(|record| bytes > 0 && bytes.is_multiple_of(record)) {
            [true, _] => FileLayout::Cifar10,
            [_, true] => FileLayout::Cifar100,
            _ => {
                let problem = format!(
                    "{bytes} bytes, neither a multiple of 3073 (CIFAR-10) nor of 3074 (CIFAR-100): cut short, or another kind of file"
                );
                return Err(Error::data(path, problem));
            }
        };
        return Ok(DataTable {
            layout: Some(layout),
            train: Some(Part::One(path.into())),
            ..DataTable::default()
        });
    }
    let allowed = ".npz, .npy, IDX (…-ubyte), .csv, .tsv, .txt, .bin of CIFAR (each perhaps with .gz), or a folder of images with a folder per class";
    Err(Error::data(path, format!("a kind of file that is not known by its name; known are {allowed}")))
}

/// A table of text; columns without a name are left out, but for the last, which is the class.
fn table(path: &str, files: &Files) -> Result<DataTable> {
    let train = Some(Part::One(path.into()));
    let mut table = DataTable { layout: Some(FileLayout::Csv), train, ..DataTable::default() };
    let refuse = |problem: String| Error::data(path, problem);
    let head = csv::head(&files.read(path)?, &table).map_err(refuse)?;
    let unnamed = head.unnamed().into_iter().filter(|at| at + 1 < head.width);
    table.ignore = unnamed.map(|at| ColumnName::Place(at + 1)).collect();
    Columns::of(head, &table).map_err(refuse)?;
    Ok(table)
}

fn archive(path: &str, bytes: &[u8]) -> Result<DataTable> {
    let names = npy::names(bytes).map_err(|problem| Error::data(path, problem))?;
    let part = |name: &str| npy::known_names(&names, name, false).map(|_| Part::One(path.into()));
    Ok(DataTable {
        layout: Some(FileLayout::Npz),
        train: Some(Part::One(path.into())),
        validation: part("validation"),
        test: part("test"),
        ..DataTable::default()
    })
}

/// One number per sample is no input.
fn not_labels(path: &str, dimensions: usize) -> Result<()> {
    if dimensions != 1 {
        return Ok(());
    }
    let problem =
        "one number per sample, as labels are; look into the file of inputs, which finds its labels by name";
    Err(Error::data(path, problem))
}

fn pair(layout: FileLayout, inputs: &str, labels: Option<String>, missing: &str) -> Result<DataTable> {
    let Some(labels) = labels else {
        let problem =
            format!("{missing}; say train = {{ inputs = \"…\", labels = \"…\" }} in a [data] table");
        return Err(Error::data(inputs, problem));
    };
    let train = Some(Part::Pair(Pair { inputs: inputs.into(), labels }));
    Ok(DataTable { layout: Some(layout), train, ..DataTable::default() })
}

/// The file of labels beside one of inputs: one word of the name replaced by another, perhaps two.
fn partner(path: &str, files: &Files, words: &[(&str, &str)]) -> Option<String> {
    let replaced =
        |name: &str, (from, to): &(&str, &str)| name.contains(from).then(|| name.replacen(from, to, 1));
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let spelt = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
    let once = words.iter().filter_map(|pair| replaced(name, pair));
    let twice =
        words.iter().try_fold(name.to_owned(), |name, pair| Some(replaced(&name, pair).unwrap_or(name)));
    let mut candidates = once.chain(twice).filter(|other| other != name).map(spelt);
    candidates.find(|path| files.find(path).is_ok_and(|place| place.is_file()))
}

/// The test files of MNIST's layout, beside those to train on.
fn with_test(mut table: DataTable, files: &Files) -> DataTable {
    let Some(Part::Pair(Pair { inputs, labels })) = &table.train else { return table };
    for word in ["t10k", "test"] {
        let pair =
            Pair { inputs: inputs.replacen("train", word, 1), labels: labels.replacen("train", word, 1) };
        let there = |path: &String| files.find(path).is_ok();
        if pair.inputs != *inputs && there(&pair.inputs) && there(&pair.labels) {
            table.test = Some(Part::Pair(pair));
            return table;
        }
    }
    table
}

fn folder(path: &str, files: &Files) -> Result<DataTable> {
    let path = path.trim_end_matches('/');
    let below = |name: &str| if path == "." { name.to_owned() } else { format!("{path}/{name}") };
    let inside = files.list(path)?;
    let one = |names: &[&str]| {
        let found = inside.iter().find(|(name, is_folder)| *is_folder && names.contains(&name.as_str()));
        found.map(|(name, _)| Part::One(below(name)))
    };
    let batches: Vec<String> = inside
        .iter()
        .filter(|(name, is_folder)| !is_folder && name.starts_with("data_batch_") && name.contains(".bin"))
        .map(|(name, _)| below(name))
        .collect();
    let file = |start: &str| {
        let found = inside.iter().find(|(name, is_folder)| !is_folder && name.starts_with(start));
        found.map(|(name, _)| Part::One(below(name)))
    };
    if !batches.is_empty() {
        let train = Some(Part::Many(batches));
        return Ok(DataTable {
            layout: Some(FileLayout::Cifar10),
            train,
            test: file("test_batch.bin"),
            ..DataTable::default()
        });
    }
    if let Some(train) = file("train.bin") {
        let test = file("test.bin");
        return Ok(DataTable {
            layout: Some(FileLayout::Cifar100),
            train: Some(train),
            test,
            ..DataTable::default()
        });
    }
    let first = inside.iter().find(|(name, is_folder)| !is_folder && name.contains("images-idx"));
    if let Some((name, _)) = inside.iter().find(|(name, _)| name.starts_with("train-images-idx")).or(first) {
        return detect(&below(name), files);
    }
    let images = DataTable { layout: Some(FileLayout::Images), ..DataTable::default() };
    Ok(match one(&TRAIN) {
        Some(train) => {
            DataTable { train: Some(train), validation: one(&VALIDATION), test: one(&TEST), ..images }
        }
        None => DataTable { train: Some(Part::One(path.to_owned())), ..images },
    })
}
