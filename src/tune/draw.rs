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
        draw.add_declared(preset, benchmark, arm)?;
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

    fn add_declared(&mut self, preset: &MethodPreset, benchmark: &str, arm: Arm) -> Result<()> {
        for (key, range) in &preset.header.space {
            // Only the mechanism has what its sources and levels can be.
            if key.starts_with("modulation.") && arm != Arm::Mechanism {
                continue;
            }
            if !key.split_once('.').is_some_and(|(table, _)| TABLES.contains(&table)) {
                let allowed = "a key of optimiser, model, modulation or parameters";
                return Err(preset.refuse(DefinitionError::range(&format!("space.{key}"), key, allowed)));
            }
            for own in keys(preset, benchmark, key)? {
                self.add(&own, range.clone());
            }
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

/// The key itself, or of `TABLE.….LIST.*` one key for each number of the list that the preset has there.
fn keys(preset: &MethodPreset, benchmark: &str, key: &str) -> Result<Vec<String>> {
    let Some(list) = key.strip_suffix(".*") else { return Ok(vec![key.to_owned()]) };
    let (table, path) = list.split_once('.').unwrap_or((list, ""));
    let effective = Value::Table(preset.effective(table, benchmark));
    let found = path.split('.').try_fold(&effective, |value, key| value.get(key));
    let numbers = found.and_then(Value::as_array).filter(|all| !all.is_empty()).ok_or_else(|| {
        let allowed = "a list of numbers that the preset has there, in front of `.*`";
        preset.refuse(DefinitionError::range(&format!("space.{key}"), key, allowed))
    })?;
    Ok((0..numbers.len()).map(|at| format!("{list}.{at}")).collect())
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
#[path = "draw_tests.rs"]
mod tests;
