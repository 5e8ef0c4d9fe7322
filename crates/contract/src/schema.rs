//! The published schema of a record, `results/schema/record.json`, made from the types. Only tests make it, so that the
//! program need not carry it; `tests/suite/record_schema.rs` holds records of every protocol and role against the file.

use std::path::Path;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::record::Record;

/// What stands in the file.
fn text() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Record>().to_value();
    schema["title"] = json!("neuromod-bench record");
    schema["description"] = json!("One line of records.jsonl: one run, finished in whatever way.");
    close(&mut schema);
    serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
}

/// Keys that the types do not know are mistakes.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".into(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn the_published_schema_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/schema/record.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text()).expect("the schema can be written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stands == text(),
        "results/schema/record.json is stale: run `UPDATE_DOCS=1 cargo test --lib schema`"
    );
}
