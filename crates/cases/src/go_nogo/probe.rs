//! The policy itself, P(Go | cue), of the network as it stands before a trial (Eqs. 8–10 of the review ask for it).
//!
//! A window over a session's answers cannot tell it: an agent that is certain at every trial and changes its mind once has
//! half its answers Go in some window, which is one bit. So a copy of the network, plasticity off and noradrenaline held
//! at the trial's level, answers many independent realisations of the cue's input; the session goes on without it.

use super::entropy::Estimate;
use super::task::COMPOUNDS;

/// The answers of one probe to the two compounds that hold the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// The trial before which the network was probed.
    pub trial: usize,
    /// Presentations of each compound.
    pub shown: u32,
    /// Go answers to each.
    pub go: [u32; 2],
}

impl Probe {
    /// Shows each of the two compounds with the element `cue` half of `realisations` times, in turn.
    pub fn of(trial: usize, cue: usize, realisations: u32, mut answer: impl FnMut(usize) -> bool) -> Self {
        let shown = realisations / 2;
        let mut go = [0; 2];
        for _ in 0..shown {
            let compounds = (0..COMPOUNDS.len()).filter(|compound| COMPOUNDS[*compound].contains(&cue));
            for (go, compound) in go.iter_mut().zip(compounds) {
                *go += u32::from(answer(compound));
            }
        }
        Self { trial, shown, go }
    }

    /// P(Go | cue), the partner drawn evenly.
    pub fn go_given_cue(&self) -> f64 {
        f64::from(self.go[0] + self.go[1]) / f64::from(2 * self.shown)
    }

    /// H(A | cue): both partners together.
    pub fn given_cue(&self) -> Estimate {
        let go = self.go[0] + self.go[1];
        Estimate::new(&[go, 2 * self.shown - go])
    }

    /// H(A | compound), mean over the partners: what is left when the partner is known too. A policy that is certain but
    /// goes by the partner has 0 here and one bit above.
    pub fn given_compound(&self) -> f64 {
        self.go.iter().map(|go| Estimate::new(&[*go, self.shown - *go]).corrected).sum::<f64>() / 2.0
    }
}
