//! Elastic weight consolidation, offline form: one anchor per task.

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use super::fisher::FisherSettings;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::objective::{Anchor, LossTerm};

settings! {
    /// Elastic weight consolidation.
    #[derive(Debug)]
    struct Ewc {
        /// strength λ
        lambda: f32 = 100.0 => [at least 0];
        /// γ, factor on every older task's λ_i at each boundary
        discount: f32 = 1.0 => [0 to 1];
        proximal: bool = false => [as [PROXIMAL]];
        fisher: FisherSettings = FisherSettings::default() => [each FisherSettings::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Ewc>(MethodInfo {
    kind: "ewc",
    summary: "Elastic weight consolidation: one anchor per past task, as strong as its Fisher information",
    formula: "L_t(θ) + Σ_{i<t} λ_i ½ Σ_k F_ik (θ_k − θ*_ik)², λ_i = λ γ^(t−1−i)",
    source: "Kirkpatrick et al. 2017; one anchor per task as in van de Ven et al. 2022",
    mapping: "c_eff = λF. van de Ven: λF, the same λ. Avalanche and Mammoth: 2λF, so our λ is twice theirs.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: Ewc::PARAMETERS,
});

impl Settings for Ewc {
    fn compose(&self) -> Composition {
        let strength = (self.lambda, self.proximal);
        consolidating("ewc", strength, self.discount, &self.fisher, |anchor, discount, fisher, centre| {
            anchor.discount(discount);
            anchor.add(&fisher, &centre);
        })
    }
}

/// What a task's Fisher information and solution make of the anchor, whose past counts by a factor.
type Keep = fn(&mut Anchor, f32, Vec<Vec<f32>>, Vec<Vec<f32>>);

/// A pull as strong as the Fisher information of tasks that have ended.
pub(super) fn consolidating(
    name: &'static str,
    (lambda, proximal): (f32, bool),
    decay: f32,
    fisher: &FisherSettings,
    keep: Keep,
) -> Composition {
    let pull = Consolidation { name, anchor: Anchor::default(), decay, fisher: fisher.clone(), keep };
    Composition { classes: fisher.answers_classes(), ..Composition::pulling(lambda, proximal, pull) }
}

struct Consolidation {
    name: &'static str,
    anchor: Anchor,
    decay: f32,
    fisher: FisherSettings,
    keep: Keep,
}

impl LossTerm for Consolidation {
    fn name(&self) -> &'static str {
        self.name
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { index } = event {
            let random = cx.streams.get(&format!("fisher/task{index}"));
            let fisher = self.fisher.estimate(cx, random)?;
            (self.keep)(&mut self.anchor, self.decay, fisher, cx.model.parameters().snapshot()?);
        }
        Ok(())
    }
}
