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

use candle_core::{D, Device, Tensor};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::episode::{Answers, Episode, Phase, Set, Tasks};
use super::meter::{Judge, Judged};
use crate::error::{DefinitionError, Result};
use crate::modulation::LayerGain;
use crate::nn::{
    Activation, Active, Dense, Init, MlpSpec, Model, Parameter, Parameters, Recurrent, Role, cross_entropy,
    read,
};
use crate::rng::{FastRng, Streams};

/// What the signals act on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Slope and bias of every hidden layer.
    #[default]
    Gain,
    /// Slope only.
    Slope,
    /// Bias only.
    Bias,
    /// None: z stands beside the inputs of the main network (information without modulation).
    Input,
    /// Slope and bias, by a learned z that no support set changes.
    Constant,
    /// No signal: the main network alone.
    None,
}

/// What the signals are at test; training always runs with its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestSignal {
    /// Those of the support set.
    #[default]
    Own,
    /// Their mean over [`CONTROL_EPISODES`] tasks of meta-training.
    Mean,
    /// Those of one of these tasks, drawn for each test episode.
    Shuffled,
}

/// Tasks of meta-training whose signals stand in for others.
pub const CONTROL_EPISODES: usize = 256;

/// Settings of `[parameters.context]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NmnSettings {
    /// Units of the recurrent network, 1 to 4,096. Default 32.
    pub units: usize,
    /// Signals, 1 to 4,096. Default 8.
    pub signals: usize,
    pub form: Form,
    pub test_signal: TestSignal,
}

impl Default for NmnSettings {
    fn default() -> Self {
        Self { units: 32, signals: 8, form: Form::Gain, test_signal: TestSignal::Own }
    }
}

impl NmnSettings {
    /// # Errors
    /// The first value out of range; a replaced signal where there is none.
    pub fn check(&self) -> Result<(), DefinitionError> {
        for (key, count) in [("units", self.units), ("signals", self.signals)] {
            if !(1..=4096).contains(&count) {
                return Err(DefinitionError::range(key, count, "1 to 4096"));
            }
        }
        if self.test_signal != TestSignal::Own && !self.reads() {
            let found = if self.test_signal == TestSignal::Mean { "mean" } else { "shuffled" };
            return Err(DefinitionError::range("test_signal", found, "own: this form reads no support set"));
        }
        Ok(())
    }

    /// Whether signals depend on the support set.
    fn reads(&self) -> bool {
        !matches!(self.form, Form::Constant | Form::None)
    }

    fn has_slope(&self) -> bool {
        matches!(self.form, Form::Gain | Form::Slope | Form::Constant)
    }

    /// Whether a layer's bias takes signals. Signals beside the inputs are a shift of the first layer.
    fn has_shift(&self, layer: usize) -> bool {
        match self.form {
            Form::Gain | Form::Bias | Form::Constant => true,
            Form::Input => layer == 0,
            Form::Slope | Form::None => false,
        }
    }
}

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

/// Where z comes from.
#[derive(Debug)]
enum Signals {
    Read(Box<(Recurrent, Dense)>),
    /// z before its tanh, 1 × signals.
    Learned(Parameter),
    None,
}

