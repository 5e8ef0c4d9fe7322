//! The dose–response of a trained network: answers over the level, their fit, and the same under a current instead.

use super::dose_response::{Fit, fit, largest_reversal, sweep};
use super::measure::Finished;
use super::settings::{Assign, DoseSettings, Kind, Select};
use super::setup::recurrent_input;
use base::error::Result;
use base::rng::Streams;
use contract::{Curve, Pace, RunLog};

impl Finished<'_> {
    pub(super) fn dose(
        &self,
        dose: &DoseSettings,
        streams: &Streams,
        log: &mut RunLog,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let Self { network, problem, targets, .. } = self;
        let shape = network.shape;
        let modulation = &self.settings.modulation;
        if modulation.select != Select::Level || modulation.assign != Assign::Own {
            return Ok(());
        }
        let result = sweep(network, problem, &dose.levels, dose.trials, streams, pace, |level| {
            targets.at_level(shape, 0, level)
        })?;
        pace.at(0.95)?;
        let (low, high) = self.trained_range();
        let within: Vec<usize> =
            (0..dose.levels.len()).filter(|k| (low..=high).contains(&dose.levels[*k])).collect();
        let pick = |values: &[f64]| -> Vec<f64> { within.iter().map(|k| values[*k]).collect() };
        let levels = pick(&dose.levels);
        let second = pick(&result.second);
        // A method that ignores the level has no dose–response; its curve is flat and has no fit.
        if let Some(found) = fit(&levels, &second) {
            self.insert_fit("dose", &found, (low, high), log);
        }
        log.scalars.insert("dose/largest_reversal".into(), largest_reversal(&second));
        let both: Vec<f64> = result.first.iter().zip(&result.second).map(|(a, b)| a + b).collect();
        let neither = pick(&both).iter().map(|both| 1.0 - both.min(1.0)).fold(0.0, f64::max);
        log.scalars.insert("dose/most_undecided".into(), neither);
        push(log, "dose/first", &dose.levels, &result.first);
        push(log, "dose/second", &dose.levels, &result.second);

        self.scaled_output(dose, &result.output, &within, log);
        if self.settings.modulation.kind == Kind::WeightGain {
            self.electrical(dose, streams, log, pace)?;
        }
        Ok(())
    }

    /// The same with the output itself, scaled to 0 at the first and 1 at the second trained level.
    fn scaled_output(
        &self,
        dose: &DoseSettings,
        outputs: &[(&str, Vec<f64>)],
        within: &[usize],
        log: &mut RunLog,
    ) {
        let pick = |values: &[f64]| -> Vec<f64> { within.iter().map(|k| values[*k]).collect() };
        let at = |level: f64| dose.levels.iter().position(|l| *l == level);
        let ends = (at(self.settings.task.behaviour[0].level), at(self.settings.task.behaviour[1].level));
        let mut scaled = vec![0.0; dose.levels.len()];
        let mut count = 0.0;
        for (name, output) in outputs {
            push(log, &format!("dose/output/{name}"), &dose.levels, output);
            if let (Some(first), Some(last)) = ends
                && (output[last] - output[first]).abs() > 0.5
            {
                let span = output[last] - output[first];
                scaled.iter_mut().zip(output).for_each(|(s, o)| *s += (o - output[first]) / span);
                count += 1.0;
            }
        }
        if count > 0.0 {
            scaled.iter_mut().for_each(|s| *s /= count);
            if let Some(found) = fit(&pick(&dose.levels), &pick(&scaled)) {
                self.insert_fit("dose/output", &found, self.trained_range(), log);
            }
            push(log, "dose/output/scaled", &dose.levels, &scaled);
        }
    }

    fn insert_fit(&self, name: &str, found: &Fit, (low, high): (f64, f64), log: &mut RunLog) {
        log.scalars.insert(format!("{name}/r2"), found.r2);
        log.scalars.insert(format!("{name}/slope"), found.a);
        log.scalars.insert(format!("{name}/intercept"), found.b);
        // A midpoint outside the trained levels is an extrapolation: left out.
        if (low..=high).contains(&found.ec50()) {
            log.scalars.insert(format!("{name}/ec50"), found.ec50());
        }
    }

    /// Drives the same units by a current instead, from the state of no modulation (f = 1), in both directions.
    ///
    /// A current of "dose" d is d − 1 times the root mean square of the recurrent input at f = 1, so that it changes
    /// the units' input by as much as the gain d would at that state.
    fn electrical(
        &self,
        dose: &DoseSettings,
        streams: &Streams,
        log: &mut RunLog,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let Self { settings, network, problem, targets } = self;
        let neutral = super::targets::Context::neutral(network.shape);
        let units = targets.population(0);
        let scale = recurrent_input(network, settings, &neutral, units, &streams.within("matching"), pace)?;
        let (low, high) = self.trained_range();
        let mut doses: Vec<f64> =
            dose.levels.iter().map(|level| level - 1.0).filter(|d| *d > 0.0 && *d <= high - low).collect();
        doses.extend(doses.clone().iter().map(|d| -d));
        doses.push(0.0);
        doses.sort_by(f64::total_cmp);
        let result = sweep(network, problem, &doses, dose.trials, streams, pace, |dose| {
            targets.electrical(network.shape, 0, dose as f32 * scale)
        })?;
        let most = result.second.iter().copied().fold(0.0, f64::max);
        log.scalars.insert("dose/electrical_most_second".into(), most);
        push(log, "dose/electrical/first", &doses, &result.first);
        push(log, "dose/electrical/second", &doses, &result.second);
        Ok(())
    }
}

fn push(log: &mut RunLog, name: &str, x: &[f64], y: &[f64]) {
    let mut curve = Curve::new(name);
    x.iter().zip(y).for_each(|(x, y)| curve.push(*x, (y * 1e4).round() / 1e4));
    log.curves.push(curve);
}
