//! k-winner-take-all: in every hidden layer only the strongest units speak for a sample.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, settings};

settings! {
    /// k winners take all.
    #[derive(Debug)]
    struct KWta {
        /// share of each hidden layer that speaks for a sample, at least one unit in every layer
        winners: f32 = 0.2 => [above 0 to 1];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<KWta>(MethodInfo {
    kind: "k-wta",
    summary: "k-winner-take-all: of each hidden layer only the units of the largest output speak for a sample, in training and at test",
    formula: "L_t(θ) of the network with h_i ← h_i where h_i is among the k largest of its layer, else 0; k = share · units",
    source: "Ahmad & Scheinkman 2019 (How can we be so dense?), without its boosting; Srivastava et al. 2013",
    mapping: "the share is their percent_on, the same in training and at test; here the winners pass through the benchmark's activation first.",
    parameters: KWta::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for KWta {
    fn compose(&self) -> Composition {
        Composition { winners: Some(self.winners), only_dense: true, ..Composition::default() }
    }
}
