//! Progress on stderr: a bar per slot and one for the whole with the time left; plain lines when not a terminal.

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
    last_line: Option<Instant>,
}

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

    /// Seconds until all is done, where something is done already and something is left.
    fn left(&self, done_cost: f64) -> Option<f64> {
        time_left(self.started.elapsed().as_secs_f64(), done_cost, self.costs.values().sum())
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

/// What is left takes as long as what is done took, cost for cost; unknown in the first second and once all is done.
fn time_left(elapsed: f64, done: f64, total: f64) -> Option<f64> {
    let left = total - done;
    (elapsed > 1.0 && done > 0.0 && left > 1e-9 * total).then(|| elapsed * left / done)
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
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position(0);
            bar.set_message(name(run));
        }
    }

    fn progressed(&self, slot: usize, share: f64) {
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position((share * 1000.0) as u64);
        }
    }

    fn ended(&self, _slot: usize, record: &Record) {
        let mut state = self.state();
        state.done += 1;
        // By the run, not by the slot: the slot may have begun its next run already.
        state.done_cost += self.costs.get(&record.key).copied().unwrap_or(0.0);
        let left = self.left(state.done_cost);
        let problem = (record.status != Status::Ok).then(|| {
            let error = record.error.as_deref().unwrap_or("no reason given");
            let spec = &record.spec;
            format!(
                "{} · {} · seed {}: {}: {error}",
                spec.benchmark,
                spec.method,
                spec.seed,
                record.status.word()
            )
        });
        if let Some(view) = &self.view {
            view.whole.set_position(state.done as u64);
            view.whole
                .set_message(left.map_or(String::new(), |left| format!(", about {} left", seconds(left))));
            if let Some(problem) = problem {
                let _ = view.bars.println(plain::line(&problem));
            }
        } else if self.plain {
            if let Some(problem) = problem {
                tell(&plain::line(&problem));
            }
            let due = state.last_line.is_none_or(|at| at.elapsed() > Duration::from_secs(5));
            if due || state.done == state.total {
                state.last_line = Some(Instant::now());
                let left = left.map_or(String::new(), |left| format!(", about {} left", seconds(left)));
                let elapsed = seconds(self.started.elapsed().as_secs_f64());
                tell(&format!("{}/{} runs, {elapsed}{left}", state.done, state.total));
            }
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
    }
}
