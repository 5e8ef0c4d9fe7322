//! The standard network of the speed comparison: Izhikevich (2007), "Solving the distal reward problem through linkage of
//! STDP and dopamine signaling". Excitatory and inhibitory neurons with delays of 1–10 ms, all-to-all STDP into an
//! eligibility trace c (τ 1 s), and ẇ = (b + DA)·c for excitatory synapses.
//!
//! A synapse is touched only when a spike passes it. Between touches c decays by a known exponential and DA is common to
//! all, so Δw = c·e^(t₀/τ)·(G(t) − G(t₀)) with G(t) = Σ e^(−s/τ)·(b + DA(s)): one subtraction, exact. As b + DA ≥ 0 the
//! weight moves one way between touches, so clipping at the touch equals clipping at every step.

use multiversion::multiversion;
use rand::Rng;

use super::check;
use super::izhikevich::{Integration, Izhikevich, NeuronType};
use base::error::DefinitionError;
use base::rng::{FastRng, Streams};

/// Size, rates and plasticity. Times in ms, one step is 1 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DopamineStdpSettings {
    /// Excitatory and inhibitory neurons.
    pub excitatory: usize,
    pub inhibitory: usize,
    /// Synapses out of each neuron (inhibitory ones reach excitatory neurons only).
    pub synapses: usize,
    /// Delays are uniform in 1..=this, at most 15.
    pub longest_delay: usize,
    /// Uniform input current of this total width around 0, per neuron and ms.
    pub noise_width: f32,
    /// Initial excitatory weight, its upper limit, and the inhibitory weight (negative).
    pub initial: f32,
    pub limit: f32,
    pub inhibition: f32,
    /// Amplitudes of potentiation and depression, and their time constant.
    pub potentiation: f32,
    pub depression: f32,
    pub tau_stdp: f32,
    /// Time constant of the eligibility.
    pub tau_eligibility: f32,
    /// Tonic dopamine b and the time constant of the phasic part.
    pub tonic: f32,
    pub tau_dopamine: f32,
    /// Weight change per ms and unit of dopamine × eligibility.
    pub learning_rate: f32,
}

impl Default for DopamineStdpSettings {
    fn default() -> Self {
        Self {
            excitatory: 800,
            inhibitory: 200,
            synapses: 100,
            longest_delay: 10,
            noise_width: 13.0,
            initial: 1.0,
            limit: 4.0,
            inhibition: -1.0,
            potentiation: 0.1,
            depression: 0.15,
            tau_stdp: 20.0,
            tau_eligibility: 1000.0,
            tonic: 0.002,
            tau_dopamine: 200.0,
            learning_rate: 0.1,
        }
    }
}

impl DopamineStdpSettings {
    /// The same network with `neurons` neurons, four fifths of them excitatory, 100 synapses each.
    #[must_use]
    pub fn with_neurons(neurons: usize) -> Self {
        let inhibitory = neurons / 5;
        Self { excitatory: neurons - inhibitory, inhibitory, ..Self::default() }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// Names the key.
    pub fn check(&self) -> Result<(), DefinitionError> {
        check::not_empty("excitatory", self.excitatory)?;
        check::not_empty("inhibitory", self.inhibitory)?;
        check::not_empty("synapses", self.synapses)?;
        check::within("longest_delay", self.longest_delay as f64, 1.0, (RING - 1) as f64)?;
        for (key, value) in [
            ("tau_stdp", self.tau_stdp),
            ("tau_eligibility", self.tau_eligibility),
            ("tau_dopamine", self.tau_dopamine),
        ] {
            check::positive(key, f64::from(value))?;
        }
        for (key, value) in [
            ("noise_width", self.noise_width),
            ("initial", self.initial),
            ("limit", self.limit),
            ("potentiation", self.potentiation),
            ("depression", self.depression),
            ("tonic", self.tonic),
            ("learning_rate", self.learning_rate),
        ] {
            check::within(key, f64::from(value), 0.0, 1e6)?;
        }
        check::within("inhibition", f64::from(self.inhibition), -1e6, 0.0)
    }
}

/// Rows of the ring of recent traces and spike lists; longer than any delay.
const RING: usize = 16;
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
        settings.check()?;
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
        check::within("reward", f64::from(amount), 0.0, 1e6)?;
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
mod tests {
    use super::*;

