//! Points of a search: what is drawn for an arm, in which ranges, and how a point becomes values of a preset.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use toml::{Table, Value};

use base::error::{DefinitionError, Result};
use contract::Protocol;
use contract::definition::{Arm, MethodPreset, Range, Scale, TABLES, rounded};
use dynamics::Response;
use learn::modulation::{ModulationSpec, ReceptorSpec};

/// Rates of plain gradient descent; momentum takes a tenth of them, Adam a hundredth.
const RATES: (f64, f64) = (0.003, 3.0);
/// Factors on the strengths that the preset gives its mechanism.
const STRENGTHS: (f64, f64) = (1.0 / 16.0, 16.0);
/// Spread of a step from the best point so far, as a share of each range.
const STEP: f64 = 0.15;
/// A word changes in one step of four.
const OTHER_WORD: f64 = 0.25;

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
enum Dimension {
    /// A value of one key.
    Key(String, Range),
    /// One factor on all sensitivities of a modulator; what is stored are the sensitivities.
    Strength { modulator: String, sensitivities: Vec<f64>, factors: Range },
}

impl Dimension {
    fn range(&self) -> &Range {
        match self {
            Self::Key(_, range) => range,
            Self::Strength { factors, .. } => factors,
        }
    }
}

/// Everything that is drawn for an arm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draw {
    dimensions: Vec<Dimension>,
    /// The values of the first trial of all: the preset as it is, for constants no effect.
    pub first: Table,
}

/// A place in each dimension, in [0, 1).
pub type Place = Vec<f64>;

impl Draw {
    /// What an arm searches, from the arm's starting preset on. `preset` is the mechanism itself.
    ///
    /// # Errors
    /// Modulation that cannot be read; a declared key outside the preset's tables.
    pub fn new(protocol: &dyn Protocol, preset: &MethodPreset, benchmark: &str, arm: Arm) -> Result<Self> {
        let mut draw = Self::default();
        draw.add_declared(preset, arm)?;
        let declared = |key: &str| preset.header.space.contains_key(key);
        let own = declared("optimiser.rate") || declared("optimiser.kind");
        if protocol.takes_optimiser() && !own {
            draw.add("optimiser.kind", Range::words(&["sgd", "momentum", "adam"]));
            draw.add("optimiser.rate", Range::log(RATES.0, RATES.1));
        }
        if matches!(arm, Arm::Mechanism | Arm::Constant)
            && let Some(spec) = preset.modulation::<ModulationSpec>(benchmark)?
        {
            for (name, modulator) in &spec.modulators {
                if arm == Arm::Mechanism {
                    let sensitivities =
                        modulator.receptors.iter().map(|receptor| receptor.sensitivity).collect();
                    let factors = Range::log(STRENGTHS.0, STRENGTHS.1);
                    draw.dimensions.push(Dimension::Strength {
                        modulator: name.clone(),
                        sensitivities,
                        factors,
                    });
                    continue;
                }
                // As many free numbers as there are receptors: a constant has what the mechanism can reach.
                for (index, receptor) in modulator.receptors.iter().enumerate() {
                    let key = sensitivity_of(name, index);
                    draw.first.insert(key.clone(), Value::from(0.0));
                    draw.add(&key, constants(receptor, spec.clamp));
                }
            }
        }
        Ok(draw)
    }

    /// One dimension of a key.
    pub fn add(&mut self, key: &str, range: Range) {
        self.dimensions.push(Dimension::Key(key.to_owned(), range));
    }

    /// Of the words of a key only these, where the key is drawn.
    pub fn only(&mut self, key: &str, words: &[&str]) {
        for dimension in &mut self.dimensions {
            if let Dimension::Key(own, range) = dimension
                && own == key
            {
                range.values.retain(|value| value.as_str().is_some_and(|word| words.contains(&word)));
            }
        }
    }

    /// How many words each dimension has; 0: a range of numbers.
    pub fn words(&self) -> Vec<usize> {
        self.dimensions.iter().map(|dimension| dimension.range().values.len()).collect()
    }

    /// A place of another space in this one: the same where both draw the same, in the middle elsewhere.
    pub fn place_like(&self, other: &Self, place: &[f64]) -> Place {
        let same = |dimension| other.dimensions.iter().position(|own| own == dimension);
        self.dimensions
            .iter()
            .map(|own| same(own).and_then(|at| place.get(at)).copied().unwrap_or(0.5))
            .collect()
    }

