//! Online learning (Eq. 7 of Mei et al. 2025): samples arrive one (or one mini-batch) at a time from a stream with
//! drift, θ* = argmin Σ_t λ_t L_t(θ; z_t). Each is predicted first and learned afterwards: test, then train.
//!
//! The method composes the terms; this protocol lays out time: what is predicted when, which labels have arrived, and
//! what of the stream's hidden side anyone is told.

mod agent;
mod baselines;
mod detector;
mod exported;
mod meter;
mod method;
mod network;
mod parameters;
mod past;
mod resolved;
mod settings;
mod standardise;

use std::collections::VecDeque;
use std::ops::Range;

pub use agent::{Agent, Oracle, Predictor};
pub use method::OnlineMethod;
pub use resolved::Resolved;
pub use settings::{OnlineCurve, OnlineSettings};

use baselines::NoChange;
use meter::Meter;

use base::error::{Error, Result};
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::exported::Exported;
use contract::protocol::as_written;
use contract::{Curve, Experiment, ExperimentInfo, Reader, Registered, RunLog, RunSpec, Timeline, Watch};
use data::Data;
use learn::Learner;
use learn::modulated::add_modulation;
use learn::plasticity::{PROBES, Plasticity};
use learn::stream::online::OnlineStream;

/// The online protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct Online;

impl Experiment for Online {
    type Settings = Resolved;
    type Kind = Reader<method::OnlineMethod>;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        evaluates: true,
        ..ExperimentInfo::new(
            "online",
            "a stream with drift, test then train: prequential performance, recovery (Eq. 7)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = method::METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::OnlineSettings>()?)
    }

    fn times(&self, resolved: &Resolved) -> Option<Timeline> {
        let stream = &resolved.benchmark.stream;
        let updates = stream.samples?.div_ceil(resolved.benchmark.batch) as u64;
        let (changes, states) = (stream.told().len() as u64, stream.states() as u64);
        let kinds = stream.kinds().map(|kinds| kinds.map(|states| states as u64));
        Some(Timeline { updates, changes, states, kinds })
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        settings.benchmark.stream.dataset().map(str::to_owned).into_iter().collect()
    }

    fn ready(&self, resolved: &Resolved, data: &Data) -> Result<()> {
        let settings = &resolved.benchmark;
        // Every stream is checked as a whole; seed 0 stands for all.
        OnlineStream::new(&settings.stream, data, settings.evaluate, &Streams::new(0))?;
        Ok(())
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        settings.expected_cost()
    }

    fn exported(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        answers: bool,
    ) -> Result<Option<Exported>> {
        exported::exported(settings, spec, data, answers).map(Some)
    }

    fn train(
        &self,
        resolved: &Resolved,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let settings = &resolved.benchmark;
        let streams = Streams::new(spec.seed);
        let stream = OnlineStream::new(&settings.stream, data, settings.evaluate, &streams)?;
        let mut agent =
            resolved.method.build(settings, resolved.modulation.as_ref(), spec.trace(), &streams)?;
        let mut log = test_then_train(&stream, &mut agent, settings, watch)?;
        if let Some(learner) = agent.predictor().learner() {
            add_modulation(&mut log, learner, spec.replays.is_some(), settings.batch as f64);
            log.probes = probes(&stream, learner)?;
        }
        Ok(log)
    }
}

/// Looks at the network on the stream's last samples.
fn probes(stream: &OnlineStream, learner: &Learner) -> Result<Vec<Curve>> {
    let last = stream.len().saturating_sub(PROBES)..stream.len();
    let inputs = stream.labelled(last)?.inputs;
    let found = Plasticity::of(learner.model.as_ref(), &inputs, learner.gains())?;
    let of = |(name, value): (&str, Option<f64>)| {
        let mut curve = Curve::new(format!("plasticity/{name}"));
        curve.push(stream.len() as f64, value?);
        Some(curve)
    };
    let values = [
        ("dormant_units", found.dormant_units),
        ("effective_rank", found.effective_rank),
        ("weight_norm", Some(found.weight_norm)),
    ];
    Ok(values.into_iter().filter_map(of).collect())
}

/// Meets the whole stream once.
fn test_then_train(
    stream: &OnlineStream,
    agent: &mut Agent,
    settings: &OnlineSettings,
    watch: &mut dyn Watch,
) -> Result<RunLog> {
    let delay = settings.stream.delay;
    let mut meter = Meter::default();
    let mut persistent = NoChange::default();
    // Predicted, and still without labels.
    let mut open: VecDeque<Range<usize>> = VecDeque::new();
    let mut unseen: VecDeque<Range<usize>> = VecDeque::new();
    let mut at = 0;
    while at < stream.len() {
        let now = at..(at + settings.batch).min(stream.len());
        if let Agent::Oracle(oracle) = agent
            && let Some(change) = stream.told(now.clone())
        {
            oracle.told(&change)?;
            open.clear();
        }
        if let Agent::Oracle(oracle) = agent
            && let Some(state) = stream.told_state(now.start)
        {
            oracle.told_state(&state);
        }
        // Test.
        meter.answers.extend(agent.predictor().predict(stream.inputs(now.clone()), now.len())?);
        meter.no_change.extend(std::iter::repeat_n(persistent.answer(), now.len()));
        at = now.end;
        open.push_back(now.clone());
        unseen.push_back(now);
        // Then train, on whatever labels have arrived by now.
        while let Some(ready) = arrived(&mut open, delay, at) {
            agent.predictor().learn(&stream.labelled(ready)?)?;
        }
        while let Some(ready) = arrived(&mut unseen, delay, at) {
            persistent.see(&stream.labels()[ready]);
        }
        if let Some(reason) = watch.progress(at as f64 / stream.len() as f64) {
            return Err(Error::Stopped(reason));
        }
    }
    agent.predictor().check_finite()?;
    Ok(outcome(meter, stream, agent, &settings.curve))
}

/// What was measured.
fn outcome(meter: Meter, stream: &OnlineStream, agent: &mut Agent, curve: &OnlineCurve) -> RunLog {
    let scores = meter.finish(stream, curve);
    let mut resets = Curve::new("resets");
    for (count, at) in agent.predictor().resets().iter().enumerate() {
        resets.push(*at as f64, (count + 1) as f64);
    }
    let mut scalars: std::collections::BTreeMap<String, f64> =
        scores.scalars.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    scalars.insert("resets".into(), resets.x.len() as f64);
    RunLog {
        curves: scores.curves,
        marks: scores.marks,
        scalars,
        signals: if resets.x.is_empty() { Vec::new() } else { vec![resets] },
        footprint: agent.predictor().footprint(),
        ..RunLog::default()
    }
}

/// The oldest samples, if their labels have arrived after `at` samples.
fn arrived(open: &mut VecDeque<Range<usize>>, delay: usize, at: usize) -> Option<Range<usize>> {
    if open.front()?.end + delay <= at { open.pop_front() } else { None }
}

#[cfg(test)]
mod checkpoint_tests;
#[cfg(test)]
mod tests;
