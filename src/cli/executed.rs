//! Runs of commands that are no session of their own: what is recorded counts, the rest is done, all of it in one journal.

use std::path::Path;

use super::output::tell;
use super::progress::Progress;
use super::trouble::{INTERRUPT, handle_signals, stopped};
use super::written::{rescore, tell_nondeterminism};
use crate::run::{self, Executor, Journal, PlannedRun};
use ::report::metric;
use contract::{Record, Status};
use data::Data;

/// A journal, and what it held when it was opened.
pub struct Kept {
    journal: Journal,
    records: Vec<Record>,
}

impl Kept {
    /// Opens the journal in a folder; records of another version of the program do not count.
    ///
    /// # Errors
    /// Damage, a folder that is in use or cannot be written.
    pub fn open(out: &Path) -> anyhow::Result<Self> {
        let (journal, recovery) = Journal::open(out)?;
        tell_nondeterminism(&recovery.nondeterministic);
        let mut records = recovery.records;
        records.retain(|record| record.env.version == env!("CARGO_PKG_VERSION"));
        handle_signals();
        run::install_panic_hook();
        Ok(Self { journal, records })
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
        let settled = |run: &&PlannedRun| {
            let of = |record: &&Record| record.key == run.key;
            let mut all = self.records.iter().filter(of);
            all.any(|record| matches!(record.status, Status::Ok | Status::Diverged))
        };
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
        self.records.retain(|record| !made.iter().any(|new| new.key == record.key));
        self.records.extend(made);
        let found = |run: &PlannedRun| self.records.iter().find(|record| record.key == run.key).cloned();
        let mut records: Vec<Record> = runs.iter().filter_map(found).collect();
        records.iter_mut().for_each(rescore);
        Ok(records)
    }
}
