//! The methods of meta-learning: how w follows from episodes. A row in [`METHODS`] each.

use serde::{Deserialize, Serialize};

use super::nmn::NmnSettings;
use super::settings::Inner;
use base::error::Result;
use contract::declare::{Declared, below};
use contract::definition::MethodPreset;
use contract::{Parameter, Registered, registered, settings};

/// How the outer gradient (Eq. 2) is taken, and what the inner loop (Eq. 3) may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Maml,
    Fomaml,
    Anil,
    Reptile,
    MetaSgd,
    Protonet,
    Nmn,
    Pretrained,
    Scratch,
}

const RATE: Parameter = Given::PARAMETERS[0];
const STEPS: Parameter = Given::PARAMETERS[1];
const EMBEDDING: Parameter = Given::PARAMETERS[2];

/// Every method.
pub const METHODS: &[Registered<Kind>] = &[
    Registered::new(
        "maml",
        "∇_w L(D^val; θ_K), θ_{k+1} = θ_k − α ∇L(D^train; θ_k), θ_0 = w, exact: Π_k (I − α H(θ_k)) ∇L(θ_K)",
        "Finn, Abbeel & Levine 2017",
        Kind::Maml,
    )
    .with(&[RATE, STEPS]),
    Registered::new(
        "fomaml",
        "MAML with H = 0: ∇L(D^val; θ_K) (first-order approximation)",
        "Finn, Abbeel & Levine 2017; Nichol, Achiam & Schulman 2018",
        Kind::Fomaml,
    )
    .with(&[RATE, STEPS]),
    Registered::new(
        "anil",
        "MAML, exact, whose inner loop changes the last layer only",
        "Raghu, Raghu, Bengio & Vinyals 2020",
        Kind::Anil,
    )
    .with(&[RATE, STEPS]),
    Registered::new(
        "reptile",
        "w − θ_K in place of the gradient, θ_K after K steps on D^train ∪ D^val (first-order)",
        "Nichol, Achiam & Schulman 2018",
        Kind::Reptile,
    )
    .with(&[RATE, STEPS]),
    Registered::new(
        "meta-sgd",
        "MAML, exact, with a learned rate per parameter: θ_{k+1} = θ_k − α ∘ ∇L(D^train; θ_k), w = (θ_0, α)",
        "Li, Zhou, Chen & Li 2017",
        Kind::MetaSgd,
    )
    .with(&[RATE, STEPS]),
    Registered::new(
        "protonet",
        "∇_w of the cross-entropy of softmax_c(−|z(x) − c̄|²) on D^val, c̄ the mean embedding z of class c in D^train; no inner loop",
        "Snell, Swersky & Zemel 2017",
        Kind::Protonet,
    )
    .with(&[EMBEDDING]),
    Registered::new(
        "nmn",
        "∇_w L(D^val; w, z(D^train)), hidden layers φ((W x) ∘ (1 + W_s z) + b + W_b z), z from a recurrent network that reads D^train; no inner loop",
        "Vecoven, Ernst, Wehenkel & Drion 2020",
        Kind::Nmn,
    )
    .with(&below::<4>("context", NmnSettings::PARAMETERS)),
    Registered::new(
        "pretrained",
        "∇L(D^train ∪ D^val; w) of all tasks mixed, no inner loop; at test plain fine-tuning from w",
        "baseline of Finn, Abbeel & Levine 2017",
        Kind::Pretrained,
    )
    .with(&[RATE]),
    Registered::new(
        "scratch",
        "no meta-training; at test plain fine-tuning from random initial weights",
        "baseline",
        Kind::Scratch,
    )
    .with(&[RATE]),
];

settings! {
    /// A method's parameters in a preset; what is absent is the benchmark's.
    #[derive(Debug, Clone, Copy)]
    struct Given {
        /// α, in training and at test; where Meta-SGD's rates start
        rate: Option<f32> = None => [or "the benchmark's inner.rate"; above 0];
        /// K in meta-training
        steps: Option<usize> = None => [or "the benchmark's inner.steps"; 1 to 1000];
        /// width of the embedding
        embedding: Option<usize> = None => [or "64"; 1 to 65536];
        /// the modulatory network
        context: Option<NmnSettings> = None => [as NmnSettings::PARAMETERS];
    }
}

/// A method, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub kind: Kind,
    /// α, in training and at test; where Meta-SGD's rates start.
    pub rate: f32,
    /// K in meta-training.
    pub steps: usize,
    /// Width of the embedding, of `protonet` only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub embedding: Option<usize>,
    /// The modulatory network, of `nmn` only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub context: Option<NmnSettings>,
}

impl Rule {
    /// Checks a preset for one benchmark whose own inner loop is `inner`.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub fn new(preset: &MethodPreset, benchmark: &str, inner: &Inner) -> Result<Self> {
        let Registered { info, means: kind } = *registered(METHODS, preset)?;
        let given: Given = preset.listed(benchmark, &info)?;
        let trains_inside = !matches!(kind, Kind::Pretrained | Kind::Scratch | Kind::Protonet | Kind::Nmn);
        let rule = Self {
            kind,
            rate: given.rate.unwrap_or(inner.rate),
            steps: if trains_inside { given.steps.unwrap_or(inner.steps) } else { 0 },
            embedding: (kind == Kind::Protonet).then_some(given.embedding.unwrap_or(64)),
            context: (kind == Kind::Nmn).then_some(given.context.unwrap_or_default()),
        };
        let context = given.context.map_or(Ok(()), |own| own.check().map_err(|error| error.below("context")));
        given.check_ranges().and(context).map_err(|error| preset.refuse_parameter(benchmark, error))?;
        Ok(rule)
    }

    /// The rate of every parameter before any is learned; `head` is where the last layer begins.
    pub fn rates(&self, count: usize, head: usize) -> Vec<f32> {
        let mut rates = vec![self.rate; count];
        if self.kind == Kind::Anil {
            rates[..head].fill(0.0);
        }
        rates
    }
}
