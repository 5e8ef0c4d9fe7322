//! The published rows: one file per source below `validation/`, embedded in the program.

use serde::Deserialize;

use base::error::Result;
use base::source::Source;
use contract::definition::Library;

const FILES: &[(&str, &str)] = &[
    ("a-gem-2019", include_str!("../../validation/a-gem-2019.toml")),
    ("avalanche-2021", include_str!("../../validation/avalanche-2021.toml")),
    ("chaudhry-2019", include_str!("../../validation/chaudhry-2019.toml")),
    ("cn-dpm-2020", include_str!("../../validation/cn-dpm-2020.toml")),
    ("der-2020", include_str!("../../validation/der-2020.toml")),
    ("gpm-2021", include_str!("../../validation/gpm-2021.toml")),
    ("hsu-2018", include_str!("../../validation/hsu-2018.toml")),
    ("mer-2019", include_str!("../../validation/mer-2019.toml")),
    ("mir-2019", include_str!("../../validation/mir-2019.toml")),
    ("mirzadeh-2020", include_str!("../../validation/mirzadeh-2020.toml")),
    ("van-de-ven-2020", include_str!("../../validation/van-de-ven-2020.toml")),
    ("van-de-ven-2022", include_str!("../../validation/van-de-ven-2022.toml")),
];

/// A source, its quirks and its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The file's name.
    #[serde(skip)]
    pub name: String,
    pub title: String,
    pub source: String,
    /// What has to be known of it to read its numbers.
    pub quirks: Vec<String>,
    pub row: Vec<Row>,
    /// Benchmarks that exist for this source alone.
    #[serde(default)]
    benchmark: Vec<toml::Table>,
}

/// A published number. In percent, as published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub benchmark: String,
    /// As after `--method`; `@TABLE.KEY=VALUE` says what differs from the preset.
    pub method: String,
    pub kind: RowKind,
    pub published: f64,
    /// Standard deviation over seeds or versions of their code, where published.
    #[serde(default)]
    pub sd: Option<f64>,
    /// Error of reading it off a figure.
    #[serde(default)]
    pub reading: f64,
    #[serde(default)]
    pub note: Option<String>,
    /// Where ours misses: what was looked for, and found.
    #[serde(default)]
    pub cause: Option<String>,
}

/// Decides how far ours may be: laboratories with one protocol differ by up to 2 points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A ceiling or floor.
    Bound,
    /// Nothing to tune.
    Plain,
    /// With a strength or a memory.
    Tuned,
}

impl Row {
    /// Points by which ours may differ: 1 or three standard deviations of bounds and plain rows, whichever is more; 2.5 of
    /// others; what is read off a figure its error more. `quick`: twice as far, for one seed.
    pub fn tolerance(&self, quick: bool) -> f64 {
        let own = match self.kind {
            RowKind::Bound | RowKind::Plain => (3.0 * self.sd.unwrap_or(0.0)).max(1.0),
            RowKind::Tuned => 2.5,
        };
        (own + self.reading) * if quick { 2.0 } else { 1.0 }
    }
}

/// Every source, by name.
///
/// # Errors
/// Never in a released program: a test reads them all.
pub fn protocols() -> Result<Vec<Protocol>> {
    let read = |(name, text): &(&str, &str)| {
        let source = Source { name: format!("validation/{name}.toml"), text: (*text).to_owned() };
        let protocol: Protocol = source.read(source.table()?.into(), "")?;
        Ok(Protocol { name: (*name).to_owned(), ..protocol })
    };
    FILES.iter().map(read).collect()
}

/// The library with the benchmarks that exist for these sources alone.
///
/// # Errors
/// Definition errors.
pub fn with_benchmarks(mut library: Library, protocols: &[Protocol]) -> Result<Library> {
    for protocol in protocols {
        for benchmark in &protocol.benchmark {
            let source =
                Source { name: format!("validation/{}.toml", protocol.name), text: benchmark.to_string() };
            library.add(source)?;
        }
    }
    Ok(library)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::shipped;
    use crate::run::{Plan, Selection};

    #[test]
    fn every_row_names_a_benchmark_and_a_method_that_fit() {
        let protocols = protocols().expect("valid");
        let library = with_benchmarks(shipped().expect("valid"), &protocols).expect("valid");
        for row in protocols.iter().flat_map(|protocol| &protocol.row) {
            let targets = vec![row.benchmark.clone()];
            let selection = Selection {
                targets,
                methods: vec![row.method.clone()],
                seeds: Some(1),
                ..Selection::default()
            };
            let plan = Plan::new(&library, &selection).expect("a plan");
            assert_eq!(plan.runs.len(), 1, "{} {}", row.benchmark, row.method);
            assert!((0.0..=100.0).contains(&row.published));
        }
    }

    #[test]
    fn the_tolerance_is_the_rule() {
        let row = |kind, sd, reading| Row {
            benchmark: String::new(),
            method: String::new(),
            kind,
            published: 50.0,
            sd,
            reading,
            note: None,
            cause: None,
        };
        assert_eq!(row(RowKind::Plain, Some(2.04), 0.0).tolerance(false), 3.0 * 2.04);
        assert_eq!(row(RowKind::Bound, Some(0.02), 0.0).tolerance(false), 1.0);
        assert_eq!(row(RowKind::Tuned, None, 0.5).tolerance(false), 3.0);
        assert_eq!(row(RowKind::Tuned, Some(9.0), 0.5).tolerance(true), 6.0);
    }
}
