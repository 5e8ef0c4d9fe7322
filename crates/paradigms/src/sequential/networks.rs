//! What is meta-learned: the prediction network f, the neuromodulatory network m where the method has one, and the
//! head's initial weights. Features are z = f(x), or z = f(x) ∘ sigmoid(m(x)).

use candle_core::Tensor;

use super::method::{Gate, Method};
use super::settings::SequentialSettings;
use base::rng::Streams;
use data::omniglot::EDGE;
use learn::error::{Error, Result};
use learn::gains::Gains;
use learn::nn::twice::{Function, Normalise, Tape};
use learn::nn::{CnnSpec, Init, Model, Parameters, Role};
use numeric::{Activation, elementwise};

/// The functions, and where their parameters lie in one flat vector: those of f, of m, of the head.
#[derive(Debug, Clone)]
pub(super) struct Networks {
    pub features: Function,
    pub gate: Option<Function>,
    /// The gate sees 1 in the place of a drawing: the same for all.
    pub constant: bool,
    pub head: Function,
}

/// What a pass through the representation leaves behind; reusable storage.
#[derive(Debug, Default)]
pub(super) struct Pass {
    features: Tape,
    gate: Tape,
    ones: Vec<f32>,
    /// n × features: z.
    pub z: Vec<f32>,
    upstream: Vec<f32>,
}

impl Pass {
    /// The gates of the last pass, n × features; empty without a gate.
    pub fn gates(&self) -> &[f32] {
        self.gate.outputs()
    }

    /// z with other gates in the place of its own.
    pub fn regate(&mut self, gates: &[f32]) {
        self.z.clear();
        self.z.extend_from_slice(self.features.outputs());
        elementwise::multiply(&mut self.z, gates);
    }
}

fn convolutions(channels: &[usize]) -> CnnSpec {
    CnnSpec { channels: channels.to_vec(), stride: 2, pool: 1, hidden: Vec::new(), ..CnnSpec::default() }
}

impl Networks {
    pub fn new(settings: &SequentialSettings, method: &Method) -> Self {
        let shape = [1, EDGE, EDGE];
        let features = Function::convolutions(&convolutions(&method.channels), shape);
        let width = features.outputs();
        let constant = method.gate == Gate::Constant;
        let gate = method.gates().then(|| {
            if constant {
                return Function::dense(&[1, width], Activation::Relu, Normalise::None)
                    .activated(Activation::Sigmoid);
            }
            let spec = convolutions(&settings.features.gate_channels);
            Function::of_cnn(&spec, shape, width, Normalise::None).activated(Activation::Sigmoid)
        });
        let classes = settings.characters.training_classes;
        let head = head(width, method.hidden, classes);
        Self { features, gate, constant, head }
    }

    /// The head with another number of classes.
    pub fn head_of(&self, classes: usize) -> Function {
        let sizes: Vec<[usize; 2]> = self.head.layers().collect();
        let hidden = (sizes.len() > 1).then(|| sizes[0][1]);
        head(self.features.outputs(), hidden, classes)
    }

    fn gate_start(&self) -> usize {
        self.features.count()
    }

    /// Where the head's parameters begin.
    pub fn head_start(&self) -> usize {
        self.gate_start() + self.gate.as_ref().map_or(0, Function::count)
    }

    /// Number of parameters.
    pub fn count(&self) -> usize {
        self.head_start() + self.head.count()
    }

    /// Multiply–adds of one drawing through representation and head.
    pub fn multiply_adds(&self) -> u64 {
        let gate = self.gate.as_ref().map_or(0, Function::multiply_adds);
        self.features.multiply_adds() + gate + self.head.multiply_adds()
    }

    /// z of n images, into `pass.z`. Each is answered by itself.
    pub fn represent(&self, theta: &[f32], images: &[f32], pass: &mut Pass) {
        let Pass { features, gate, ones, z, .. } = pass;
        self.features.forward(theta, images, features);
        z.clear();
        z.extend_from_slice(features.outputs());
        if let Some(network) = &self.gate {
            ones.clear();
            ones.resize(images.len() / (EDGE * EDGE), 1.0);
            let seen: &[f32] = if self.constant { ones } else { images };
            network.forward(&theta[self.gate_start()..], seen, gate);
            elementwise::multiply(z, gate.outputs());
        }
    }

    /// From ∂L/∂z of the last pass to ∂L/∂θ of f and m, into their parts of `gradient` (overwritten).
    pub fn pull_back(
        &self,
        theta: &[f32],
        images: &[f32],
        to_z: &[f32],
        pass: &mut Pass,
        gradient: &mut [f32],
    ) {
        let Pass { features, gate, ones, upstream, .. } = pass;
        let seen: &[f32] = if self.constant { ones } else { images };
        let (of_features, rest) = gradient.split_at_mut(self.gate_start());
        upstream.clear();
        upstream.extend_from_slice(to_z);
        if let Some(network) = &self.gate {
            // z = f ∘ g: ∂L/∂g = ∂L/∂z ∘ f, ∂L/∂f = ∂L/∂z ∘ g.
            let count = network.count();
            elementwise::multiply(upstream, features.outputs());
            network.backward_from(&theta[self.gate_start()..], seen, upstream, gate, &mut rest[..count]);
            upstream.copy_from_slice(to_z);
            elementwise::multiply(upstream, gate.outputs());
        }
        self.features.backward_from(theta, images, upstream, features, of_features);
    }

    /// The parameter store, with He-normal weights and biases of 0.
    ///
    /// # Errors
    /// Engine errors.
    pub fn parameters(&self, streams: &Streams) -> Result<Store> {
        let mut parameters = Parameters::default();
        let parts =
            [("features", Some(&self.features)), ("gate", self.gate.as_ref()), ("head", Some(&self.head))];
        let functions = parts.into_iter().filter_map(|(name, function)| Some((name, function?)));
        let mut depth = 0;
        for (name, function) in functions {
            for (place, [inputs, units]) in function.layers().enumerate() {
                let name = format!("{name}/layer{place}");
                let mut random = streams.get(&format!("init/{name}"));
                let (weight, bias) = Init::HeNormal.dense(inputs, units, &mut random);
                parameters.add(&format!("{name}/weight"), depth, Role::Weight, &[units, inputs], weight)?;
                parameters.add(&format!("{name}/bias"), depth, Role::Bias, &[units], bias)?;
                depth += 1;
            }
        }
        Ok(Store { parameters, multiply_adds: self.multiply_adds(), outputs: self.head.outputs() })
    }
}

fn head(width: usize, hidden: Option<usize>, classes: usize) -> Function {
    let sizes: Vec<usize> = [width].into_iter().chain(hidden).chain([classes]).collect();
    Function::dense(&sizes, Activation::Relu, Normalise::None)
}

/// The parameters as the training core takes them; passes go through [`Networks`].
pub(super) struct Store {
    parameters: Parameters,
    multiply_adds: u64,
    outputs: usize,
}

impl Model for Store {
    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn run(&self, _x: &Tensor, _gains: &Gains, _tracked: bool) -> Result<Tensor> {
        Err(Error::engine("networks that are differentiated twice are not run as a graph"))
    }

    fn layer_units(&self) -> Vec<usize> {
        vec![self.outputs]
    }

    fn multiply_adds(&self) -> u64 {
        self.multiply_adds
    }
}
