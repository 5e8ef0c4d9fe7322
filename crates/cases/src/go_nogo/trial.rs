//! The log of one trial.

/// Everything that happened in a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trial {
    /// Index into AX, AY, BX, BY.
    pub compound: usize,
    /// Element that is the Go cue.
    pub cue: usize,
    /// Whether the compound contains the cue.
    pub present: bool,
    /// Whether the answer was Go.
    pub go: bool,
    pub reward: f32,
    /// The critic's expectation V.
    pub value: f32,
    /// Reward prediction error δ = r − V, released as dopamine (0 where dopamine is ablated).
    pub dopamine: f32,
    /// Mean weight change of the chosen cluster's excitatory synapses before clipping.
    pub weight_change: f32,
    /// Activity of the predicted-but-absent population, and of both error populations.
    pub absent: f32,
    pub surprise: f32,
    /// Noradrenaline during the stimulus, in [0, 1].
    pub noradrenaline: f32,
    /// Rates in Hz: Go E, Go I, No-Go E, No-Go I, critic E, critic I.
    pub rates: [f32; 6],
    /// Input gain of the visual dimension (that of the auditory one mirrors it).
    pub attention: f32,
}

impl Trial {
    /// Whether the answer was right.
    pub fn correct(&self) -> bool {
        self.go == self.present
    }
}
