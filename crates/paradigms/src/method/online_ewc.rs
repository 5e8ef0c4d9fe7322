//! Online EWC: one running Fisher information and one anchor at the latest solution.

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use super::ewc::consolidating;
use super::fisher::FisherSettings;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};

settings! {
    /// Online EWC.
    #[derive(Debug)]
    struct OnlineEwc {
        /// strength λ
        lambda: f32 = 100.0 => [at least 0];
        /// decay of the running Fisher information per task
        gamma: f32 = 1.0 => [0 to 1];
        proximal: bool = false => [as [PROXIMAL]];
        fisher: FisherSettings = FisherSettings::default() => [each FisherSettings::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<OnlineEwc>(MethodInfo {
    kind: "online-ewc",
    summary: "EWC with one running Fisher information and one anchor at the latest solution",
    formula: "L_t(θ) + ½ λ Σ_k F̃_k (θ_k − θ*_{t−1,k})², F̃ ← γ F̃ + F_t",
    source: "Schwarz et al. 2018 (progress & compress)",
    mapping: "c_eff = λF̃. Hsu et al. (GT-RIPL): reg_coef F Δ², so λ = 2·reg_coef.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: OnlineEwc::PARAMETERS,
});

impl Settings for OnlineEwc {
    fn compose(&self) -> Composition {
        let strength = (self.lambda, self.proximal);
        consolidating("online-ewc", strength, self.gamma, &self.fisher, |anchor, gamma, fisher, centre| {
            anchor.renew(fisher, gamma, centre);
        })
    }
}
