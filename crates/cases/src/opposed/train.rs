//! Training to criterion, and the evaluation that decides it.

use super::bptt::{Tape, Trial};
use super::deck::Deck;
use super::network::{Effective, Network, Parameters};
use super::noise::Noise;
use super::settings::{SIDE_BY_SIDE, Task};
use super::targets::Context;
use super::task::{Condition, is_right, target};
use base::error::{Error, Result};
use base::rng::Streams;
use contract::{Curve, Pace, Watch};
use numeric::optimiser::{Adam, clip_norm};

/// A task with the contexts that a method gives its behaviours.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    pub task: &'a Task,
    /// One per behaviour.
    pub contexts: Vec<Context>,
    pub conditions: Vec<Condition>,
}

/// How well each condition went.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Share of right answers per condition, in [0, 1].
    pub right: Vec<f64>,
    /// Mean of √Σ(o − z)² over all trials.
    pub loss: f64,
    /// Mean output per condition, steps long.
    pub outputs: Vec<Vec<f64>>,
}

/// What training left.
#[derive(Debug, Clone)]
pub struct Trained {
    pub updates: usize,
    /// The update at which the criterion was met; `None` if it never was.
    pub criterion: Option<usize>,
    /// Loss of the training trials (mean over the updates since the last evaluation), evaluation loss, accuracy of
    /// all and of the worst behaviour, over updates.
    pub curves: Vec<Curve>,
}

