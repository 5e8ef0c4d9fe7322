//! Dense synapses: every source reaches every neuron; a spike adds one row of weights.

use numeric::elementwise;

/// Weights [sources × neurons], row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    pub weights: Vec<f32>,
    sources: usize,
    neurons: usize,
}

impl Projection {
    /// Weights by source and neuron.
    pub fn from_fn(sources: usize, neurons: usize, mut weight: impl FnMut(usize, usize) -> f32) -> Self {
        let mut weights = Vec::with_capacity(sources * neurons);
        for source in 0..sources {
            weights.extend((0..neurons).map(|neuron| weight(source, neuron)));
        }
        Self { weights, sources, neurons }
    }

    /// Number of sources.
    pub fn sources(&self) -> usize {
        self.sources
    }

    /// Weights out of one source.
    pub fn row(&self, source: usize) -> &[f32] {
        &self.weights[source * self.neurons..(source + 1) * self.neurons]
    }

    /// Adds `scale` × the source's row to `current`.
    #[inline]
    pub fn deliver(&self, source: usize, scale: f32, current: &mut [f32]) {
        elementwise::axpy(current, scale, self.row(source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_adds_its_row() {
        let projection = Projection::from_fn(2, 3, |source, neuron| (10 * source + neuron) as f32);
        let mut current = [1.0; 3];
        projection.deliver(1, 0.5, &mut current);
        assert_eq!(current, [6.0, 6.5, 7.0]);
    }
}
