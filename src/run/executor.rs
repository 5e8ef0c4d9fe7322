//! Runs a plan: one private single-thread pool per slot, a record per run as it ends, failures kept apart.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Env, Journal, MetricValue, PlannedRun, RECORD_SCHEMA, Record, Status, Time};
use crate::data::Data;
use crate::error::{Error, Result, StopReason};
use crate::paradigm::{RunLog, Watch, protocol};

/// Stack of a slot: candle's backward pass and the drop of its graph recurse.
const STACK: usize = 64 << 20;

/// Computes every metric of a log; given by the layer above, so that runs know nothing of metrics.
pub type Scorer = fn(&str, &RunLog) -> BTreeMap<String, MetricValue>;

/// Hears what happens, for progress bars. Called from the slots' threads and from the collecting thread.
pub trait Listener: Sync {
    /// A run begins in a slot.
    fn started(&self, _slot: usize, _run: &PlannedRun) {}
    /// Share of the run that is done, in [0, 1]; called often.
    fn progressed(&self, _slot: usize, _share: f64) {}
    /// A run has ended and its record is on disk.
    fn ended(&self, _slot: usize, _record: &Record) {}
}

/// How a session ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Records made in this session.
    pub records: Vec<Record>,
    /// Runs that were not done because of an interrupt.
    pub left: usize,
}

/// Settings of a session.
pub struct Executor<'a> {
    pub data: &'a Data,
    /// Runs at the same time, ≥ 1.
    pub jobs: usize,
    /// Wall-clock limit of one run.
    pub time_limit: Option<Duration>,
    pub env: Env,
    pub scorer: Scorer,
    /// Set from a signal handler: current runs stop, their work is dropped, everything finished is kept.
    pub interrupt: &'a AtomicBool,
}

enum Message {
    Done(usize, Box<Record>),
    Interrupted,
}

impl Executor<'_> {
    /// Runs everything and appends each record to the journal as it ends.
    ///
    /// # Errors
    /// When the journal cannot be written (records written before stay valid).
    pub fn execute(
        &self,
        runs: &[PlannedRun],
        journal: &mut Journal,
        listener: &dyn Listener,
    ) -> Result<Outcome> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let slots = self.jobs.clamp(1, runs.len().max(1));
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for slot in 0..slots {
                let (send, next, stop) = (send.clone(), &next, &stop);
                scope.spawn(move || self.slot(slot, runs, next, stop, listener, &send));
            }
            drop(send);
            let mut outcome = Outcome::default();
            let mut problem = None;
            for message in receive {
                match message {
                    Message::Interrupted => {}
                    Message::Done(slot, record) if problem.is_none() => match journal.append(&record) {
                        Ok(()) => {
                            listener.ended(slot, &record);
                            outcome.records.push(*record);
                        }
                        Err(error) => {
                            stop.store(true, Ordering::Relaxed);
                            problem = Some(error);
                        }
                    },
                    Message::Done(..) => {}
                }
            }
            outcome.left = runs.len() - outcome.records.len();
            problem.map_or(Ok(outcome), Err)
        })
    }

    fn slot(
        &self,
        slot: usize,
        runs: &[PlannedRun],
        next: &AtomicUsize,
        stop: &AtomicBool,
        listener: &dyn Listener,
        send: &mpsc::Sender<Message>,
    ) {
        let work = || {
            while !stop.load(Ordering::Relaxed) && !self.interrupt.load(Ordering::Relaxed) {
                let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                listener.started(slot, run);
                let message = match self.one(slot, run, stop, listener) {
                    Some(record) => Message::Done(slot, Box::new(record)),
                    None => Message::Interrupted,
                };
                if send.send(message).is_err() {
                    break;
                }
            }
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build();
        match pool {
            Ok(pool) => pool.install(work),
            // Without a pool of its own the slot still works, on this thread's smaller stack.
            Err(_) => work(),
        }
    }

    /// Does one run, whatever happens in it. `None`: interrupted.
    fn one(
        &self,
        slot: usize,
        run: &PlannedRun,
        stop: &AtomicBool,
        listener: &dyn Listener,
    ) -> Option<Record> {
        let started = Instant::now();
        let started_unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut watch = SlotWatch { executor: self, slot, started, stop, listener };
        let result = catch_unwind(AssertUnwindSafe(|| {
            protocol(&run.spec.paradigm)?.run(&run.spec, self.data, &mut watch)
        }));
        let (status, error, log) = match result {
            Ok(Ok(log)) => (Status::Ok, None, log),
            Ok(Err(Error::Stopped(StopReason::Interrupt))) => return None,
            Ok(Err(error)) => {
                let status = match error {
                    Error::Diverged { .. } => Status::Diverged,
                    Error::Stopped(StopReason::TimeLimit) => Status::Timeout,
                    _ => Status::Failed,
                };
                (status, Some(error.to_string()), RunLog::default())
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                (Status::Failed, Some(format!("panicked: {text}")), RunLog::default())
            }
        };
        let metrics =
            if status == Status::Ok { (self.scorer)(&run.spec.paradigm, &log) } else { BTreeMap::new() };
        let mut record = Record {
            schema: RECORD_SCHEMA,
            key: run.key.clone(),
            suite: run.suite.clone(),
            titles: run.titles.clone(),
            score: run.score.clone(),
            spec: run.spec.clone(),
            data: run.data.clone(),
            status,
            error,
            log,
            metrics,
            time: Time { wall_s: started.elapsed().as_secs_f64(), started_unix },
            env: self.env.clone(),
            result_sha256: String::new(),
        };
        record.result_sha256 = record.hash().unwrap_or_default();
        Some(record)
    }
}

struct SlotWatch<'a> {
    executor: &'a Executor<'a>,
    slot: usize,
    started: Instant,
    stop: &'a AtomicBool,
    listener: &'a dyn Listener,
}

impl Watch for SlotWatch<'_> {
    fn progress(&mut self, share: f64) -> Option<StopReason> {
        self.listener.progressed(self.slot, share);
        if self.executor.interrupt.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed) {
            return Some(StopReason::Interrupt);
        }
        let over = self.executor.time_limit.is_some_and(|limit| self.started.elapsed() > limit);
        over.then_some(StopReason::TimeLimit)
    }
}
