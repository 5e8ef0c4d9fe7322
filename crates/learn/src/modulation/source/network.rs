//! Learned modulation: a small fixed network that reads other sources. Its weights are settings, so that whatever found them
//! (an evolutionary search on other streams, say) is no part of a run, and a run changes none of them.
//!
//! It sees what its inputs see: what looks ahead is shown at another time, and what knows boundaries or hidden states is an
//! oracle, so none of these is among them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::{Known, Signal, SourceEntry, SourceSpec, wrong};
use super::rule::{BoundaryTold, Need, Observation, StateTold};
use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;
use contract::settings;

/// Most inputs and most hidden units.
const MOST: usize = 8;

settings! {
    /// What it reads and its weights.
    #[derive(Debug, Clone)]
    pub(super) struct Network {
        /// what it reads, each with settings of its own
        inputs: Vec<SourceSpec> = vec![SourceSpec::named("surprise")] => [or "[{ kind = \"surprise\" }]"; told "1 to 8 sources; none that looks ahead, is an oracle or a network"];
        /// share γ of each hidden unit's activity that stays; as many as there are units
        retention: Vec<f64> = vec![0.5] => [or "[0.5]"; told "1 to 8 numbers, each in [0, 1)"];
        /// unit by unit its weight w on each input, its bias b, its weight v on the output
        weights: Vec<f64> = vec![1.0, 0.0, 1.0] => [or "[1, 0, 1]"; told "(inputs + 2) × units numbers, finite"];
    }
}

/// Its line in the registry. Needs are those of its inputs: [`SourceSpec::needs`].
pub(super) const ENTRY: SourceEntry = SourceEntry {
    name: "network",
    formula: "e^y − 1, y = Σ v_j h_j, h_j ← γ_j h_j + (1 − γ_j) tanh(b_j + Σ w_ji x_i), x the inputs' signals: with sensitivity 1 a \
              gain of e^y",
    parameters: Network::PARAMETERS,
    reference: "this suite: modulation by a network (Miconi et al. 2020; Vecoven et al. 2020), here small, its weights settings",
    needs: &[],
    resolve,
    start,
};

fn resolve(settings: Value, known: Known) -> Result<Value, DefinitionError> {
    let mut network: Network = serde_json::from_value(settings).map_err(wrong)?;
    network.check(known)?;
    serde_json::to_value(&network).map_err(wrong)
}

fn start(settings: Value, known: Known, streams: &Streams) -> Result<Box<dyn Signal>> {
    let network: Network = serde_json::from_value(settings)?;
    let input =
        |(at, spec): (usize, &SourceSpec)| spec.start_of(known, &streams.within(&format!("input/{at}")));
    let inputs = network.inputs.iter().enumerate().map(input).collect::<Result<_>>()?;
    Ok(Box::new(Running { hidden: vec![0.0; network.retention.len()], network, inputs }))
}

impl Network {
    /// Checks everything and fills in the inputs' defaults.
    fn check(&mut self, known: Known) -> Result<(), DefinitionError> {
        let count = |key: &str, found: usize, what: &str| {
            let found = format!("{found} {what}");
            DefinitionError::range(key, found, &format!("1 to {MOST} {what}"))
        };
        if !(1..=MOST).contains(&self.inputs.len()) {
            return Err(count("inputs", self.inputs.len(), "sources"));
        }
        for (at, input) in self.inputs.iter_mut().enumerate() {
            let key = |inner: &str| format!("inputs[{at}].{inner}");
            let reads = |entry: &SourceEntry| {
                let oracle = [Need::Ahead, Need::Boundary, Need::State];
                entry.name != ENTRY.name && !entry.needs.iter().any(|need| oracle.contains(need))
            };
            if !reads(input.entry_of(known).map_err(|error| DefinitionError { key: key("kind"), ..error })?) {
                let allowed = known.iter().filter(|entry| reads(entry)).map(|entry| entry.name.into());
                return Err(DefinitionError {
                    key: key("kind"),
                    found: input.kind.clone(),
                    problem: "looks ahead, is an oracle, or is a network itself".into(),
                    allowed: allowed.collect(),
                    ..DefinitionError::default()
                });
            }
            input.resolve_of(known).map_err(|error| DefinitionError { key: key(&error.key), ..error })?;
        }
        let units = self.retention.len();
        if !(1..=MOST).contains(&units) {
            return Err(count("retention", units, "numbers"));
        }
        if let Some(bad) = self.retention.iter().find(|own| !(0.0..1.0).contains(*own)) {
            return Err(DefinitionError::range("retention", bad, "numbers from 0 to below 1"));
        }
        let needed = (self.inputs.len() + 2) * units;
        if self.weights.len() != needed {
            let found = format!("{} numbers", self.weights.len());
            let allowed =
                format!("{needed} numbers: ({} inputs + 2) × {units} hidden units", self.inputs.len());
            return Err(DefinitionError::range("weights", found, &allowed));
        }
        match self.weights.iter().find(|weight| !weight.is_finite()) {
            Some(bad) => Err(DefinitionError::range("weights", bad, "finite numbers")),
            None => self.check_ranges(),
        }
    }
}

/// What it remembers between steps.
#[derive(Serialize, Deserialize)]
struct Memory {
    hidden: Vec<f64>,
    inputs: Vec<Value>,
}

struct Running {
    network: Network,
    inputs: Vec<Box<dyn Signal>>,
    hidden: Vec<f64>,
}

impl Signal for Running {
    fn next(&mut self, seen: &Observation) -> f64 {
        let inputs: Vec<f64> = self.inputs.iter_mut().map(|input| input.next(seen)).collect();
        let units = self.network.weights.chunks_exact(inputs.len() + 2);
        let mut sum = 0.0;
        for ((own, hidden), retention) in units.zip(&mut self.hidden).zip(&self.network.retention) {
            let (weights, rest) = own.split_at(inputs.len());
            let [bias, out] = rest else { continue };
            let drive: f64 = weights.iter().zip(&inputs).map(|(weight, input)| weight * input).sum();
            *hidden = retention * *hidden + (1.0 - retention) * (bias + drive).tanh();
            sum += out * *hidden;
        }
        sum.exp_m1()
    }

    fn boundary(&mut self, _: &BoundaryTold) {}

    fn state(&mut self, _: &StateTold) {}

    fn save(&self) -> Result<Value> {
        let inputs = self.inputs.iter().map(|input| input.save()).collect::<Result<_>>()?;
        Ok(serde_json::to_value(Memory { hidden: self.hidden.clone(), inputs })?)
    }

    fn load(&mut self, state: &Value) -> Result<()> {
        let memory: Memory = serde_json::from_value(state.clone())?;
        self.hidden = memory.hidden;
        self.inputs.iter_mut().zip(&memory.inputs).try_for_each(|(input, own)| input.load(own))
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
