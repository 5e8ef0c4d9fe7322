//! Matrix products on slices, one thread.

/// A read-only matrix over a slice: `rows × cols` with explicit strides, so that a transpose costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A row-major matrix. `data` must hold `rows * cols` values.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "matrix of {rows} x {cols}");
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// Rows of `cols` neighbouring values that start every `row_stride` values; `data` must reach the last row's end.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, row_stride: usize) -> Self {
        let needed = if rows == 0 { 0 } else { (rows - 1) * row_stride + cols };
        assert!(data.len() >= needed, "matrix of {rows} x {cols}, rows {row_stride} apart");
        Self { data, rows, cols, row_stride, col_stride: 1 }
    }

    /// The transpose, without moving anything.
    #[must_use]
    pub fn t(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            ..self
        }
    }
}

/// `out = a·b`, or `out += a·b` when `accumulate`. `out` is row-major `a.rows × b.cols`. One thread.
pub fn matmul(out: &mut [f32], a: Matrix<'_>, b: Matrix<'_>, accumulate: bool) {
    assert_eq!(a.cols, b.rows, "inner dimensions");
    assert_eq!(out.len(), a.rows * b.cols, "output size");
    // SAFETY: `out` has the product's size and is borrowed mutably, so it cannot overlap the inputs.
    unsafe { multiply_into(out.as_mut_ptr(), a, b, accumulate) }
}

/// # Safety
/// `out` must be valid for `a.rows * b.cols` values (initialised ones when `accumulate`) that no one else holds, and
/// `a.cols` must be `b.rows`. The constructors of [`Matrix`] guarantee that every index of `a` and `b` is inside.
unsafe fn multiply_into(out: *mut f32, a: Matrix<'_>, b: Matrix<'_>, accumulate: bool) {
    let stride = |s: usize| isize::try_from(s).unwrap_or(isize::MAX);
    // SAFETY: as above.
    unsafe {
        gemm::gemm(
            a.rows,
            b.cols,
            a.cols,
            out,
            1,
            stride(b.cols),
            accumulate,
            a.data.as_ptr(),
            stride(a.col_stride),
            stride(a.row_stride),
            b.data.as_ptr(),
            stride(b.col_stride),
            stride(b.row_stride),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// `a·b` as a new row-major matrix, without filling it with zeros first.
pub fn product(a: Matrix<'_>, b: Matrix<'_>) -> Vec<f32> {
    let size = a.rows * b.cols;
    if a.cols == 0 {
        return vec![0.0; size];
    }
    assert_eq!(a.cols, b.rows, "inner dimensions");
    let mut out = Vec::with_capacity(size);
    // SAFETY: the capacity holds `size` values, and the product writes each of them before the length says so.
    unsafe {
        multiply_into(out.as_mut_ptr(), a, b, false);
        out.set_len(size);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_with_transposes_matches_paper() {
        // a = [1 2; 3 4; 5 6], aᵀ·a = [35 44; 44 56]
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let a = Matrix::new(&a, 3, 2);
        let mut out = [1.0; 4];
        matmul(&mut out, a.t(), a, false);
        assert_eq!(out, [35.0, 44.0, 44.0, 56.0]);
        matmul(&mut out, a.t(), a, true);
        assert_eq!(out, [70.0, 88.0, 88.0, 112.0]);
    }

    #[test]
    fn a_product_without_zeros_first_equals_the_one_with() {
        let values: Vec<f32> = (0..300).map(|i| ((i * 7) % 13) as f32 - 6.0).collect();
        let (a, b) = (Matrix::new(&values[..60], 5, 12), Matrix::new(&values[60..180], 12, 10));
        let mut out = vec![9.0; 50];
        matmul(&mut out, a, b, false);
        assert_eq!(product(a, b), out);
        assert_eq!(product(Matrix::new(&[], 2, 0), Matrix::new(&[], 0, 3)), [0.0; 6]);
    }
}
