//! Meta-learning (Eqs. 2–4 of Mei et al. 2025): w* = argmin Σ_i L_meta(D_i^val; θ_i*(w), w) such that
//! θ_i*(w) = argmin L_task(D_i^train; θ, w); a new task starts from w*.
//!
//! `inner` is Eq. 3, `outer` the gradient of Eq. 2, `meter` Eq. 4; the learner descends along that gradient.

mod episode;
mod few_shot;
mod inner;
mod knowledge;
mod meter;
mod nmn;
mod outer;
mod protonet;
mod resolved;
mod rule;
mod settings;
mod sinusoid;
mod tasks;
#[cfg(test)]
mod tests;

pub use episode::Phase;
pub use few_shot::FewShot;
pub use meter::MILESTONES;
pub use nmn::{Form, NmnSettings};
pub use resolved::Resolved;
pub use rule::{Kind, METHODS, Rule};
pub use settings::{Budget, Evaluate, Inner, MetaSettings};
pub use sinusoid::Sinusoid;
pub use tasks::EpisodeSpec;

use episode::Episode;
use knowledge::Knowledge;
use meter::{Adaptation, Meter};
use nmn::{Nmn, Sizes};
use outer::{Descent, Outer};
use tasks::Tasks;

use base::error::Result;
use base::rng::{FastRng, Streams};
use contract::definition::{Benchmark, MethodPreset};
use contract::protocol::as_written;
use contract::{
    Curve, Experiment, ExperimentInfo, Footprint, Pace, Registered, RunLog, RunSpec, Trace, Watch,
};
use data::Data;
use learn::Learner;
use learn::modulated::add_modulation;
use learn::nn::ModelSpec;
use learn::objective::Objective;

/// The meta-learning protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct Meta;

impl Experiment for Meta {
    type Settings = Resolved;
    type Kind = Kind;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        ..ExperimentInfo::new(
            "meta",
            "learning to adapt to a new task from a few samples in a few steps (Eqs. 2-4)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn write(&self, settings: &Resolved) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(settings)?)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::MetaSettings>()?)
    }

    fn validate(&self, benchmark: &mut Benchmark) {
        // Sinusoids are drawn by seed; characters are held out by name.
        let episodes = benchmark.body.get_mut("episodes").and_then(toml::Value::as_table_mut);
        if let Some(episodes) = episodes
            && episodes.get("kind").and_then(toml::Value::as_str) == Some("few-shot")
        {
            episodes.insert("evaluate".into(), "validation".into());
        }
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        settings.benchmark.episodes.dataset().map(str::to_owned).into_iter().collect()
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        settings.expected_cost()
    }

    fn train(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        Run::new(settings, spec.seed, spec.trace(), data)?.run(watch)
    }
}

struct Run<'a> {
    resolved: &'a Resolved,
    learner: Learner,
    /// A control that replays a recorded run.
    replays: bool,
    outer: Outer,
    /// In place of `outer` where a network reads the support set.
    nmn: Option<Nmn>,
    tasks: Tasks,
    meter: Meter,
    order: FastRng,
    /// w as flat vectors.
    theta: Vec<f32>,
    rates: Vec<f32>,
}

impl<'a> Run<'a> {
    fn new(resolved: &'a Resolved, seed: u64, trace: Option<&Trace>, data: &Data) -> Result<Self> {
        let settings = &resolved.benchmark;
        let streams = Streams::new(seed);
        let function = resolved.function();
        let network = settings.model.build(settings.episodes.shape(), resolved.outputs(), &streams)?;
        let tasks = settings.episodes.open(data)?;
        let rates = resolved.method.rates(function.count(), function.head());
        let learned = (resolved.method.kind == Kind::MetaSgd).then_some(rates.as_slice());
        let nmn = match (resolved.method.context, &settings.model) {
            (Some(context), ModelSpec::Mlp(spec)) => {
                let sizes = Sizes {
                    support: settings.episodes.support(),
                    features: settings.episodes.shape().iter().product(),
                    outputs: settings.episodes.outputs(),
                    labels: settings.episodes.dataset().is_some(),
                };
                Some(Nmn::new(context, (network.as_ref(), spec), sizes, tasks.clone(), &streams)?)
            }
            _ => None,
        };
        let mut model = Knowledge::new(network, settings.normalise, learned)?;
        if let Some(nmn) = &nmn {
            model = model.with(nmn.parameters());
        }
        let learner =
            Learner::new(Box::new(model), Objective::new(Vec::new()), settings.optimiser.build(), &streams)
                .modulated(resolved.modulation.as_ref(), trace)?;
        Ok(Self {
            resolved,
            learner,
            replays: trace.is_some(),
            meter: Meter::new(tasks.clone(), settings.evaluate.steps, &streams),
            tasks,
            order: streams.fast("episodes/training"),
            theta: vec![0.0; function.count()],
            rates,
            outer: Outer::new(function, resolved.method),
            nmn,
        })
    }

