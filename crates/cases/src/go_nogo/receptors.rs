//! Where noradrenaline acts in the agent: one receptor per target.

use super::model::ModelSettings;
use dynamics::Receptor;

/// The receptors of one agent.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoradrenalineReceptors {
    /// Apical threshold of each cluster, in sd (the critic's is weaker: scope).
    pub threshold: [Receptor; 3],
    pub relaxation: Receptor,
    pub plasticity: Receptor,
    pub flattening: Receptor,
}

impl NoradrenalineReceptors {
    pub(super) fn new(model: &ModelSettings) -> Self {
        let (burst, plasticity) = (model.bursting, model.plasticity);
        let fall = f64::from(burst.threshold_low - burst.threshold_high);
        Self {
            threshold: [1.0, 1.0, f64::from(burst.critic_share)].map(|share| Receptor::bias(fall * share)),
            relaxation: model.relaxation.receptor(),
            plasticity: Receptor { limits: [0.1, 101.0], ..Receptor::gain(plasticity.noradrenaline_gain) },
            flattening: Receptor::bias(f64::from(model.attention.flattening)),
        }
    }
}
