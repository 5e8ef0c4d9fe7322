//! The ranges of a stream's settings.

use super::shifts::Shifts;
use super::spec::{MOST_VALUES, OnlineStreamSpec, Source};
use base::error::DefinitionError;
use contract::allowed;
use contract::declare::Allowed;
use data::DataTable;

impl OnlineStreamSpec {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        if self.scored.is_some() && !self.is_table() {
            let allowed = "nothing: only a table has rows to choose from; generated samples are drawn anew for searches";
            return Err(DefinitionError::range("stream.scored", "a choice of rows", allowed));
        }
        match (&self.source, self.samples) {
            (Source::Elec2 | Source::Table { .. } | Source::Data(_), None) => {}
            (_, None) => return Err(DefinitionError::range("stream.samples", "nothing", "10 to 10000000")),
            (_, Some(n)) => allowed!(10 to 10000000).check("stream.samples", n)?,
        }
        self.check_source()?;
        let most = MOST_VALUES / self.features().max(1);
        if let Some(n) = self.samples.filter(|n| *n > most) {
            let allowed =
                format!("at most {most}: a stream of {} features is held in memory", self.features());
            return Err(DefinitionError::range("stream.samples", n, &allowed));
        }
        let most = if self.concepts().is_some() { self.expected_samples() / 10 } else { 1 };
        if !(1..=most).contains(&self.segments) {
            let allowed = match self.concepts() {
                Some(_) => format!("1 to {most}, a tenth of the samples"),
                None => "1: this source has no change points of its own choosing".into(),
            };
            return Err(DefinitionError::range("stream.segments", self.segments, &allowed));
        }
        let length = self.expected_samples() / self.segments;
        if self.transition > length {
            let allowed = format!("0 to {length}, the length of a segment");
            return Err(DefinitionError::range("stream.transition", self.transition, &allowed));
        }
        if self.concepts().is_none() && self.transition > 0 {
            let allowed = "0: this source has no change points of its own choosing";
            return Err(DefinitionError::range("stream.transition", self.transition, allowed));
        }
        self.check_shifts()?;
        if self.delay >= self.expected_samples() {
            let allowed = format!("less than the {} samples of the stream", self.expected_samples());
            return Err(DefinitionError::range("stream.delay", self.delay, &allowed));
        }
        Ok(())
    }

    fn check_shifts(&self) -> Result<(), DefinitionError> {
        let Some(shifts) = &self.shifts else { return Ok(()) };
        if self.is_table() {
            let allowed = "nothing: only a source that is generated, or digits, can be shifted";
            return Err(DefinitionError::range("stream.shifts", "a table", allowed));
        }
        if matches!(shifts, Shifts::Relevance { .. }) && matches!(self.source, Source::DigitsDrift { .. }) {
            let allowed = "another kind of shift: images have one place in a network";
            return Err(DefinitionError::range("stream.shifts.kind", "relevance", allowed));
        }
        let moves = matches!(self.source, Source::Hyperplane { moving, .. } if moving > 0);
        if matches!(shifts, Shifts::NoiseSpeed { .. }) && !moves {
            let allowed = "another kind of shift: only a hyperplane with `moving` above 0 has a speed";
            return Err(DefinitionError::range("stream.shifts.kind", "noise-speed", allowed));
        }
        if matches!(shifts, Shifts::Noise { .. } | Shifts::NoiseSpeed { .. }) && self.noise() > 0.0 {
            let allowed = "0: stream.shifts says how much";
            return Err(DefinitionError::range("stream.source.noise", self.noise(), allowed));
        }
        let own = matches!(shifts, Shifts::Volatility { .. } | Shifts::Contexts { .. });
        if own && self.segments > 1 {
            let allowed = "1: stream.shifts places the changes";
            return Err(DefinitionError::range("stream.segments", self.segments, allowed));
        }
        if own && self.transition > 0 {
            let allowed = "0: changes that stream.shifts places are abrupt";
            return Err(DefinitionError::range("stream.transition", self.transition, allowed));
        }
        shifts.check(self.expected_samples(), self.concepts())
    }

    /// The source's own share of labels that are turned over.
    fn noise(&self) -> f32 {
        match self.source {
            Source::Sea { noise, .. }
            | Source::Hyperplane { noise, .. }
            | Source::Sine { noise }
            | Source::Ring { noise }
            | Source::DigitsDrift { noise, .. } => noise,
            Source::Stagger | Source::Elec2 | Source::Table { .. } | Source::Data(_) => 0.0,
        }
    }

    fn check_source(&self) -> Result<(), DefinitionError> {
        let noise_of = |noise: f32| allowed!(0 to below 0.5).check("stream.source.noise", noise);
        match &self.source {
            Source::Sea { thresholds, noise } => {
                noise_of(*noise)?;
                let bad = thresholds.iter().find(|theta| !(**theta > 0.0 && **theta < 20.0));
                if thresholds.is_empty() || bad.is_some() {
                    let found = bad.map_or_else(|| "[]".to_owned(), ToString::to_string);
                    let allowed = "at least one number between 0 and 20, so that both classes occur";
                    return Err(DefinitionError::range("stream.source.thresholds", found, allowed));
                }
                Ok(())
            }
            Source::Sine { noise } | Source::Ring { noise } => noise_of(*noise),
            Source::Hyperplane { features, moving, speed, turn, noise } => {
                noise_of(*noise)?;
                allowed!(2 to 1000).check("stream.source.features", *features)?;
                Allowed::within(0.0, *features as f64).check("stream.source.moving", *moving)?;
                allowed!(0 to 1).check("stream.source.speed", *speed)?;
                allowed!(0 to 1).check("stream.source.turn", *turn)
            }
            Source::DigitsDrift { contexts, noise, .. } => {
                noise_of(*noise)?;
                allowed!(2 to 100).check("stream.source.contexts", *contexts)
            }
            Source::Table { file, features, classes, sha256 } => {
                let digits =
                    |sum: &String| sum.len() == 64 && sum.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
                if file.is_empty() {
                    return Err(DefinitionError::range(
                        "stream.source.file",
                        file,
                        "a path within the data folder",
                    ));
                }
                allowed!(1 to 10000).check("stream.source.features", *features)?;
                allowed!(2 to 1000).check("stream.source.classes", *classes)?;
                match sha256.as_ref().filter(|sum| !digits(sum)) {
                    Some(sum) => {
                        Err(DefinitionError::range("stream.source.sha256", sum, "64 digits 0 to 9, a to f"))
                    }
                    None => Ok(()),
                }
            }
            Source::Data(table) => check_rows(table),
            Source::Stagger | Source::Elec2 => Ok(()),
        }
    }
}

/// A `[data]` table whose files were looked into.
fn check_rows(table: &DataTable) -> Result<(), DefinitionError> {
    table.check_in_order()?;
    match (table.shape, &table.classes) {
        (Some(_), Some(_)) => Ok(()),
        // The program fills them in from the files; a library's user calls `Data::complete_rows`.
        _ => Err(DefinitionError::range("data", "not read yet", "a `[data]` table of the benchmark")),
    }
}
