//! Izhikevich neurons (Izhikevich 2003, "Simple model of spiking neurons", Eqs. 1–3), structure of arrays.

use multiversion::multiversion;

use base::error::DefinitionError;
use contract::allowed;

/// Parameters of one neuron type: v̇ = 0.04 v² + 5 v + 140 − u + I, u̇ = a (b v − u); at v ≥ 30 mV: v ← c, u ← u + d.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeuronType {
    /// Rate of the recovery variable, 1/ms.
    pub a: f32,
    /// Sensitivity of the recovery variable.
    pub b: f32,
    /// Reset potential, mV.
    pub c: f32,
    /// Jump of the recovery variable at a spike.
    pub d: f32,
}

impl NeuronType {
    /// Regular spiking excitatory cell.
    pub const REGULAR_SPIKING: Self = Self { a: 0.02, b: 0.2, c: -65.0, d: 8.0 };
    /// Chattering (bursting) excitatory cell.
    pub const CHATTERING: Self = Self { a: 0.02, b: 0.2, c: -50.0, d: 2.0 };
    /// Fast-spiking inhibitory cell.
    pub const FAST_SPIKING: Self = Self { a: 0.1, b: 0.2, c: -65.0, d: 2.0 };
}

/// How one step of `dt` is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integration {
    /// Step in ms.
    pub dt: f32,
    /// The membrane equation is taken in this many equal Euler sub-steps (2 in the literature at 1 ms); u in one.
    pub substeps: u32,
    /// v is capped at this value after each sub-step, mV. Without it the coarse step of 1 ms changes firing patterns.
    pub cap: f32,
}

impl Integration {
    /// dt = 1 ms, two half-steps, v capped at 31 mV.
    pub const MILLISECOND: Self = Self { dt: 1.0, substeps: 2, cap: 31.0 };

    /// Checks the step.
    ///
    /// # Errors
    /// Names `dt` or `substeps`.
    pub fn check(&self) -> Result<(), DefinitionError> {
        allowed!(above 0 to 2).check("dt", self.dt)?;
        allowed!(1 to 100).check("substeps", self.substeps)
    }
}

/// A group of Izhikevich neurons.
#[derive(Debug, Clone)]
pub struct Izhikevich {
    /// Membrane potentials, mV.
    pub v: Vec<f32>,
    /// Recovery variables.
    pub u: Vec<f32>,
    /// Reset potentials in force now (bursting changes them).
    pub c: Vec<f32>,
    /// Recovery jumps in force now.
    pub d: Vec<f32>,
    a: Vec<f32>,
    b: Vec<f32>,
    fired: Vec<u8>,
    integration: Integration,
}

impl Izhikevich {
    /// Neurons of the given types at rest (v = −65 mV, u = b·v).
    ///
    /// # Errors
    /// An empty group, a bad step, or a parameter that is not finite.
    pub fn new(types: &[NeuronType], integration: Integration) -> Result<Self, DefinitionError> {
        DefinitionError::check_count("neurons", types.len(), 1_000_000)?;
        integration.check()?;
        for neuron in types {
            allowed!(above 0).check("a", neuron.a)?;
            for (key, value) in [("b", neuron.b), ("c", neuron.c), ("d", neuron.d)] {
                allowed!(finite).check(key, value)?;
            }
        }
        let take = |field: fn(&NeuronType) -> f32| types.iter().map(field).collect::<Vec<_>>();
        let mut neurons = Self {
            v: vec![0.0; types.len()],
            u: vec![0.0; types.len()],
            a: take(|n| n.a),
            b: take(|n| n.b),
            c: take(|n| n.c),
            d: take(|n| n.d),
            // Padded to whole words, so that the scan for spikes reads eight neurons at a time.
            fired: vec![0; types.len().next_multiple_of(8)],
            integration,
        };
        neurons.rest();
        Ok(neurons)
    }

    /// Number of neurons.
    pub fn len(&self) -> usize {
        self.v.len()
    }

    /// Never true: an empty group is refused.
    pub fn is_empty(&self) -> bool {
        self.v.is_empty()
    }

    /// Puts every neuron to rest.
    pub fn rest(&mut self) {
        self.v.fill(-65.0);
        for (u, b) in self.u.iter_mut().zip(&self.b) {
            *u = b * -65.0;
        }
    }

    /// One step under `input` (one current per neuron). Neurons at or above 30 mV fire and are reset first, then the
    /// equations advance. Afterwards [`Izhikevich::spikes`] lists who fired.
    pub fn step(&mut self, input: &[f32]) {
        let Integration { dt, substeps, cap } = self.integration;
        let n = self.v.len();
        advance(
            [&mut self.v, &mut self.u],
            [&self.a, &self.b, &self.c, &self.d],
            &input[..n],
            &mut self.fired[..n],
            (dt, substeps, cap),
        );
    }

