//! Metadata of data sets and generators in the vocabulary of Croissant 1.0 (schema.org as JSON-LD), with its fields for
//! responsible use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use base::atomic;
use base::error::{DefinitionError, Result};
use base::source::Source;

const TEXT: &str = include_str!("../../datasets/responsible.toml");

/// What `datasets/responsible.toml` says.
#[derive(Debug, Deserialize)]
struct Responsible {
    generator: BTreeMap<String, Generator>,
    #[serde(flatten)]
    sets: BTreeMap<String, Care>,
}

/// What to know of a data set that people made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Care {
    description: String,
    collection: String,
    collection_type: String,
    preprocessing: String,
    annotation: String,
    use_cases: String,
    limitations: String,
    biases: String,
    personal: String,
    maintenance: String,
}

/// A source of samples that are made by a formula.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generator {
    title: String,
    citation: String,
    description: String,
    features: usize,
    classes: usize,
}

/// Writes `ID.json` for each; without ids for everything that needs no data folder.
///
/// # Errors
/// An unknown id; a folder that cannot be written.
pub fn write(ids: &[String], out: &Path) -> Result<Vec<PathBuf>> {
    let all = all()?;
    if let Some(id) = ids.iter().find(|id| !all.contains_key(*id)) {
        let known = all.keys().map(String::as_str);
        return Err(DefinitionError::unknown("data set or generator with such metadata", id, known).into());
    }
    atomic::create_folder(out)?;
    let mut paths = Vec::new();
    for (id, value) in all.iter().filter(|(id, _)| ids.is_empty() || ids.contains(id)) {
        let path = out.join(format!("{id}.json"));
        atomic::write(&path, &(serde_json::to_string_pretty(value)? + "\n"))?;
        paths.push(path);
    }
    Ok(paths)
}

/// The metadata of every embedded data set and every generator, by id.
///
/// # Errors
/// Never in a released program: a test reads them.
pub fn all() -> Result<BTreeMap<String, Value>> {
    let source = Source { name: "datasets/responsible.toml".into(), text: TEXT.into() };
    let Responsible { generator, sets } = source.read(source.table()?.into(), "")?;
    let mut found = BTreeMap::new();
    for (id, care) in sets {
        let entry = data::entry(&id)?;
        found.insert(id.clone(), of_set(&id, entry, &care));
    }
    found.extend(generator.iter().map(|(id, one)| (id.clone(), of_generator(id, one))));
    Ok(found)
}

fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "citeAs": "cr:citeAs",
        "conformsTo": "dct:conformsTo",
        "recordSet": "cr:recordSet",
        "field": "cr:field",
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "source": "cr:source",
        "fileObject": "cr:fileObject",
        "extract": "cr:extract",
        "column": "cr:column",
    })
}

/// What both kinds have.
fn dataset(id: &str, title: &str, description: &str, citation: &str, licence: &str) -> Map<String, Value> {
    let value = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": id,
        "alternateName": title,
        "description": description,
        "citeAs": citation,
        "license": licence,
        "version": env!("CARGO_PKG_VERSION"),
    });
    value.as_object().cloned().unwrap_or_default()
}

fn add(map: &mut Map<String, Value>, fields: &[(&str, &str)]) {
    map.extend(fields.iter().map(|(key, text)| ((*key).to_owned(), Value::from(*text))));
}

/// Fields of a record: numbers, and the class behind them.
fn record_set(features: usize, source: Option<&str>) -> Value {
    let field = |name: String, kind: &str, column: usize| {
        let mut field =
            json!({ "@type": "cr:Field", "@id": format!("samples/{name}"), "name": name, "dataType": kind });
        if let (Some(file), Some(map)) = (source, field.as_object_mut()) {
            let extract = json!({ "column": column.to_string() });
            map.insert("source".into(), json!({ "fileObject": { "@id": file }, "extract": extract }));
        }
        field
    };
    let numbers = (0..features).map(|at| field(format!("x{at}"), "sc:Float", at));
    let fields: Vec<Value> = numbers.chain([field("label".into(), "sc:Integer", features)]).collect();
    json!([{ "@type": "cr:RecordSet", "@id": "samples", "name": "samples", "field": fields }])
}

fn of_set(id: &str, entry: &data::Entry, care: &Care) -> Value {
    let mut map = dataset(id, &entry.title, &care.description, &entry.citation, &entry.licence);
    let file = |file: &data::FileEntry| {
        json!({
            "@type": "cr:FileObject",
            "@id": file.name,
            "name": file.name,
            "contentUrl": format!("datasets/{}", file.name),
            "contentSize": format!("{} B", file.bytes),
            "encodingFormat": "application/gzip",
            "sha256": file.sha256,
        })
    };
    map.insert("distribution".into(), entry.file.iter().map(file).collect());
    let first = entry.file.first().map(|file| file.name.as_str());
    map.insert("recordSet".into(), record_set(entry.shape.iter().product(), first));
    let fields = [
        ("rai:dataCollection", care.collection.as_str()),
        ("rai:dataCollectionType", &care.collection_type),
        ("rai:dataPreprocessingProtocol", &care.preprocessing),
        ("rai:dataAnnotationProtocol", &care.annotation),
        ("rai:dataUseCases", &care.use_cases),
        ("rai:dataLimitations", &care.limitations),
        ("rai:dataBiases", &care.biases),
        ("rai:personalSensitiveInformation", &care.personal),
        ("rai:dataReleaseMaintenancePlan", &care.maintenance),
    ];
    add(&mut map, &fields);
    Value::Object(map)
}

fn of_generator(id: &str, one: &Generator) -> Value {
    let Generator { title, citation, description, features, classes } = one;
    let text = format!("{description} {classes} classes. Samples are made by a formula from a seed.");
    let mut map = dataset(id, title, &text, citation, "MIT OR Apache-2.0");
    map.insert("distribution".into(), json!([]));
    map.insert("recordSet".into(), record_set(*features, None));
    let fields = [
        (
            "rai:dataCollection",
            "Nothing was collected: every sample is drawn from a random stream that the seed names.",
        ),
        ("rai:dataCollectionType", "Software collection"),
        (
            "rai:dataUseCases",
            "Learning under drift whose points and sizes are known; change points are hidden from learners.",
        ),
        (
            "rai:dataLimitations",
            "Features are independent and concepts are simple: results say little of real streams.",
        ),
        (
            "rai:dataBiases",
            "None that come from people; the concepts favour learners with a bias towards simple borders.",
        ),
        ("rai:personalSensitiveInformation", "None."),
        (
            "rai:dataReleaseMaintenancePlan",
            "A change that can alter a sample bumps the version of the benchmarks that use it.",
        ),
    ];
    add(&mut map, &fields);
    if id == "digits-drift" {
        map.insert("isBasedOn".into(), json!("digits"));
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_set_and_every_generator_has_its_metadata() {
        let all = all().expect("valid");
        for (id, entry) in data::manifest().expect("valid") {
            assert_eq!(all.contains_key(id), entry.embedded, "{id}");
        }
        for id in ["sea", "hyperplane", "stagger", "sine", "digits-drift"] {
            assert!(all[id]["rai:dataCollection"].as_str().is_some_and(|text| !text.is_empty()), "{id}");
        }
        let digits = &all["digits"];
        let entry = data::entry("digits").expect("there");
        assert_eq!(digits["distribution"][0]["sha256"], entry.file[0].sha256.as_str());
        assert_eq!(digits["recordSet"][0]["field"].as_array().map(Vec::len), Some(65));
        assert_eq!(digits["license"], "CC BY 4.0");
    }
}
