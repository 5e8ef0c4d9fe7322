//! The case study as a [`Experiment`]: one run is one network, one seed, one method.

use super::measure::Finished;
use super::settings::{Assign, Kind, METHODS, Settings};
use super::setup::prepare;
use base::error::Result;
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Experiment, ExperimentInfo, Pace, Portion, Registered, RunLog, RunSpec, Watch};
use data::Data;

/// Opposed behaviours from one scalar (Tsuda et al. 2026).
#[derive(Debug, Default, Clone, Copy)]
pub struct OpposedBehaviours;

/// Seconds per multiply–add of training on one core of a recent server processor.
const SECONDS_PER_MULTIPLY_ADD: f64 = 3e-11;

impl Experiment for OpposedBehaviours {
    type Settings = Settings;
    type Kind = Kind;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_optimiser: false,
        settings_of_method: &["modulation"],
        ..ExperimentInfo::new(
            "opposed-behaviours",
            "a recurrent network whose weights one scalar scales, trained to answer the same stimulus in opposed ways",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Settings> {
        Settings::resolve(benchmark, method)
    }

    fn cost(&self, settings: &Settings) -> f64 {
        let training = &settings.task.training;
        // A network that cannot know its context never reaches the criterion.
        let updates = match (settings.modulation.kind, settings.modulation.assign) {
            (Kind::None, _) | (_, Assign::Mean) => training.max_updates,
            _ => training.max_updates.min(training.min_updates * 5 / 4),
        };
        let dose = settings.task.dose.as_ref().map_or(0, |dose| dose.levels.len() * dose.trials * 6);
        let trials = updates * training.trials_per_update + dose / 3;
        trials as f64 * multiply_adds_per_trial(settings) * SECONDS_PER_MULTIPLY_ADD
    }

    fn train(
        &self,
        settings: &Settings,
        spec: &RunSpec,
        _data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let streams = Streams::new(spec.seed);
        let (mut network, targets, problem) = prepare(settings, &streams, &mut Pace::new(watch, 0.0))?;
        let mut log = RunLog::default();
        log.footprint.parameters = (network.synapses() + 2 * network.shape.units + 1) as u64;
        let trained = problem.train(&mut network, &streams, &mut Portion::new(&mut *watch, 0.0, 0.8))?;
        log.footprint.updates = trained.updates as u64;
        let trials = trained.updates * settings.task.training.trials_per_update;
        log.footprint.multiply_adds = (trials as f64 * multiply_adds_per_trial(settings)) as u64;
        log.scalars.insert("reached_criterion".into(), f64::from(u8::from(trained.criterion.is_some())));
        if let Some(update) = trained.criterion {
            log.scalars.insert("updates_to_criterion".into(), update as f64);
        }
        log.curves.extend(trained.curves);

        let run = Finished { settings, network: &network, problem: &problem, targets: &targets };
        let mut pace = Pace::new(watch, 0.8);
        run.test(&streams.within("test"), &mut log, &mut pace)?;
        pace.at(0.85)?;
        // The trained network of the shuffled control is the mechanism's, with its geometry.
        if settings.task.geometry && settings.modulation.assign != Assign::Shuffled {
            run.geometry(&streams.within("geometry"), &mut log, &mut pace)?;
        }
        pace.at(0.9)?;
        if let Some(dose) = &settings.task.dose {
            run.dose(dose, &streams.within("dose"), &mut log, &mut pace)?;
        }
        log.scalars.retain(|_, value| value.is_finite());
        Ok(log)
    }
}

/// Forward, backward by state, backward by weight: three dense products per step.
fn multiply_adds_per_trial(settings: &Settings) -> f64 {
    let units = settings.task.network.units as f64;
    3.0 * units * units * settings.task.trial.steps as f64
}
