//! The procedure, apart from what is measured: search every arm with the same budget, choose on validation, ask on seeds that
//! chose nothing.

use std::ops::Range;

use toml::Table;

use super::answer::Answer;
use super::joint::Joint;
use super::seeds::Seeds;
use super::tried::{Confirmed, Searched, Tried};
use crate::measure::On;
use crate::tune::{Budget, Draw, First, Prepared, at_half, best_of, estimate};
use base::error::{DefinitionError, Result};
use base::stats::{Captured, Difference, Scores, mean};
use contract::definition::MethodPreset;

/// Whatever can say how well presets with these values do, seed by seed.
pub trait Measure {
    /// One map of scores per table of values.
    ///
    /// # Errors
    /// Definition errors; a run that fails for another reason than divergence, which counts as chance.
    fn scores(
        &mut self,
        preset: &MethodPreset,
        values: &[Table],
        seeds: Range<u64>,
        on: On,
    ) -> Result<Vec<Scores>>;

    /// Hears what comes next.
    fn begins(&mut self, _what: &str) {}
}

/// How much is searched, and on how many seeds it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub budget: Budget,
    pub seeds: Seeds,
    /// Of the benchmark's score.
    pub higher: bool,
}

impl Plan {
    fn sign(&self) -> f64 {
        if self.higher { 1.0 } else { -1.0 }
    }

    fn search_one(
        &self,
        measure: &mut dyn Measure,
        (name, preset, draw): (String, &MethodPreset, &Draw),
        first: &First,
    ) -> Result<Searched> {
        measure.begins(&name);
        let found = estimate((&name, draw), first, &self.budget, self.higher, &mut means(measure, preset))?;
        Ok(Searched { name, preset: preset.clone(), draw: draw.clone(), found })
    }

    /// Scores the winners of arms on test data.
    fn ask(
        &self,
        measure: &mut dyn Measure,
        arm: (&MethodPreset, &Table),
        seeds: Range<u64>,
    ) -> Result<Scores> {
        let scores = measure.scores(arm.0, std::slice::from_ref(arm.1), seeds, On::Test)?;
        Ok(scores.into_iter().next().unwrap_or_default())
    }

    /// The whole procedure for the arms in the order of what they know: two that are blind, then the schedules.
    ///
    /// # Errors
    /// Fewer than three arms; what measuring returns.
    pub fn answer(&self, prepared: &[Prepared], measure: &mut dyn Measure) -> Result<Answer> {
        let mut arms: Vec<Searched> = Vec::with_capacity(prepared.len());
        let mut first = First::default();
        let mut blind = 0;
        for (at, own) in prepared.iter().enumerate() {
            if at > 0 {
                let below: &Searched = &arms[blind];
                let winner = below.found.winner();
                let place = winner.place.as_ref().map(|place| own.draw.place_like(&below.draw, place));
                first = First { place, values: winner.values.clone() };
            }
            let name = own.knows.word().to_owned();
            arms.push(self.search_one(measure, (name, &own.preset, &own.draw), &first)?);
            if at == 1 {
                // The first of equals: the constant.
                blind = best_of(&[arms[0].validation(), arms[1].validation()], self.higher);
            }
        }
        let scores: Vec<f64> = arms.iter().skip(2).map(Searched::validation).collect();
        if scores.is_empty() {
            return Err(too_few());
        }
        let schedule = 2 + best_of(&scores, self.higher);
        measure.begins("qualification");
        let seeds = self.seeds.qualification();
        let mut asked = |at: usize| self.ask(measure, (&arms[at].preset, arms[at].values()), seeds.clone());
        let qualification = [asked(0)?, asked(blind)?, asked(schedule)?];
        let joint = Joint::new(&arms, &qualification[1], self.higher, &mut asked)?;
        let sign = self.sign();
        let difference = |one: &Scores, other: &Scores| Difference::new(one, other, sign).ok_or_else(too_few);
        let headroom = difference(&qualification[2], &qualification[1])?;
        let above_constant = difference(&qualification[2], &qualification[0])?;
        let half = self.half(&arms, measure)?;
        let at_half = difference(&half, &qualification[1])?;
        Ok(Answer {
            arms,
            blind,
            schedule,
            qualification,
            headroom,
            above_constant,
            at_half,
            joint,
            mechanisms: Vec::new(),
            rivals: Vec::new(),
        })
    }

