//! What modulation can act on and sense in one learner.

use super::source::Need;

/// What there is to act on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anatomy {
    /// Units per layer, from the input; empty where only the optimiser's updates can be reached.
    pub layers: Vec<usize>,
    /// How many of the first layers are recurrent.
    pub recurrent: usize,
    /// Loss terms by name, `task` first.
    pub terms: Vec<String>,
    /// A term that draws past samples.
    pub replay: bool,
    /// A term that keeps a window of the past.
    pub window: bool,
    /// One that discounts it.
    pub discount: bool,
    /// Hidden units compete (k-winner-take-all).
    pub winners: bool,
    /// The optimiser has momentum.
    pub momentum: bool,
    /// The stream reveals task boundaries.
    pub boundaries: bool,
    /// The stream goes through hidden states that recur.
    pub states: bool,
    /// Steps are batches whose inputs can be seen.
    pub inputs: bool,
    /// The network shows what its hidden units do.
    pub activations: bool,
    /// Answers are classes, so that there is a predictive distribution.
    pub distribution: bool,
}

impl Anatomy {
    /// Whether there is a network, and not the optimiser's updates alone.
    pub fn has_layers(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Why a source that needs this would never say anything here; `None`: it is there.
    pub(super) fn lacks(&self, need: Need) -> Option<&'static str> {
        match need {
            Need::Boundary if !self.boundaries => Some("needs task boundaries, which this stream hides"),
            Need::State if !self.states => Some("needs hidden states that recur, which this stream has not"),
            Need::Input if !self.inputs => {
                Some("needs the inputs of a batch; a step of the outer loop has none of its own")
            }
            Need::Distribution if !self.distribution => Some(
                "needs a distribution over classes; here answers are numbers, or a step is one of the outer loop",
            ),
            _ => None,
        }
    }
}