    fn add_declared(&mut self, preset: &MethodPreset, arm: Arm) -> Result<()> {
        for (key, range) in &preset.header.space {
            // Only the mechanism has what its sources and levels can be.
            if key.starts_with("modulation.") && arm != Arm::Mechanism {
                continue;
            }
            if !key.split_once('.').is_some_and(|(table, _)| TABLES.contains(&table)) {
                let allowed = "a key of optimiser, model, modulation or parameters";
                return Err(preset.refuse(DefinitionError::range(&format!("space.{key}"), key, allowed)));
            }
            self.add(key, range.clone());
        }
        Ok(())
    }

    /// Nothing to choose.
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// A place drawn from the whole space.
    pub fn anywhere(&self, random: &mut impl Rng) -> Place {
        self.dimensions.iter().map(|_| random.random::<f64>()).collect()
    }

    /// A place near another: a normal step in each range, reflected at its ends; words mostly stay.
    pub fn near(&self, place: &[f64], random: &mut impl Rng) -> Place {
        let step = |(dimension, place): (&Dimension, &f64)| {
            let (jump, other): (f64, f64) = (StandardNormal.sample(random), random.random());
            if !dimension.range().values.is_empty() {
                return if random.random::<f64>() < OTHER_WORD { other } else { *place };
            }
            let moved = (place + STEP * jump).rem_euclid(2.0);
            if moved < 1.0 { moved } else { (2.0 - moved).min(1.0 - f64::EPSILON) }
        };
        self.dimensions.iter().zip(place).map(step).collect()
    }

    /// The values of a preset at a place.
    pub fn values(&self, place: &[f64]) -> Table {
        let mut values = Table::new();
        for (dimension, place) in self.dimensions.iter().zip(place) {
            let value = dimension.range().at(*place);
            match dimension {
                Dimension::Key(key, _) => {
                    values.insert(key.clone(), value);
                }
                Dimension::Strength { modulator, sensitivities, .. } => {
                    let factor = value.as_float().unwrap_or(1.0);
                    for (index, own) in sensitivities.iter().enumerate() {
                        values.insert(sensitivity_of(modulator, index), rounded(own * factor).into());
                    }
                }
            }
        }
        let factor = match values.get("optimiser.kind").and_then(Value::as_str) {
            Some("momentum") => 0.1,
            Some("adam") => 0.01,
            _ => 1.0,
        };
        if let Some(Value::Float(rate)) = values.get_mut("optimiser.rate") {
            *rate = rounded(*rate * factor);
        }
        values
    }

    /// Values at which every dimension stands at an end of its range: all at the low ones, all at the high ones.
    pub fn corners(&self) -> [Table; 2] {
        [0.0, 1.0 - f64::EPSILON].map(|end| self.values(&vec![end; self.dimensions.len()]))
    }

    /// Keys whose value lies at an end of its range: a best value there may lie beyond what was tried.
    pub fn at_an_end(&self, place: &[f64]) -> Vec<String> {
        let ends = self.dimensions.iter().zip(place).filter(|(dimension, place)| {
            dimension.range().values.is_empty() && !(0.02..0.98).contains(*place)
        });
        ends.map(|(dimension, _)| match dimension {
            Dimension::Key(key, _) => key.clone(),
            Dimension::Strength { modulator, .. } => format!("strength of {modulator}"),
        })
        .collect()
    }
}

fn sensitivity_of(modulator: &str, receptor: usize) -> String {
    format!("modulation.modulators.{modulator}.receptors.{receptor}.sensitivity")
}

