//! `bench compare`: two sets of records against each other.

use std::path::Path;

use super::exit;
use super::output::print;
use super::records::{Loaded, load};
use super::sources::Format;
use super::travel::CompareArguments;
use crate::registry;
use ::report::{Options, Results, compare};
use base::plain;

pub fn run(arguments: &CompareArguments) -> anyhow::Result<u8> {
    let read = |path: &Path| load(&[path.to_owned()], arguments.salvage);
    let options = |loaded: &Loaded| Options {
        paradigms: registry::paradigms(),
        planned: loaded.planned.clone(),
        ..Options::default()
    };
    let [before, after] = [read(&arguments.before)?, read(&arguments.after)?];
    let (first, second) =
        (Results::of(&before.records, &options(&before)), Results::of(&after.records, &options(&after)));
    let cells = compare::compare(&first, &second);
    let verdicts = compare::verdicts(&first, &second);
    let names = [arguments.before.display().to_string(), arguments.after.display().to_string()];
    let names = [names[0].as_str(), names[1].as_str()];
    match arguments.format {
        Format::Table => print(&compare::page(names, &cells, &verdicts))?,
        Format::Json => {
            let value = compare::value(names, &cells, &verdicts);
            print(&format!("{}\n", plain::json(&serde_json::to_string(&value)?)))?;
        }
    }
    let same = verdicts.is_empty() && cells.iter().all(compare::Cell::same);
    Ok(if same { exit::OK } else { exit::FAILED })
}
