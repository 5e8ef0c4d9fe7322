//! How a stream comes about: read from a table or generated.

use super::super::tasks::EvaluateOn;
use super::generate::generate;
use super::realisation::OnlineStream;
use super::spec::{OnlineStreamSpec, Scored, Source};
use crate::error::{Error, Result};
use base::rng::Streams;
use data::{Data, Table};

/// The first of so many parts of a table is for searching settings.
const SEARCH_SHARE: usize = 10;

impl OnlineStream {
    /// Draws or reads the stream. What is searched on and what is scored have no sample in common, whatever the seeds:
    /// tables are cut in two, images come from different splits, generated samples from random streams of their own.
    ///
    /// # Errors
    /// Settings out of range; missing or damaged data; fewer rows than asked for; a stream with one class only.
    pub fn new(spec: &OnlineStreamSpec, data: &Data, on: EvaluateOn, streams: &Streams) -> Result<Self> {
        spec.check()?;
        let streams = match on {
            EvaluateOn::Test => streams.within("stream"),
            EvaluateOn::Validation => streams.within("validation").within("stream"),
        };
        let stream = match &spec.source {
            Source::Elec2 => Self::table(spec, "elec2", &*data.table("elec2")?, on)?,
            Source::Table { file, features, classes, sha256 } => {
                let table = data.own_table(file, *features, *classes, sha256.as_deref())?;
                Self::table(spec, file, &table, on)?
            }
            Source::Data(table) => Self::table(spec, &table.name(), &*data.rows(table)?, on)?,
            Source::DigitsDrift { images, .. } => {
                let images = data.get(images.dataset())?;
                generate(spec, Some((&images, on)), &streams)
            }
            _ => generate(spec, None, &streams),
        };
        stream.check()
    }

    /// Settings are searched on the first tenth of the table, the rest is scored.
    pub(super) fn table(spec: &OnlineStreamSpec, id: &str, table: &Table, on: EvaluateOn) -> Result<Self> {
        let tuning = table.len() / SEARCH_SHARE;
        let rows = match (on, spec.scored.unwrap_or(Scored::AfterTuning)) {
            (EvaluateOn::Validation, _) => 0..tuning,
            (EvaluateOn::Test, Scored::AfterTuning) => tuning..table.len(),
            (EvaluateOn::Test, Scored::Whole) => 0..table.len(),
        };
        let asked = spec.samples.filter(|_| on == EvaluateOn::Test).unwrap_or(rows.len());
        if asked > rows.len() {
            let behind =
                if rows.start > 0 { format!(" after the {tuning} for tuning") } else { String::new() };
            let problem = format!("has {} rows{behind}, fewer than the {asked} asked for", rows.len());
            return Err(Error::data(id, problem));
        }
        let rows = rows.start..rows.start + asked;
        let features = table.columns.len();
        Ok(Self {
            features,
            classes: table.classes,
            inputs: table.values[rows.start * features..rows.end * features].to_vec(),
            labels: table.labels[rows].to_vec(),
            ideal: None,
            changes: Vec::new(),
            shifts: None,
            told: Vec::new(),
        })
    }
}