impl Problem<'_> {
    /// Accuracy of each behaviour: the mean over its stimuli.
    pub fn by_behaviour(&self, right: &[f64]) -> Vec<f64> {
        let mean = |index: usize| {
            let cells = self.conditions.iter().zip(right).filter(|(c, _)| c.behaviour == index);
            let (sum, count) = cells.fold((0.0, 0.0), |(sum, count), (_, right)| (sum + right, count + 1.0));
            sum / count
        };
        (0..self.contexts.len()).map(mean).collect()
    }

    /// Runs `trials` noisy trials of every condition. Trial n of a stimulus has the same noise in every behaviour, so
    /// a network without context gives the same answer in each.
    ///
    /// # Errors
    /// [`Error::Stopped`]: the watch is asked between groups of trials.
    pub fn evaluate(
        &self,
        network: &Network,
        trials: usize,
        streams: &Streams,
        pace: &mut Pace<'_>,
    ) -> Result<Scores> {
        let steps = self.task.trial.steps;
        let mut scores = Scores { right: Vec::new(), loss: 0.0, outputs: Vec::new() };
        let mut tape = Tape::new(network.shape);
        for condition in &self.conditions {
            let context = &self.contexts[condition.behaviour];
            let wanted = target(&self.task.trial, condition.response);
            let mut right = 0;
            let mut mean = vec![0.0; steps];
            let stage = Stage { network, task: self.task, context, condition: *condition };
            simulate(stage, trials, streams, &mut tape, pace, |tape, b| {
                let after = tape.output(b).skip(self.task.trial.response_onset());
                right += usize::from(is_right(after, condition.response));
                scores.loss += tape.loss(b, &wanted);
                mean.iter_mut().zip(tape.output(b)).for_each(|(sum, o)| *sum += f64::from(o));
            })?;
            mean.iter_mut().for_each(|sum| *sum /= trials as f64);
            scores.right.push(right as f64 / trials as f64);
            scores.outputs.push(mean);
        }
        scores.loss /= (trials * self.conditions.len()) as f64;
        Ok(scores)
    }

    /// The same where in every trial the context is that of a behaviour drawn evenly: not drawn but averaged over all of
    /// them, each with its share of the trials. `outputs` are means over contexts too.
    ///
    /// # Errors
    /// Asked to stop.
    pub fn evaluate_shuffled(
        &self,
        network: &Network,
        trials: usize,
        streams: &Streams,
        pace: &mut Pace<'_>,
    ) -> Result<Scores> {
        let count = self.contexts.len();
        let turned = (0..count).map(|turn| {
            let contexts = (0..count).map(|k| self.contexts[(k + turn) % count].clone()).collect();
            let problem = Problem { task: self.task, contexts, conditions: self.conditions.clone() };
            problem.evaluate(network, trials.div_ceil(count), streams, pace)
        });
        let mut all = turned.collect::<Result<Vec<_>>>()?.into_iter();
        let mut sum = all.next().unwrap_or(Scores { right: Vec::new(), loss: 0.0, outputs: Vec::new() });
        let add = |sum: &mut f64, value: &f64| *sum += value;
        for scores in all {
            sum.loss += scores.loss;
            sum.right.iter_mut().zip(&scores.right).for_each(|(sum, value)| add(sum, value));
            let steps = sum.outputs.iter_mut().flatten().zip(scores.outputs.iter().flatten());
            steps.for_each(|(sum, value)| add(sum, value));
        }
        let values = sum.right.iter_mut().chain(sum.outputs.iter_mut().flatten());
        values.chain([&mut sum.loss]).for_each(|value| *value /= count as f64);
        Ok(sum)
    }

    /// Trains until the criterion is met or the updates are used up.
    ///
    /// # Errors
    /// [`Error::Diverged`] and [`Error::Stopped`].
    pub fn train(&self, network: &mut Network, streams: &Streams, watch: &mut dyn Watch) -> Result<Trained> {
        let settings = &self.task.training;
        let mut adam = Adam::default();
        // 0: never clipped.
        let limit = if settings.gradient_clip > 0.0 { settings.gradient_clip } else { f64::INFINITY };
        let mut deck = Deck::new(self.conditions.len(), streams);
        let mut noise = Noise::new(streams, "train/noise");
        let mut step = Step::new(self, network);
        let mut curves = ["loss/train", "loss/evaluation", "accuracy", "accuracy_worst"].map(Curve::new);
        let per_condition = settings.evaluation_trials.div_ceil(self.conditions.len());
        let mut recent = (0.0, 0usize);
        let mut criterion = None;
        let mut done = 0;
        while done < settings.max_updates {
            let dealt: Vec<usize> = (0..settings.trials_per_update).map(|_| deck.deal()).collect();
            let loss = step.gradient(network, &dealt, &mut noise);
            let norm = clip_norm(&mut step.gradient.parts_mut(), limit);
            if !loss.is_finite() || !norm.is_finite() {
                let (what, value) = if loss.is_finite() { ("gradient norm", norm) } else { ("loss", loss) };
                return Err(Error::Diverged { update: done, what: what.into(), value });
            }
            adam.descend(&mut network.parameters.parts_mut(), &step.gradient.parts(), settings.learning_rate);
            recent = (recent.0 + loss, recent.1 + 1);
            done += 1;
            let mut pace = Pace::new(watch, done as f64 / settings.max_updates as f64);
            pace.ask()?;
            if done % settings.evaluate_every == 0 || done == settings.max_updates {
                let streams = streams.within(&format!("evaluate/{done}"));
                let scores = self.evaluate(network, per_condition, &streams, &mut pace)?;
                let accuracies = self.by_behaviour(&scores.right);
                let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
                let worst = accuracies.iter().copied().fold(f64::INFINITY, f64::min);
                let points = [recent.0 / recent.1 as f64, scores.loss, mean, worst];
                curves.iter_mut().zip(points).for_each(|(curve, y)| curve.push(done as f64, y));
                recent = (0.0, 0);
                let good = scores.loss < settings.stop_loss && worst > settings.stop_accuracy;
                if good && done >= settings.min_updates {
                    criterion = Some(done);
                    break;
                }
            }
        }
        Ok(Trained { updates: done, criterion, curves: curves.into() })
    }
}

/// Who answers what in which context.
#[derive(Debug, Clone, Copy)]
pub struct Stage<'a> {
    pub network: &'a Network,
    pub task: &'a Task,
    pub context: &'a Context,
    pub condition: Condition,
}

