//! The methods of sequential learning: what is meta-learned, and what a sequence may change. A row in [`METHODS`] each.

use serde::{Deserialize, Serialize};

use super::settings::{SequentialSettings, check_channels};
use base::error::{DefinitionError, Result};
use contract::definition::MethodPreset;
use contract::{Registered, registered};

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

/// Every method.
pub const METHODS: &[Registered<Kind>] = &[
    Registered::new(
        "oml",
        "∇_w L(D_traj ∪ D_rand; θ_K), exact; θ_{k+1} = θ_k − α ∇L(z_k; θ_k) changes the dense layers behind f(x) only, the output row of the class to be learned starts at 0",
        "Javed & White 2019",
        Kind::Oml,
    ),
    Registered::new(
        "anml",
        "the same with one linear layer behind f(x) ∘ sigmoid(m(x)); the neuromodulatory network m is only meta-learned",
        "Beaulieu et al. 2020, whose inner loop also changes f",
        Kind::Anml,
    ),
    Registered::new(
        "anml-no-gate",
        "the same with one linear layer behind f(x), without m",
        "ablation of Beaulieu et al. 2020",
        Kind::AnmlNoGate,
    ),
    Registered::new(
        "pretrained",
        "∇L of random drawings of all training classes, no inner loop; then a new linear layer behind f(x) in sequence",
        "baseline of Javed & White 2019",
        Kind::Pretrained,
    ),
    Registered::new(
        "scratch",
        "random f(x); a linear layer behind it in sequence",
        "baseline of Javed & White 2019",
        Kind::Scratch,
    ),
];

/// A method's parameters in a preset; what is absent is the benchmark's or the default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    inner_rate: Option<f32>,
    rate: Option<f32>,
    mixed_rate: Option<f32>,
    hidden: Option<usize>,
    channels: Option<Vec<usize>>,
    gate: Gate,
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
        let kind = registered(METHODS, preset)?.means;
        let given: Given = preset.parameters(benchmark)?;
        let place = |key: &str| {
            let overridden = preset.header.on.get(benchmark).is_some_and(|table| table.contains_key(key));
            if overridden { format!("on.{benchmark}.{key}") } else { format!("parameters.{key}") }
        };
        let refuse = |key: &str, found: String, rule: &str| {
            Err(preset.refuse(DefinitionError::range(&place(key), found, rule)))
        };
        if let (Some(units), false) = (given.hidden, kind == Kind::Oml) {
            return refuse("hidden", units.to_string(), "no `hidden`: only oml's head has a hidden layer");
        }
        if !given.gate.is_learned() && kind != Kind::Anml {
            return refuse("gate", format!("{:?}", given.gate), "no `gate`: only anml has one");
        }
        if given.inner_rate.is_some() && matches!(kind, Kind::Pretrained | Kind::Scratch) {
            return refuse("inner_rate", "a number".into(), "no `inner_rate`: this method has no inner loop");
        }
        let inner_rate = given.inner_rate.unwrap_or(settings.inner.rate);
        let rate = given.rate.unwrap_or(inner_rate);
        let mixed_rate = given.mixed_rate.unwrap_or(rate);
        for (key, value) in [("inner_rate", inner_rate), ("rate", rate), ("mixed_rate", mixed_rate)] {
            if !(value > 0.0 && value.is_finite()) {
                return refuse(key, value.to_string(), "a number > 0");
            }
        }
        if let Some(units) = given.hidden.filter(|units| !(1..=4096).contains(units)) {
            return refuse("hidden", units.to_string(), "1 to 4096");
        }
        let channels = given.channels.unwrap_or_else(|| settings.features.channels.clone());
        check_channels(&place("channels"), &channels).map_err(|error| preset.refuse(error))?;
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
