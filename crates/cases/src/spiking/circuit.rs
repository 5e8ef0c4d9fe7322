//! A circuit of populations under plastic Poisson input: the time loop of one trial.

use multiversion::multiversion;

use super::apical::Apical;
use super::eligibility::Eligibility;
use super::izhikevich::{Integration, Izhikevich, NeuronType};
use super::noise::Noise;
use super::poisson::PoissonRaster;
use super::population::{Kind, Population};
use super::projection::Projection;
use base::error::DefinitionError;
use contract::allowed;
use numeric::elementwise;

/// Electrical constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircuitSettings {
    /// Current per unit of weight and spike onto excitatory neurons.
    pub scale_excitatory: f32,
    /// The same onto inhibitory neurons.
    pub scale_inhibitory: f32,
    /// Time constant of the synaptic current, ms.
    pub tau_synapse: f32,
    /// Standard deviation of the independent current noise per ms.
    pub noise: f32,
    /// Extra current in burst mode.
    pub burst_current: f32,
    /// Reset and recovery jump in burst mode.
    pub burst_reset: f32,
    pub burst_jump: f32,
    /// A burst-mode spike enters the eligibility with 1 + this (burst-dependent plasticity, Payeur 2021).
    pub burst_eligibility: f32,
}

/// Neurons, synapses and traces; every buffer is allocated once.
#[derive(Debug, Clone)]
pub struct Circuit {
    pub populations: Vec<Population>,
    /// Plastic input weights in [0, 1], [inputs × neurons].
    pub input: Projection,
    /// Fixed recurrent weights in current units, [neurons × neurons], one step of delay.
    pub recurrent: Option<Projection>,
    pub eligibility: Eligibility,
    pub apical: Apical,
    /// Spikes per neuron in the window in which rates are read.
    pub counts: Vec<u32>,
    /// Burst-mode spikes per neuron in the whole trial.
    pub burst_counts: Vec<u32>,
    /// Time each neuron spent above its apical threshold in the trial, ms (whether or not basal input made it fire).
    pub plateau: Vec<f32>,
    /// Every spike of the circuit so far and every synapse it or an input spike passed.
    pub spikes: u64,
    pub synaptic_operations: u64,
    /// When set, spikes (ms, neuron) of the last trial.
    pub raster: Option<Vec<(u32, u16)>>,
    settings: CircuitSettings,
    neurons: Izhikevich,
    resting: [Vec<f32>; 2],
    scale: Vec<f32>,
    current: Vec<f32>,
    recurrent_current: Vec<f32>,
    total: Vec<f32>,
    active: Vec<f32>,
    fired: Vec<u16>,
}

/// What happens in one trial.
#[derive(Debug, Clone, Copy)]
pub struct Presentation {
    /// Steps of 1 ms.
    pub steps: usize,
    /// First step whose spikes count for the rates.
    pub read_from: usize,
    /// Whether neurons may enter burst mode.
    pub bursting: bool,
    /// Whether eligibility is traced.
    pub learning: bool,
}

