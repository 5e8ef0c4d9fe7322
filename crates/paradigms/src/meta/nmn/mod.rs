//! Neuromodulated meta-learning (NMN; Vecoven, Ernst, Wehenkel & Drion 2020): a small recurrent network reads the support
//! set and emits signals z, which set slope and bias of every hidden layer's activation in the main network, in the
//! residual form
//!
//! ```text
//! y = φ( (W x) ∘ (1 + W_s z) + b + W_b z ),   z = tanh(V h + v),   h_t = tanh(A [x_t, y_t] + U h_{t−1} + a)
//! ```
//!
//! θ_i*(w) of Eq. 2 is the main network under z(D_i^train): adaptation without a gradient step. At z = 0, and at the start,
//! where W_s = W_b = 0, it is the plain network.

mod settings;
mod signals;
#[cfg(test)]
mod tests;

use candle_core::{D, Device, Tensor};
use rand::RngExt;

use super::episode::{Answers, Episode, Phase, Set};
use super::meter::{Judge, Judged};
use super::tasks::Tasks;
use base::rng::{FastRng, Streams};
use contract::TestSignal;
use learn::error::Result;
use learn::gains::LayerGain;
use learn::nn::{Active, MlpSpec, Model, Parameter, Parameters, Role, cross_entropy, read, repeat_rows};
use numeric::Activation;
use signals::{Signals, signals};

pub use settings::{CONTROL_EPISODES, Form, NmnSettings};
pub(super) use signals::Sizes;

/// A layer of the main network.
#[derive(Debug)]
struct Layer {
    weight: Parameter,
    bias: Parameter,
    /// W_s and W_b, units × signals.
    slope: Option<Parameter>,
    shift: Option<Parameter>,
    activation: Activation,
}

/// Main and modulatory network.
#[derive(Debug)]
pub(super) struct Nmn {
    settings: NmnSettings,
    layers: Vec<Layer>,
    signals: Signals,
    /// What the main network alone does not have.
    parameters: Parameters,
    /// Classes, or 0 where answers are values.
    ways: usize,
    tasks: Tasks,
    /// Draws the tasks whose signals stand in for others: the same in every series of test episodes.
    stream: FastRng,
    random: FastRng,
    /// Their signals.
    stand_ins: Vec<Tensor>,
}

