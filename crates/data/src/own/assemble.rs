//! From files to a data set: parts are read by their layout, classes are united, what has no file is held out by rule.

use std::path::PathBuf;
use std::sync::Arc;

use super::files::Files;
use super::parts::{hold_out, window};
use super::reader::Reader;
use super::samples::{Labels, Samples};
use super::table::{DataTable, FileLayout, MOST_CLASSES, Part};
use crate::dataset::{Dataset, Split, Values};
use crate::pixels::Pixels;
use base::error::{Error, Result};

/// Reads what the table names, and returns it with the table as the files complete it: shape, classes, checksum.
///
/// # Errors
/// Data errors that name the file; a checksum, a shape or classes other than the table's.
pub fn assemble(table: &DataTable, files: &Files) -> Result<(Dataset, DataTable)> {
    different_files(table, files)?;
    let reader = Reader::new(table, files)?;
    let read = |name: &str, part: &Option<Part>| -> Result<Option<Samples>> {
        part.as_ref().map(|part| reader.part(name, part)).transpose()
    };
    let train = read("train", &table.train)?;
    let (validation, test) = (read("validation", &table.validation)?, read("test", &table.test)?);
    let name = table.name();
    let train = train.ok_or_else(|| Error::data(&name, "names no samples to train on"))?;
    let all: Vec<&Samples> =
        [Some(&train), validation.as_ref(), test.as_ref()].into_iter().flatten().collect();
    let (shape, classes) = (shape(table, &all)?, classes(table, &all)?);
    let features = shape.iter().product();
    let split = |samples: Samples| -> Result<Split> {
        let Samples { pixels, labels, values, .. } = samples;
        let values = table.target.is_some().then(|| Values { numbers: values.into(), unit: 1.0 });
        Ok(Split { pixels, labels: places(&labels, &classes, &name)?.into(), values })
    };
    let whole = split(train)?;
    let whole = window(table, whole, features)?;
    let (validation, test) = (validation.map(&split).transpose()?, test.map(&split).transpose()?);
    let parts = hold_out(table, whole, features, validation, test)?;
    let scale = match parts.train.pixels {
        Pixels::Bytes(_) => 1.0 / 255.0,
        Pixels::Numbers(_) => 1.0,
    };
    let dataset = Dataset {
        id: name.clone(),
        shape,
        classes: classes.len(),
        scale: table.scale.unwrap_or(scale),
        offset: 0.0,
        names: Some(Arc::from(classes.clone())),
        ..parts
    }
    .check()?;
    populated(&dataset, &classes)?;
    let found = checksum(table, files)?;
    let complete =
        DataTable { shape: Some(shape), classes: Some(classes), sha256: Some(found), ..table.clone() };
    Ok((dataset, complete))
}

/// The checksum of what was read.
///
/// # Errors
/// Another one than the table's.
pub(super) fn checksum(table: &DataTable, files: &Files) -> Result<String> {
    let found = files.checksum();
    match table.sha256.as_ref().filter(|wanted| **wanted != found) {
        Some(wanted) => {
            Err(Error::data(table.name(), format!("SHA-256 {found}, but `data.sha256` says {wanted}")))
        }
        None => Ok(found),
    }
}

/// No file may be in two parts, however it is spelt; an archive may, because its parts are other arrays.
pub(super) fn different_files(table: &DataTable, files: &Files) -> Result<()> {
    if table.layout == Some(FileLayout::Npz) {
        let inputs = table.parts().filter_map(|(_, part)| match part {
            Part::Pair(pair) => Some(&pair.inputs),
            _ => None,
        });
        let inputs: Vec<&String> = inputs.collect();
        if let Some((_, twice)) = inputs.iter().enumerate().find(|(at, one)| inputs[..*at].contains(one)) {
            return Err(Error::data(
                twice.as_str(),
                "the same array stands in two parts; parts must be disjoint",
            ));
        }
        return Ok(());
    }
    let mut seen: Vec<(PathBuf, &str)> = Vec::new();
    for (name, part) in table.parts() {
        for path in part.paths() {
            let place = files.place(path);
            if let Some((_, other)) = seen.iter().find(|(known, _)| *known == place) {
                let problem =
                    format!("stands in `data.{other}` and in `data.{name}`; parts must be disjoint");
                return Err(Error::data(path, problem));
            }
            seen.push((place, name));
        }
    }
    Ok(())
}

