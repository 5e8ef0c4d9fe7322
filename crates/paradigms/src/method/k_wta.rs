//! k-winner-take-all: in every hidden layer only the strongest units speak for a sample.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings, check_winners};
use base::error::DefinitionError;
use contract::{MethodInfo, Parameter};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct KWta {
    winners: f32,
}

impl Default for KWta {
    fn default() -> Self {
        Self { winners: 0.2 }
    }
}

/// The line of every share of winners.
pub(super) const WINNERS: Parameter = Parameter::new(
    "winners",
    "0.2",
    "above 0, to 1",
    "share of each hidden layer that speaks for a sample, at least one unit in every layer",
);

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<KWta>(MethodInfo {
    kind: "k-wta",
    summary: "k-winner-take-all: of each hidden layer only the units of the largest output speak for a sample, in training and at test",
    formula: "L_t(θ) of the network with h_i ← h_i where h_i is among the k largest of its layer, else 0; k = share · units",
    source: "Ahmad & Scheinkman 2019 (How can we be so dense?), without its boosting; Srivastava et al. 2013",
    mapping: "the share is their percent_on, the same in training and at test; here the winners pass through the benchmark's activation first.",
    needs: &[],
    parameters: &[WINNERS],
});

impl Settings for KWta {
    fn check(&self) -> Result<(), DefinitionError> {
        check_winners(self.winners)
    }

    fn compose(&self) -> Composition {
        Composition { winners: Some(self.winners), only_dense: true, ..Composition::default() }
    }
}