/// What the modulatory network reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Samples in a support set.
    pub support: usize,
    /// Numbers per sample.
    pub features: usize,
    /// Values or scores per sample.
    pub outputs: usize,
    /// Whether answers are labels, which are read one-hot.
    pub labels: bool,
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
    /// Draws the tasks whose signals stand in for others.
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
        let NmnSettings { units, signals: count, .. } = settings;
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
        let signals = match settings.form {
            Form::None => Signals::None,
            Form::Constant => {
                let mut random = streams.get("init/signals");
                let z = (0..count).map(|_| random.random_range(-1.0..1.0)).collect();
                Signals::Learned(reader.add("signals", 0, Role::Other, &[1, count], z)?)
            }
            _ => {
                let (tanh, init) = (Activation::Tanh, Init::default());
                let shape = [sizes.support, sizes.features + sizes.outputs, units];
                let mut random = streams.get("init/reader");
                let recurrent = Recurrent::new(&mut reader, 0, shape, tanh, init, &mut random)?;
                let mut random = streams.get("init/signals");
                let dense = Dense::new(&mut reader, 1, [units, count], tanh, init, &mut random)?;
                Signals::Read(Box::new((recurrent, dense)))
            }
        };
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
            random: streams.fast("episodes/stand-ins"),
            stand_ins: Vec::new(),
        })
    }

    /// Parameters that the main network alone does not have.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Multiply–adds of reading one support sample and, per episode, of emitting the signals.
    pub fn multiply_adds_of_reading(&self) -> u64 {
        match &self.signals {
            Signals::Read(reader) => reader.0.multiply_adds() + reader.1.multiply_adds(),
            Signals::Learned(_) | Signals::None => 0,
        }
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
            Signals::Learned(z) => {
                let z = z.var.as_tensor().tanh()?;
                Some(z.broadcast_as((sets.len(), self.settings.signals))?.contiguous()?)
            }
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
            let units = layer.bias.var.elem_count();
            let mut a = x.matmul(&layer.weight.var.t()?)?.reshape((episodes, samples, units))?;
            if let Some((slope, z)) = layer.slope.as_ref().zip(z) {
                let gain = z.matmul(&slope.var.t()?)?.affine(1.0, 1.0)?;
                a = a.broadcast_mul(&gain.unsqueeze(1)?)?;
            }
            a = a.broadcast_add(layer.bias.var.as_tensor())?;
            if let Some((shift, z)) = layer.shift.as_ref().zip(z) {
                a = a.broadcast_add(&z.matmul(&shift.var.t()?)?.unsqueeze(1)?)?;
            }
            let a = a.flatten_to(1)?;
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

/// Mean squared difference, or mean cross-entropy, as [`crate::nn::twice::Targets`] says.
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

#[cfg(test)]
mod tests {
    use super::super::sinusoid::Sinusoid;
    use super::*;
    use crate::nn::{Gradients, ModelSpec, testing, write};

    const SIZES: Sizes = Sizes { support: 5, features: 1, outputs: 1, labels: false };

    fn spec() -> MlpSpec {
        MlpSpec { hidden: vec![6, 5], activation: Activation::Tanh, ..MlpSpec::default() }
    }

    fn network() -> Box<dyn Model> {
        ModelSpec::Mlp(spec()).build([1, 1, 1], 1, &Streams::new(3)).expect("network")
    }

    fn nmn(network: &dyn Model, form: Form) -> Nmn {
        let settings = NmnSettings { units: 4, signals: 3, form, ..NmnSettings::default() };
        let tasks = Tasks::Sinusoid(Sinusoid { shots: 5, ..Sinusoid::default() });
        Nmn::new(settings, (network, &spec()), SIZES, tasks, &Streams::new(3)).expect("NMN")
    }

    fn episodes(nmn: &Nmn) -> Vec<Episode> {
        let mut random = Streams::new(4).fast("episodes");
        (0..3).map(|_| nmn.tasks.draw(Phase::Training, &mut random)).collect()
    }

    fn all(network: &dyn Model, nmn: &Nmn) -> Parameters {
        let mut all = network.parameters().clone();
        nmn.parameters().iter().for_each(|parameter| all.include(parameter.clone()));
        all
    }

    /// Receptors begin at 0: give them weight.
    fn wake(nmn: &Nmn) {
        for (k, parameter) in nmn.parameters().iter().enumerate() {
            let fill = |values: &mut [f32]| {
                let values = values.iter_mut().enumerate();
                values.for_each(|(i, v)| *v += 0.4 * ((i * 31 + k * 17) % 11) as f32 / 10.0 - 0.2);
            };
            write(&parameter.var, fill).expect("write");
        }
    }

    const FORMS: [Form; 6] = [Form::Gain, Form::Slope, Form::Bias, Form::Input, Form::Constant, Form::None];

    #[test]
    fn gradients_of_both_networks_agree_with_finite_differences() {
        for form in FORMS {
            let network = network();
            let nmn = nmn(network.as_ref(), form);
            wake(&nmn);
            let episodes = episodes(&nmn);
            testing::check_gradients(&all(network.as_ref(), &nmn), 1e-2, || nmn.loss(&episodes));
        }
    }

    #[test]
    fn labels_are_read_one_hot_and_differentiated_too() {
        let network = ModelSpec::Mlp(spec()).build([1, 1, 2], 3, &Streams::new(3)).expect("network");
        let settings = NmnSettings { units: 4, signals: 3, ..NmnSettings::default() };
        let sizes = Sizes { support: 3, features: 2, outputs: 3, labels: true };
        let tasks = Tasks::Sinusoid(Sinusoid::default());
        let nmn =
            Nmn::new(settings, (network.as_ref(), &spec()), sizes, tasks, &Streams::new(3)).expect("NMN");
        wake(&nmn);
        let set = |x: f32, labels: [u32; 3]| Set {
            inputs: (0..6).map(|i| x + i as f32 / 5.0).collect(),
            answers: Answers::Labels(labels.to_vec()),
        };
        let support = set(0.5, [2, 0, 1]);
        let rows = nmn.sequences(&[&support], 2).expect("rows").to_vec2::<f32>().expect("rows");
        assert_eq!(rows[0][..7], [0.5, 0.7, 0.0, 0.0, 1.0, 0.9, 1.1]);
        let episodes = [
            Episode { support, query: set(-0.5, [1, 2, 0]) },
            Episode { support: set(-0.2, [0, 1, 2]), query: set(0.1, [0, 0, 2]) },
        ];
        let all = all(network.as_ref(), &nmn);
        testing::check_gradients(&all, 1e-2, || nmn.loss(&episodes));
    }

    #[test]
    fn every_form_starts_as_the_plain_network() {
        let network = network();
        let plain = nmn(network.as_ref(), Form::None);
        let episodes = episodes(&plain);
        let loss = |nmn: &Nmn| nmn.loss(&episodes).expect("loss").to_scalar::<f32>().expect("scalar");
        let expected = loss(&plain);
        for form in FORMS {
            assert_eq!(loss(&nmn(network.as_ref(), form)), expected, "{form:?}");
        }
        // And the plain network is the one that other methods train.
        let inputs: Vec<f32> = episodes.iter().flat_map(|episode| episode.query.inputs.clone()).collect();
        let x = Tensor::from_vec(inputs, (30, 1), &Device::Cpu).expect("tensor");
        let outputs = network.infer(&x, &crate::modulation::Gains::default()).expect("infer");
        let query: Vec<&Set> = episodes.iter().map(|episode| &episode.query).collect();
        let own = compare(&outputs, &query).expect("loss").to_scalar::<f32>().expect("scalar");
        assert!((own - expected).abs() <= 1e-5 * expected, "{own} against {expected}");
    }

    #[test]
    fn a_unit_under_signals_is_what_paper_says() {
        // One hidden unit, w = 2, b = 0.5, W_s = 1, W_b = −1, output weight 1, bias 0; z = 0.5 makes of x = 3:
        // φ(6 · 1.5 + 0.5 − 0.5) = φ(9), and z = 0: φ(6.5).
        let spec = MlpSpec { hidden: vec![1], activation: Activation::Relu, ..MlpSpec::default() };
        let network = ModelSpec::Mlp(spec.clone()).build([1, 1, 1], 1, &Streams::new(3)).expect("network");
        let settings = NmnSettings { units: 1, signals: 1, ..NmnSettings::default() };
        let tasks = Tasks::Sinusoid(Sinusoid::default());
        let nmn = Nmn::new(settings, (network.as_ref(), &spec), SIZES, tasks, &Streams::new(3)).expect("NMN");
        let set = |name: &str, value: f32| {
            let all = all(network.as_ref(), &nmn);
            let parameter = all.iter().find(|parameter| parameter.name == name).expect(name);
            write(&parameter.var, |values| values.fill(value)).expect("write");
        };
        let values =
            [("layer0/weight", 2.0), ("layer0/bias", 0.5), ("layer1/weight", 1.0), ("layer1/bias", 0.0)];
        values.into_iter().for_each(|(name, value)| set(name, value));
        set("layer0/slope", 1.0);
        set("layer0/shift", -1.0);
        let x = Tensor::from_vec(vec![3.0f32], (1, 1, 1), &Device::Cpu).expect("x");
        let answer = |z: f32| {
            let z = Tensor::from_vec(vec![z], (1, 1), &Device::Cpu).expect("z");
            nmn.answer(&x, Some(&z))
                .expect("answer")
                .flatten_all()
                .expect("flat")
                .to_vec1::<f32>()
                .expect("values")
        };
        assert_eq!((answer(0.5), answer(0.0)), (vec![9.0], vec![6.5]));
    }

    #[test]
    fn a_replaced_signal_is_the_mean_or_another_tasks() {
        let network = network();
        let replaced = |test_signal| {
            let mut nmn = nmn(network.as_ref(), Form::Gain);
            nmn.settings.test_signal = test_signal;
            wake(&nmn);
            nmn.prepare().expect("prepare");
            nmn
        };
        let values =
            |z: Option<Tensor>| z.expect("z").flatten_all().expect("flat").to_vec1::<f32>().expect("z");
        let (mut mean, mut shuffled) = (replaced(TestSignal::Mean), replaced(TestSignal::Shuffled));
        let episodes = episodes(&mean);
        let of = |nmn: &mut Nmn, which: usize| values(nmn.at_test(&episodes[which].support).expect("z"));
        assert_eq!(of(&mut mean, 0), of(&mut mean, 1));
        assert_eq!(shuffled.stand_ins.len(), CONTROL_EPISODES);
        let stand_ins: Vec<Vec<f32>> = shuffled.stand_ins.iter().map(|z| values(Some(z.clone()))).collect();
        let drawn = of(&mut shuffled, 0);
        assert!(stand_ins.contains(&drawn));
        assert_ne!(drawn, values(shuffled.read(&[&episodes[0].support], false).expect("z")));
        // The mean is that of the same tasks.
        let by_hand = stand_ins.iter().map(|z| z[0]).sum::<f32>() / CONTROL_EPISODES as f32;
        assert!((of(&mut mean, 0)[0] - by_hand).abs() < 1e-5);
    }

    #[test]
    fn gradients_reach_the_networks_shared_parameters() {
        let network = network();
        let nmn = nmn(network.as_ref(), Form::Gain);
        let mut gradients = Gradients::default();
        let loss = nmn.loss(&episodes(&nmn)).expect("loss");
        network.parameters().backward(&loss, &mut gradients).expect("backward");
        assert!(gradients.buffers.iter().all(|buffer| buffer.iter().any(|g| *g != 0.0)));
    }
}
