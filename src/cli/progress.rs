//! Progress on stderr: a bar per slot and one for the whole with the time left; a plain line a minute when not a terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::{seconds, tell};
use crate::run::{Listener, PlannedRun};
use base::plain;
use contract::{Record, Status};

/// Listens to the executor and draws.
pub struct Progress {
    /// `None`: quiet.
    view: Option<View>,
    plain: bool,
    started: Instant,
    /// Expected cost of each run, by key.
    costs: BTreeMap<String, f64>,
    state: Mutex<State>,
}

struct View {
    bars: MultiProgress,
    whole: ProgressBar,
    slots: Vec<ProgressBar>,
}

#[derive(Default)]
struct State {
    done: usize,
    total: usize,
    done_cost: f64,
    /// Per slot the key and cost of the run in it, and the share of it that is done.
    running: Vec<(String, f64, f64)>,
    /// When the time left was last told.
    told: Option<Instant>,
}

impl State {
    /// Cost of what is done, parts of running runs included.
    fn cost(&self) -> f64 {
        self.done_cost + self.running.iter().map(|(_, cost, share)| cost * share).sum::<f64>()
    }

    fn slot(&mut self, slot: usize) -> &mut (String, f64, f64) {
        if self.running.len() <= slot {
            self.running.resize(slot + 1, Default::default());
        }
        &mut self.running[slot]
    }

    /// Whether so long has passed since the last word; then it counts as said.
    fn due(&mut self, since: Instant, pause: Duration) -> bool {
        let due = self.told.unwrap_or(since).elapsed() >= pause;
        if due {
            self.told = Some(Instant::now());
        }
        due
    }
}

/// Between two lines where stderr is no terminal.
const MINUTE: Duration = Duration::from_secs(60);
/// Between two estimates of the time left on a terminal.
const SECOND: Duration = Duration::from_secs(1);

impl Progress {
    /// Progress over these runs.
    pub fn new(runs: &[PlannedRun], jobs: usize, quiet: bool) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let costs = runs.iter().map(|run| (run.key.clone(), run.cost.max(1e-3))).collect();
        let view = (!quiet && !plain).then(|| View::new(runs.len(), jobs.min(runs.len())));
        let state = State { total: runs.len(), ..State::default() };
        Self { view, plain: plain && !quiet, started: Instant::now(), costs, state: Mutex::new(state) }
    }

    /// Removes the bars.
    pub fn finish(&self) {
        if let Some(view) = &self.view {
            view.slots.iter().chain([&view.whole]).for_each(ProgressBar::finish_and_clear);
            let _ = view.bars.clear();
        }
    }

    /// `, about 3 min 10 s left`, or nothing where nobody can know.
    fn left(&self, state: &State) -> String {
        let left = time_left(self.started.elapsed().as_secs_f64(), state.cost(), self.costs.values().sum());
        left.map_or(String::new(), |left| format!(", about {} left", seconds(left)))
    }

    /// Says how far it is.
    fn say(&self, state: &State) {
        let left = self.left(state);
        if let Some(view) = &self.view {
            view.whole.set_message(left);
        } else if self.plain {
            let elapsed = seconds(self.started.elapsed().as_secs_f64());
            tell(&format!("{}/{} runs, {elapsed}{left}", state.done, state.total));
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What is left takes as long as what is done took, cost for cost; unknown in the first two seconds, before one part in a
/// hundred is done, and once all is done.
fn time_left(elapsed: f64, done: f64, total: f64) -> Option<f64> {
    let left = total - done;
    (elapsed > 2.0 && done > 0.01 * total && left > 1e-9 * total).then(|| elapsed * left / done)
}

impl View {
    fn new(runs: usize, slots: usize) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let style = |template: &str| {
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━╸─")
        };
        let slot = |_| {
            let bar = bars.add(ProgressBar::new(1000));
            bar.set_style(style("  {bar:16.cyan/dim} {wide_msg}"));
            bar
        };
        let slots = (0..slots).map(slot).collect();
        let whole = bars.add(ProgressBar::new(runs as u64));
        whole.set_style(style("{bar:18.green/dim} {pos}/{len} runs, {elapsed}{wide_msg}"));
        whole.enable_steady_tick(Duration::from_millis(500));
        Self { bars, whole, slots }
    }
}

fn name(run: &PlannedRun) -> String {
    let name = format!("{} · {} · seed {}", run.spec.benchmark, run.spec.method, run.spec.seed);
    plain::line(&name).into_owned()
}

impl Listener for Progress {
    fn started(&self, slot: usize, run: &PlannedRun) {
        let cost = self.costs.get(&run.key).copied().unwrap_or(0.0);
        *self.state().slot(slot) = (run.key.clone(), cost, 0.0);
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position(0);
            bar.set_message(name(run));
        }
    }

    fn progressed(&self, slot: usize, share: f64) {
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position((share * 1000.0) as u64);
        }
        if self.view.is_none() && !self.plain {
            return;
        }
        // Called often, by every slot: who finds another at it has nothing urgent to say.
        let Ok(mut state) = self.state.try_lock() else { return };
        state.slot(slot).2 = share.clamp(0.0, 1.0);
        if state.due(self.started, if self.plain { MINUTE } else { SECOND }) {
            self.say(&state);
        }
    }

    fn ended(&self, _slot: usize, record: &Record) {
        let mut state = self.state();
        state.done += 1;
        // By the run, not by the slot: the slot may have begun its next run already.
        state.done_cost += self.costs.get(&record.key).copied().unwrap_or(0.0);
        // It counts whole now, and no longer in part.
        state.running.iter_mut().filter(|own| own.0 == record.key).for_each(|own| own.2 = 0.0);
        if record.status != Status::Ok {
            let error = record.error.as_deref().unwrap_or("no reason given");
            let spec = &record.spec;
            let (benchmark, method, seed) = (&spec.benchmark, &spec.method, spec.seed);
            let problem = format!("{benchmark} · {method} · seed {seed}: {}: {error}", record.status.word());
            match &self.view {
                Some(view) => drop(view.bars.println(plain::line(&problem))),
                None if self.plain => tell(&plain::line(&problem)),
                None => {}
            }
        }
        if let Some(view) = &self.view {
            view.whole.set_position(state.done as u64);
        }
        if state.done == state.total || state.due(self.started, if self.plain { MINUTE } else { SECOND }) {
            self.say(&state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_never_negative_and_absent_at_the_end() {
        assert_eq!(time_left(10.0, 2.0, 6.0), Some(20.0));
        assert_eq!(
            [time_left(10.0, 6.0, 6.0), time_left(10.0, 6.1, 6.0), time_left(0.5, 2.0, 6.0)],
            [None; 3]
        );
        // A second's worth of a day says nothing yet.
        assert_eq!(time_left(10.0, 0.05, 6.0), None);
    }

    #[test]
    fn a_line_is_due_once_a_pause() {
        let mut state = State::default();
        let since = Instant::now();
        assert!(!state.due(since, MINUTE) && state.due(since, Duration::ZERO));
        assert!(!state.due(since, MINUTE));
    }

    #[test]
    fn parts_of_running_runs_count() {
        let mut state = State { done_cost: 2.0, ..State::default() };
        *state.slot(1) = ("a".into(), 4.0, 0.5);
        assert_eq!(state.cost(), 4.0);
    }
}
