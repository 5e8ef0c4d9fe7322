//! The standard network of the speed comparison: Izhikevich (2007), "Solving the distal reward problem through linkage of
//! STDP and dopamine signaling". Excitatory and inhibitory neurons with delays of 1–10 ms, all-to-all STDP into an
//! eligibility trace c (τ 1 s), and ẇ = (b + DA)·c for excitatory synapses.
//!
//! A synapse is touched only when a spike passes it. Between touches c decays by a known exponential and DA is common to
//! all, so Δw = c·e^(t₀/τ)·(G(t) − G(t₀)) with G(t) = Σ e^(−s/τ)·(b + DA(s)): one subtraction, exact. As b + DA ≥ 0 the
//! weight moves one way between touches, so clipping at the touch equals clipping at every step.

use multiversion::multiversion;
use rand::Rng;

pub use super::dopamine_settings::DopamineStdpSettings;
use super::dopamine_settings::RING;
use super::izhikevich::{Integration, Izhikevich, NeuronType};
use base::error::DefinitionError;
use base::rng::{FastRng, Streams};
use contract::allowed;
use contract::declare::Declared;

/// Steps after which every synapse is brought up to date, so that e^(t/τ) stays near 1.
const EPOCH: u32 = 1000;

#[derive(Debug, Clone, Copy)]
struct Synapse {
    weight: f32,
    /// c·e^(t/τ): constant between touches.
    eligibility: f32,
    /// G at the last touch.
    seen: f32,
    target: u32,
}

/// An excitatory synapse as its target sees it.
#[derive(Debug, Clone, Copy)]
struct Incoming {
    synapse: u32,
    source: u32,
    delay: u32,
}

/// The network.
#[derive(Debug, Clone)]
pub struct DopamineStdpNetwork {
    settings: DopamineStdpSettings,
    neurons: Izhikevich,
    /// Sorted by source, then delay.
    synapses: Vec<Synapse>,
    /// [neurons × (longest_delay + 1)] offsets into `synapses`.
    by_delay: Vec<u32>,
    incoming: Vec<Incoming>,
    incoming_starts: Vec<u32>,
    /// STDP traces of the last `RING` steps, [RING × neurons].
    traces: Vec<f32>,
    fired: [Vec<u32>; RING],
    current: Vec<f32>,
    rng: FastRng,
    dopamine: f32,
    /// G of this epoch and e^(t/τ).
    integral: f32,
    growth: f32,
    time: u64,
    /// Spikes and synaptic operations (deliveries and potentiations) so far.
    pub spikes: u64,
    pub synaptic_operations: u64,
}