impl Nmn {
    /// `network`: the main network, built from `spec`. Weights come from the streams `init/reader`, `init/signals`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn new(
        settings: NmnSettings,
        (network, spec): (&dyn Model, &MlpSpec),
        sizes: Sizes,
        tasks: Tasks,
        streams: &Streams,
    ) -> Result<Self> {
        let count = settings.signals;
        let mut extra = Parameters::default();
        let own: Vec<Parameter> = network.parameters().iter().cloned().collect();
        let mut layers = Vec::new();
        let hidden = spec.hidden.len();
        for (index, pair) in own.chunks_exact(2).enumerate() {
            let width = pair[0].var.dim(0)?;
            let mut signal = |name: &str, wanted: bool| -> Result<Option<Parameter>> {
                let name = format!("layer{index}/{name}");
                let zeros = vec![0.0; width * count];
                let add = || extra.add(&name, index, Role::Other, &[width, count], zeros);
                (wanted && index < hidden).then(add).transpose()
            };
            layers.push(Layer {
                weight: pair[0].clone(),
                bias: pair[1].clone(),
                slope: signal("slope", settings.has_slope())?,
                shift: signal("shift", settings.has_shift(index))?,
                activation: if index < hidden { spec.activation } else { Activation::Identity },
            });
        }
        let mut reader = Parameters::default();
        let signals = signals(&settings, sizes, &mut reader, streams)?;
        for parameter in reader.iter() {
            extra.include(Parameter { name: format!("context/{}", parameter.name), ..parameter.clone() });
        }
        Ok(Self {
            settings,
            layers,
            signals,
            parameters: extra,
            ways: if sizes.labels { sizes.outputs } else { 0 },
            tasks,
            stream: streams.fast("episodes/stand-ins"),
            random: streams.fast("episodes/stand-ins"),
            stand_ins: Vec::new(),
        })
    }

    /// Parameters that the main network alone does not have.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Multiply–adds per episode of reading the support set, emitting the signals and receiving them.
    pub fn multiply_adds_per_episode(&self) -> u64 {
        let reading = match &self.signals {
            Signals::Read(reader) => reader.0.multiply_adds() + reader.1.multiply_adds(),
            Signals::Learned(_) | Signals::None => 0,
        };
        let receptors = self.layers.iter().flat_map(|layer| [&layer.slope, &layer.shift]).flatten();
        reading + receptors.map(|receptor| receptor.var.elem_count() as u64).sum::<u64>()
    }

    /// Support sets as sequences of samples with their answers, episodes × samples·(features + outputs).
    fn sequences(&self, sets: &[&Set], features: usize) -> Result<Tensor> {
        let mut rows = Vec::new();
        for set in sets {
            for (sample, input) in set.inputs.chunks_exact(features).enumerate() {
                rows.extend_from_slice(input);
                match &set.answers {
                    Answers::Values(values) => rows.push(values[sample]),
                    Answers::Labels(labels) => {
                        let label = labels[sample] as usize;
                        rows.extend((0..self.ways).map(|way| f32::from(u8::from(way == label))));
                    }
                }
            }
        }
        let width = rows.len() / sets.len().max(1);
        Ok(Tensor::from_vec(rows, (sets.len(), width), &Device::Cpu)?)
    }

    /// z per episode, episodes × signals; none where the form has none.
    fn read(&self, sets: &[&Set], tracked: bool) -> Result<Option<Tensor>> {
        Ok(match &self.signals {
            Signals::None => None,
            Signals::Learned(z) => Some(repeat_rows(&z.var.as_tensor().tanh()?, sets.len())?),
            Signals::Read(reader) => {
                let (recurrent, dense) = reader.as_ref();
                let sequences = self.sequences(sets, self.features())?;
                let state = recurrent.forward(&sequences, &LayerGain::default(), tracked)?;
                Some(dense.forward(&state, &LayerGain::default(), tracked)?)
            }
        })
    }

    fn features(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weight.var.dims()[1])
    }

    /// The main network under z: x (episodes × samples × features) → episodes·samples × outputs.
    fn answer(&self, x: &Tensor, z: Option<&Tensor>) -> Result<Tensor> {
        let (episodes, samples, _) = x.dims3()?;
        let mut x = x.flatten_to(1)?;
        for layer in &self.layers {
            let mut a = x.matmul(&layer.weight.var.t()?)?;
            if let Some((slope, z)) = layer.slope.as_ref().zip(z) {
                let gain = z.matmul(&slope.var.t()?)?.affine(1.0, 1.0)?;
                a = (a * repeat_rows(&gain, samples)?)?;
            }
            a = (a + repeat_rows(&layer.bias.var.unsqueeze(0)?, episodes * samples)?)?;
            if let Some((shift, z)) = layer.shift.as_ref().zip(z) {
                a = (a + repeat_rows(&z.matmul(&shift.var.t()?)?, samples)?)?;
            }
            x = match layer.activation {
                Activation::Identity => a,
                Activation::Relu => a.relu()?,
                Activation::Tanh => a.tanh()?,
                Activation::Sigmoid => (a.neg()?.exp()? + 1.0)?.recip()?,
            };
        }
        Ok(x)
    }

    /// Query sets as one tensor, episodes × samples × features.
    fn inputs(&self, sets: &[&Set]) -> Result<Tensor> {
        let features = self.features();
        let samples = sets.first().map_or(0, |set| set.inputs.len() / features);
        let values: Vec<f32> = sets.iter().flat_map(|set| set.inputs.iter().copied()).collect();
        Ok(Tensor::from_vec(values, (sets.len(), samples, features), &Device::Cpu)?)
    }

    /// Eq. 2's loss on D_i^val, the mean over episodes, as a graph.
    ///
    /// # Errors
    /// Engine errors.
    pub fn loss(&self, episodes: &[Episode]) -> Result<Tensor> {
        let support: Vec<&Set> = episodes.iter().map(|episode| &episode.support).collect();
        let query: Vec<&Set> = episodes.iter().map(|episode| &episode.query).collect();
        let z = self.read(&support, true)?;
        compare(&self.answer(&self.inputs(&query)?, z.as_ref())?, &query)
    }

    /// The signals of an episode at test.
    fn at_test(&mut self, support: &Set) -> Result<Option<Tensor>> {
        match self.settings.test_signal {
            TestSignal::Own => self.read(&[support], false),
            TestSignal::Mean => Ok(self.stand_ins.first().cloned()),
            TestSignal::Shuffled => {
                let which = self.random.random_range(0..self.stand_ins.len().max(1));
                Ok(self.stand_ins.get(which).cloned())
            }
        }
    }
}

impl Judge for Nmn {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.test_signal == TestSignal::Own {
            return Ok(());
        }
        self.random = self.stream.clone();
        let episodes: Vec<Episode> =
            (0..CONTROL_EPISODES).map(|_| self.tasks.draw(Phase::Training, &mut self.random)).collect();
        let sets: Vec<&Set> = episodes.iter().map(|episode| &episode.support).collect();
        let Some(z) = self.read(&sets, false)? else { return Ok(()) };
        self.stand_ins = if self.settings.test_signal == TestSignal::Mean {
            vec![z.mean_keepdim(0)?]
        } else {
            (0..CONTROL_EPISODES).map(|i| z.narrow(0, i, 1)).collect::<Result<_, _>>()?
        };
        Ok(())
    }

    fn judge(&mut self, episode: &Episode, _: usize) -> Result<Vec<Judged>> {
        let z = self.at_test(&episode.support)?;
        let query = [&episode.query];
        let outputs = self.answer(&self.inputs(&query)?, z.as_ref())?.detach();
        let loss = f64::from(compare(&outputs, &query)?.to_scalar::<f32>()?);
        Ok(vec![Judged { loss, outputs: read(&outputs.contiguous()?, <[f32]>::to_vec)? }])
    }
}

/// Mean squared difference, or mean cross-entropy, as [`learn::nn::twice::Targets`] says.
fn compare(outputs: &Tensor, sets: &[&Set]) -> Result<Tensor> {
    let mut values = Vec::new();
    let mut labels = Vec::new();
    for set in sets {
        match &set.answers {
            Answers::Values(own) => values.extend_from_slice(own),
            Answers::Labels(own) => labels.extend_from_slice(own),
        }
    }
    if labels.is_empty() {
        let targets = Tensor::from_vec(values, outputs.dims(), &Device::Cpu)?;
        return Ok((outputs - targets)?.sqr()?.mean(D::Minus1)?.mean(0)?);
    }
    Ok(cross_entropy(&outputs.contiguous()?, &labels, &Active::All, 1.0)?.0)
}
