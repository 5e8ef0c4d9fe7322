//! What is tried: strengths of a mechanism, constants in its place, optimisers, or values that the user names.

use rand::RngExt;
use toml::{Table, Value};

use crate::error::{DefinitionError, Result};
use crate::modulation::{LevelSpec, ModulationSpec, Response, SourceSpec, Transmission};
use crate::rng::Streams;
use crate::spec::MethodPreset;

/// One thing to search.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The strength of every modulator: one factor on all of its sensitivities, from 1/16 to 16.
    Mechanism,
    /// A constant level per modulator in place of its source: gains from 0.1 to 10, shifts from −1 to 1.
    Constant,
    /// The method without modulation: SGD, momentum and Adam, each over rates spread over two decades.
    Optimiser,
    /// Values of one parameter of the method.
    Parameter { key: String, values: Vec<f64> },
}

/// A preset to try.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What distinguishes it, in words.
    pub words: String,
    pub preset: MethodPreset,
    /// What goes into `on.<benchmark>` of the preset that is written.
    pub overrides: Table,
    /// It stands at an end of a grid: a best value here may lie beyond what was tried.
    pub edge: bool,
}

impl Part {
    /// The word on the command line and in reports.
    pub fn word(&self) -> &str {
        match self {
            Self::Mechanism => "mechanism",
            Self::Constant => "constant",
            Self::Optimiser => "optimiser",
            Self::Parameter { key, .. } => key,
        }
    }

    pub(super) fn trials(&self, preset: &MethodPreset, benchmark: &str, budget: usize) -> Result<Vec<Trial>> {
        match self {
            Self::Mechanism | Self::Constant => {
                let of = if *self == Self::Mechanism { mechanism } else { constants };
                let trials = of(preset, benchmark, budget)?;
                // Several modulators are searched at random points, which have no ends.
                let one = modulation(preset, benchmark)?.modulators.len() == 1;
                Ok(if one { on_a_grid(trials) } else { trials })
            }
            Self::Optimiser => Ok(optimisers(preset, benchmark, budget)),
            Self::Parameter { key, values } => Ok(on_a_grid(parameters(preset, benchmark, key, values))),
        }
    }
}

fn modulation(preset: &MethodPreset, benchmark: &str) -> Result<ModulationSpec> {
    preset.modulation::<ModulationSpec>(benchmark)?.ok_or_else(|| {
        preset.refuse(DefinitionError {
            key: "modulation".into(),
            problem: "missing: there is no mechanism to tune".into(),
            allowed: vec!["`--try KEY=V1,V2,…` tunes a parameter of a method without modulation".into()],
            ..DefinitionError::default()
        })
    })
}

/// The preset's own overrides for the benchmark.
fn own_overrides(preset: &MethodPreset, benchmark: &str) -> Table {
    preset.header.on.get(benchmark).cloned().unwrap_or_default()
}

fn with(preset: &MethodPreset, benchmark: &str, words: String, overrides: Table) -> Trial {
    let mut tried = preset.clone();
    tried.header.on.insert(benchmark.to_owned(), overrides.clone());
    Trial { words, preset: tried, overrides, edge: false }
}

/// Marks the ends of trials that stand on one grid, in order.
fn on_a_grid(mut trials: Vec<Trial>) -> Vec<Trial> {
    let last = trials.len().saturating_sub(1);
    for place in [0, last] {
        if let Some(trial) = trials.get_mut(place) {
            trial.edge = true;
        }
    }
    trials
}

/// `count` numbers from `low` to `high`, equally spaced in their logarithm.
#[allow(clippy::cast_precision_loss)]
fn logarithmic(low: f64, high: f64, count: usize) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    // Four digits: presets are read by people.
    (0..count).map(|i| rounded(low * (high / low).powf(i as f64 / last))).collect()
}

fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Points of the search over `modulators` positive factors: a grid for one, else draws, the neutral point first.
fn factors(low: f64, high: f64, modulators: usize, budget: usize, stream: &str) -> Vec<Vec<f64>> {
    if modulators == 1 {
        return logarithmic(low, high, budget).into_iter().map(|factor| vec![factor]).collect();
    }
    let mut random = Streams::new(super::FIRST_SEED).get(stream);
    let mut draw = || rounded(low * (high / low).powf(random.random::<f64>()));
    let neutral = vec![1.0; modulators];
    let drawn = (1..budget).map(|_| (0..modulators).map(|_| draw()).collect());
    std::iter::once(neutral).chain(drawn).collect()
}

fn mechanism(preset: &MethodPreset, benchmark: &str, budget: usize) -> Result<Vec<Trial>> {
    let spec = modulation(preset, benchmark)?;
    let points = factors(1.0 / 16.0, 16.0, spec.modulators.len(), budget, "tune/mechanism");
    points
        .into_iter()
        .map(|point| {
            let mut modulators = Table::new();
            for ((name, modulator), factor) in spec.modulators.iter().zip(&point) {
                let mut receptors = modulator.receptors.clone();
                receptors
                    .iter_mut()
                    .for_each(|receptor| receptor.sensitivity = rounded(receptor.sensitivity * factor));
                let receptors = Value::try_from(&receptors).map_err(unwritable)?;
                modulators
                    .insert(name.clone(), Table::from_iter([("receptors".to_owned(), receptors)]).into());
            }
            let words = named(spec.modulators.keys(), &point, "×");
            let mut overrides = own_overrides(preset, benchmark);
            overrides.insert(
                "modulation".into(),
                Table::from_iter([("modulators".to_owned(), modulators.into())]).into(),
            );
            Ok(with(preset, benchmark, words, overrides))
        })
        .collect()
}

fn constants(preset: &MethodPreset, benchmark: &str, budget: usize) -> Result<Vec<Trial>> {
    let mut spec = modulation(preset, benchmark)?;
    spec.interactions.clear();
    let points = factors(0.1, 10.0, spec.modulators.len(), budget, "tune/constant");
    points
        .into_iter()
        .map(|point| {
            let mut own = spec.clone();
            let mut levels = Vec::with_capacity(point.len());
            for (modulator, gain) in own.modulators.values_mut().zip(&point) {
                // The level at which the first receptor's effect is the gain, or a shift between −1 and 1.
                let first =
                    modulator.receptors.first().map(|receptor| (receptor.sensitivity, receptor.target));
                let (sensitivity, target) =
                    first.filter(|(s, _)| *s != 0.0).unwrap_or((1.0, modulator.receptors[0].target));
                let wanted = match target.entry().response {
                    Response::Gain => gain - 1.0,
                    Response::Bias => gain.log10(),
                };
                let level = rounded(wanted / sensitivity);
                modulator.source = SourceSpec::constant(level);
                modulator.level = LevelSpec::default();
                modulator.transmission = Transmission::Wired;
                modulator.receptors.iter_mut().for_each(|receptor| receptor.tau = 0.0);
                levels.push(level);
            }
            let words = named(own.modulators.keys(), &levels, "=");
            let mut overrides = own_overrides(preset, benchmark);
            // The whole table: a merge would leave settings of the sources that the constants replace.
            overrides.insert("modulation".into(), Value::try_from(&own).map_err(unwritable)?);
            let mut bare = preset.clone();
            bare.header.modulation.clear();
            Ok(with(&bare, benchmark, words, overrides))
        })
        .collect()
}

/// A grid of rates per kind of optimiser, and before them, beyond the budget, the optimiser that the mechanism itself has:
/// the control must not be worse than where the mechanism starts.
fn optimisers(preset: &MethodPreset, benchmark: &str, budget: usize) -> Vec<Trial> {
    let per_kind = (budget / 3).max(1);
    let ranges = [("sgd", 0.003, 0.3), ("momentum", 0.001, 0.1), ("adam", 0.0001, 0.01)];
    let mut bare = preset.clone();
    bare.header.modulation.clear();
    let mut overrides = own_overrides(preset, benchmark);
    overrides.remove("modulation");
    let own = with(&bare, benchmark, "the mechanism's own".into(), overrides);
    bare.header.optimiser.clear();
    let trial = |(kind, rate): (&'static str, f64)| {
        let optimiser = Table::from_iter([
            ("kind".to_owned(), Value::from(kind)),
            ("rate".to_owned(), Value::from(rate)),
        ]);
        let mut overrides = own_overrides(preset, benchmark);
        overrides.remove("modulation");
        overrides.insert("optimiser".into(), optimiser.into());
        with(&bare, benchmark, format!("{kind} {rate}"), overrides)
    };
    let of_kind = |(kind, low, high): (&'static str, f64, f64)| {
        let rates = logarithmic(low, high, per_kind).into_iter();
        on_a_grid(rates.map(|rate| trial((kind, rate))).collect())
    };
    std::iter::once(own).chain(ranges.into_iter().flat_map(of_kind)).collect()
}

