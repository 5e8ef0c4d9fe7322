//! A method with other values than its preset's: `naive@optimiser.rate=0.03`, `ewc@parameters.strength=100@optimiser.rate=0.1`.

use super::method::MethodPreset;
use super::origin::Origin;
use base::error::{DefinitionError, Result};
use base::source::Source;

/// The tables of a preset whose keys can be varied and searched.
pub const TABLES: [&str; 4] = ["optimiser", "model", "modulation", "parameters"];

/// The preset's id in a method's id.
pub fn base(method: &str) -> &str {
    method.split_once('@').map_or(method, |(base, _)| base)
}

/// Key and value of a method that varies one number: `("optimiser.rate", 0.03)`.
pub fn varied_number(method: &str) -> Option<(&str, f64)> {
    let (_, assignment) = method.split_once('@')?;
    let (key, value) = assignment.split_once('=')?;
    let value = value_of(value);
    let number = value.as_float().or_else(|| value.as_integer().map(|value| value as f64));
    number.map(|value| (key, value))
}

impl MethodPreset {
    /// This preset with the values that follow the first `@` of `method`, each as `@TABLE.KEY=VALUE`, the value in TOML or
    /// a bare word. They hold on every benchmark, whatever the preset says of single ones.
    ///
    /// # Errors
    /// No `=`; another table than `optimiser`, `model`, `modulation`, `parameters`; a key below something that is no table.
    pub fn varied(&self, method: &str) -> Result<Self> {
        let mut preset = self.clone();
        // Errors in what is varied should name it, not a file in which it does not stand.
        preset.source = Source { name: method.to_owned(), text: String::new() };
        preset.origin = Origin::of(preset.source.clone())?;
        let source = preset.source.clone();
        let refuse = |found: &str| {
            let allowed = "TABLE.KEY=VALUE with a table optimiser, model, modulation or parameters";
            source.locate(DefinitionError::range("@", found, allowed))
        };
        for assignment in method.split('@').skip(1) {
            let Some((path, text)) = assignment.split_once('=') else { return Err(refuse(assignment)) };
            let mut keys = path.split('.');
            let (Some(name), Some(first)) = (keys.next(), keys.next()) else {
                return Err(refuse(assignment));
            };
            let plain = !text.chars().any(|letter| letter.is_control() || letter == '#');
            if !TABLES.contains(&name) || path.split('.').any(str::is_empty) || !plain {
                return Err(refuse(assignment));
            }
            if method.split('@').filter(|other| other.split_once('=').is_some_and(|(p, _)| p == path)).count()
                > 1
            {
                let error = DefinitionError::range(path, text, "one value per key");
                return Err(source.locate(error));
            }
            let path: Vec<&str> = std::iter::once(first).chain(keys).collect();
            let value = value_of(text);
            let header = &mut preset.header;
            for on in header.on.values_mut() {
                let table = if name == "parameters" {
                    Some(on)
                } else {
                    on.get_mut(name).and_then(|t| t.as_table_mut())
                };
                if let Some(table) = table.filter(|table| table.contains_key(first)) {
                    put(table, &path, value.clone()).ok_or_else(|| refuse(assignment))?;
                }
            }
            let table = match name {
                "optimiser" => &mut header.optimiser,
                "model" => &mut header.model,
                "modulation" => &mut header.modulation,
                _ => &mut header.parameters,
            };
            put(table, &path, value).ok_or_else(|| refuse(assignment))?;
            let last = path.last().copied().unwrap_or_default();
            header.title = format!("{}, {} {text}", header.title, last.replace('_', " "));
        }
        method.clone_into(&mut preset.header.id);
        // A verdict is about a preset; a variation stands beside it.
        preset.header.mechanism = false;
        preset.header.control = None;
        Ok(preset)
    }
}

/// A TOML value, or else a string.
pub fn value_of(text: &str) -> toml::Value {
    let parsed = format!("value = {text}").parse::<toml::Table>().ok();
    parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| text.into())
}

/// Sets a nested key, making tables on the way; `None` where something else stands in the way.
fn put(table: &mut toml::Table, path: &[&str], value: toml::Value) -> Option<()> {
    let (key, rest) = path.split_first()?;
    if rest.is_empty() {
        table.insert((*key).to_owned(), value);
        return Some(());
    }
    let inner = table.entry((*key).to_owned()).or_insert_with(|| toml::Table::new().into());
    put(inner.as_table_mut()?, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> MethodPreset {
        let text = r#"
schema = 1
id = "ewc"
title = "EWC"
paradigm = "incremental"
kind = "ewc"
provenance = "none"
optimiser = { rate = 0.1, kind = "sgd" }
[parameters]
strength = 1.0
[on.split]
strength = 5.0
optimiser = { rate = 0.2 }
"#;
        MethodPreset::parse(Source { name: "ewc.toml".into(), text: text.into() }).expect("preset")
    }

    #[test]
    fn values_replace_those_of_the_preset_on_every_benchmark() {
        let varied = preset().varied("ewc@optimiser.rate=0.03@parameters.strength=7").expect("varied");
        let header = &varied.header;
        assert_eq!(header.optimiser["rate"].as_float(), Some(0.03));
        assert_eq!(header.optimiser["kind"].as_str(), Some("sgd"));
        assert_eq!(header.parameters["strength"].as_integer(), Some(7));
        assert_eq!(header.on["split"]["strength"].as_integer(), Some(7));
        assert_eq!(header.on["split"]["optimiser"]["rate"].as_float(), Some(0.03));
        assert_eq!(header.title, "EWC, rate 0.03, strength 7");
        assert_eq!(header.id, "ewc@optimiser.rate=0.03@parameters.strength=7");
    }

    #[test]
    fn nested_keys_and_words_are_taken() {
        let varied = preset().varied("ewc@modulation.modulators.da.level.retention=0.5@optimiser.kind=adam");
        let header = varied.expect("varied").header;
        let retention = &header.modulation["modulators"]["da"]["level"]["retention"];
        assert_eq!(retention.as_float(), Some(0.5));
        assert_eq!(header.optimiser["kind"].as_str(), Some("adam"));
    }

    #[test]
    fn what_does_not_name_a_setting_is_refused_with_what_is_allowed() {
        let bad = [
            "ewc@",
            "ewc@rate=1",
            "ewc@optimizer.rate=1",
            "ewc@optimiser.rate",
            "ewc@optimiser.=1",
            "ewc@optimiser.rate.deeper=1",
            "ewc@optimiser.rate=0.1 # c",
            "ewc@optimiser.rate=0.1\ny = 3",
        ];
        for method in bad {
            let error = preset().varied(method).expect_err(method).to_string();
            assert!(error.contains("TABLE.KEY=VALUE") && error.contains("ewc@"), "{error}");
        }
        let twice = preset().varied("ewc@optimiser.rate=1@optimiser.rate=2").expect_err("twice").to_string();
        assert!(twice.contains("one value per key"), "{twice}");
    }

    #[test]
    fn a_single_varied_number_is_found_in_the_id() {
        assert_eq!(varied_number("naive@optimiser.rate=0.03"), Some(("optimiser.rate", 0.03)));
        assert_eq!(base("naive@optimiser.rate=0.03"), "naive");
        assert_eq!(varied_number("naive@model.units=0x10"), Some(("model.units", 16.0)));
        for other in ["naive", "naive@optimiser.kind=adam", "naive@optimiser.rate=1@model.units=2"] {
            assert_eq!(varied_number(other), None, "{other}");
        }
    }
}
