//! A protocol over settings of a type of its own. JSON is written and read here, once; paradigms and case studies see types.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::definition::{Benchmark, MethodPreset};
use crate::exported::Exported;
use crate::log::RunLog;
use crate::method_info::MethodInfo;
use crate::protocol::{Paradigm, Protocol, RunSpec, Timeline, as_written};
use crate::registered::{Registered, registered};
use crate::watch::Watch;
use base::error::Result;
use data::Data;

/// What an experiment says about itself.
#[derive(Debug, Clone, Copy)]
pub struct ExperimentInfo {
    /// As [`Protocol::name`].
    pub name: &'static str,
    /// As [`Protocol::summary`].
    pub summary: &'static str,
    /// As [`Protocol::takes_modulation`]. Default: no.
    pub takes_modulation: bool,
    /// As [`Protocol::takes_optimiser`]. Default: yes.
    pub takes_optimiser: bool,
    /// Its benchmarks say what they are judged on, by a key `evaluate`; searches set it to `validation`. Default: no, tasks
    /// that are generated anew for each seed are other ones on a search's seeds.
    pub evaluates: bool,
    /// As [`Protocol::settings_of_method`]. Default: the usual tables.
    pub settings_of_method: &'static [&'static str],
}

impl ExperimentInfo {
    /// With the defaults.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        let settings_of_method = Paradigm::usual("").settings_of_method;
        let (takes_modulation, takes_optimiser, evaluates) = (false, true, false);
        Self { name, summary, takes_modulation, takes_optimiser, evaluates, settings_of_method }
    }
}

/// A paradigm or case study over its own settings. Every experiment is a [`Protocol`].
pub trait Experiment: Sync {
    /// Everything that decides a run apart from its seed: what a record keeps.
    type Settings: Serialize + DeserializeOwned;

    /// What a kind of method means to it.
    type Kind: 'static;

    /// What it says about itself.
    const INFO: ExperimentInfo;

    /// The registry of its methods, in the order in which they are listed.
    const METHODS: &'static [Registered<Self::Kind>];

    /// As [`Protocol::resolve`].
    ///
    /// # Errors
    /// A definition error that names the offending key and what is allowed.
    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Self::Settings>;

    /// Settings as a record keeps them.
    ///
    /// # Errors
    /// Settings that JSON cannot hold.
    fn write(&self, settings: &Self::Settings) -> Result<serde_json::Value> {
        as_written(settings)
    }

    /// As [`Protocol::settings_of_benchmark`].
    ///
    /// # Errors
    /// Definition errors that point into the benchmark's file.
    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(&benchmark.body)?)
    }

    /// As [`Protocol::judge_on_validation`]. The default follows `evaluates`.
    fn validate(&self, benchmark: &mut Benchmark) {
        if Self::INFO.evaluates {
            benchmark.body.insert("evaluate".into(), "validation".into());
        }
    }

    /// As [`Protocol::formula`].
    ///
    /// # Errors
    /// A kind of method that is not registered.
    fn line(&self, method: &MethodPreset) -> Result<String> {
        Ok(registered(Self::METHODS, method)?.info.formula.to_owned())
    }

    /// As [`Protocol::timeline`].
    fn times(&self, _settings: &Self::Settings) -> Option<Timeline> {
        None
    }

    /// As [`Protocol::datasets`]. Default: all data is generated.
    fn data(&self, _settings: &Self::Settings) -> Vec<String> {
        Vec::new()
    }

    /// As [`Protocol::fingerprints`].
    ///
    /// # Errors
    /// A data set that is not in the manifest; data of one's own that cannot be read.
    fn fingerprints(&self, settings: &Self::Settings) -> Result<BTreeMap<String, String>> {
        let of = |id: String| Ok((id.clone(), data::entry(&id)?.fingerprint()));
        self.data(settings).into_iter().map(of).collect()
    }

    /// As [`Protocol::load`].
    ///
    /// # Errors
    /// Missing, damaged or unusable data.
    fn ready(&self, settings: &Self::Settings, data: &Data) -> Result<()> {
        self.data(settings).iter().try_for_each(|id| data.load(id))
    }

    /// As [`Protocol::expected_cost`].
    fn cost(&self, settings: &Self::Settings) -> f64;

    /// As [`Protocol::exported`].
    ///
    /// # Errors
    /// As [`Protocol::exported`].
    fn exported(
        &self,
        _settings: &Self::Settings,
        _spec: &RunSpec,
        _data: &Data,
        _answers: bool,
    ) -> Result<Option<Exported>> {
        Ok(None)
    }

    /// As [`Protocol::run`].
    ///
    /// # Errors
    /// As [`Protocol::run`].
    fn train(
        &self,
        settings: &Self::Settings,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog>;
}

fn read<S: DeserializeOwned>(settings: &serde_json::Value) -> Result<S> {
    Ok(S::deserialize(settings)?)
}

impl<E: Experiment> Protocol for E {
    fn name(&self) -> &'static str {
        E::INFO.name
    }

    fn summary(&self) -> &'static str {
        E::INFO.summary
    }

    fn resolve(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<serde_json::Value> {
        self.write(&self.settings(benchmark, method)?)
    }

    fn takes_modulation(&self) -> bool {
        E::INFO.takes_modulation
    }

    fn takes_optimiser(&self) -> bool {
        E::INFO.takes_optimiser
    }

    fn judge_on_validation(&self, benchmark: &mut Benchmark) {
        self.validate(benchmark);
    }

    fn settings_of_method(&self) -> &'static [&'static str] {
        E::INFO.settings_of_method
    }

    fn settings_of_benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        self.benchmark(benchmark)
    }

    fn timeline(&self, settings: &serde_json::Value) -> Option<Timeline> {
        self.times(&read(settings).ok()?)
    }

    fn methods(&self) -> Vec<&'static MethodInfo> {
        E::METHODS.iter().map(|row| &row.info).collect()
    }

    fn formula(&self, method: &MethodPreset) -> Result<String> {
        self.line(method)
    }

    fn datasets(&self, settings: &serde_json::Value) -> Result<Vec<String>> {
        Ok(self.data(&read(settings)?))
    }

    fn fingerprints(&self, settings: &serde_json::Value) -> Result<BTreeMap<String, String>> {
        Experiment::fingerprints(self, &read(settings)?)
    }

    fn load(&self, settings: &serde_json::Value, data: &Data) -> Result<()> {
        self.ready(&read(settings)?, data)
    }

    fn expected_cost(&self, settings: &serde_json::Value) -> f64 {
        read(settings).map_or(0.0, |settings| self.cost(&settings))
    }

    fn exported(&self, spec: &RunSpec, data: &Data, answers: bool) -> Result<Option<Exported>> {
        Experiment::exported(self, &read(&spec.settings)?, spec, data, answers)
    }

    fn run(&self, spec: &RunSpec, data: &Data, watch: &mut dyn Watch) -> Result<RunLog> {
        let log = self.train(&read(&spec.settings)?, spec, data, watch)?;
        // All is done: a stop that is asked for now takes nothing away.
        let _ = watch.progress(1.0);
        Ok(log)
    }
}