    /// The same equations with nothing clever: every synapse, every step, in f64.
    fn naive_weights(
        network: &DopamineStdpNetwork,
        spikes: &[Vec<u32>],
        rewards: &[(usize, f64)],
    ) -> Vec<f64> {
        let s = network.settings;
        let count = network.neurons();
        let delay_of = |synapse: usize| {
            let source = synapse / s.synapses;
            let starts =
                &network.by_delay[source * (s.longest_delay + 1)..(source + 1) * (s.longest_delay + 1)];
            starts.iter().filter(|start| **start as usize <= synapse).count().min(s.longest_delay)
        };
        let plastic = s.excitatory * s.synapses;
        let mut weights = vec![f64::from(s.initial); plastic];
        let mut eligibility = vec![0.0f64; plastic];
        let mut history: Vec<Vec<f64>> = Vec::new();
        let decay = |tau: f32| (-1.0 / f64::from(tau)).exp();
        let mut dopamine = 0.0;
        for (t, fired) in spikes.iter().enumerate() {
            dopamine += rewards.iter().filter(|(at, _)| *at == t).map(|(_, amount)| amount).sum::<f64>();
            let mut trace: Vec<f64> = history.last().map_or_else(
                || vec![0.0; count],
                |last| last.iter().map(|x| x * decay(s.tau_stdp)).collect(),
            );
            for synapse in 0..plastic {
                let (source, delay) = (synapse / s.synapses, delay_of(synapse));
                let target = network.synapses[synapse].target as usize;
                if t >= delay && spikes[t - delay].contains(&(source as u32)) {
                    eligibility[synapse] -= f64::from(s.depression) * trace[target];
                }
                if t >= delay && fired.contains(&(target as u32)) {
                    eligibility[synapse] += f64::from(s.potentiation) * history[t - delay][source];
                }
            }
            for &neuron in fired {
                trace[neuron as usize] += 1.0;
            }
            history.push(trace);
            dopamine *= decay(s.tau_dopamine);
            for (weight, c) in weights.iter_mut().zip(&mut eligibility) {
                let change = f64::from(s.learning_rate) * (f64::from(s.tonic) + dopamine) * *c;
                *weight = (*weight + change).clamp(0.0, f64::from(s.limit));
                *c *= decay(s.tau_eligibility);
            }
        }
        weights
    }

    #[test]
    fn touching_synapses_only_at_spikes_equals_updating_all_of_them_at_every_step() {
        let settings = DopamineStdpSettings {
            excitatory: 16,
            inhibitory: 4,
            synapses: 8,
            noise_width: 30.0,
            ..DopamineStdpSettings::default()
        };
        let mut network = DopamineStdpNetwork::new(settings, 3).unwrap();
        let mut spikes = Vec::new();
        for t in 0..2300 {
            if t == 700 {
                network.reward(0.5).unwrap();
            }
            network.step();
            spikes.push(network.fired().to_vec());
        }
        assert!(spikes.iter().map(Vec::len).sum::<usize>() > 100);
        let expected = naive_weights(&network, &spikes, &[(700, 0.5)]);
        network.settle();
        let moved = expected.iter().filter(|weight| (**weight - 1.0).abs() > 0.01).count();
        assert!(moved > 20, "the test must move weights: {moved}");
        for (synapse, expected) in network.synapses.iter().zip(expected) {
            assert!((f64::from(synapse.weight) - expected).abs() < 1e-3, "{} {expected}", synapse.weight);
        }
    }

    #[test]
    fn the_standard_network_fires_at_about_a_hertz_and_repeats_by_seed() {
        let run = |seed| {
            let mut network = DopamineStdpNetwork::new(DopamineStdpSettings::default(), seed).unwrap();
            for _ in 0..2000 {
                network.step();
            }
            (network.spikes, network.mean_excitatory_weight())
        };
        let (spikes, weight) = run(1);
        assert_eq!((spikes, weight), run(1));
        assert_ne!(spikes, run(2).0);
        let rate = spikes as f64 / 1000.0 / 2.0;
        assert!((0.5..3.0).contains(&rate), "{rate} Hz");
    }

    #[test]
    fn the_trace_of_a_silent_neuron_ends_at_nought_and_never_among_subnormal_numbers() {
        let mut trace = vec![1.0f32];
        let keep = (-1.0f32 / 20.0).exp();
        for step in 0..2500 {
            let before = trace.clone();
            scale_into(&before, keep, &mut trace);
            assert!(trace[0] == 0.0 || trace[0].is_normal(), "step {step}: {}", trace[0]);
        }
        assert_eq!(trace[0], 0.0);
    }

    #[test]
    fn bad_parameters_are_refused_by_name() {
        let fine = DopamineStdpSettings::default();
        let refusal = |settings| DopamineStdpNetwork::new(settings, 1).unwrap_err().to_string();
        assert!(refusal(DopamineStdpSettings { excitatory: 0, ..fine }).starts_with("`excitatory` = 0"));
        assert!(
            refusal(DopamineStdpSettings { longest_delay: 16, ..fine }).starts_with("`longest_delay` = 16")
        );
        assert!(refusal(DopamineStdpSettings { tau_stdp: f32::NAN, ..fine }).starts_with("`tau_stdp` = NaN"));
        let mut network = DopamineStdpNetwork::new(fine, 1).unwrap();
        assert!(network.reward(-1.0).unwrap_err().to_string().starts_with("`reward` = -1"));
    }
}
