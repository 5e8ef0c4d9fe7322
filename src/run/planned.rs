//! One run to do, and what the runs of a method on a benchmark share.

use std::collections::BTreeMap;

use base::error::Result;
use contract::definition::{Benchmark, MethodPreset, Score};
use contract::{Protocol, Record, ReplaySource, RunSpec, Titles};

/// One run to do.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    /// Content hash of spec, seed and data.
    pub key: String,
    /// Suite (or benchmark) that asked for it.
    pub suite: String,
    pub titles: Titles,
    pub score: Score,
    pub spec: RunSpec,
    pub data: BTreeMap<String, String>,
    /// The benchmark's own values of settings that methods may replace.
    pub base: BTreeMap<String, serde_json::Value>,
    /// Expected core-seconds.
    pub cost: f64,
}

/// All that is the same in every seed of a method on a benchmark.
pub(crate) struct Runs {
    run: PlannedRun,
}

impl Runs {
    /// From resolved settings. `method` is the name in the records.
    ///
    /// # Errors
    /// Settings of data that have no fingerprint; a formula that cannot be written.
    pub fn new(
        protocol: &dyn Protocol,
        benchmark: &Benchmark,
        (preset, method): (&MethodPreset, &str),
        settings: serde_json::Value,
        suite: &str,
    ) -> Result<Self> {
        let header = &benchmark.header;
        let titles = Titles {
            benchmark: header.title.clone(),
            benchmark_summary: header.summary.clone(),
            method: preset.header.title.clone(),
            formula: protocol.formula(preset)?,
            provenance: preset.header.provenance.clone(),
            role: None,
            search: None,
        };
        let cost = protocol.expected_cost(&settings);
        let data = protocol.fingerprints(&settings)?;
        let spec = RunSpec {
            benchmark: header.id.clone(),
            version: header.version,
            paradigm: header.paradigm.clone(),
            method: method.to_owned(),
            seed: 0,
            settings,
            replays: None,
        };
        let (key, score, base) = (String::new(), header.score.clone(), BTreeMap::new());
        Ok(Self { run: PlannedRun { key, suite: suite.to_owned(), titles, score, spec, data, base, cost } })
    }

    /// With what is to be known of the method in a report.
    pub fn known(mut self, tell: impl FnOnce(&mut Titles)) -> Self {
        tell(&mut self.run.titles);
        self
    }

    /// With the benchmark's own values of settings that the method may replace.
    pub fn over(mut self, base: BTreeMap<String, serde_json::Value>) -> Self {
        self.run.base = base;
        self
    }

    /// The run of a seed.
    ///
    /// # Errors
    /// A spec that cannot be written.
    pub fn of_seed(&self, seed: u64, replays: Option<ReplaySource>) -> Result<PlannedRun> {
        let mut run = self.run.clone();
        run.spec.seed = seed;
        run.spec.replays = replays;
        run.key = Record::key_of(&run.spec, &run.data)?;
        Ok(run)
    }
}
