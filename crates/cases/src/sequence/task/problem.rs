//! The two tasks: what a trial shows, what it wants, and what a test measures.

use super::super::episodes::Episodes;
use super::super::lane::Lane;
use base::error::DefinitionError;
use base::rng::{StreamRng, Streams};
use contract::RunLog;

/// What the core needs to know of a task.
pub trait Problem: Sync {
    /// # Errors
    /// The first value out of range.
    fn check(&self) -> Result<(), DefinitionError>;

    /// Input channels.
    fn channels(&self) -> usize;

    /// Outputs.
    fn outputs(&self) -> usize;

    /// Steps of a trial.
    fn steps(&self) -> usize;

    /// Sixteen trials to learn from.
    fn draw(&self, rng: &mut StreamRng) -> Episodes;

    /// The trials of the test, the same for every network of a seed; their order is part of the definition.
    fn test(&self, trials: usize, streams: &Streams) -> Vec<Episodes>;

    /// Index of the test's group whose first trial is shown in reports.
    fn example(&self) -> usize;

    /// Numbers and curves from the outputs (steps × outputs) of each group of the test.
    fn score(&self, test: &[Episodes], outputs: &[Vec<Lane>], log: &mut RunLog);
}
