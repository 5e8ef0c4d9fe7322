//! `bench list`: what the registries hold.

use super::arguments::{Kind, ListArguments};
use super::exit;
use super::output::{columns, library, print};
use crate::run::{RESTARTS, TIMING_ARMS, TUNED_CONTROLS};
use data;
use learn::modulation::{CONTROLS, INTERACTIONS, Need, SOURCES, TARGETS};
use report::metric;

pub fn run(arguments: &ListArguments) -> anyhow::Result<u8> {
    let library = library(&arguments.sources)?;
    let all =
        [Kind::Suites, Kind::Benchmarks, Kind::Methods, Kind::Modulators, Kind::Metrics, Kind::Datasets];
    let kinds: Vec<Kind> =
        all.into_iter().filter(|kind| arguments.kind.is_none_or(|only| only == *kind)).collect();
    let mut text = String::new();
    for kind in kinds {
        let (heading, rows) = match kind {
            Kind::Suites => {
                let row = |(id, suite): (&String, &contract::definition::Suite)| {
                    (id.clone(), format!("{} ({} seeds)", suite.header.summary, suite.header.seeds))
                };
                ("suites", library.suites.iter().map(row).collect())
            }
            Kind::Benchmarks => {
                let row = |(id, benchmark): (&String, &contract::definition::Benchmark)| {
                    (id.clone(), benchmark.header.summary.clone())
                };
                ("benchmarks", library.benchmarks.iter().map(row).collect())
            }
            Kind::Methods => {
                let row =
                    |((paradigm, id), preset): (&(String, String), &contract::definition::MethodPreset)| {
                        let about = crate::registry::protocol(paradigm)
                            .and_then(|protocol| protocol.formula(preset))
                            .unwrap_or_default();
                        (id.clone(), format!("{} ({paradigm}): {about}", preset.header.title))
                    };
                ("methods", library.methods.iter().map(row).collect())
            }
            Kind::Modulators => {
                ("modulators: what `[modulation]` in a method preset is made of", modulators())
            }
            Kind::Metrics => {
                let row = |metric: &metric::Metric| (metric.name.to_owned(), metric.formula.to_owned());
                ("metrics", metric::METRICS.iter().map(row).collect::<Vec<_>>())
            }
            Kind::Datasets => {
                let row = |(id, entry): (&String, &data::Entry)| {
                    let place = if entry.embedded { "embedded" } else { "from the data folder" };
                    (id.clone(), format!("{} ({place}; licence: {})", entry.title, entry.licence))
                };
                ("data sets", data::manifest()?.iter().map(row).collect())
            }
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{heading}\n{}", columns(&rows)));
    }
    print(&text)?;
    Ok(exit::OK)
}

/// Sources, targets, scopes, interactions and controls.
fn modulators() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for entry in SOURCES {
        let oracle = if entry.needs.contains(&Need::Boundary) { " [oracle]" } else { "" };
        let settings = entry.parameters.iter().map(|one| format!("{} = {}", one.key(), one.default));
        let settings: Vec<String> =
            settings.chain(entry.parameters.is_empty().then(|| "none".to_owned())).collect();
        let about = format!("{}; {} ({}){oracle}", entry.formula, settings.join(", "), entry.reference);
        rows.push((format!("source {}", entry.name), about));
    }
    for entry in TARGETS {
        let scopes: Vec<&str> = entry.scopes.iter().map(|scope| scope.word()).collect();
        rows.push((
            format!("target {}", entry.name),
            format!("{}; scopes {}", entry.meaning, scopes.join(", ")),
        ));
    }
    let interactions = INTERACTIONS.iter();
    rows.extend(interactions.map(|(_, name, about)| (format!("interaction {name}"), (*about).to_owned())));
    rows.extend(
        CONTROLS
            .iter()
            .chain(TUNED_CONTROLS)
            .chain(RESTARTS)
            .chain(TIMING_ARMS)
            .map(|(name, about)| (format!("control +{name}"), (*about).to_owned())),
    );
    rows
}