impl Circuit {
    /// A circuit at rest.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(
        populations: Vec<Population>,
        input: Projection,
        recurrent: Option<Projection>,
        eligibility: Eligibility,
        apical: Apical,
        settings: CircuitSettings,
    ) -> Result<Self, DefinitionError> {
        allowed!(above 0).check("tau_synapse", settings.tau_synapse)?;
        for (key, value) in [
            ("scale_excitatory", settings.scale_excitatory),
            ("scale_inhibitory", settings.scale_inhibitory),
            ("noise", settings.noise),
            ("burst_current", settings.burst_current),
            ("burst_eligibility", settings.burst_eligibility),
        ] {
            allowed!(0 to 1000000).check(key, value)?;
        }
        let count = populations.iter().map(|p| p.range.end).max().unwrap_or(0);
        let mut types = vec![NeuronType::REGULAR_SPIKING; count];
        let mut scale = vec![settings.scale_excitatory; count];
        for population in &populations {
            DefinitionError::check_count(population.name, population.range.len(), 1_000_000)?;
            if population.kind == Kind::Inhibitory {
                types[population.range.clone()].fill(NeuronType::FAST_SPIKING);
                scale[population.range.clone()].fill(settings.scale_inhibitory);
            }
        }
        let neurons = Izhikevich::new(&types, Integration::MILLISECOND)?;
        let zeros = vec![0.0; count];
        Ok(Self {
            populations,
            input,
            recurrent,
            eligibility,
            apical,
            counts: vec![0; count],
            burst_counts: vec![0; count],
            plateau: vec![0.0; count],
            spikes: 0,
            synaptic_operations: 0,
            raster: None,
            settings,
            resting: [neurons.c.clone(), neurons.d.clone()],
            neurons,
            scale,
            current: zeros.clone(),
            recurrent_current: zeros.clone(),
            total: zeros.clone(),
            active: zeros,
            fired: Vec::with_capacity(count),
        })
    }

    /// Number of neurons.
    pub fn neurons(&self) -> usize {
        self.scale.len()
    }

    /// Runs one trial from rest. Weights do not change; rates and eligibility are left in the public fields.
    pub fn present(
        &mut self,
        input: &PoissonRaster,
        noise: &mut Noise,
        apical: &mut Noise,
        how: Presentation,
    ) {
        let CircuitSettings { tau_synapse, noise: sd, .. } = self.settings;
        let keep = (-1.0 / tau_synapse).exp();
        let enter = 1.0 - keep;
        self.begin(how, apical);
        for t in 0..how.steps {
            // Synaptic currents.
            elementwise::scale(&mut self.current, keep);
            for &source in input.at(t) {
                self.input.deliver(source as usize, enter, &mut self.current);
            }
            self.synaptic_operations += (input.at(t).len() * self.scale.len()) as u64;
            if let Some(recurrent) = &self.recurrent {
                elementwise::scale(&mut self.recurrent_current, keep);
                for &source in &self.fired {
                    recurrent.deliver(source as usize, enter, &mut self.recurrent_current);
                }
                self.synaptic_operations += (self.fired.len() * self.scale.len()) as u64;
            }
            noise.fill_normal(&mut self.total);
            add_up(&mut self.total, sd, [&self.scale, &self.current, &self.recurrent_current]);
            if how.bursting {
                self.enter_burst_mode(apical);
            }
            self.neurons.step(&self.total);
            self.collect(t, input, how);
        }
    }

    fn begin(&mut self, how: Presentation, apical: &mut Noise) {
        self.neurons.rest();
        self.neurons.c.copy_from_slice(&self.resting[0]);
        self.neurons.d.copy_from_slice(&self.resting[1]);
        self.current.fill(0.0);
        self.recurrent_current.fill(0.0);
        self.counts.fill(0);
        self.burst_counts.fill(0);
        self.plateau.fill(0.0);
        self.active.fill(0.0);
        self.fired.clear();
        if how.bursting {
            self.apical.start(apical);
        }
        if how.learning {
            self.eligibility.clear();
        }
        if let Some(raster) = &mut self.raster {
            raster.clear();
        }
    }

    fn enter_burst_mode(&mut self, noise: &mut Noise) {
        let CircuitSettings { burst_current, burst_reset, burst_jump, .. } = self.settings;
        self.apical.step(noise, &mut self.active);
        elementwise::add(&mut self.plateau, &self.active);
        add_plateaus(&mut self.total, burst_current, [&self.active, &self.scale, &self.current]);
        let [rest_c, rest_d] = &self.resting;
        switch(&mut self.neurons.c, &self.active, burst_reset, rest_c);
        switch(&mut self.neurons.d, &self.active, burst_jump, rest_d);
    }

    fn collect(&mut self, t: usize, input: &PoissonRaster, how: Presentation) {
        let Self { neurons, fired, counts, burst_counts, active, .. } = self;
        fired.clear();
        neurons.spikes(|neuron| fired.push(neuron as u16));
        if how.learning {
            self.eligibility.pre_spikes(t, input.at(t));
        }
        let extra = self.settings.burst_eligibility;
        for &neuron in &*fired {
            let n = neuron as usize;
            counts[n] += u32::from(t >= how.read_from);
            burst_counts[n] += u32::from(active[n] > 0.0);
            if how.learning {
                self.eligibility.post_spike(t, n, 1.0 + extra * active[n]);
            }
        }
        if let Some(raster) = &mut self.raster {
            raster.extend(fired.iter().map(|&neuron| (t as u32, neuron)));
        }
        self.spikes += fired.len() as u64;
    }
}

/// The current of each neuron: noise, input, recurrent input.
#[multiversion(targets = "simd")]
fn add_up(total: &mut [f32], sd: f32, [scale, current, recurrent]: [&[f32]; 3]) {
    for (((total, current), scale), recurrent) in total.iter_mut().zip(current).zip(scale).zip(recurrent) {
        *total = sd * *total + scale * current + recurrent;
    }
}

/// A plateau's current where the apical drive is active and there is basal drive.
#[multiversion(targets = "simd")]
fn add_plateaus(total: &mut [f32], plateau: f32, [active, scale, current]: [&[f32]; 3]) {
    for (((total, active), scale), current) in total.iter_mut().zip(active).zip(scale).zip(current) {
        *total += if (*active > 0.0) & (scale * current > 1.0) { plateau } else { 0.0 };
    }
}

/// `on` where active, what it is at rest elsewhere.
#[multiversion(targets = "simd")]
fn switch(value: &mut [f32], active: &[f32], on: f32, rest: &[f32]) {
    for ((value, active), rest) in value.iter_mut().zip(active).zip(rest) {
        *value = if *active > 0.0 { on } else { *rest };
    }
}
