//! Runs a plan: one private single-thread pool per slot, a record per run as it ends, failures kept apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::finite::not_finite;
use super::journal::Journal;
use super::listener::{Advisory, Listener, silently};
use super::planned::PlannedRun;
use crate::registry::protocol;
use base::error::{Error, Result, StopReason};
use contract::{Env, MetricValue, RECORD_SCHEMA, Record, RunLog, Status, Time, Trace, Watch};
use data::Data;

/// Ended runs that may wait for the disk; the slots wait where there are more. A kill loses so many at most, and none that
/// was counted.
const BACKLOG: usize = 32;
/// Stack of a slot: candle's backward pass and the drop of its graph recurse.
const STACK: usize = 64 << 20;

/// Does `work` on a private single-thread pool with a large stack.
fn on_pool(work: &(impl Fn() + Sync)) {
    match rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build() {
        Ok(pool) => pool.install(work),
        // Without a pool of its own the slot still works, on this thread's smaller stack.
        Err(_) => work(),
    }
}

/// Computes every metric of a log; given by the layer above, so that runs know nothing of metrics.
pub type Scorer = fn(&str, &RunLog) -> BTreeMap<String, MetricValue>;

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
    /// Traces of runs that are already recorded, by key, for controls that replay them.
    pub traces: BTreeMap<String, Arc<Trace>>,
    /// Set from a signal handler: current runs stop, their work is dropped, everything finished is kept.
    pub interrupt: &'a AtomicBool,
}

/// Hands out runs in their order; one that replays another waits until that one has ended.
struct Queue<'a> {
    runs: &'a [PlannedRun],
    state: Mutex<Waiting>,
    changed: Condvar,
}

struct Waiting {
    /// Places in `runs` not handed out yet, in order.
    left: Vec<usize>,
    /// Keys of runs of this session that have not ended.
    open: BTreeSet<String>,
    traces: BTreeMap<String, Arc<Trace>>,
}

