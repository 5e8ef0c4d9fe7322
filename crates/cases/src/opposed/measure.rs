//! What is measured on a trained network: its test, the geometry of its activity, its dose–response.

use super::dose_response::{Fit, fit, largest_reversal, sweep};
use super::geometry::{Components, Trajectory, angle, detour, late_state, noisy, trajectory, tubes};
use super::network::{Network, skewness};
use super::settings::{Assign, DoseSettings, Kind, Select, Settings};
use super::setup::recurrent_input;
use super::targets::Targets;
use super::task::Condition;
use super::train::{Problem, Stage};
use base::error::Result;
use base::rng::Streams;
use contract::{Curve, Pace, RunLog};

/// A trained network and what is measured on it.
pub(super) struct Finished<'a> {
    pub settings: &'a Settings,
    pub network: &'a Network,
    pub problem: &'a Problem<'a>,
    pub targets: &'a Targets,
}

impl Finished<'_> {
    /// `f=0.5` where the level selects, otherwise the behaviour's name.
    fn label(&self, behaviour: usize) -> String {
        let of = &self.settings.task.behaviour[behaviour];
        let modulation = &self.settings.modulation;
        let by_level = modulation.select == Select::Level && modulation.assign == Assign::Own;
        if by_level { format!("f={}", of.level) } else { of.name.clone() }
    }

    fn condition_label(&self, condition: &Condition) -> String {
        format!("{}/{}", self.label(condition.behaviour), condition.stimulus.name())
    }

    pub(super) fn test(&self, streams: &Streams, log: &mut RunLog, pace: &mut Pace<'_>) -> Result<()> {
        let trials = self.settings.task.test_trials;
        let scores = match self.settings.modulation.assign {
            Assign::Shuffled => self.problem.evaluate_shuffled(self.network, trials, streams, pace)?,
            Assign::Own | Assign::Mean => self.problem.evaluate(self.network, trials, streams, pace)?,
        };
        let accuracies = self.problem.by_behaviour(&scores.right);
        for (behaviour, accuracy) in self.settings.task.behaviour.iter().zip(&accuracies) {
            log.scalars.insert(format!("accuracy/{}", behaviour.name), *accuracy);
        }
        let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
        log.scalars.insert("accuracy".into(), mean);
        let worst = accuracies.iter().copied().fold(f64::INFINITY, f64::min);
        log.scalars.insert("accuracy_worst".into(), worst);
        log.scalars.insert("loss".into(), scores.loss);
        if let Some(skewness) = skewness(self.network.signed_weights()) {
            log.scalars.insert("weight_skewness".into(), skewness);
        }
        log.scalars.insert("synapses".into(), self.network.synapses() as f64);
        for (condition, output) in self.problem.conditions.iter().zip(&scores.outputs) {
            let name = format!("output/{}", self.condition_label(condition));
            log.curves.push(thinned(name, output.iter().copied(), self.stride()));
        }
        Ok(())
    }

    /// Every how many steps a curve over a trial has a point.
    fn stride(&self) -> usize {
        if self.problem.conditions.len() <= 6 { 2 } else { 5 }
    }

    pub(super) fn geometry(&self, streams: &Streams, log: &mut RunLog, pace: &mut Pace<'_>) -> Result<()> {
        let Self { network, problem, .. } = self;
        let lines: Vec<Trajectory> = problem
            .conditions
            .iter()
            .map(|c| trajectory(network, problem, &problem.contexts[c.behaviour], *c, streams, pace))
            .collect::<Result<_>>()?;
        let components = Components::of(lines.iter().flatten(), 3, pace)?;
        let mut cumulative = 0.0;
        for (k, share) in components.share.iter().enumerate() {
            cumulative += share;
            log.scalars.insert(format!("geometry/variance_{}", k + 1), cumulative);
        }
        for (condition, line) in problem.conditions.iter().zip(&lines) {
            let label = self.condition_label(condition);
            let points: Vec<Vec<f64>> = line.iter().map(|state| components.project(state)).collect();
            for k in 0..components.axes.len() {
                let along = points.iter().map(|point| point[k]);
                log.curves.push(thinned(format!("pc{}/{label}", k + 1), along, self.stride()));
            }
        }
        self.compare_behaviours(&lines, streams, log, pace)?;
        if let Some(dose) = &self.settings.task.dose
            && self.settings.modulation.assign == Assign::Own
        {
            self.path(&dose.levels, &components, streams, log, pace)?;
        }
        Ok(())
    }

    /// Angles and tubes compare behaviours under the same stimulus.
    fn compare_behaviours(
        &self,
        lines: &[Trajectory],
        streams: &Streams,
        log: &mut RunLog,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let Self { network, problem, .. } = self;
        let onset = self.settings.task.trial.response_onset();
        let mut angles = Vec::new();
        let (mut overlap, mut separation) = (Vec::new(), Vec::new());
        for stimulus in super::behaviour::Stimulus::ALL {
            let same: Vec<usize> =
                (0..lines.len()).filter(|k| problem.conditions[*k].stimulus == stimulus).collect();
            if same.len() < 2 {
                continue;
            }
            if let Some(angle) = angle(&lines[same[0]], &lines[same[1]], onset) {
                log.scalars.insert(format!("geometry/angle/{}", stimulus.name()), angle);
                angles.push(angle);
            }
            let trials: Vec<Vec<Trajectory>> = same
                .iter()
                .map(|k| {
                    let condition = problem.conditions[*k];
                    let context = &problem.contexts[condition.behaviour];
                    noisy(Stage { network, task: problem.task, context, condition }, 8, streams, pace)
                })
                .collect::<Result<_>>()?;
            let lines: Vec<Trajectory> = same.iter().map(|k| lines[*k].clone()).collect();
            if let Some(tubes) = tubes(&lines, &trials, 5, pace)? {
                overlap.push(tubes.overlap);
                separation.push(tubes.separation);
            }
        }
        for (name, values) in [("angle", angles), ("tube_overlap", overlap), ("tube_separation", separation)]
        {
            if !values.is_empty() {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                log.scalars.insert(format!("geometry/{name}"), mean);
            }
        }
        Ok(())
    }

    /// Where intermediate levels lead: the late state as a function of f, in the components of the trained levels.
    fn path(
        &self,
        levels: &[f64],
        components: &Components,
        streams: &Streams,
        log: &mut RunLog,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let onset = self.settings.task.trial.response_onset();
        let (low, high) = self.trained_range();
        let mut detours = Vec::new();
        for condition in self.problem.conditions.iter().filter(|c| c.behaviour == 0) {
            let name = condition.stimulus.name();
            let mut curves: Vec<Curve> =
                (1..=components.axes.len()).map(|k| Curve::new(format!("path/pc{k}/{name}"))).collect();
            let mut states = Vec::new();
            for level in levels.iter().filter(|level| (low..=high).contains(*level)) {
                let context = self.targets.at_level(self.network.shape, 0, *level);
                let line = trajectory(self.network, self.problem, &context, *condition, streams, pace)?;
                let late = late_state(&line, onset);
                for (curve, along) in curves.iter_mut().zip(components.project(&late)) {
                    curve.push(*level, along);
                }
                states.push(late);
            }
            detours.extend(detour(&states));
            log.curves.extend(curves);
        }
        if !detours.is_empty() {
            let mean = detours.iter().sum::<f64>() / detours.len() as f64;
            log.scalars.insert("geometry/path_detour".into(), mean);
        }
        Ok(())
    }

    fn trained_range(&self) -> (f64, f64) {
        let levels = self.settings.task.behaviour.iter().map(|behaviour| behaviour.level);
        levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), f| (low.min(f), high.max(f)))
    }

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

fn thinned(name: String, values: impl Iterator<Item = f64>, stride: usize) -> Curve {
    let mut curve = Curve::new(name);
    for (t, value) in values.enumerate().step_by(stride) {
        // Four decimals: curves are pictures, and records stay small.
        curve.push(t as f64, (value * 1e4).round() / 1e4);
    }
    curve
}

fn push(log: &mut RunLog, name: &str, x: &[f64], y: &[f64]) {
    let mut curve = Curve::new(name);
    x.iter().zip(y).for_each(|(x, y)| curve.push(*x, (y * 1e4).round() / 1e4));
    log.curves.push(curve);
}
