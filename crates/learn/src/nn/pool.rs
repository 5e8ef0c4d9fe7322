//! Max-pooling over square windows that do not overlap.
//!
//! Ties: the first largest value of a window, in reading order, takes the whole gradient, as in PyTorch. Rows and columns that fill no window are dropped.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

use super::fused::refuse_second_order;
use super::parameters::{contiguous, read};
use crate::error::Result;

/// x (n × height × width × channels, contiguous) → n × ⌊height/size⌋ × ⌊width/size⌋ × channels.
///
/// # Errors
/// Shape errors.
pub fn max_pool(x: &Tensor, size: usize, tracked: bool) -> Result<Tensor> {
    let op = MaxPool { size };
    Ok(if tracked { x.apply_op1(op)? } else { x.apply_op1_no_bwd(&op)? })
}

struct MaxPool {
    size: usize,
}

/// Shape of an input and of its windows.
#[derive(Clone, Copy)]
struct Windows {
    size: usize,
    /// Samples, rows and columns of windows.
    grid: [usize; 3],
    height: usize,
    width: usize,
    channels: usize,
}

impl Windows {
    fn new(size: usize, [n, height, width, channels]: [usize; 4]) -> candle_core::Result<Self> {
        if size == 0 || height < size || width < size || channels == 0 {
            candle_core::bail!("max-pooling of {size} x {size} got {height} x {width} x {channels}");
        }
        Ok(Self { size, grid: [n, height / size, width / size], height, width, channels })
    }

    /// For each window, in order, where its values start: the positions in reading order.
    fn each(self) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        let Self { size, grid: [n, rows, columns], height, width, channels } = self;
        (0..n).flat_map(move |sample| {
            (0..rows).flat_map(move |row| {
                (0..columns).map(move |column| {
                    let corner = (sample * height + row * size) * width + column * size;
                    (0..size).flat_map(move |y| (0..size).map(move |x| (corner + y * width + x) * channels))
                })
            })
        })
    }
}

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, height, width, channels) = layout.shape().dims4()?;
        let windows = Windows::new(self.size, [n, height, width, channels])?;
        let x = contiguous(x, layout)?;
        let [_, rows, columns] = windows.grid;
        let mut y = vec![f32::NEG_INFINITY; n * rows * columns * channels];
        for (largest, window) in y.chunks_exact_mut(channels).zip(windows.each()) {
            for start in window {
                for (largest, x) in largest.iter_mut().zip(&x[start..start + channels]) {
                    // A NaN wins and stays: divergence must not hide in a pool.
                    *largest = if *x > *largest || x.is_nan() { *x } else { *largest };
                }
            }
        }
        Ok((CpuStorage::F32(y), Shape::from((n, rows, columns, channels))))
    }

    fn bwd(&self, x: &Tensor, y: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        refuse_second_order(self.name())?;
        let windows = Windows::new(self.size, x.dims4()?.into())?;
        let gradient = gradient.contiguous()?;
        let mut dx = vec![0.0f32; x.elem_count()];
        let mut scatter = |x: &[f32], y: &[f32], gradient: &[f32]| {
            let channels = windows.channels;
            let mut left = vec![0.0f32; channels];
            let outputs = y.chunks_exact(channels).zip(gradient.chunks_exact(channels));
            for ((y, gradient), window) in outputs.zip(windows.each()) {
                left.copy_from_slice(gradient);
                for start in window {
                    let inputs = x[start..start + channels].iter().zip(&mut dx[start..start + channels]);
                    for (((x, dx), y), left) in inputs.zip(y).zip(&mut left) {
                        let winner = *x == *y;
                        *dx = if winner { *left } else { 0.0 };
                        *left = if winner { 0.0 } else { *left };
                    }
                }
            }
        };
        let outcome = read(x, |x| read(y, |y| read(&gradient, |gradient| scatter(x, y, gradient))))
            .and_then(|inner| inner?);
        outcome.map_err(candle_core::Error::wrap)?;
        Tensor::from_vec(dx, x.shape(), x.device()).map(Some)
    }
}

/// The same from candle's own reductions: the oracle. (Candle's own pooling is none: version 0.11 passes only 1/size² of
/// the gradient to a single winner.)
#[cfg(test)]
pub(super) fn plain_max_pool(x: &Tensor, size: usize) -> candle_core::Result<Tensor> {
    let (n, height, width, channels) = x.dims4()?;
    let (rows, columns) = (height / size, width / size);
    x.narrow(1, 0, rows * size)?
        .narrow(2, 0, columns * size)?
        .contiguous()?
        .reshape(vec![n, rows, size, columns, size, channels])?
        .max(4)?
        .max(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing;
    use candle_core::{Device, Var};

    fn values(t: &Tensor) -> Vec<f32> {
        read(&t.contiguous().expect("contiguous"), <[f32]>::to_vec).expect("read")
    }

    #[test]
    fn the_first_of_equal_values_takes_the_gradient() {
        let x = Tensor::from_vec(vec![1.0f32, 3.0, 3.0, 2.0], (1, 2, 2, 1), &Device::Cpu).expect("x");
        let x = Var::from_tensor(&x).expect("var");
        let y = max_pool(x.as_tensor(), 2, true).expect("pool");
        assert_eq!(values(&y), [3.0]);
        let store = (y * 5.0).and_then(|y| y.sum_all()).and_then(|loss| loss.backward()).expect("backward");
        assert_eq!(values(store.get(x.as_tensor()).expect("tracked")), [0.0, 5.0, 0.0, 0.0]);
    }

    #[test]
    fn without_ties_values_and_gradients_equal_those_of_a_plain_maximum() {
        // 5 × 7: the last row and column fill no window of 2.
        let x = Var::from_tensor(&testing::uniform(&[2, 5, 7, 3], "x")).expect("var");
        let theirs = plain_max_pool(x.as_tensor(), 2).expect("pool");
        let ours = max_pool(x.as_tensor(), 2, true).expect("pool");
        assert_eq!(values(&ours), values(&theirs));
        let gradient = |y: &Tensor| {
            let weights = testing::uniform(y.dims(), "loss");
            let store = (y * weights).and_then(|l| l.sum_all()).and_then(|l| l.backward()).expect("backward");
            values(store.get(x.as_tensor()).expect("tracked"))
        };
        testing::assert_close(&gradient(&ours), &gradient(&theirs), 1e-6);
    }

    #[test]
    fn a_window_larger_than_the_image_is_an_error_and_a_nan_survives() {
        let error = max_pool(&testing::uniform(&[1, 2, 2, 1], "x"), 3, false).expect_err("too large");
        assert!(error.to_string().contains("max-pooling of 3 x 3 got 2 x 2 x 1"), "{error}");
        for at in 0..4 {
            let mut x = vec![1.0f32; 4];
            x[at] = f32::NAN;
            let x = Tensor::from_vec(x, (1, 2, 2, 1), &Device::Cpu).expect("x");
            assert!(values(&max_pool(&x, 2, false).expect("pool"))[0].is_nan());
        }
    }
}
