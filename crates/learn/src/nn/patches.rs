//! Image patches as rows of a matrix (im2col) and back (col2im), so that convolution is a matrix product.
//!
//! Images are height × width × channels: a patch's row is then `kernel` runs of kernel·channels neighbouring numbers.

use numeric::elementwise;

/// A convolution with zero padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Of the input.
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Edge of the square kernel, at least 1.
    pub kernel: usize,
    /// Zeros added on each side.
    pub padding: usize,
    /// Pixels from one position of the kernel to the next, at least 1.
    pub stride: usize,
}

impl Geometry {
    /// Height and width of the output; `None` where the kernel is larger than the padded image.
    pub fn output(&self) -> Option<[usize; 2]> {
        let edge = |size: usize| {
            (size + 2 * self.padding).checked_sub(self.kernel).map(|rest| rest / self.stride.max(1) + 1)
        };
        Some([edge(self.height)?, edge(self.width)?])
    }

    /// Numbers per input image.
    pub fn image(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Output positions, the rows of [`unfold`]'s matrix; 0 where there is no output.
    pub fn positions(&self) -> usize {
        self.output().map_or(0, |[height, width]| height * width)
    }

    /// Numbers per patch, the columns of [`unfold`]'s matrix.
    pub fn patch(&self) -> usize {
        self.kernel * self.kernel * self.channels
    }

    /// Numbers of a padded image.
    pub fn padded(&self) -> usize {
        (self.height + 2 * self.padding) * self.padded_row()
    }

    fn padded_row(&self) -> usize {
        (self.width + 2 * self.padding) * self.channels
    }

    /// The image's rows inside the padded image.
    fn inner(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (row, length) = (self.padded_row(), self.width * self.channels);
        let (first, left) = (self.padding, self.padding * self.channels);
        (0..self.height).map(move |y| {
            let start = (first + y) * row + left;
            start..start + length
        })
    }

    /// Where each kernel row of each patch starts in the padded image, in the order of the patch matrix.
    fn runs(&self) -> impl Iterator<Item = usize> + use<> {
        let (row, channels, kernel, stride) = (self.padded_row(), self.channels, self.kernel, self.stride);
        let [height, width] = self.output().unwrap_or([0, 0]);
        (0..height).flat_map(move |y| {
            (0..width)
                .flat_map(move |x| (0..kernel).map(move |ky| (y * stride + ky) * row + x * stride * channels))
        })
    }
}

/// image (height × width × channels) → patches (positions × patch). `padded` is scratch of `padded()` numbers whose
/// border is zero and stays zero.
pub fn unfold(geometry: &Geometry, image: &[f32], padded: &mut [f32], patches: &mut [f32]) {
    for (source, row) in image.chunks_exact(geometry.width * geometry.channels).zip(geometry.inner()) {
        padded[row].copy_from_slice(source);
    }
    // Lengths known to the compiler turn each copy into one or two moves.
    match geometry.kernel * geometry.channels {
        3 => gather::<3>(geometry, padded, patches),
        9 => gather::<9>(geometry, padded, patches),
        24 => gather::<24>(geometry, padded, patches),
        48 => gather::<48>(geometry, padded, patches),
        96 => gather::<96>(geometry, padded, patches),
        run => {
            for (patch, start) in patches.chunks_exact_mut(run).zip(geometry.runs()) {
                patch.copy_from_slice(&padded[start..start + run]);
            }
        }
    }
}

fn gather<const RUN: usize>(geometry: &Geometry, padded: &[f32], patches: &mut [f32]) {
    let (patches, _) = patches.as_chunks_mut::<RUN>();
    for (patch, start) in patches.iter_mut().zip(geometry.runs()) {
        if let Some(run) = padded[start..].first_chunk::<RUN>() {
            *patch = *run;
        }
    }
}

/// The adjoint of [`unfold`]: sums patches into an image, overwriting it. `padded` is scratch of `padded()` numbers.
pub fn fold(geometry: &Geometry, patches: &[f32], padded: &mut [f32], image: &mut [f32]) {
    padded.fill(0.0);
    let run = geometry.kernel * geometry.channels;
    for (patch, start) in patches.chunks_exact(run).zip(geometry.runs()) {
        elementwise::add(&mut padded[start..start + run], patch);
    }
    for (target, row) in image.chunks_exact_mut(geometry.width * geometry.channels).zip(geometry.inner()) {
        target.copy_from_slice(&padded[row]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_of_a_two_by_two_image_are_those_drawn_on_paper() {
        let geometry = Geometry { height: 2, width: 2, channels: 1, kernel: 2, padding: 1, stride: 1 };
        assert_eq!(geometry.output(), Some([3, 3]));
        let (mut padded, mut patches) = (vec![0.0; geometry.padded()], vec![0.0; 9 * 4]);
        unfold(&geometry, &[1.0, 2.0, 3.0, 4.0], &mut padded, &mut patches);
        let rows: Vec<&[f32]> = patches.chunks(4).collect();
        assert_eq!(rows[0], [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(rows[1], [0.0, 0.0, 1.0, 2.0]);
        assert_eq!(rows[4], [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(rows[8], [4.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_stride_keeps_every_second_position_and_drops_what_fills_none() {
        let geometry = Geometry { height: 3, width: 4, channels: 1, kernel: 2, padding: 0, stride: 2 };
        assert_eq!(geometry.output(), Some([1, 2]));
        let image: Vec<f32> = (1..=12u8).map(f32::from).collect();
        let (mut padded, mut patches) = (vec![0.0; geometry.padded()], vec![0.0; 8]);
        unfold(&geometry, &image, &mut padded, &mut patches);
        assert_eq!(patches, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0]);
    }

    #[test]
    fn folding_is_the_adjoint_of_unfolding() {
        // <unfold(a), b> = <a, fold(b)> for every a and b.
        for (channels, stride) in [(1, 1), (2, 1), (3, 2), (8, 3)] {
            let geometry = Geometry { height: 4, width: 3, channels, kernel: 3, padding: 1, stride };
            let random = |n: usize| (0..n).map(|i| ((i * 37 + 11) % 19) as f32 - 9.0).collect::<Vec<f32>>();
            let (a, b) = (random(geometry.image()), random(geometry.positions() * geometry.patch()));
            let mut padded = vec![0.0; geometry.padded()];
            let (mut unfolded, mut folded) = (vec![0.0; b.len()], vec![0.0; a.len()]);
            unfold(&geometry, &a, &mut padded, &mut unfolded);
            fold(&geometry, &b, &mut padded, &mut folded);
            let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
            assert_eq!(dot(&unfolded, &b), dot(&a, &folded));
        }
    }

    #[test]
    fn a_kernel_larger_than_the_image_has_no_output() {
        let geometry = Geometry { height: 1, width: 8, channels: 1, kernel: 4, padding: 1, stride: 1 };
        assert_eq!(geometry.output(), None);
    }
}
