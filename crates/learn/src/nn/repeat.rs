//! One row for several samples, as broadcasting gives, but with a gradient that is summed row by row: candle's own sum
//! over all but the last dimension divides to find the place of each value, and takes longer than the layer.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

use super::fused::refuse_second_order;
use super::parameters::{contiguous, read};
use crate::error::Result;
use numeric::elementwise;

/// x (n × units, contiguous) → n·times × units: each row `times` times, one after the other.
///
/// # Errors
/// Shape errors.
pub fn repeat_rows(x: &Tensor, times: usize) -> Result<Tensor> {
    Ok(x.apply_op1(RepeatRows { times })?)
}

struct RepeatRows {
    times: usize,
}

impl CustomOp1 for RepeatRows {
    fn name(&self) -> &'static str {
        "repeat-rows"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, units) = layout.shape().dims2()?;
        let x = contiguous(x, layout)?;
        let mut y = Vec::with_capacity(x.len() * self.times);
        for row in x.chunks_exact(units.max(1)) {
            (0..self.times).for_each(|_| y.extend_from_slice(row));
        }
        Ok((CpuStorage::F32(y), Shape::from((n * self.times, units))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        refuse_second_order(self.name())?;
        let (_, units) = x.dims2()?;
        let mut dx = vec![0.0f32; x.elem_count()];
        let sum = |gradient: &[f32]| {
            let rows = gradient.chunks_exact((self.times * units).max(1));
            dx.chunks_exact_mut(units.max(1))
                .zip(rows)
                .for_each(|(dx, rows)| elementwise::add_row_sum(dx, rows));
        };
        read(&gradient.contiguous()?, sum).map_err(candle_core::Error::wrap)?;
        Tensor::from_vec(dx, x.shape(), x.device()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing;
    use candle_core::Var;

    #[test]
    fn values_and_gradients_are_those_of_broadcasting_bit_for_bit() {
        let (n, times, units) = (3, 5, 17);
        let x = Var::from_tensor(&testing::uniform(&[n, units], "x")).expect("var");
        let weight = testing::uniform(&[n * times, units], "weight");
        let broadcast = x
            .as_tensor()
            .unsqueeze(1)
            .and_then(|x| x.broadcast_as((n, times, units)))
            .and_then(|x| x.reshape((n * times, units)))
            .expect("broadcast");
        let repeated = repeat_rows(x.as_tensor(), times).expect("repeated");
        let rows = |t: &Tensor| t.to_vec2::<f32>().expect("rows");
        assert_eq!(rows(&repeated), rows(&broadcast));
        let gradient = |y: &Tensor| {
            let store = (y * &weight).and_then(|y| y.sum_all()).and_then(|y| y.backward()).expect("backward");
            rows(store.get(x.as_tensor()).expect("tracked"))
        };
        assert_eq!(gradient(&repeated), gradient(&broadcast));
    }
}