    /// Calls `f` with each neuron that fired in the last step, in order.
    #[inline]
    pub fn spikes(&self, mut f: impl FnMut(usize)) {
        for (word, eight) in self.fired.chunks_exact(8).enumerate() {
            let mut bits = u64::from_le_bytes([
                eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7],
            ]);
            while bits != 0 {
                f(word * 8 + bits.trailing_zeros() as usize / 8);
                bits &= bits - 1;
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512dq", "x86_64+avx2"))]
fn advance(
    [v, u]: [&mut [f32]; 2],
    [a, b, c, d]: [&[f32]; 4],
    input: &[f32],
    fired: &mut [u8],
    (dt, substeps, cap): (f32, u32, f32),
) {
    let n = v.len();
    let (u, a, b, c) = (&mut u[..n], &a[..n], &b[..n], &c[..n]);
    let (d, input, fired) = (&d[..n], &input[..n], &mut fired[..n]);
    let h = dt / substeps as f32;
    if substeps == 2 {
        for i in 0..n {
            let spike = v[i] >= 30.0;
            let mut x = if spike { c[i] } else { v[i] };
            let w = if spike { u[i] + d[i] } else { u[i] };
            let drive = 140.0 - w + input[i];
            x = (x + h * ((0.04 * x + 5.0) * x + drive)).min(cap);
            x = (x + h * ((0.04 * x + 5.0) * x + drive)).min(cap);
            v[i] = x;
            u[i] = w + dt * a[i] * (b[i] * x - w);
            fired[i] = u8::from(spike);
        }
    } else {
        for i in 0..n {
            let spike = v[i] >= 30.0;
            let mut x = if spike { c[i] } else { v[i] };
            let w = if spike { u[i] + d[i] } else { u[i] };
            let drive = 140.0 - w + input[i];
            for _ in 0..substeps {
                x = (x + h * ((0.04 * x + 5.0) * x + drive)).min(cap);
            }
            v[i] = x;
            u[i] = w + dt * a[i] * (b[i] * x - w);
            fired[i] = u8::from(spike);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spike times in ms of one neuron at constant current for one second.
    fn spike_times(neuron: NeuronType, integration: Integration, current: f32) -> Vec<f64> {
        let mut neurons = Izhikevich::new(&[neuron], integration).unwrap();
        let steps = (1000.0 / integration.dt).round() as usize;
        let mut times = Vec::new();
        for step in 0..steps {
            neurons.step(&[current]);
            neurons.spikes(|_| times.push(step as f64 * f64::from(integration.dt)));
        }
        times
    }

    #[test]
    fn regular_spiking_at_a_fine_step_gives_23_spikes_with_a_steady_interval_of_44_9_ms() {
        let fine = Integration { dt: 0.02, substeps: 1, cap: f32::INFINITY };
        let times = spike_times(NeuronType::REGULAR_SPIKING, fine, 10.0);
        assert_eq!(times.len(), 23);
        let interval = times[22] - times[21];
        assert!((interval - 44.9).abs() < 0.1, "{interval}");
    }

    #[test]
    fn chattering_fires_bursts_of_short_intervals_apart_by_long_ones() {
        let fine = Integration { dt: 0.02, substeps: 1, cap: f32::INFINITY };
        let times = spike_times(NeuronType::CHATTERING, fine, 10.0);
        let intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let short = intervals.iter().filter(|interval| **interval < 8.0).count();
        let long = intervals.iter().filter(|interval| **interval > 25.0).count();
        assert!(short >= 2 * long && long >= 5, "{short} short, {long} long");
        assert_eq!(short + long, intervals.len(), "nothing in between: {intervals:?}");
    }

    /// Counts of a separate program in single precision; in double precision the uncapped coarse step gives 43 chattering
    /// spikes, not 42: without the cap the pattern hangs on rounding.
    #[test]
    fn at_one_millisecond_the_counts_are_golden() {
        let uncapped = Integration { cap: f32::INFINITY, ..Integration::MILLISECOND };
        let count = |neuron, integration| spike_times(neuron, integration, 10.0).len();
        assert_eq!(count(NeuronType::CHATTERING, Integration::MILLISECOND), 70);
        assert_eq!(count(NeuronType::CHATTERING, uncapped), 42);
        assert_eq!(count(NeuronType::REGULAR_SPIKING, Integration::MILLISECOND), 22);
        assert_eq!(count(NeuronType::FAST_SPIKING, Integration::MILLISECOND), 90);
    }

    #[test]
    fn empty_groups_and_bad_steps_are_refused_by_name() {
        let refusal =
            |types: &[NeuronType], integration| Izhikevich::new(types, integration).unwrap_err().to_string();
        assert!(refusal(&[], Integration::MILLISECOND).starts_with("`neurons` = 0"));
        let negative = Integration { dt: -1.0, ..Integration::MILLISECOND };
        assert!(refusal(&[NeuronType::CHATTERING], negative).starts_with("`dt` = -1"));
        let nan = NeuronType { d: f32::NAN, ..NeuronType::CHATTERING };
        assert!(refusal(&[nan], Integration::MILLISECOND).starts_with("`d` = NaN"));
    }
}