impl DopamineStdpNetwork {
    /// Random connectivity and delays from the seed.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(settings: DopamineStdpSettings, seed: u64) -> Result<Self, DefinitionError> {
        settings.check_ranges()?;
        let count = settings.excitatory + settings.inhibitory;
        let mut types = vec![NeuronType::REGULAR_SPIKING; settings.excitatory];
        types.resize(count, NeuronType::FAST_SPIKING);
        let streams = Streams::new(seed);
        let mut rng = streams.fast("dopamine-stdp/wiring");
        let mut below = |limit: usize| ((u64::from(rng.next_u32()) * limit as u64) >> 32) as usize;
        let mut synapses = Vec::with_capacity(count * settings.synapses);
        let mut by_delay = Vec::with_capacity(count * (settings.longest_delay + 1));
        let mut incoming: Vec<Vec<Incoming>> = vec![Vec::new(); count];
        for source in 0..count {
            let excitatory = source < settings.excitatory;
            let mut drawn: Vec<(usize, usize)> = (0..settings.synapses)
                .map(|_| {
                    (
                        below(settings.longest_delay),
                        below(if excitatory { count } else { settings.excitatory }),
                    )
                })
                .collect();
            drawn.sort_unstable();
            for delay in 0..=settings.longest_delay {
                by_delay.push((synapses.len() + drawn.partition_point(|(d, _)| *d < delay)) as u32);
            }
            for (delay, target) in drawn {
                if excitatory {
                    let (synapse, delay) = (synapses.len() as u32, delay as u32 + 1);
                    incoming[target].push(Incoming { synapse, source: source as u32, delay });
                }
                let weight = if excitatory { settings.initial } else { settings.inhibition };
                synapses.push(Synapse { weight, eligibility: 0.0, seen: 0.0, target: target as u32 });
            }
        }
        let mut incoming_starts = vec![0u32];
        for list in &incoming {
            incoming_starts.push(incoming_starts[incoming_starts.len() - 1] + list.len() as u32);
        }
        Ok(Self {
            settings,
            neurons: Izhikevich::new(&types, Integration { cap: f32::INFINITY, ..Integration::MILLISECOND })?,
            synapses,
            by_delay,
            incoming: incoming.concat(),
            incoming_starts,
            traces: vec![0.0; RING * count],
            fired: std::array::from_fn(|_| Vec::with_capacity(count)),
            current: vec![0.0; count],
            rng: streams.fast("dopamine-stdp/noise"),
            dopamine: 0.0,
            integral: 0.0,
            growth: 1.0,
            time: 0,
            spikes: 0,
            synaptic_operations: 0,
        })
    }

    /// Number of neurons.
    pub fn neurons(&self) -> usize {
        self.current.len()
    }

    /// Steps of 1 ms so far.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Neurons that fired in the last step, ascending.
    pub fn fired(&self) -> &[u32] {
        &self.fired[(self.time.wrapping_sub(1) % RING as u64) as usize]
    }

    /// A reward: adds to the dopamine level.
    ///
    /// # Errors
    /// A negative or non-finite amount (dopamine would reverse the sign of learning between touches).
    pub fn reward(&mut self, amount: f32) -> Result<(), DefinitionError> {
        allowed!(0 to 1000000).check("reward", amount)?;
        self.dopamine += amount;
        Ok(())
    }

    /// Mean weight of the excitatory synapses, brought up to date.
    pub fn mean_excitatory_weight(&mut self) -> f64 {
        self.settle();
        let plastic = &self.synapses[..self.settings.excitatory * self.settings.synapses];
        plastic.iter().map(|synapse| f64::from(synapse.weight)).sum::<f64>() / plastic.len() as f64
    }

    /// Advances by 1 ms.
    pub fn step(&mut self) {
        let count = self.current.len();
        let now = (self.time % RING as u64) as usize;
        let before = (now + RING - 1) % RING;
        fill_centred(&mut self.rng, self.settings.noise_width, &mut self.current);
        // This step's traces, still without this step's spikes.
        let keep = (-1.0 / self.settings.tau_stdp).exp();
        let (older, newer) = if before < now {
            let (low, high) = self.traces.split_at_mut(now * count);
            (&low[before * count..(before + 1) * count], &mut high[..count])
        } else {
            let (low, high) = self.traces.split_at_mut(before * count);
            (&high[..count], &mut low[..count])
        };
        scale_into(older, keep, newer);
        self.arrivals(now);
        self.neurons.step(&self.current);
        self.potentiate(now);
        self.dopamine *= (-1.0 / self.settings.tau_dopamine).exp();
        let decay = (-1.0 / self.settings.tau_eligibility).exp();
        self.integral += self.settings.learning_rate * (self.settings.tonic + self.dopamine) / self.growth;
        self.growth /= decay;
        self.time += 1;
        if self.time.is_multiple_of(u64::from(EPOCH)) {
            self.settle();
        }
    }

    /// Spikes that arrive now: current for the target, depression by the target's trace.
    fn arrivals(&mut self, now: usize) {
        let count = self.current.len();
        let stride = self.settings.longest_delay + 1;
        let depress = self.settings.depression * self.growth;
        let (integral, limit) = (self.integral, self.settings.limit);
        let traces = &self.traces[now * count..(now + 1) * count];
        let mut passed = 0;
        for delay in 1..=self.settings.longest_delay {
            for &source in &self.fired[(now + RING - delay) % RING] {
                let source = source as usize;
                let at = source * stride + delay - 1;
                let range = self.by_delay[at] as usize..self.by_delay[at + 1] as usize;
                passed += range.len();
                if source < self.settings.excitatory {
                    for synapse in &mut self.synapses[range] {
                        synapse.touch(integral, limit);
                        let target = synapse.target as usize;
                        self.current[target] += synapse.weight;
                        synapse.eligibility -= depress * traces[target];
                    }
                } else {
                    for synapse in &self.synapses[range] {
                        self.current[synapse.target as usize] += synapse.weight;
                    }
                }
            }
        }
        self.synaptic_operations += passed as u64;
    }

    /// Neurons that fire now: potentiation by the traces of the spikes that have arrived, then their own trace.
    fn potentiate(&mut self, now: usize) {
        let count = self.current.len();
        let fired = &mut self.fired[now];
        fired.clear();
        self.neurons.spikes(|neuron| fired.push(neuron as u32));
        let amount = self.settings.potentiation * self.growth;
        for &neuron in &*fired {
            let neuron = neuron as usize;
            let range = self.incoming_starts[neuron] as usize..self.incoming_starts[neuron + 1] as usize;
            self.synaptic_operations += range.len() as u64;
            for incoming in &self.incoming[range] {
                let row = (now + RING - incoming.delay as usize) % RING;
                let trace = self.traces[row * count + incoming.source as usize];
                let synapse = &mut self.synapses[incoming.synapse as usize];
                synapse.touch(self.integral, self.settings.limit);
                synapse.eligibility += amount * trace;
            }
        }
        for &neuron in &*fired {
            self.traces[now * count + neuron as usize] += 1.0;
        }
        self.spikes += fired.len() as u64;
    }

    /// Brings every plastic synapse up to date and starts a new epoch.
    fn settle(&mut self) {
        let (integral, limit, shrink) = (self.integral, self.settings.limit, 1.0 / self.growth);
        for synapse in &mut self.synapses[..self.settings.excitatory * self.settings.synapses] {
            synapse.touch(integral, limit);
            synapse.eligibility *= shrink;
            synapse.seen = 0.0;
        }
        self.integral = 0.0;
        self.growth = 1.0;
    }
}

impl Synapse {
    #[inline]
    fn touch(&mut self, integral: f32, limit: f32) {
        self.weight = (self.weight + self.eligibility * (integral - self.seen)).clamp(0.0, limit);
        self.seen = integral;
    }
}

/// Uniform values in ±width/2, sixteen random bits each.
fn fill_centred(rng: &mut FastRng, width: f32, out: &mut [f32]) {
    let scale = width / 65536.0;
    let offset = 0.5 * scale - 0.5 * width;
    for four in out.chunks_mut(4) {
        let mut bits = rng.next_u64();
        for value in four {
            *value = (bits as u16) as f32 * scale + offset;
            bits >>= 16;
        }
    }
}

/// Traces below this are 0: what they would add to an eligibility is far below its rounding, and without the cut the
/// traces of silent neurons become subnormal numbers, whose arithmetic is some hundred times slower.
const FAINT: f32 = 1e-30;

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn scale_into(from: &[f32], by: f32, to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        let scaled = by * from;
        *to = if scaled < FAINT { 0.0 } else { scaled };
    }
}

#[cfg(test)]
#[path = "dopamine_stdp_tests.rs"]
mod tests;