/// The shape that all parts have, or that the table gives to as many numbers.
fn shape(table: &DataTable, all: &[&Samples]) -> Result<[usize; 3]> {
    let refuse = |problem: String| Error::data(table.name(), problem);
    let found = all[0].shape;
    if let Some(other) = all.iter().find(|samples| samples.shape != found) {
        return Err(refuse(format!("its parts have samples of {found:?} and of {:?}", other.shape)));
    }
    let same_kind = |a: &Pixels, b: &Pixels| matches!(a, Pixels::Bytes(_)) == matches!(b, Pixels::Bytes(_));
    if all.iter().any(|samples| !same_kind(&samples.pixels, &all[0].pixels)) {
        return Err(refuse("bytes in one part and other numbers in another".into()));
    }
    let Some(wanted) = table.shape else { return Ok(found) };
    // Rows of a table may be images; what has a shape of its own keeps it.
    let flat = found[..2] == [1, 1];
    if wanted != found && !(flat && wanted.iter().product::<usize>() == found[2]) {
        return Err(refuse(format!("samples of {found:?}, but `data.shape` says {wanted:?}")));
    }
    Ok(wanted)
}

/// Names of all classes: the table's, or those found, numbers by size and words by letters.
pub(super) fn classes(table: &DataTable, all: &[&Samples]) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for samples in all {
        let new =
            samples.labels.names.iter().filter(|name| !found.contains(name)).cloned().collect::<Vec<_>>();
        found.extend(new);
        if found.len() > MOST_CLASSES {
            let numbers = if table.layout == Some(FileLayout::Csv) && table.target.is_none() {
                "; where numbers are to be answered, say `target = \"column\"`"
            } else {
                ""
            };
            let problem =
                format!("more than {MOST_CLASSES} classes; allowed are 2 to {MOST_CLASSES}{numbers}");
            return Err(Error::data(table.name(), problem));
        }
    }
    let numbers: Option<Vec<f64>> = found.iter().map(|name| name.parse::<f64>().ok()).collect();
    match numbers {
        Some(_) => found.sort_by(|a, b| {
            let number = |text: &String| text.parse::<f64>().unwrap_or(0.0);
            number(a).total_cmp(&number(b))
        }),
        None => found.sort(),
    }
    let Some(given) = &table.classes else {
        if found.len() < 2 && table.target.is_none() {
            return Err(Error::data(
                table.name(),
                format!("holds only the class {}; allowed are at least two", found.join("")),
            ));
        }
        return Ok(found);
    };
    // Labels that count from 0 may be given names.
    let counted = |name: &String| name.parse::<usize>().is_ok_and(|at| at < given.len());
    let counts = found.iter().all(counted) && !found.iter().all(|name| given.contains(name));
    match found.iter().find(|name| !counts && !given.contains(name)) {
        Some(name) => {
            let problem = format!("holds the class {name:?}; `data.classes` allows {}", given.join(", "));
            Err(Error::data(table.name(), problem))
        }
        None => Ok(given.clone()),
    }
}

/// Labels as places in the list of classes.
pub(super) fn places(labels: &Labels, classes: &[String], name: &str) -> Result<Vec<u8>> {
    let place = |label: &String| {
        let named = classes.iter().position(|class| class == label);
        named.or_else(|| label.parse::<usize>().ok().filter(|at| *at < classes.len()))
    };
    let table: Option<Vec<u8>> = labels.names.iter().map(|label| u8::try_from(place(label)?).ok()).collect();
    let table = table.ok_or_else(|| Error::data(name, "holds a label that is no class"))?;
    Ok(labels.of.iter().map(|at| table[*at as usize]).collect())
}

/// Every class must be there to be learned and to be tested.
fn populated(dataset: &Dataset, classes: &[String]) -> Result<()> {
    let parts = [("train", &dataset.train), ("validation", &dataset.validation), ("test", &dataset.test)];
    for (name, split) in parts {
        let mut seen = [false; MOST_CLASSES];
        split.labels.iter().for_each(|label| seen[usize::from(*label)] = true);
        if let Some((class, _)) = classes.iter().zip(seen).find(|(_, seen)| !seen) {
            let problem = format!(
                "no sample of the class {class:?} is left for {name}; every class needs some in each part"
            );
            return Err(Error::data(&dataset.id, problem));
        }
    }
    Ok(())
}
