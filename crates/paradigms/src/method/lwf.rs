//! Learning without forgetting: the network of the past says how the samples at hand should be scored.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings, entry};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext, StepContext};
use learn::error::Result;
use learn::nn::{soft_cross_entropy, softened};
use learn::objective::{LossTerm, PastModel, Weighted};

/// How λ grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Growth {
    #[default]
    Constant,
    Tasks,
}

settings! {
    /// Learning without forgetting.
    #[derive(Debug)]
    struct Lwf {
        /// strength λ
        lambda: f32 = 1.0 => [at least 0];
        /// T
        temperature: f32 = 2.0 => [above 0];
        /// λ_t = λ, or λ (t − 1)
        growth: Growth = Growth::Constant => ["constant" | "tasks"];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Lwf>(MethodInfo {
    kind: "lwf",
    summary: "Learning without forgetting: the network as it was scores the new samples, and the network is held to that; nothing is stored",
    formula: "L_t(θ) + λ_t KD(θ), KD = −mean Σ_k q_k ln p_k, q and p the softmax of past and present scores / T; task: mean over past heads",
    source: "Li & Hoiem 2017; form of van de Ven et al. 2022 (no factor T²)",
    mapping: "van de Ven: T = 2, λ = 1, growth = tasks in the task and domain scenarios, constant in class. With T²: λ four times as large.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: Lwf::PARAMETERS,
});

impl Settings for Lwf {
    fn compose(&self) -> Composition {
        let term =
            Distilled { temperature: self.temperature, growth: self.growth, past: PastModel::default() };
        let terms = vec![Weighted::new(self.lambda, term)];
        let classes = Some(("", "its temperature softens probabilities of classes"));
        Composition { terms, classes, extra_work: 0.4, ..Composition::default() }
    }
}

struct Distilled {
    temperature: f32,
    growth: Growth,
    past: PastModel,
}

impl LossTerm for Distilled {
    fn name(&self) -> &'static str {
        "lwf"
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        if self.past.is_empty() {
            return Ok(None);
        }
        let scores = self.past.scores(cx)?;
        let (mut sum, mut heads) = (None::<Tensor>, 0u32);
        for own in self.past.heads() {
            let wanted = softened(&scores, &own, self.temperature)?;
            let compete = if cx.batch.task.is_some() { &own } else { &cx.batch.active };
            let loss = soft_cross_entropy(cx.logits, wanted, compete, self.temperature)?;
            sum = Some(sum.map_or(Ok(loss.clone()), |sum| sum + loss)?);
            heads += 1;
        }
        let growth = if self.growth == Growth::Tasks { self.past.tasks() } else { 1 };
        Ok(sum.map(|sum| sum * (f64::from(growth) / f64::from(heads))).transpose()?)
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        match event {
            Event::TaskEnd { index } => self.past.keep(index, cx),
            Event::TaskStart { .. } => Ok(()),
        }
    }

    fn extra_passes(&self) -> u64 {
        self.past.passes()
    }

    fn save(&self) -> State {
        self.past.save()
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.past.load(state)
    }
}