/// Constant effects that a receptor may have at level 1: gains from 0.1 to 10, shifts from −1 to 1, within its limits.
fn constants(receptor: &ReceptorSpec, clamp: [f64; 2]) -> Range {
    let entry = receptor.target.entry();
    let [low, high] = receptor.limits.or(entry.limits).unwrap_or(clamp);
    match entry.response {
        Response::Gain => Range::log(low.max(0.1) - 1.0, high.min(10.0) - 1.0).on(Scale::Gain),
        Response::Bias => Range::log(low.max(-1.0), high.min(1.0)).on(Scale::Linear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::protocol;
    use base::rng::Streams;
    use base::source::Source;

    fn preset(more: &str) -> MethodPreset {
        let text = format!(
            "schema = 1\nid = \"na\"\ntitle = \"NA\"\nparadigm = \"incremental\"\nkind = \"ewc\"\nprovenance = \"test\"\n{more}\
             [modulation.modulators.noradrenaline]\nsource = {{ kind = \"surprise\" }}\n\
             receptors = [{{ target = \"slope\", sensitivity = 0.5 }}, {{ target = \"bias\", sensitivity = 0.1 }}]\n"
        );
        MethodPreset::parse(Source { name: "na.toml".into(), text }).unwrap()
    }

    fn draw(preset: &MethodPreset, arm: Arm) -> Draw {
        Draw::new(protocol("incremental").unwrap(), preset, "any", arm).unwrap()
    }

    #[test]
    fn a_mechanism_is_searched_together_with_its_optimiser_and_parameters() {
        let preset = preset("[space]\n\"parameters.lambda\" = { low = 0.01, high = 100.0 }\n");
        // λ, kind, rate, strength.
        let values = draw(&preset, Arm::Mechanism).values(&[0.5, 0.9, 0.5, 1.0]);
        assert_eq!(values["parameters.lambda"].as_float(), Some(1.0));
        assert_eq!(values["optimiser.kind"].as_str(), Some("adam"));
        // √(0.003 · 3) = 0.0949 for gradient descent, a hundredth for Adam.
        assert_eq!(values["optimiser.rate"].as_float(), Some(9.487e-4));
        // One factor for all receptors; what is stored is absolute: 0.5 · 16 and 0.1 · 16.
        assert_eq!(values[&sensitivity_of("noradrenaline", 0)].as_float(), Some(8.0));
        assert_eq!(values[&sensitivity_of("noradrenaline", 1)].as_float(), Some(1.6));
    }

    #[test]
    fn a_constant_has_a_number_of_its_own_for_every_receptor() {
        let draw = draw(&preset(""), Arm::Constant);
        let values = draw.values(&[0.0, 0.5, 0.5, 0.75]);
        // A gain of 1 in the middle; a shift from −1 to 1.
        assert_eq!(values[&sensitivity_of("noradrenaline", 0)].as_float(), Some(0.0));
        assert_eq!(values[&sensitivity_of("noradrenaline", 1)].as_float(), Some(0.5));
        assert_eq!(draw.first[&sensitivity_of("noradrenaline", 0)].as_float(), Some(0.0));
    }

    #[test]
    fn an_unmodulated_arm_searches_the_optimiser_alone_and_a_declared_one_replaces_it() {
        let keys = |preset: &MethodPreset| draw(preset, Arm::Optimiser).values(&[0.2; 3]).len();
        assert_eq!(keys(&preset("")), 2);
        let own = preset(
            "[space]\n\"optimiser.kind\" = { values = [\"sgd\"] }\n\"parameters.rate\" = { low = 0.01, high = 1.0 }\n",
        );
        let values = draw(&own, Arm::Optimiser).values(&[0.5, 0.5]);
        assert_eq!(values.keys().collect::<Vec<_>>(), ["optimiser.kind", "parameters.rate"]);
        // A rate among the parameters may be another one, of loss weights, say: the optimiser is searched all the same.
        assert_eq!(keys(&preset("[space]\n\"parameters.rate\" = { low = 0.01, high = 1.0 }\n")), 3);
    }

    #[test]
    fn steps_stay_in_the_unit_cube_and_near() {
        let draw = draw(&preset(""), Arm::Constant);
        let mut random = Streams::new(3).get("steps");
        for _ in 0..1000 {
            let place = draw.near(&[0.99, 0.01, 0.5, 0.999], &mut random);
            assert!(place.iter().all(|u| (0.0..1.0).contains(u)), "{place:?}");
            assert!((place[2] - 0.5).abs() < 0.75);
        }
    }

    #[test]
    fn a_declared_key_outside_the_tables_is_refused() {
        let wrong = preset("[space]\n\"title\" = { low = 0.01, high = 1.0 }\n");
        let error = Draw::new(protocol("incremental").unwrap(), &wrong, "any", Arm::Mechanism).unwrap_err();
        assert!(error.to_string().contains("space.title"), "{error}");
    }
}
