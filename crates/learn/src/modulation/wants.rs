//! What modulation wants to be shown of a step.

use super::local::LocalSpec;
use super::pipeline::Modulation;
use super::source::Need;

impl Modulation {
    /// Whether observations need the batch's mean input.
    pub fn wants_input(&self) -> bool {
        self.needs.contains(&Need::Input)
    }

    /// Whether observations need the gradient.
    pub fn wants_gradient(&self) -> bool {
        self.needs.contains(&Need::Gradient)
            || self.has_local(|local| matches!(local, LocalSpec::Gradient(_)))
    }

    /// Whether observations need what hidden units do.
    pub fn wants_units(&self) -> bool {
        self.has_local(|local| matches!(local, LocalSpec::Activity(_)))
    }

    /// Whether some source looks at inputs before they are answered.
    pub fn looks_ahead(&self) -> bool {
        self.modulators.iter().any(|modulator| modulator.ahead)
    }

    fn has_local(&self, which: impl Fn(&LocalSpec) -> bool) -> bool {
        self.channels().filter_map(|channel| channel.local.as_ref()).any(|local| which(&local.spec))
    }
}
