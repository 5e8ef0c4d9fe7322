//! Gains on a layer's output: feature gates, competition between units, dropout masks.

use candle_core::Tensor;

use super::parameters::read;
use crate::error::Result;
use crate::gains::LayerGain;
use base::error::DefinitionError;

/// y (n × … × units) times the layer's gate, one factor per unit; then all but the winners of each row fall silent; then the
/// mask, one factor per sample and unit. Without any of them, y itself.
pub(crate) fn gated(y: Tensor, gain: &LayerGain) -> Result<Tensor> {
    let units = y.dim(candle_core::D::Minus1)?;
    let y = match gain.gate.expand(units)? {
        Some(gate) => y.broadcast_mul(&Tensor::from_vec(gate, units, y.device())?)?,
        None => y,
    };
    let y = match gain.winners {
        Some(share) => (&y * winners(&y.detach(), winning(share, units))?)?,
        None => y,
    };
    let Some(mask) = &gain.mask else { return Ok(y) };
    let n = y.dim(0)?;
    if mask.len() != n * units {
        let allowed = format!("{n} samples x {units} units");
        return Err(DefinitionError::range("mask", format!("{} values", mask.len()), &allowed).into());
    }
    let mut shape = vec![1; y.rank()];
    shape[0] = n;
    shape[y.rank() - 1] = units;
    Ok(y.broadcast_mul(&Tensor::from_slice(mask, shape, y.device())?)?)
}

/// Units that win where a share of them may: rounded, at least one, at most all.
fn winning(share: f32, units: usize) -> usize {
    ((share * units as f32).round() as usize).clamp(1, units.max(1))
}

/// 1 for the k largest values of each row, 0 for the others; of equals the first ones win.
fn winners(y: &Tensor, k: usize) -> Result<Tensor> {
    let units = y.dim(candle_core::D::Minus1)?;
    let mask = read(&y.contiguous()?, |values| {
        let mut mask = vec![0.0f32; values.len()];
        let mut order: Vec<usize> = Vec::with_capacity(units);
        for (row, mask) in values.chunks_exact(units).zip(mask.chunks_exact_mut(units)) {
            order.clear();
            order.extend(0..units);
            if k < units {
                order.select_nth_unstable_by(k - 1, |a, b| row[*b].total_cmp(&row[*a]).then(a.cmp(b)));
            }
            order[..k.min(units)].iter().for_each(|unit| mask[*unit] = 1.0);
        }
        mask
    })?;
    Ok(Tensor::from_vec(mask, y.shape(), y.device())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    #[test]
    fn the_k_largest_units_of_each_sample_speak_and_only_they_learn() {
        // k = 0.4 · 5 = 2. Row 1: 5 and 3 win. Row 2: 2 wins, and of the three 1s the first.
        let y =
            Var::new(&[[1.0f32, 5.0, 3.0, 0.0, 2.0], [1.0, 0.0, 1.0, 2.0, 1.0]], &Device::Cpu).expect("var");
        let gain = LayerGain { winners: Some(0.4), ..LayerGain::default() };
        let found = gated(y.as_tensor().clone(), &gain).expect("gated");
        let rows = |t: &Tensor| t.to_vec2::<f32>().expect("rows");
        assert_eq!(rows(&found), [[0.0, 5.0, 3.0, 0.0, 0.0], [1.0, 0.0, 0.0, 2.0, 0.0]]);
        let store = found.sum_all().expect("sum").backward().expect("backward");
        let gradient = store.get(y.as_tensor()).expect("tracked");
        assert_eq!(rows(gradient), [[0.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 0.0]]);
    }

    #[test]
    fn at_least_one_unit_wins_and_at_most_all() {
        assert_eq!([0.0, 0.05, 0.5, 1.0, 3.0].map(|share| winning(share, 10)), [1, 1, 5, 10, 10]);
    }
}
