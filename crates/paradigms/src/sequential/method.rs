//! The methods of sequential learning: what is meta-learned, and what a sequence may change. A row in [`METHODS`] each.

use serde::{Deserialize, Serialize};

use super::settings::{SequentialSettings, check_channels};
use base::error::Result;
use contract::declare::Declared;
use contract::definition::MethodPreset;
use contract::{Parameter, Registered, registered, settings};

/// How the representation comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Oml,
    Anml,
    AnmlNoGate,
    Pretrained,
    Scratch,
}

/// What the features are multiplied by; all but `learned` are controls of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// sigmoid(m(x)), for each drawing its own.
    #[default]
    Learned,
    /// One meta-learned number in (0, 1) per feature, the same for every drawing.
    Constant,
    /// Trained as `learned`; at test the mean of its gates over the drawings that a sequence teaches.
    Mean,
    /// Trained as `learned`; at test each drawing has the gates of another of the same sequence.
    Shuffled,
}

impl Gate {
    fn is_learned(&self) -> bool {
        *self == Self::Learned
    }
}

const LINES: &[Parameter] = Given::PARAMETERS;
const GATED: &[Parameter] = &[LINES[0], LINES[1], LINES[2], LINES[3], LINES[5]];

const fn first(count: usize) -> &'static [Parameter] {
    LINES.split_at(count).0
}

/// Every method.
pub const METHODS: &[Registered<Kind>] = &[
    Registered::new(
        "oml",
        "∇_w L(D_traj ∪ D_rand; θ_K), exact; θ_{k+1} = θ_k − α ∇L(z_k; θ_k) changes the dense layers behind f(x) only, the output row of the class to be learned starts at 0",
        "Javed & White 2019",
        Kind::Oml,
    )
    .with(first(5)),
    Registered::new(
        "anml",
        "OML's gradient; the inner loop changes one linear layer behind f(x) ∘ sigmoid(m(x)), the neuromodulatory network m is only meta-learned",
        "Beaulieu et al. 2020, whose inner loop also changes f",
        Kind::Anml,
    )
    .with(GATED),
    Registered::new(
        "anml-no-gate",
        "OML's gradient; the inner loop changes one linear layer behind f(x)",
        "ablation of Beaulieu et al. 2020",
        Kind::AnmlNoGate,
    )
    .with(first(4)),
    Registered::new(
        "pretrained",
        "∇L of random drawings of all training classes, no inner loop; then a new linear layer behind f(x) in sequence",
        "baseline of Javed & White 2019",
        Kind::Pretrained,
    )
    .with(first(3)),
    Registered::new(
        "scratch",
        "random f(x); a linear layer behind it in sequence",
        "baseline of Javed & White 2019",
        Kind::Scratch,
    )
    .with(first(3)),
];

settings! {
    /// A method's parameters in a preset; what is absent is the benchmark's or the default.
    #[derive(Debug, Clone)]
    struct Given {
        /// α of the steps on a sequence at test
        rate: Option<f32> = None => [or "inner_rate"; above 0];
        /// the same where the drawings of all classes come mixed (the oracle)
        mixed_rate: Option<f32> = None => [or "rate"; above 0];
        /// channels of the prediction network
        channels: Option<Vec<usize>> = None => [or "the benchmark's features.channels"; told "1 to 4 numbers from 1 to 512"];
        /// α of the inner loop in meta-training
        inner_rate: Option<f32> = None => [or "the benchmark's inner.rate"; above 0];
        /// units of the hidden layer of the head
        hidden: Option<usize> = None => [or "100"; 1 to 4096];
        /// what the features are multiplied by
        gate: Gate = Gate::Learned => ["learned" | "constant" | "mean" | "shuffled"];
    }
}

/// A method, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Method {
    pub kind: Kind,
    /// α of the inner loop in meta-training, > 0. Default the benchmark's `inner.rate`.
    pub inner_rate: f32,
    /// α of the steps on a sequence at test, > 0. Default `inner_rate`.
    pub rate: f32,
    /// The same where the drawings of all classes come mixed (the oracle), > 0. Default `rate`.
    pub mixed_rate: f32,
    /// Units of the hidden layer of `oml`'s head, 1 to 4,096; default 100. Others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<usize>,
    /// Channels of the prediction network; default the benchmark's `features.channels`.
    pub channels: Vec<usize>,
    /// Of `anml`: `learned` (default), `constant`, `mean` or `shuffled`.
    #[serde(default, skip_serializing_if = "Gate::is_learned")]
    pub gate: Gate,
}

impl Method {
    /// Checks a preset for one benchmark.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub fn new(preset: &MethodPreset, benchmark: &str, settings: &SequentialSettings) -> Result<Self> {
        let Registered { info, means: kind } = *registered(METHODS, preset)?;
        let given: Given = preset.listed(benchmark, &info)?;
        let refuse = |error| preset.refuse_parameter(benchmark, error);
        given.check_ranges().map_err(refuse)?;
        let inner_rate = given.inner_rate.unwrap_or(settings.inner.rate);
        let rate = given.rate.unwrap_or(inner_rate);
        let mixed_rate = given.mixed_rate.unwrap_or(rate);
        let channels = given.channels.unwrap_or_else(|| settings.features.channels.clone());
        check_channels("channels", &channels).map_err(refuse)?;
        let hidden = (kind == Kind::Oml).then_some(given.hidden.unwrap_or(100));
        Ok(Self { kind, inner_rate, rate, mixed_rate, hidden, channels, gate: given.gate })
    }

    /// Whether anything is learned before the test.
    pub fn trains(&self) -> bool {
        self.kind != Kind::Scratch
    }

    /// Whether a neuromodulatory network gates the features.
    pub fn gates(&self) -> bool {
        self.kind == Kind::Anml
    }
}