fn parameters(preset: &MethodPreset, benchmark: &str, key: &str, values: &[f64]) -> Vec<Trial> {
    let trial = |value: &f64| {
        let mut overrides = own_overrides(preset, benchmark);
        overrides.insert(key.to_owned(), number(*value));
        with(preset, benchmark, format!("{key} = {value}"), overrides)
    };
    values.iter().map(trial).collect()
}

/// A whole number is written as one: a parameter that counts takes no other, and one that measures takes it too.
#[allow(clippy::cast_possible_truncation)]
fn number(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value.abs() < 9e15;
    if whole { Value::Integer(value as i64) } else { Value::Float(value) }
}

fn named<'a>(names: impl Iterator<Item = &'a String>, values: &[f64], sign: &str) -> String {
    names.zip(values).map(|(name, value)| format!("{name} {sign} {value}")).collect::<Vec<_>>().join(", ")
}

fn unwritable(error: toml::ser::Error) -> crate::Error {
    DefinitionError { problem: error.to_string(), ..DefinitionError::default() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Source;

    #[test]
    fn whole_numbers_are_tried_as_whole_numbers() {
        let tried = [3.0, 0.5, -2.0, 1e300].map(number);
        assert_eq!(tried, [Value::Integer(3), Value::Float(0.5), Value::Integer(-2), Value::Float(1e300)]);
    }

    fn preset() -> MethodPreset {
        let text = "schema = 1\nid = \"na\"\ntitle = \"NA\"\nparadigm = \"incremental\"\nkind = \"naive\"\nprovenance = \"test\"\n\
                    [modulation.modulators.noradrenaline]\nsource = { kind = \"surprise\" }\n\
                    receptors = [{ target = \"slope\", sensitivity = 0.5 }]\n";
        MethodPreset::parse(Source { name: "na.toml".into(), text: text.into() }).unwrap()
    }

    #[test]
    fn every_part_spends_the_same_budget_and_tries_the_neutral_point() {
        for part in [Part::Mechanism, Part::Constant] {
            assert_eq!(part.trials(&preset(), "any", 15).unwrap().len(), 15, "{part:?}");
        }
        let optimisers = Part::Optimiser.trials(&preset(), "any", 15).unwrap();
        assert_eq!(optimisers.len(), 1 + 15);
        let own = &optimisers[0].preset.header;
        assert!(own.modulation.is_empty() && own.optimiser.is_empty() && own.on["any"].is_empty());
        let words: Vec<String> = Part::Mechanism
            .trials(&preset(), "any", 15)
            .unwrap()
            .into_iter()
            .map(|trial| trial.words)
            .collect();
        assert!(words.contains(&"noradrenaline × 1".to_owned()), "{words:?}");
        let constants = Part::Constant.trials(&preset(), "any", 15).unwrap();
        // Gain 10 is level (10 − 1)/0.5, gain 1 level 0.
        assert_eq!(constants[14].words, "noradrenaline = 18");
        assert_eq!(constants[7].words, "noradrenaline = 0");
    }

    #[test]
    fn a_constant_keeps_the_receptors_and_loses_the_source() {
        let trial = &Part::Constant.trials(&preset(), "any", 5).unwrap()[0];
        let spec = trial.preset.modulation::<ModulationSpec>("any").unwrap().unwrap();
        assert_eq!(spec.modulators["noradrenaline"].source.kind, "constant");
        assert_eq!(spec.modulators["noradrenaline"].receptors[0].sensitivity, 0.5);
    }
}
