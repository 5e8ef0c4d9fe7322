//! Leaky integrate-and-fire neurons with an adaptive threshold (Bellec et al. 2018, Eqs. 1–3 of the ALIF neuron).

use super::check;
use crate::error::DefinitionError;

/// Parameters: τ_m v̇ = −v + R·I; spike at v ≥ ϑ + β·a; then v ← 0, a ← a + 1, τ_a ȧ = −a. β = 0 is the plain LIF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifType {
    /// Membrane time constant, ms.
    pub tau_membrane: f32,
    /// Time constant of the adaptation, ms.
    pub tau_adaptation: f32,
    /// Threshold ϑ at rest.
    pub threshold: f32,
    /// Rise β of the threshold per spike; 0 for none.
    pub adaptation: f32,
    /// Time after a spike during which v stays at 0, ms.
    pub refractory: f32,
}

/// A group of equal (adaptive) LIF neurons.
#[derive(Debug, Clone)]
pub struct AdaptiveLif {
    /// Potentials, in units in which a steady input of I settles at I.
    pub v: Vec<f32>,
    /// Adaptation variables, in spikes.
    pub adaptation: Vec<f32>,
    rest: Vec<u32>,
    fired: Vec<bool>,
    neuron: LifType,
    keep: f32,
    keep_adaptation: f32,
    refractory_steps: u32,
}

impl AdaptiveLif {
    /// `count` neurons at rest, integrated exactly over `dt` ms.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(count: usize, neuron: LifType, dt: f32) -> Result<Self, DefinitionError> {
        check::not_empty("neurons", count)?;
        check::positive("dt", f64::from(dt))?;
        check::positive("tau_membrane", f64::from(neuron.tau_membrane))?;
        check::positive("tau_adaptation", f64::from(neuron.tau_adaptation))?;
        check::positive("threshold", f64::from(neuron.threshold))?;
        check::within("adaptation", f64::from(neuron.adaptation), 0.0, f64::INFINITY)?;
        check::within("refractory", f64::from(neuron.refractory), 0.0, 1e4)?;
        Ok(Self {
            v: vec![0.0; count],
            adaptation: vec![0.0; count],
            rest: vec![0; count],
            fired: vec![false; count],
            neuron,
            keep: (-dt / neuron.tau_membrane).exp(),
            keep_adaptation: (-dt / neuron.tau_adaptation).exp(),
            refractory_steps: (neuron.refractory / dt).round() as u32,
        })
    }

    /// One step under `input`.
    pub fn step(&mut self, input: &[f32]) {
        let lif = self.neuron;
        for i in 0..self.v.len() {
            self.adaptation[i] *= self.keep_adaptation;
            self.fired[i] = false;
            if self.rest[i] > 0 {
                self.rest[i] -= 1;
                continue;
            }
            self.v[i] = self.keep * self.v[i] + (1.0 - self.keep) * input[i];
            if self.v[i] >= lif.threshold + lif.adaptation * self.adaptation[i] {
                self.fired[i] = true;
                self.v[i] = 0.0;
                self.adaptation[i] += 1.0;
                self.rest[i] = self.refractory_steps;
            }
        }
    }

    /// Who fired in the last step.
    pub fn fired(&self) -> &[bool] {
        &self.fired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: LifType = LifType {
        tau_membrane: 20.0,
        tau_adaptation: 200.0,
        threshold: 1.0,
        adaptation: 0.0,
        refractory: 2.0,
    };

    fn times(neuron: LifType, current: f32, steps: usize) -> Vec<usize> {
        let mut lif = AdaptiveLif::new(1, neuron, 1.0).unwrap();
        let mut times = Vec::new();
        for step in 1..=steps {
            lif.step(&[current]);
            if lif.fired()[0] {
                times.push(step);
            }
        }
        times
    }

    #[test]
    fn the_interval_of_a_lif_is_the_textbook_one() {
        // From 0 to 1 under I = 2: τ ln(I/(I − 1)) = 20 ln 2 = 13.86, so 14 steps; plus 2 of refractoriness.
        assert_eq!(times(PLAIN, 2.0, 50), [14, 30, 46]);
        assert!(times(PLAIN, 0.99, 1000).is_empty());
    }

    #[test]
    fn adaptation_lengthens_the_intervals() {
        let times = times(LifType { adaptation: 0.2, ..PLAIN }, 2.0, 400);
        let intervals: Vec<usize> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(intervals[1] > 16 && intervals[2] >= intervals[1], "{intervals:?}");
    }

    #[test]
    fn a_negative_time_constant_is_refused_by_name() {
        let error = AdaptiveLif::new(1, LifType { tau_membrane: -20.0, ..PLAIN }, 1.0).unwrap_err();
        assert!(error.to_string().starts_with("`tau_membrane` = -20"));
        assert!(AdaptiveLif::new(0, PLAIN, 1.0).unwrap_err().to_string().starts_with("`neurons` = 0"));
    }
}
