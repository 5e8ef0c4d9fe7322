//! The rule for λ_i as a setting.

use serde::{Deserialize, Serialize};

use super::average::{WeightAverage, WeightAverageSpec};
use super::fixed::{Fixed, FixedSpec};
use super::grad_norm::{GradNorm, GradNormSpec};
use super::part::Balance;
use super::pc_grad::{PcGrad, PcGradSpec};
use super::uncertainty::{Uncertainty, UncertaintySpec};
use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::definition::MethodPreset;
use contract::{Reader, Registered, reads, registered};

/// Which rule; the `kind` of a preset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum BalanceSpec {
    Static(FixedSpec),
    Uncertainty(UncertaintySpec),
    WeightAverage(WeightAverageSpec),
    GradNorm(GradNormSpec),
    PcGrad(PcGradSpec),
}

/// The weightings.
pub const WEIGHTINGS: &[Registered<Reader<BalanceSpec>>] = &[
    reads!(
        "static",
        BalanceSpec::Static(FixedSpec),
        "Σ_i λ_i L_i(θ; D_i), λ_i fixed",
        "Mei et al. 2025, Eq. 5"
    ),
    reads!(
        "uncertainty",
        BalanceSpec::Uncertainty(UncertaintySpec),
        "Σ_i e^{−s_i} L_i(θ; D_i) + s_i / 2, s_i = ln σ_i² learned (Kendall 2018)",
        "Kendall, Gal & Cipolla 2018"
    ),
    reads!(
        "weight-average",
        BalanceSpec::WeightAverage(WeightAverageSpec),
        "Σ_i λ_i L_i, λ_i = K softmax_i(L_i(t−1) / (T L_i(t−2))) (Liu 2019)",
        "Liu, Johns & Davison 2019"
    ),
    reads!(
        "grad-norm",
        BalanceSpec::GradNorm(GradNormSpec),
        "Σ_i λ_i L_i, λ_i descends |λ_i‖∇L_i‖ − Ḡ r_i^α| (Chen 2018)",
        "Chen, Badrinarayanan, Lee & Rabinovich 2018"
    ),
    reads!(
        "pc-grad",
        BalanceSpec::PcGrad(PcGradSpec),
        "Σ_i g_i, each projected onto the normal plane of those it conflicts with (Yu 2020)",
        "Yu et al. 2020"
    ),
];

impl BalanceSpec {
    /// Reads a preset for `tasks` tasks.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub fn new(preset: &MethodPreset, benchmark: &str, tasks: usize) -> Result<Self> {
        let mut spec = (registered(WEIGHTINGS, preset)?.means)(preset, benchmark)?;
        if let Self::Static(FixedSpec { weights }) = &mut spec {
            if weights.is_empty() {
                *weights = vec![1.0; tasks];
            }
            let fine = weights.len() == tasks
                && weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
                && weights.iter().any(|weight| *weight > 0.0);
            if !fine {
                let allowed = format!("{tasks} numbers >= 0, one per task, not all 0");
                let error = DefinitionError::range("weights", format!("{weights:?}"), &allowed);
                return Err(preset.refuse_parameter(benchmark, error).into());
            }
        }
        Ok(spec)
    }

    /// Builds the rule.
    pub fn build(&self, tasks: usize, streams: &Streams) -> Box<dyn Balance> {
        match self {
            Self::Static(spec) => Box::new(Fixed { weights: spec.weights.clone() }),
            Self::Uncertainty(spec) => Box::new(Uncertainty::new(spec, tasks)),
            Self::WeightAverage(spec) => Box::new(WeightAverage::new(spec, tasks)),
            Self::GradNorm(spec) => Box::new(GradNorm::new(spec, tasks)),
            Self::PcGrad(_) => Box::new(PcGrad::new(tasks, streams)),
        }
    }
}