    fn run(mut self, watch: &mut dyn Watch) -> Result<RunLog> {
        let settings = &self.resolved.benchmark;
        let total = self.resolved.outer_steps();
        let mut loss = Curve::new("meta-training/loss");
        let mut adapted = Curve::new("meta-training/query-loss");
        let mut accuracy = Curve::new("meta-training/query-accuracy");
        let (mut sum, mut count) = (0.0, 0.0);
        for update in 1..=total {
            let x = update as f64;
            let mut pace = Pace::new(watch, x / total as f64);
            sum += self.update(&mut pace)?;
            count += 1.0;
            if update % settings.evaluate.every == 0 || update == total {
                let now = self.adapt(settings.evaluate.curve_episodes, &mut pace)?;
                loss.push(x, sum / count);
                adapted.push(x, now.adapted_loss());
                if let Some(share) = now.adapted_accuracy() {
                    accuracy.push(x, share);
                }
                (sum, count) = (0.0, 0.0);
            }
            pace.ask()?;
        }
        let mut log = RunLog { footprint: self.footprint(), ..RunLog::default() };
        self.adapt(settings.evaluate.episodes, &mut Pace::new(watch, 1.0))?.record(&mut log);
        add_modulation(&mut log, &self.learner, self.replays, 1.0);
        log.curves.extend([loss, adapted, accuracy].into_iter().filter(|curve| !curve.x.is_empty()));
        Ok(log)
    }

    /// One outer update on a fresh meta-batch; returns its loss.
    fn update(&mut self, pace: &mut Pace<'_>) -> learn::error::Result<f64> {
        let settings = &self.resolved.benchmark;
        let episodes: Vec<Episode> = (0..settings.budget.episodes_per_step)
            .map(|_| self.tasks.draw(Phase::Training, &mut self.order))
            .collect();
        let Self { learner, outer, nmn, theta, rates, .. } = self;
        if let Some(nmn) = nmn {
            return learner.step_along(|model, gradients| {
                let loss = nmn.loss(&episodes)?;
                model.parameters().backward(&loss, gradients)?;
                Ok(loss.to_scalar::<f32>()?.into())
            });
        }
        let learned = outer.rule.kind == Kind::MetaSgd;
        learner.step_along(|model, gradients| {
            knowledge::read(model, theta, rates)?;
            let mut gradient = vec![0.0; theta.len()];
            let mut rate_gradient = vec![0.0; if learned { theta.len() } else { 0 }];
            let asked = learned.then_some(rate_gradient.as_mut_slice());
            let loss = outer.gradient_at(theta, rates, &episodes, &mut gradient, asked, pace)?;
            knowledge::scatter(&gradient, &rate_gradient, gradients);
            Ok(loss)
        })
    }

    /// Eq. 4 on the first `count` test episodes.
    fn adapt(&mut self, count: usize, pace: &mut Pace<'_>) -> learn::error::Result<Adaptation> {
        if let Some(nmn) = &mut self.nmn {
            return self.meter.adapt(nmn, count, pace);
        }
        knowledge::read(self.learner.model.as_ref(), &mut self.theta, &mut self.rates)?;
        let Self { outer, theta, rates, meter, .. } = self;
        meter.adapt(&mut Descent { outer, theta, rates }, count, pace)
    }

    fn footprint(&self) -> Footprint {
        let updates = self.learner.updates();
        let reading = self.nmn.as_ref().map_or(0, Nmn::multiply_adds_per_episode);
        let episodes = self.resolved.benchmark.budget.episodes_per_step as u64;
        let per_update = self.resolved.multiply_adds_per_update(self.learner.model.multiply_adds())
            + 3 * episodes * reading;
        Footprint {
            parameters: self.learner.model.parameters().count() as u64,
            updates,
            multiply_adds: updates * per_update,
            ..Footprint::default()
        }
    }
}
