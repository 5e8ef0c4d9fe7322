//! `bench data check`: what data of one's own hold, and the table that names them in a benchmark.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::data_arguments::{CheckArguments, DataCommand};
use super::exit;
use super::output::{columns, print};
use base::error::{DefinitionError, Result};
use data::{ColumnName, Data, DataFolder, DataSpec, DataTable, Dataset, Normalise, Pixels, Split, detect};

/// Most classes whose names are printed and written into the table.
const FEW: usize = 20;

pub fn run(command: &DataCommand) -> anyhow::Result<u8> {
    let DataCommand::Check(CheckArguments { files }) = command;
    let texts: Vec<String> = files.iter().map(|path| check(path)).collect::<Result<_>>()?;
    print(&texts.join("\n"))?;
    Ok(exit::OK)
}

fn check(path: &Path) -> Result<String> {
    // A path as it is typed may have no parent to be relative to: `.`, `..`, `/`.
    let whole = path.canonicalize().map_err(base::error::Error::input("read", path))?;
    let (folder, name) = match (whole.parent(), whole.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) => (folder.to_owned(), name.to_owned()),
        _ => (whole.clone(), ".".to_owned()),
    };
    let data = Data::new(DataFolder { path: folder.clone(), chosen_by: "the path" });
    let table = detect(&name, &data.files(None))?;
    let complete = data.complete(&table, None)?;
    let dataset = data.of(&DataSpec::Table(Box::new(complete.clone())))?;
    let mut text = format!("{name}\n{}", columns(&about(&complete, &dataset)));
    text.push_str(&format!("\n{}", written(complete, &dataset)?));
    text.push_str(&format!(
        "\nPaths count from {}: put the benchmark's file there, or say --data-dir.\n",
        folder.display()
    ));
    Ok(text)
}

fn about(table: &DataTable, dataset: &Dataset) -> Vec<(String, String)> {
    let [channels, height, width] = dataset.shape;
    let names = table.classes.clone().unwrap_or_default();
    let shown = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > FEW { ", …" } else { "" };
    let mut rows = vec![
        ("shape".to_owned(), format!("{channels} x {height} x {width} (channels, height, width)")),
        ("classes".to_owned(), format!("{}: {shown}{more}", names.len())),
    ];
    let parts = [("train", &dataset.train), ("validation", &dataset.validation), ("test", &dataset.test)];
    for (name, split) in parts {
        rows.push((name.to_owned(), format!("{} samples, {}", split.len(), per_class(split, names.len()))));
    }
    if !table.ignore.is_empty() {
        let places: Vec<String> = table
            .ignore
            .iter()
            .map(|column| match column {
                ColumnName::Place(place) => place.to_string(),
                ColumnName::Name(name) => name.clone(),
            })
            .collect();
        let text = format!("column {}, which has no name (a row's number?)", places.join(", "));
        rows.push(("left out".to_owned(), text));
    }
    let kind = if matches!(dataset.train.pixels, Pixels::Bytes(_)) { "bytes" } else { "numbers" };
    if let Some((low, high)) = dataset.train_full.pixels.range() {
        let scale = dataset.scale;
        let inputs = format!("inputs from {} to {}", low * scale, high * scale);
        rows.push(("values".to_owned(), format!("{kind} from {low} to {high}; {inputs}")));
    }
    let same = in_both(&dataset.train_full, &dataset.test, dataset.features());
    if same > 0 {
        let text = format!("{same} samples of test stand in train too, number for number");
        rows.push(("warning".to_owned(), text));
    }
    rows.push(("sha256".to_owned(), table.sha256.clone().unwrap_or_default()));
    rows
}

/// How many samples the rarest and the most frequent class have.
fn per_class(split: &Split, classes: usize) -> String {
    let mut counts = vec![0usize; classes];
    split.labels.iter().for_each(|label| counts[usize::from(*label)] += 1);
    let (least, most) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
    if least == most { format!("{least} per class") } else { format!("{least} to {most} per class") }
}

/// Samples of the second split that the first holds too.
fn in_both(first: &Split, second: &Split, features: usize) -> usize {
    let rows = |split: &Split| -> Vec<Vec<u8>> {
        let bytes: Vec<u8> = match &split.pixels {
            Pixels::Bytes(all) => all.to_vec(),
            Pixels::Numbers(all) => all.iter().flat_map(|value| value.to_le_bytes()).collect(),
        };
        let width = features * bytes.len() / split.pixels.len().max(1);
        bytes.chunks_exact(width.max(1)).map(<[u8]>::to_vec).collect()
    };
    let known: HashSet<Vec<u8>> = rows(first).into_iter().collect();
    rows(second).iter().filter(|row| known.contains(*row)).count()
}

/// The table in TOML. Numbers that are far from [0, 1] are brought to a common scale.
fn written(mut table: DataTable, dataset: &Dataset) -> Result<String> {
    #[derive(Serialize)]
    struct File {
        data: DataTable,
    }
    if table.classes.as_ref().is_some_and(|classes| classes.len() > FEW) {
        table.classes = None;
    }
    let far = |(low, high): (f32, f32)| low < -10.0 || high > 10.0;
    let numbers = matches!(dataset.train.pixels, Pixels::Numbers(_));
    if numbers && dataset.train.pixels.range().is_some_and(far) {
        table.normalise = Some(Normalise::Each(data::Each::Columns));
    }
    toml::to_string(&File { data: table }).map_err(|error| {
        DefinitionError { key: "data".into(), problem: error.to_string(), ..DefinitionError::default() }
            .into()
    })
}
