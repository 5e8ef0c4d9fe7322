//! Measures presets for a question about headroom, and remembers what was confirmed.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Table;

use super::seeds::CONFIRMATION_SEED;
use super::study::Measure;
use crate::measure::{Means, Measured, On, Store};
use crate::run::{MARK, PlannedRun};
use base::error::Result;
use base::stats::Scores;
use contract::definition::{Benchmark, MethodPreset};

/// A benchmark to be measured.
pub struct Runner<'a> {
    measured: Measured<'a>,
    tell: &'a dyn Fn(&str),
    /// Keys of this session's runs on the confirmation seeds.
    confirmed: BTreeSet<String>,
    /// Runs asked for so far, recorded ones too.
    runs: u64,
}

impl<'a> Runner<'a> {
    /// # Errors
    /// An unknown paradigm.
    pub fn new(
        benchmark: &'a Benchmark,
        means: &'a Means<'a>,
        store: &'a mut Store,
        tell: &'a dyn Fn(&str),
    ) -> Result<Self> {
        let measured = Measured::new(benchmark, means, store)?;
        Ok(Self { measured, tell, confirmed: BTreeSet::new(), runs: 0 })
    }

    /// Runs of another mechanism on this benchmark's confirmation seeds, from an earlier session: what is confirmed now was
    /// chosen by someone who could have seen them.
    pub fn reused(&self, range: &Range<u64>) -> bool {
        let mut runs = self.measured.store.runs_of(&self.measured.benchmark.header.id);
        runs.any(|(key, method, seed)| {
            range.contains(&seed) && !method.contains(MARK) && !self.confirmed.contains(key)
        })
    }
}

impl Measure for Runner<'_> {
    fn scores(
        &mut self,
        preset: &MethodPreset,
        values: &[Table],
        seeds: Range<u64>,
        on: On,
    ) -> Result<Vec<Scores>> {
        let mut plans: Vec<Vec<PlannedRun>> = Vec::with_capacity(values.len());
        for values in values {
            let own = preset.with_values(&self.measured.benchmark.header.id, values)?;
            plans.push(self.measured.plan(&own, seeds.clone(), on)?);
        }
        self.runs += plans.iter().map(|runs| runs.len() as u64).sum::<u64>();
        if seeds.start >= CONFIRMATION_SEED {
            self.confirmed.extend(plans.iter().flatten().map(|run| run.key.clone()));
        }
        self.measured.scores(&plans)
    }

    fn begins(&mut self, what: &str) {
        (self.tell)(&format!("{}: {what} ({} runs so far)", self.measured.benchmark.header.id, self.runs));
    }
}