/// Runs noisy trials of one condition and shows each to `visit` as (tape, index on the tape).
///
/// # Errors
/// [`Error::Stopped`]: the watch is asked between groups of trials.
pub fn simulate(
    stage: Stage<'_>,
    trials: usize,
    streams: &Streams,
    tape: &mut Tape,
    pace: &mut Pace<'_>,
    mut visit: impl FnMut(&Tape, usize),
) -> Result<()> {
    let Stage { network, task, context, condition } = stage;
    let effective = Effective::new(network, context.synapse_gain.as_deref(), false);
    let name = condition.stimulus.name();
    let mut next = 0;
    while next < trials {
        pace.ask()?;
        let last = (next + SIDE_BY_SIDE).min(trials);
        let mut group: Vec<Trial<'_>> = (next..last)
            .map(|n| Trial {
                context,
                amplitude: condition.stimulus.amplitude(),
                stimulus: (task.trial.stimulus_onset, task.trial.response_onset()),
                noise: Noise::new(streams, &format!("noise/{name}/{n}")),
            })
            .collect();
        tape.forward(network, &effective, task.trial.steps, &mut group);
        (0..group.len()).for_each(|b| visit(tape, b));
        next = last;
    }
    Ok(())
}

/// The gradient of one update.
struct Step<'a> {
    problem: &'a Problem<'a>,
    tape: Tape,
    gradient: Parameters,
    /// Target output per condition.
    targets: Vec<Vec<f32>>,
    by_output: Vec<f32>,
}

impl<'a> Step<'a> {
    fn new(problem: &'a Problem<'a>, network: &Network) -> Self {
        let targets = problem.conditions.iter().map(|c| target(&problem.task.trial, c.response)).collect();
        Self {
            problem,
            tape: Tape::new(network.shape),
            gradient: Parameters::zeros(network.shape),
            targets,
            by_output: Vec::new(),
        }
    }

    /// Gradient of the mean of √Σ(o − z)² over the dealt conditions; returns that mean.
    fn gradient(&mut self, network: &Network, dealt: &[usize], noise: &mut Noise) -> f64 {
        self.gradient.parts_mut().into_iter().for_each(|part| part.fill(0.0));
        let conditions = &self.problem.conditions;
        let contexts = &self.problem.contexts;
        let trial = &self.problem.task.trial;
        // Trials that share the acting weights run side by side: all of them, unless gains differ by synapse.
        let mut groups: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
        for index in dealt {
            let behaviour = conditions[*index].behaviour;
            let key = contexts[behaviour].synapse_gain.is_some().then_some(behaviour);
            match groups.iter_mut().find(|(of, _)| *of == key) {
                Some((_, members)) => members.push(*index),
                None => groups.push((key, vec![*index])),
            }
        }
        let scale = 1.0 / dealt.len() as f64;
        let mut loss = 0.0;
        for (key, members) in groups {
            let synapse_gain = key.and_then(|behaviour| contexts[behaviour].synapse_gain.as_deref());
            let effective = Effective::new(network, synapse_gain, true);
            let mut trials: Vec<Trial<'_>> = members
                .iter()
                .map(|index| Trial {
                    context: &contexts[conditions[*index].behaviour],
                    amplitude: conditions[*index].stimulus.amplitude(),
                    stimulus: (trial.stimulus_onset, trial.response_onset()),
                    noise: noise.split(),
                })
                .collect();
            self.tape.forward(network, &effective, trial.steps, &mut trials);
            self.by_output.resize(trial.steps * members.len(), 0.0);
            for (b, index) in members.iter().enumerate() {
                loss += scale * self.tape.loss(b, &self.targets[*index]);
                self.tape.loss_gradient(b, &self.targets[*index], scale, &mut self.by_output);
            }
            self.tape.backward(
                network,
                &effective,
                synapse_gain,
                &trials,
                &self.by_output,
                &mut self.gradient,
            );
        }
        loss
    }
}
