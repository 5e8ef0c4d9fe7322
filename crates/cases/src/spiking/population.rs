//! Named groups inside one array of neurons.

use std::ops::Range;

/// Excitatory or inhibitory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Excitatory,
    Inhibitory,
}

/// A group of neighbours in the array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// E.g. `go/excitatory`.
    pub name: &'static str,
    pub kind: Kind,
    /// Populations with the same number form one cluster and share their apical drive.
    pub cluster: usize,
    pub range: Range<usize>,
}

impl Population {
    /// Mean firing rate in Hz from spike counts over `window` ms.
    pub fn rate(&self, counts: &[u32], window: f64) -> f64 {
        let spikes: u32 = counts[self.range.clone()].iter().sum();
        f64::from(spikes) / self.range.len() as f64 * 1000.0 / window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_spikes_per_neuron_and_second() {
        let population = Population { name: "e", kind: Kind::Excitatory, cluster: 0, range: 1..3 };
        // 5 spikes of 2 neurons in 200 ms: 12.5 Hz
        assert_eq!(population.rate(&[9, 2, 3, 9], 200.0), 12.5);
    }
}
