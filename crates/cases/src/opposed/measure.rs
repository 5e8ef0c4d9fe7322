//! What is measured on a trained network: its test, the geometry of its activity, its dose–response.

use super::geometry::{Components, Trajectory, angle, detour, late_state, noisy, trajectory, tubes};
use super::network::{Network, skewness};
use super::settings::{Assign, Select, Settings};
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

    pub(super) fn trained_range(&self) -> (f64, f64) {
        let levels = self.settings.task.behaviour.iter().map(|behaviour| behaviour.level);
        levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), f| (low.min(f), high.max(f)))
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
