//! Progress on stderr: a bar per slot and one for the whole with the time left; plain lines when not a terminal.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::seconds;
use crate::run::{Listener, PlannedRun, Record, Status};

/// Listens to the executor and draws.
pub struct Progress {
    /// `None`: quiet.
    view: Option<View>,
    plain: bool,
    started: Instant,
    total_cost: f64,
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
    costs: Vec<f64>,
    last_line: Option<Instant>,
}

impl Progress {
    /// Progress over these runs.
    pub fn new(runs: &[PlannedRun], jobs: usize, quiet: bool) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let total_cost = runs.iter().map(|run| run.cost.max(1e-3)).sum();
        let view = (!quiet && !plain).then(|| View::new(runs.len(), jobs.min(runs.len())));
        let state = State { total: runs.len(), costs: vec![0.0; jobs.max(1)], ..State::default() };
        Self { view, plain: plain && !quiet, started: Instant::now(), total_cost, state: Mutex::new(state) }
    }

    /// Removes the bars.
    pub fn finish(&self) {
        if let Some(view) = &self.view {
            view.slots.iter().chain([&view.whole]).for_each(ProgressBar::finish_and_clear);
            let _ = view.bars.clear();
        }
    }

    fn left(&self, done_cost: f64) -> Option<f64> {
        let elapsed = self.started.elapsed().as_secs_f64();
        (done_cost > 0.0 && elapsed > 1.0).then(|| elapsed * (self.total_cost - done_cost) / done_cost)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
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
    format!("{} · {} · seed {}", run.spec.benchmark, run.spec.method, run.spec.seed)
}

impl Listener for Progress {
    fn started(&self, slot: usize, run: &PlannedRun) {
        if let Some(cost) = self.state().costs.get_mut(slot) {
            *cost = run.cost.max(1e-3);
        }
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position(0);
            bar.set_message(name(run));
        }
    }

    fn progressed(&self, slot: usize, share: f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        if let Some(bar) = self.view.as_ref().and_then(|view| view.slots.get(slot)) {
            bar.set_position((share * 1000.0) as u64);
        }
    }

    fn ended(&self, slot: usize, record: &Record) {
        let mut state = self.state();
        state.done += 1;
        state.done_cost += state.costs.get(slot).copied().unwrap_or(0.0);
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
                let _ = view.bars.println(problem);
            }
        } else if self.plain {
            if let Some(problem) = problem {
                eprintln!("{problem}");
            }
            let due = state.last_line.is_none_or(|at| at.elapsed() > Duration::from_secs(5));
            if due || state.done == state.total {
                state.last_line = Some(Instant::now());
                let left = left.map_or(String::new(), |left| format!(", about {} left", seconds(left)));
                let elapsed = seconds(self.started.elapsed().as_secs_f64());
                eprintln!("{}/{} runs, {elapsed}{left}", state.done, state.total);
            }
        }
    }
}
