//! Tasks that flow into one another: no boundary, every batch a mixture whose shares change with each update.

use rand::RngExt;

use super::batch::Batch;
use super::training::{Loader, TrainingData};
use crate::error::Result;
use base::rng::{StreamRng, Streams};
use base::state::State;

/// How much of each task there is at each update: bumps of Gaussian form over the updates, w_k(t) = exp(−(t − c_k)²/(2σ_k²)),
/// c_k the middle of the task's part of the budget and σ_k its length times the width; task k's share is w_k/Σw (the form of
/// Shanahan, Kaplanis & Mitrović 2021, whose bumps are classes).
#[derive(Debug, Clone, PartialEq)]
pub struct Bumps {
    /// c and σ of each task, in updates.
    of: Vec<(f64, f64)>,
}

impl Bumps {
    /// Bumps over the parts between these bounds (updates before each task, and after the last one).
    pub fn new(bounds: &[usize], width: f32) -> Self {
        let bump = |pair: &[usize]| {
            let (first, end) = (pair[0] as f64, pair[1] as f64);
            (0.5 * (first + end), f64::from(width) * (end - first).max(1.0))
        };
        Self { of: bounds.windows(2).map(bump).collect() }
    }

    /// Each task's share of an update's samples, taken at the update's middle; they sum to 1.
    pub fn shares(&self, update: usize) -> Vec<f64> {
        let at = update as f64 + 0.5;
        let exponents: Vec<f64> =
            self.of.iter().map(|(c, width)| -0.5 * ((at - c) / width).powi(2)).collect();
        // Less the largest, so that far from every bump the nearest one still has a share.
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = exponents.iter().map(|exponent| (exponent - largest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }
}

/// An endless source of such batches. Each sample's task is drawn by the shares (random stream `order/gradual`); within a task
/// samples come as in a stream with boundaries, each once per pass (`order/task{k}`).
#[derive(Debug)]
pub struct Gradual {
    whole: TrainingData,
    bumps: Bumps,
    /// One sample at a time of each task.
    own: Vec<Loader>,
    /// Position in the whole of each task's first sample.
    first: Vec<u32>,
    batch: usize,
    update: usize,
    positions: Vec<u32>,
    random: StreamRng,
}

impl Gradual {
    /// `tasks`: the training data of each task; `whole`: all of them, one after another.
    pub(super) fn new(
        whole: TrainingData,
        tasks: &[TrainingData],
        bumps: Bumps,
        batch: usize,
        streams: &Streams,
    ) -> Self {
        let own = tasks.iter().enumerate();
        let own = own.map(|(task, data)| data.loader(1, streams.get(&format!("order/task{task}")))).collect();
        let first =
            (0..tasks.len()).map(|task| tasks[..task].iter().map(|data| data.len() as u32).sum()).collect();
        let random = streams.get("order/gradual");
        Self { whole, bumps, own, first, batch, update: 0, positions: Vec::new(), random }
    }

    /// What the positions are positions of.
    pub fn whole(&self) -> &TrainingData {
        &self.whole
    }

    /// Positions in the whole of the next batch's samples.
    pub fn next_positions(&mut self) -> &[u32] {
        let shares = self.bumps.shares(self.update);
        self.update += 1;
        self.positions.clear();
        for _ in 0..self.batch {
            let task = picked(&shares, self.random.random::<f64>());
            let at = self.own[task].next_positions().first().copied().unwrap_or(0);
            self.positions.push(self.first[task] + at);
        }
        &self.positions
    }

    /// The next batch.
    ///
    /// # Errors
    /// Engine errors.
    pub fn next_batch(&mut self) -> Result<Batch> {
        self.next_positions();
        self.whole.batch(&self.positions)
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        let mut state = State::default()
            .number("update", self.update as f64)
            .number("word", self.random.get_word_pos() as f64);
        let parts = self.own.iter().enumerate().map(|(task, own)| (format!("task{task}"), own.save()));
        state.parts.extend(parts);
        state
    }

    /// The inverse of [`Gradual::save`], for a source of the same stream.
    ///
    /// # Errors
    /// When the state is another source's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.update = state.get_number("update")? as usize;
        self.random.set_word_pos(state.get_number("word")? as u128);
        let mut own = self.own.iter_mut().enumerate();
        own.try_for_each(|(task, own)| own.load(state.get_part(&format!("task{task}"))?))
    }
}

/// The task in whose part of [0, 1) a number lies; rounding leaves the rest to the last one.
fn picked(shares: &[f64], number: f64) -> usize {
    let mut sum = 0.0;
    let found = shares.iter().position(|share| {
        sum += share;
        number < sum
    });
    found.unwrap_or(shares.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{EvaluateOn, StreamSpec, TaskStream};

    #[test]
    fn shares_are_those_worked_out_by_hand() {
        // Two tasks of 10 updates, width ½: c = 5 and 15, σ = 5. At t = 4.5: ln w = −0.005 and −2.205, a ratio of e^2.2.
        let bumps = Bumps::new(&[0, 10, 20], 0.5);
        let shares = bumps.shares(4);
        assert!((shares[0] - 1.0 / (1.0 + (-2.2f64).exp())).abs() < 1e-12, "{shares:?}");
        // Updates 9 and 10 lie as far on either side of where the tasks have equal shares.
        let (before, after) = (bumps.shares(9), bumps.shares(10));
        assert!((before[0] - after[1]).abs() < 1e-12 && before[0] > 0.5 && after[0] < 0.5);
        // A task of twice the length has a bump of twice the width.
        assert_eq!(Bumps::new(&[0, 10, 30], 0.5).of, [(5.0, 5.0), (20.0, 10.0)]);
        // Far from every bump nothing is divided by 0.
        let narrow = Bumps::new(&[0, 1000, 2000], 0.05).shares(999);
        assert!(narrow.iter().all(|share| share.is_finite()) && narrow[0] > narrow[1]);
    }

    #[test]
    fn a_number_falls_into_the_part_of_its_task() {
        let shares = [0.25, 0.5, 0.25];
        assert_eq!([0.0, 0.2, 0.25, 0.74, 0.75, 0.999].map(|at| picked(&shares, at)), [0, 0, 1, 1, 2, 2]);
        assert_eq!(picked(&[0.3, 0.3], 0.999), 1, "what rounding leaves");
    }

    fn digits(width: f32) -> Gradual {
        let text = format!(
            "tasks = {{ kind = \"split\", shuffle_classes = false }}\nscenario = \"class\"\nreveals = []\ngradual = {width}"
        );
        let spec: StreamSpec = toml::from_str(&text).expect("a stream");
        spec.check(10).expect("valid");
        let folder = data::DataFolder { path: "/nowhere".into(), chosen_by: "the test" };
        let digits = data::Data::new(folder).get("digits").expect("embedded");
        let streams = Streams::new(4);
        let stream = TaskStream::new(&spec, &digits, EvaluateOn::Test, &streams).expect("a stream");
        stream.gradual(&[0, 40, 80, 120, 160, 200], 10, &streams).expect("gradual")
    }

    #[test]
    fn batches_hold_the_tasks_by_their_shares_and_tell_none() {
        let mut source = digits(0.5);
        let mut counts = [0usize; 5];
        for update in 0..200 {
            let batch = source.next_batch().expect("a batch");
            assert_eq!((batch.samples(), batch.task), (10, None));
            assert!(
                batch.active.mask(0).is_some_and(|mask| mask.iter().all(|on| *on)),
                "all outputs compete"
            );
            // In the middle of the first part the second task is about e^−2 of the first.
            if update < 40 {
                batch.targets.iter().for_each(|label| counts[*label as usize / 2] += 1);
            }
        }
        let wanted: Vec<f64> =
            (0..5).map(|task| (0..40).map(|t| 10.0 * source.bumps.shares(t)[task]).sum()).collect();
        for (found, wanted) in counts.iter().zip(&wanted) {
            assert!((*found as f64 - wanted).abs() < 4.0 * wanted.sqrt() + 1.0, "{counts:?} {wanted:?}");
        }
        assert!(counts[1] > 20, "the second task is there before its part: {counts:?}");
    }

    #[test]
    fn every_sample_of_a_task_is_met_once_before_any_is_met_again() {
        let mut source = digits(0.05);
        let own = source.own[0].len();
        let mut met: Vec<u32> = Vec::new();
        while met.len() < own {
            met.extend_from_slice(source.next_positions());
            source.update = 0; // stays where only the first task is met
        }
        met.truncate(own);
        met.sort_unstable();
        assert_eq!(met, (0..own as u32).collect::<Vec<_>>());
    }

    #[test]
    fn a_saved_source_gives_the_batches_that_were_to_come() {
        let mut whole = digits(1.0);
        (0..30).for_each(|_| drop(whole.next_positions().to_vec()));
        let state = whole.save();
        let expected: Vec<Vec<u32>> = (0..60).map(|_| whole.next_positions().to_vec()).collect();
        let mut resumed = digits(1.0);
        resumed.load(&state).expect("its own state");
        let found: Vec<Vec<u32>> = (0..60).map(|_| resumed.next_positions().to_vec()).collect();
        assert_eq!(found, expected);
    }
}
