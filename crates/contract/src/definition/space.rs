//! What a search may change in a preset: keys and ranges, declared in the preset's `[space]` table.
//!
//! Values are drawn as absolute numbers, so that a search never compounds with what an earlier one found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;

/// Ranges by dotted key: `parameters.lambda`, `optimiser.rate`, `modulation.modulators.dopamine.level.retention`.
pub type Space = BTreeMap<String, Range>;

/// The values that one key may take.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Range {
    /// Lowest value, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Highest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// `log` (default), `linear`, or `gain`.
    pub scale: Scale,
    /// Whole numbers only. Default false.
    pub whole: bool,
    /// Single values instead of a range.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<toml::Value>,
}

/// How values spread over a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Equally in the logarithm.
    #[default]
    Log,
    Linear,
    /// Equally in the logarithm of 1 + value: the sensitivity at level 1 of a gain between 1 + low and 1 + high.
    Gain,
}

impl Range {
    /// Equally spread in the logarithm.
    pub fn log(low: f64, high: f64) -> Self {
        Self { low: Some(low), high: Some(high), ..Self::default() }
    }

    /// On another scale.
    #[must_use]
    pub fn on(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// Single words.
    pub fn words(words: &[&str]) -> Self {
        Self { values: words.iter().map(|word| toml::Value::from(*word)).collect(), ..Self::default() }
    }

    /// The value at `place` in [0, 1).
    pub fn at(&self, place: f64) -> toml::Value {
        if !self.values.is_empty() {
            let index = (place * self.values.len() as f64) as usize;
            return self.values[index.min(self.values.len() - 1)].clone();
        }
        let (low, high) = (self.low.unwrap_or(0.0), self.high.unwrap_or(1.0));
        let value = match self.scale {
            Scale::Log => low * (high / low).powf(place),
            Scale::Linear => low + (high - low) * place,
            Scale::Gain => (1.0 + low) * ((1.0 + high) / (1.0 + low)).powf(place) - 1.0,
        };
        if self.whole {
            return toml::Value::Integer(
                (value.round() as i64).clamp(low.ceil() as i64, high.floor() as i64),
            );
        }
        rounded(value).into()
    }

    /// Checks one range; `key` is its place in the preset.
    ///
    /// # Errors
    /// Neither `values` nor both ends, or ends that the scale cannot take.
    pub fn check(&self, key: &str) -> Result<(), DefinitionError> {
        let place = format!("space.{key}");
        let (low, high) = match (self.low, self.high) {
            (None, None) if !self.values.is_empty() => return Ok(()),
            (Some(low), Some(high)) if self.values.is_empty() => (low, high),
            _ => {
                let allowed = "`low` and `high`, or `values`";
                return Err(DefinitionError::range(&place, "neither or both of them", allowed));
            }
        };
        let (floor, allowed) = match self.scale {
            Scale::Log => (0.0, "0 < low < high, or scale = \"linear\""),
            Scale::Gain => (-1.0, "-1 < low < high"),
            Scale::Linear => (f64::NEG_INFINITY, "low < high"),
        };
        let fine = low > floor && low < high && high.is_finite() && low.is_finite();
        let whole = !self.whole || low.ceil() <= high.floor();
        if fine && whole {
            return Ok(());
        }
        Err(DefinitionError::range(&place, format!("{low} to {high}"), allowed))
    }
}

/// Four digits: tuned values are read by people.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_spread_as_their_scale_says() {
        let float = |range: Range, place: f64| range.at(place).as_float().unwrap();
        assert_eq!(float(Range::log(0.01, 100.0), 0.0), 0.01);
        assert_eq!(float(Range::log(0.01, 100.0), 0.5), 1.0);
        assert_eq!(float(Range::log(-1.0, 1.0).on(Scale::Linear), 0.75), 0.5);
        // A gain from 0.1 to 10 is a sensitivity from −0.9 to 9, and 1 lies in the middle.
        assert_eq!(float(Range::log(-0.9, 9.0).on(Scale::Gain), 0.0), -0.9);
        assert_eq!(float(Range::log(-0.9, 9.0).on(Scale::Gain), 0.5), 0.0);
        let words = Range::words(&["sgd", "adam"]);
        assert_eq!(words.at(0.49).as_str(), Some("sgd"));
        assert_eq!(words.at(0.999).as_str(), Some("adam"));
        let whole = Range { whole: true, ..Range::log(1.0, 100.0) };
        assert_eq!(whole.at(0.5).as_integer(), Some(10));
    }

    #[test]
    fn a_range_that_cannot_be_drawn_from_is_refused_with_its_key() {
        for (range, words) in [
            (Range::default(), "`low` and `high`, or `values`"),
            (Range::log(0.0, 1.0), "0 < low < high"),
            (Range::log(2.0, 1.0).on(Scale::Linear), "low < high"),
            (Range::log(-1.0, 1.0).on(Scale::Gain), "-1 < low < high"),
            (Range { low: Some(1.0), ..Range::words(&["a"]) }, "`low` and `high`, or `values`"),
        ] {
            let error = range.check("parameters.lambda").unwrap_err().to_string();
            assert!(error.contains("space.parameters.lambda") && error.contains(words), "{error}");
        }
    }
}