impl<'a> Queue<'a> {
    fn new(runs: &'a [PlannedRun], traces: BTreeMap<String, Arc<Trace>>) -> Self {
        let open = runs.iter().map(|run| run.key.clone()).collect();
        let state = Waiting { left: (0..runs.len()).collect(), open, traces };
        Self { runs, state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first run that can begin, with the trace that it replays; waits while all that are left wait themselves.
    fn next(&self, given_up: &dyn Fn() -> bool) -> Option<(&'a PlannedRun, Option<Arc<Trace>>)> {
        let mut state = self.lock();
        loop {
            if state.left.is_empty() || given_up() {
                return None;
            }
            let replayed = |place: usize| self.runs[place].spec.replays.as_ref().map(|replays| &replays.key);
            let ready = |place: &usize| replayed(*place).is_none_or(|key| !state.open.contains(key));
            if let Some(at) = state.left.iter().position(ready) {
                let place = state.left.remove(at);
                let trace = replayed(place).and_then(|key| state.traces.get(key).cloned());
                return Some((&self.runs[place], trace));
            }
            // Also wakes by itself now and then, to hear of an interrupt.
            let waited = self.changed.wait_timeout(state, Duration::from_millis(100));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn done(&self, run: &PlannedRun, record: &Record) {
        let mut state = self.lock();
        state.open.remove(&run.key);
        if record.status == Status::Ok && !record.log.trace.is_empty() {
            state.traces.insert(run.key.clone(), Arc::new(record.log.trace.clone()));
        }
        drop(state);
        self.changed.notify_all();
    }
}

impl Executor<'_> {
    /// Runs everything and appends each record to the journal as it ends. The listener hears of an end, and the outcome
    /// holds a record, only once it is on disk.
    ///
    /// # Errors
    /// When the journal cannot be written (records written before stay valid).
    pub fn execute(
        &self,
        runs: &[PlannedRun],
        journal: &mut Journal,
        listener: &dyn Listener,
    ) -> Result<Outcome> {
        let listener = &Advisory(listener);
        let queue = Queue::new(runs, self.traces.clone());
        let stop = AtomicBool::new(false);
        let slots = self.jobs.clamp(1, runs.len().max(1));
        let (send, receive) = mpsc::sync_channel(BACKLOG);
        std::thread::scope(|scope| {
            for slot in 0..slots {
                let (send, queue, stop) = (send.clone(), &queue, &stop);
                scope.spawn(move || self.slot(slot, queue, stop, listener, &send));
            }
            drop(send);
            let mut outcome = Outcome::default();
            let mut problem = None;
            while let Ok(first) = receive.recv() {
                // One sync for all that have ended meanwhile: a slow disk slows every sync, not every run.
                let group = std::iter::once(first).chain(receive.try_iter().take(BACKLOG));
                let group: Vec<(usize, Box<Record>)> = group.collect();
                if problem.is_some() {
                    continue;
                }
                match journal.append(group.iter().map(|(_, record)| &**record)) {
                    Ok(()) => {
                        for (slot, record) in group {
                            listener.ended(slot, &record);
                            outcome.records.push(*record);
                        }
                    }
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        problem = Some(error);
                    }
                }
            }
            outcome.left = runs.len() - outcome.records.len();
            problem.map_or(Ok(outcome), Err)
        })
    }

    fn slot(
        &self,
        slot: usize,
        queue: &Queue<'_>,
        stop: &AtomicBool,
        listener: &dyn Listener,
        send: &mpsc::SyncSender<(usize, Box<Record>)>,
    ) {
        let work = || {
            let given_up = || stop.load(Ordering::Relaxed) || self.interrupt.load(Ordering::Relaxed);
            while let Some((run, trace)) = queue.next(&given_up) {
                listener.started(slot, run);
                let Some(record) = self.one(slot, run, trace, stop, listener) else { continue };
                queue.done(run, &record);
                // Waits where the disk is behind: what has ended and is not on disk stays little.
                if send.send((slot, Box::new(record))).is_err() {
                    break;
                }
            }
        };
        on_pool(&work);
    }

    /// Does one run, whatever happens in it. `None`: interrupted.
    fn one(
        &self,
        slot: usize,
        run: &PlannedRun,
        trace: Option<Arc<Trace>>,
        stop: &AtomicBool,
        listener: &dyn Listener,
    ) -> Option<Record> {
        let started = Instant::now();
        let started_unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut watch = SlotWatch { executor: self, slot, started, stop, listener };
        let result = silently(|| -> Result<_> {
            let mut spec = run.spec.clone();
            if let Some(replays) = &mut spec.replays {
                replays.trace =
                    Some(trace.ok_or_else(|| Error::NothingToReplay { key: replays.key.clone() })?);
            }
            let log = protocol(&spec.paradigm)?.run(&spec, self.data, &mut watch)?;
            if let Some((what, value)) = not_finite(&log) {
                let update = usize::try_from(log.footprint.updates).unwrap_or(usize::MAX);
                return Err(Error::Diverged { update, what, value });
            }
            let metrics = (self.scorer)(&spec.paradigm, &log);
            Ok((log, metrics))
        });
        let (status, error, (log, metrics)) = ended(result)?;
        let mut record = Record {
            schema: RECORD_SCHEMA,
            key: run.key.clone(),
            suite: run.suite.clone(),
            titles: run.titles.clone(),
            score: run.score.clone(),
            spec: run.spec.clone(),
            data: run.data.clone(),
            base: run.base.clone(),
            status,
            error,
            log,
            metrics,
            time: Time { wall_s: started.elapsed().as_secs_f64(), started_unix },
            env: self.env.clone(),
            judged: None,
            result_sha256: String::new(),
        };
        record.result_sha256 = record.hash().unwrap_or_default();
        Some(record)
    }
}

/// What a run measured.
type Measured = (RunLog, BTreeMap<String, MetricValue>);

/// How a run ended, whatever happened in it. `None`: interrupted.
fn ended(result: std::thread::Result<Result<Measured>>) -> Option<(Status, Option<String>, Measured)> {
    let nothing = (RunLog::default(), BTreeMap::new());
    Some(match result {
        Ok(Ok(measured)) => (Status::Ok, None, measured),
        Ok(Err(Error::Stopped(StopReason::Interrupt))) => return None,
        Ok(Err(error)) => {
            let status = match error {
                Error::Diverged { .. } => Status::Diverged,
                Error::Stopped(StopReason::TimeLimit) => Status::Timeout,
                _ => Status::Failed,
            };
            (status, Some(error.to_string()), nothing)
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            (Status::Failed, Some(format!("panicked: {text}")), nothing)
        }
    })
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