    /// Qualification scores of the schedule that half of the trials would have found.
    fn half(&self, arms: &[Searched], measure: &mut dyn Measure) -> Result<Scores> {
        let mut best: Option<(f64, &MethodPreset, Table)> = None;
        for arm in arms.iter().skip(2) {
            let found = at_half(&arm.found, &self.budget, self.higher, &mut means(measure, &arm.preset))?;
            let winner = found.winner();
            let score = winner.again.unwrap_or(winner.score);
            if best.as_ref().is_none_or(|best| self.sign() * score > self.sign() * best.0) {
                best = Some((score, &arm.preset, winner.values.clone()));
            }
        }
        let (_, preset, values) = best.ok_or_else(too_few)?;
        self.ask(measure, (preset, &values), self.seeds.qualification())
    }

    /// Searches mechanisms with the same budget, compares them on the development seeds, confirms the best of them; where two
    /// kinds of state alternate, the best of one modulator and the best of more.
    ///
    /// # Errors
    /// What measuring returns.
    pub fn capture(
        &self,
        answer: &mut Answer,
        mechanisms: &[(MethodPreset, Draw)],
        measure: &mut dyn Measure,
    ) -> Result<()> {
        let mut tried = self.develop(mechanisms, measure)?;
        // Stable: the first named of equals.
        tried.sort_by(|a, b| (self.sign() * b.development).total_cmp(&(self.sign() * a.development)));
        let both = answer.joint.is_some();
        let classes: &[Option<bool>] = if both { &[Some(false), Some(true)] } else { &[None] };
        for class in classes {
            let best = tried.iter_mut().find(|own| class.is_none_or(|pair| own.searched.is_pair() == pair));
            if let Some(best) = best {
                best.confirmed = Some(self.confirm(answer, &best.searched, measure)?);
            }
        }
        if let Some(joint) = &mut answer.joint {
            joint.compare(&tried, self.sign());
        }
        answer.mechanisms = tried;
        Ok(())
    }

    /// Searches methods without a gain with the same budget and asks each on the confirmation seeds: no choice is made there.
    ///
    /// # Errors
    /// What measuring returns.
    pub fn rival(
        &self,
        answer: &mut Answer,
        rivals: &[(MethodPreset, Draw)],
        measure: &mut dyn Measure,
    ) -> Result<()> {
        let mut tried = self.develop(rivals, measure)?;
        for own in &mut tried {
            own.confirmed = Some(self.confirm(answer, &own.searched, measure)?);
        }
        answer.rivals = tried;
        Ok(())
    }

    /// What each of some methods finds, and its mean on the development seeds.
    fn develop(&self, methods: &[(MethodPreset, Draw)], measure: &mut dyn Measure) -> Result<Vec<Tried>> {
        let mut tried = Vec::with_capacity(methods.len());
        for (preset, draw) in methods {
            let name = preset.header.id.clone();
            let searched = self.search_one(measure, (name, preset, draw), &First::default())?;
            let seeds = self.seeds.development();
            let scores =
                measure.scores(preset, std::slice::from_ref(searched.values()), seeds, On::Validation)?;
            let values: Vec<f64> = scores.iter().flat_map(|scores| scores.values().copied()).collect();
            let development = mean(&values).ok_or_else(too_few)?;
            tried.push(Tried { searched, development, confirmed: None });
        }
        Ok(tried)
    }

    /// One method on the confirmation seeds, beside change-blind arm and schedule.
    fn confirm(&self, answer: &Answer, own: &Searched, measure: &mut dyn Measure) -> Result<Confirmed> {
        measure.begins("confirmation");
        let seeds = self.seeds.confirmation();
        let (blind, schedule) = (&answer.arms[answer.blind], &answer.arms[answer.schedule]);
        let mut asked = |arm: &Searched| self.ask(measure, (&arm.preset, arm.values()), seeds.clone());
        let scores = [asked(own)?, asked(blind)?, asked(schedule)?];
        let [own, blind, schedule] = &scores;
        let above_blind = Difference::new(own, blind, self.sign()).ok_or_else(too_few)?;
        let carries = answer.headroom.carries_kappa();
        let captured = carries.then(|| Captured::new(own, blind, schedule, self.sign())).flatten();
        Ok(Confirmed { scores, above_blind, captured })
    }
}

fn too_few() -> base::error::Error {
    let problem =
        "headroom needs a constant, a change-blind arm, a schedule, and seeds to ask them on".into();
    DefinitionError { problem, ..DefinitionError::default() }.into()
}

/// Mean validation scores of a preset with values.
fn means<'a>(
    measure: &'a mut dyn Measure,
    preset: &'a MethodPreset,
) -> impl FnMut(&[Table], Range<u64>) -> Result<Vec<f64>> + 'a {
    move |values, seeds| {
        let scores = measure.scores(preset, values, seeds, On::Validation)?;
        let of = |scores: &Scores| {
            let list: Vec<f64> = scores.values().copied().collect();
            mean(&list).unwrap_or(f64::NAN)
        };
        Ok(scores.iter().map(of).collect())
    }
}
