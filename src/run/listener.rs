//! Who hears of a session, and what of a panic is heard.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::planned::PlannedRun;
use contract::Record;

/// Hears what happens, for progress bars. Called from the slots' threads and from the collecting thread.
pub trait Listener: Sync {
    /// A run begins in a slot.
    fn started(&self, _slot: usize, _run: &PlannedRun) {}
    /// Share of the run that is done, in [0, 1]; called often.
    fn progressed(&self, _slot: usize, _share: f64) {}
    /// A run has ended and its record is on disk.
    fn ended(&self, _slot: usize, _record: &Record) {}
}

/// A listener whose panics stay its own: whether anybody hears of a run must not decide about it.
pub(super) struct Advisory<'a>(pub &'a dyn Listener);

impl Advisory<'_> {
    fn tell(&self, what: impl FnOnce(&dyn Listener)) {
        // What it failed to say is lost; the record says it too.
        let _ = silently(|| what(self.0));
    }
}

impl Listener for Advisory<'_> {
    fn started(&self, slot: usize, run: &PlannedRun) {
        self.tell(|listener| listener.started(slot, run));
    }

    fn progressed(&self, slot: usize, share: f64) {
        self.tell(|listener| listener.progressed(slot, share));
    }

    fn ended(&self, slot: usize, record: &Record) {
        self.tell(|listener| listener.ended(slot, record));
    }
}

thread_local! {
    /// How many callers on this thread's stack catch panics and tell of them themselves.
    static CATCHING: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Catches a panic in `work`; with [`install_panic_hook`] nothing is printed about it.
pub(super) fn silently<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    CATCHING.set(CATCHING.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get() - 1);
    result
}

/// Keeps quiet about panics that are caught and recorded (a run's), and about no other.
pub fn install_panic_hook() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if CATCHING.get() == 0 {
            usual(panic);
        }
    }));
}
