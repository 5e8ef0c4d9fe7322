//! Populations and weights of the circuit at its start.

use super::model::ModelSettings;
use crate::spiking::noise::Noise;
use crate::spiking::population::{Kind, Population};
use crate::spiking::projection::Projection;

/// Clusters of the circuit.
pub(super) const GO: usize = 0;
pub(super) const NO_GO: usize = 1;
pub(super) const CRITIC: usize = 2;

/// Excitatory and inhibitory population of Go, No-Go and critic, in this order.
pub(super) fn populations(excitatory: usize, inhibitory: usize) -> Vec<Population> {
    const NAMES: [[&str; 2]; 3] = [
        ["go/excitatory", "go/inhibitory"],
        ["no-go/excitatory", "no-go/inhibitory"],
        ["critic/excitatory", "critic/inhibitory"],
    ];
    let mut start = 0;
    let mut all = Vec::new();
    for (cluster, names) in NAMES.into_iter().enumerate() {
        for (name, kind, size) in
            [(names[0], Kind::Excitatory, excitatory), (names[1], Kind::Inhibitory, inhibitory)]
        {
            all.push(Population { name, kind, cluster, range: start..start + size });
            start += size;
        }
    }
    all
}

/// Random plastic input weights.
pub(super) fn initial_weights(model: &ModelSettings, noise: &mut Noise) -> Projection {
    let net = model.network;
    Projection::from_fn(4 * net.inputs, 3 * (net.excitatory + net.inhibitory), |_, _| {
        (net.weight + net.weight_sd * noise.normal()).clamp(0.0, 1.0)
    })
}

/// Fixed recurrent weights within and between the actor's clusters; strengths are shared out over the source population.
pub(super) fn recurrent(model: &ModelSettings, populations: &[Population]) -> Projection {
    let r = model.recurrent;
    let of = |neuron: usize| populations.iter().find(|p| p.range.contains(&neuron));
    let neurons = populations.last().map_or(0, |p| p.range.end);
    Projection::from_fn(neurons, neurons, |source, target| {
        let (Some(from), Some(to)) = (of(source), of(target)) else { return 0.0 };
        if from.cluster == CRITIC || to.cluster == CRITIC || source == target {
            return 0.0;
        }
        let strength = match (from.kind, to.kind, from.cluster == to.cluster) {
            (Kind::Excitatory, Kind::Excitatory, true) => r.excitation,
            (Kind::Excitatory, Kind::Inhibitory, true) => r.recruitment,
            (Kind::Inhibitory, Kind::Excitatory, true) => -r.inhibition,
            (Kind::Excitatory, Kind::Excitatory, false) => -r.lateral,
            _ => 0.0,
        };
        strength / from.range.len() as f32
    })
}
