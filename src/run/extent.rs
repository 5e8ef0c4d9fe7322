//! A plan as a whole: what it asks for, its shares for several machines, what it takes to hold.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::plan::Plan;
use super::planned::PlannedRun;
use base::error::{DefinitionError, Result};
use contract::PlannedCell;

impl Plan {
    /// What is asked for, by benchmark and method: what a report holds its records against.
    pub fn planned(&self) -> Vec<PlannedCell> {
        let mut cells: IndexMap<(&str, &str, u32, &str), PlannedCell> = IndexMap::new();
        for PlannedRun { key, spec, titles, .. } in &self.runs {
            let name = (spec.paradigm.as_str(), spec.benchmark.as_str(), spec.version, spec.method.as_str());
            let cell = cells.entry(name).or_insert_with(|| PlannedCell {
                paradigm: spec.paradigm.clone(),
                benchmark: spec.benchmark.clone(),
                version: spec.version,
                method: spec.method.clone(),
                role: titles.role.clone(),
                runs: BTreeMap::new(),
            });
            cell.runs.insert(spec.seed, key.clone());
        }
        cells.into_values().collect()
    }

    /// Keeps one of `count` shares of the runs (`share` from 1), for sessions on several machines. A share holds whole
    /// seeds, so that what is paired stays together; where there are fewer seeds than shares, some hold nothing. Shares
    /// cost about the same, and together they are the whole. A run of another seed that one of the share replays is in the
    /// share too: no share waits for another.
    ///
    /// # Errors
    /// A share outside 1 to `count`.
    pub fn keep_share(&mut self, share: usize, count: usize) -> Result<(), DefinitionError> {
        if !(1..=count).contains(&share) {
            return Err(DefinitionError::range("--shard", format!("{share}/{count}"), "K/N, 1 <= K <= N"));
        }
        let mut seeds: BTreeMap<u64, f64> = BTreeMap::new();
        for run in &self.runs {
            *seeds.entry(run.spec.seed).or_default() += run.cost;
        }
        // The dearest first, each to the share that has least so far.
        let mut seeds: Vec<(u64, f64)> = seeds.into_iter().collect();
        seeds.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut loads = vec![(0.0f64, 0usize); count];
        let mut kept = BTreeSet::new();
        for (seed, cost) in seeds {
            let less = |a: &usize, b: &usize| {
                let (a, b) = (loads[*a], loads[*b]);
                a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1))
            };
            let least = (0..count).min_by(less).unwrap_or_default();
            loads[least] = (loads[least].0 + cost, loads[least].1 + 1);
            if least + 1 == share {
                kept.insert(seed);
            }
        }
        let own = |run: &PlannedRun| kept.contains(&run.spec.seed);
        let replayed: BTreeSet<String> = self
            .runs
            .iter()
            .filter(|run| own(run))
            .filter_map(|run| Some(run.spec.replays.as_ref()?.key.clone()))
            .collect();
        self.runs.retain(|run| own(run) || replayed.contains(&run.key));
        Ok(())
    }

    /// Rough bytes that a session holds besides its networks: the plan, and every data set as it is used (bytes for all
    /// samples, and again for the part that trains).
    ///
    /// # Errors
    /// An unknown data set.
    pub fn memory(&self) -> Result<u64> {
        // Keys, titles and maps are a few times as large as what they say.
        const OVERHEAD: u64 = 4;
        let mut bytes = 0;
        let mut datasets = BTreeSet::new();
        for run in &self.runs {
            let settings = serde_json::to_string(&run.spec.settings)?.len() + run.titles.formula.len();
            bytes += OVERHEAD * settings as u64 + 1024;
            datasets.extend(run.data.keys());
        }
        let manifest = data::manifest()?;
        for id in datasets {
            // Files of one's own are bounded, and read before anything is planned.
            let Some(entry) = manifest.get(id.as_str()) else { continue };
            let files = &entry.file;
            bytes +=
                2 * files.iter().map(|file| file.raw_bytes.unwrap_or(OVERHEAD * file.bytes)).sum::<u64>();
        }
        Ok(bytes)
    }
}
