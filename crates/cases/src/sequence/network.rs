//! What the training core asks of a network, and the flat vector that holds its parameters.

use std::ops::Range;

use rand_distr::{Distribution, StandardNormal};

use super::episodes::Episodes;
use super::lane::Lane;
use base::rng::Streams;

/// A network whose forward and backward passes run sixteen trials side by side. It keeps no state between passes:
/// a pass is a function of parameters and inputs, so tests may replay any modulatory signal.
pub trait Network: Sync {
    /// The parameters' places.
    fn layout(&self) -> &Layout;

    /// Modulatory signals per step; 0: none.
    fn signals(&self) -> usize;

    /// Multiply–adds of one step of one trial, forward.
    fn multiply_adds(&self) -> u64;

    /// Runs the trials from rest and leaves outputs, signals and whatever [`Network::backward`] needs on the tape.
    /// With `forced` (steps × signals) these act in place of the network's own signals.
    fn forward(&self, parameters: &[f32], episodes: &Episodes, forced: Option<&[Lane]>, tape: &mut Tape);

    /// Adds the gradient of Σ `by_output` ∘ outputs to `gradient`, trial by trial, after a forward pass with the same
    /// parameters and episodes and without forced signals.
    fn backward(
        &self,
        parameters: &[f32],
        episodes: &Episodes,
        by_output: &[Lane],
        tape: &mut Tape,
        gradient: &mut [Lane],
    );
}

/// What a pass leaves behind; kept and reused between passes.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    /// steps × outputs.
    pub outputs: Vec<Lane>,
    /// steps × signals.
    pub signals: Vec<Lane>,
    /// The network's own.
    pub(super) state: Vec<Lane>,
    /// The network's own, used within a pass.
    pub(super) scratch: Vec<Lane>,
}

/// How a block of parameters begins: normal with this mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Start {
    pub mean: f32,
    pub deviation: f32,
}

/// One tensor of parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Also the name of its random stream.
    pub name: &'static str,
    /// Where it stands in the flat vector.
    pub at: Range<usize>,
    start: Start,
}

/// The blocks of a network, one behind the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    pub blocks: Vec<Block>,
}

impl Layout {
    /// Appends a block and returns its place.
    pub(super) fn add(
        &mut self,
        name: &'static str,
        length: usize,
        mean: f32,
        deviation: f32,
    ) -> Range<usize> {
        let from = self.len();
        let at = from..from + length;
        self.blocks.push(Block { name, at: at.clone(), start: Start { mean, deviation } });
        at
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.at.end)
    }

    /// Whether there is no parameter.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fresh parameters. Blocks of the same name and length begin alike in every network of a seed.
    pub fn draw(&self, streams: &Streams) -> Vec<f32> {
        let mut parameters = Vec::with_capacity(self.len());
        for block in &self.blocks {
            let mut rng = streams.get(&format!("init/{}", block.name));
            parameters.extend(block.at.clone().map(|_| {
                let normal: f32 = StandardNormal.sample(&mut rng);
                block.start.mean + block.start.deviation * normal
            }));
        }
        parameters
    }
}
