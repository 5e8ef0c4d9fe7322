//! How a receptor's effect is shared out: among the units of each layer, and among single weights.

use std::sync::Arc;

use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::spec::{ModulatorSpec, ReceptorSpec};
use super::target::{Scope, TargetKind};
use crate::nn::{Parameter, Parameters, Role};
use base::rng::{StreamRng, Streams};

/// Shares of the effect per unit of every layer; `None` where all get the same.
pub(super) fn of_units(
    receptor: &ReceptorSpec,
    modulator: &ModulatorSpec,
    layers: &[usize],
    streams: &Streams,
) -> Option<Vec<Arc<[f32]>>> {
    if !matches!(receptor.scope, Scope::Population | Scope::Unit) {
        return None;
    }
    let mut random = streams.get("receptors");
    let of_layer = |(layer, units): (usize, &usize)| -> Arc<[f32]> {
        if receptor.layers.as_ref().is_some_and(|own| !own.contains(&layer)) {
            return vec![0.0; *units].into();
        }
        if receptor.scope == Scope::Population {
            let count = (receptor.share * *units as f64).round() as usize;
            let mut shares: Vec<f32> = (0..*units).map(|unit| f32::from(u8::from(unit < count))).collect();
            shares.shuffle(&mut random);
            return shares.into();
        }
        let spatial = modulator.transmission.profile(*units);
        spatial.iter().map(|share| (share * one_of(receptor, &mut random)) as f32).collect()
    };
    Some(layers.iter().enumerate().map(of_layer).collect())
}

/// 1 + h ε.
fn one_of(receptor: &ReceptorSpec, random: &mut StreamRng) -> f64 {
    if receptor.heterogeneity == 0.0 {
        return 1.0;
    }
    let epsilon: f64 = StandardNormal.sample(random);
    1.0 + receptor.heterogeneity * epsilon
}

/// Shares per trainable scalar, for learning rates of scope population, unit or synapse and for rescaled slopes.
pub(super) fn of_scalars(
    receptor: &ReceptorSpec,
    units: Option<&[Arc<[f32]>]>,
    parameters: &Parameters,
    rescaled: bool,
    streams: &Streams,
) -> Option<Vec<Vec<f32>>> {
    let slope = rescaled && receptor.target == TargetKind::Slope;
    let rates = matches!(receptor.target, TargetKind::LearningRate | TargetKind::PlasticityGate);
    let reached = |layer: usize| receptor.layers.as_ref().is_none_or(|own| own.contains(&layer));
    let mut random = streams.get("synapses");
    match (units, receptor.scope) {
        (Some(units), _) if rates || slope => {
            let spread = |parameter: &Parameter| {
                let rows = &units[parameter.layer];
                let per_row = parameter.var.elem_count() / rows.len().max(1);
                let weights = !slope || parameter.role == Role::Weight;
                let share = |row: &f32| std::iter::repeat_n(if weights { *row } else { 0.0 }, per_row);
                rows.iter().flat_map(share).collect()
            };
            Some(parameters.iter().map(spread).collect())
        }
        (None, Scope::Synapse) if rates => {
            let mut own = |parameter: &Parameter| {
                let count = parameter.var.elem_count();
                let share =
                    |_| if reached(parameter.layer) { one_of(receptor, &mut random) as f32 } else { 0.0 };
                (0..count).map(share).collect()
            };
            Some(parameters.iter().map(&mut own).collect())
        }
        (None, _) if slope => {
            let all = |parameter: &Parameter| {
                let yes = reached(parameter.layer) && parameter.role == Role::Weight;
                vec![f32::from(u8::from(yes)); parameter.var.elem_count()]
            };
            Some(parameters.iter().map(all).collect())
        }
        _ => None,
    }
}
