//! Runs of commands that are no session of their own: what is recorded counts, the rest is done, all of it in one journal.

use std::collections::BTreeMap;
use std::path::Path;

use super::opened::{Opened, open};
use super::output::tell;
use super::progress::Progress;
use super::trouble::{INTERRUPT, stopped};
use super::written::rescore;
use crate::run::{self, Executor, Journal, PlannedRun};
use ::report::metric;
use contract::{Record, Status};
use data::Data;

/// A journal, and what it holds, by key.
pub struct Kept {
    journal: Journal,
    records: BTreeMap<String, Record>,
}

impl Kept {
    /// Opens the journal in a folder; records of another version of the program do not count.
    ///
    /// # Errors
    /// Damage, a folder that is in use or cannot be written.
    pub fn open(out: &Path, salvage: bool, quiet: bool) -> anyhow::Result<Self> {
        let Opened { journal, own, .. } = open(out, salvage, quiet)?;
        let mut kept = Self { journal, records: BTreeMap::new() };
        own.into_iter().for_each(|record| kept.keep(record));
        Ok(kept)
    }

    fn keep(&mut self, record: Record) {
        self.records.insert(record.key.clone(), record);
    }

    /// The records of these runs, in their order; those that are not in the journal are made. Fewer: it was interrupted.
    ///
    /// # Errors
    /// A journal that cannot be written.
    pub fn records(
        &mut self,
        runs: &[PlannedRun],
        data: &Data,
        jobs: usize,
        quiet: bool,
    ) -> anyhow::Result<Vec<Record>> {
        let ended = |record: &Record| matches!(record.status, Status::Ok | Status::Diverged);
        let settled = |run: &&PlannedRun| self.records.get(&run.key).is_some_and(ended);
        let todo: Vec<PlannedRun> = runs.iter().filter(|run| !settled(run)).cloned().collect();
        if todo.len() < runs.len() && !quiet {
            let path = self.journal.path().display();
            tell(&format!("{} of {} runs are already in {path}", runs.len() - todo.len(), runs.len()));
        }
        let progress = Progress::new(&todo, jobs, quiet);
        let executor = Executor {
            data,
            jobs,
            time_limit: None,
            env: run::environment(jobs),
            scorer: metric::score_all,
            traces: Default::default(),
            interrupt: &INTERRUPT,
        };
        let outcome = executor.execute(&todo, &mut self.journal, &progress);
        progress.finish();
        let outcome = outcome.and_then(|outcome| self.journal.check().map(|()| outcome));
        let made = outcome.map_err(|error| stopped(error, &mut self.journal))?.records;
        made.into_iter().for_each(|record| self.keep(record));
        let found = |run: &PlannedRun| self.records.get(&run.key).cloned();
        let mut records: Vec<Record> = runs.iter().filter_map(found).collect();
        records.iter_mut().for_each(rescore);
        Ok(records)
    }
}
