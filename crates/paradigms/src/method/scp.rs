//! Sliced Cramér preservation: parameters that move the mean output of a task, whatever the direction, are held.

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use base::normal::quantile;
use base::rng::FastRng;
use candle_core::Tensor;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::nn::Gradients;
use learn::objective::{Anchor, LossTerm};
use numeric::elementwise;
use rand::RngExt;

settings! {
    /// Sliced Cramér preservation.
    #[derive(Debug)]
    struct Scp {
        /// strength λ
        lambda: f32 = 1.0 => [at least 0];
        /// α, what stays of older tasks' Γ (0.25 in a public sweep)
        alpha: f32 = 0.5 => [0 to 1];
        /// directions ξ per batch
        slices: usize = 50 => [1 to 10000];
        /// samples per mean
        batch: usize = 128 => [1 to 4096];
        proximal: bool = false => [as [PROXIMAL]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Scp>(MethodInfo {
    kind: "scp",
    summary: "Sliced Cramér preservation: what moves the mean output of past tasks in random directions is held, at the latest solution",
    formula: "L_t(θ) + λ Σ_k Γ_k (θ_k − θ*_{t−1,k})², Γ ← α Γ + (1 − α) mean over unit ξ and batches of (∂(z̄ᵀξ)/∂θ_k)²",
    source: "Kolouri, Ketz, Soltoggio & Pilly 2020",
    mapping: "c_eff = 2λΓ, z̄ the mean score of a batch. The first task's Γ is multiplied by 1 − α too.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: Scp::PARAMETERS,
});

impl Settings for Scp {
    fn compose(&self) -> Composition {
        let Self { alpha, slices, batch, .. } = *self;
        let slices = Slices { anchor: Anchor::default(), alpha, slices, batch };
        // λ Σ Γ Δ² = ½ (2λ) Σ Γ Δ²
        Composition::pulling(2.0 * self.lambda, self.proximal, slices)
    }
}

struct Slices {
    anchor: Anchor,
    alpha: f32,
    slices: usize,
    batch: usize,
}

/// A direction on the unit sphere.
fn direction(outputs: usize, random: &mut FastRng) -> Vec<f32> {
    let normal = |_| quantile(random.random_range(1e-12..1.0));
    let values: Vec<f64> = (0..outputs).map(normal).collect();
    let norm = values.iter().map(|x| x * x).sum::<f64>().sqrt();
    values.into_iter().map(|x| (x / norm) as f32).collect()
}

impl LossTerm for Slices {
    fn name(&self) -> &'static str {
        "scp"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        let Event::TaskEnd { index } = event else { return Ok(()) };
        let (parameters, mut random) = (cx.model.parameters(), cx.streams.fast(&format!("scp/task{index}")));
        let (mut sums, mut gradients) = (Gradients::zeros(parameters), Gradients::default());
        let mut count = 0u32;
        for batch in cx.data.batches(self.batch) {
            let mean = cx.model.forward(&batch?.inputs, cx.gains)?.mean(0)?;
            for _ in 0..self.slices {
                (cx.ask)()?;
                let xi = direction(cx.model.outputs(), &mut random);
                let xi = Tensor::from_vec(xi, cx.model.outputs(), mean.device())?;
                parameters.backward(&(&mean * xi)?.sum_all()?, &mut gradients)?;
                for (sum, gradient) in sums.buffers.iter_mut().zip(&gradients.buffers) {
                    elementwise::add_scaled_square(sum, 1.0, gradient);
                }
                count += 1;
            }
        }
        sums.scale((1.0 - self.alpha) / count.max(1) as f32);
        self.anchor.renew(sums.buffers, self.alpha, parameters.snapshot()?);
        Ok(())
    }
}
