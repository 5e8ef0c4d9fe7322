//! Directions that inputs of the past lie in, and gradients without a part along them.

use numeric::elementwise;
use numeric::matrix::{Matrix, matmul, product};
use numeric::symmetric_eigen;

/// An orthonormal basis, as rows of `width` numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subspace {
    pub width: usize,
    /// r × width.
    pub basis: Vec<f32>,
}

impl Subspace {
    /// Directions held.
    pub fn rank(&self) -> usize {
        self.basis.len() / self.width.max(1)
    }

    /// row ← row − s Σ_i (row·m_i) m_i: at s = 1 what is left is orthogonal to all that is held.
    pub fn project_out(&self, row: &mut [f32], scale: f32) {
        let shares: Vec<f64> = self.directions().map(|direction| dot(row, direction)).collect();
        for (direction, share) in self.directions().zip(shares) {
            let share = scale * share as f32;
            row.iter_mut().zip(direction).for_each(|(x, m)| *x -= share * m);
        }
    }

    /// The same for many rows (n × `width`) at once. `span`: rows (m × `width`) of which those are combinations, where that is known: a
    /// gradient's are of the inputs of its batch, and a batch has fewer inputs than a layer has units.
    pub fn project_rows_out(&self, rows: &mut [f32], span: Option<&[f32]>, scale: f32) {
        let (width, rank) = (self.width.max(1), self.rank());
        if rank == 0 || rows.is_empty() {
            return;
        }
        let basis = Matrix::new(&self.basis, rank, width);
        let combined =
            span.filter(|span| span.len() < rows.len()).and_then(|span| combination(rows, span, width));
        let held = match (&combined, span) {
            // The part of the inputs that is held, once per input instead of once per row.
            (Some(_), Some(span)) => {
                let shares = product(Matrix::new(span, span.len() / width, width), basis.t());
                product(Matrix::new(&shares, span.len() / width, rank), basis)
            }
            _ => self.basis.clone(),
        };
        let held = Matrix::new(&held, held.len() / width, width);
        let mut shares =
            combined.unwrap_or_else(|| product(Matrix::new(rows, rows.len() / width, width), basis.t()));
        elementwise::scale(&mut shares, -scale);
        matmul(rows, Matrix::new(&shares, rows.len() / width, held.rows), held, true);
    }

    fn directions(&self) -> impl Iterator<Item = &[f32]> {
        self.basis.chunks_exact(self.width.max(1))
    }

    /// Takes in the fewest further directions with which the held ones carry the share `threshold` of the energy Σ ‖x‖² of
    /// these inputs (n × `width`, row by row): GPM, Eqs. 8 and 9. The new ones are the first singular directions of what
    /// the old ones leave.
    pub fn grow(&mut self, inputs: &[f32], width: usize, threshold: f64) {
        self.width = width;
        let total = inputs.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let mut rest = inputs.to_vec();
        rest.chunks_exact_mut(width).for_each(|row| self.project_out(row, 1.0));
        let left = rest.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let mut carried = total - left;
        for (energy, direction) in principal(&rest, width) {
            if carried >= threshold * total * (1.0 - 1e-6) || self.rank() == width {
                break;
            }
            carried += energy;
            self.push(direction);
        }
    }

    /// Adds a direction, made orthogonal to the others once more so that rounding does not add up.
    fn push(&mut self, mut direction: Vec<f32>) {
        self.project_out(&mut direction, 1.0);
        let length = dot(&direction, &direction).sqrt();
        if length > 1e-6 {
            self.basis.extend(direction.iter().map(|x| (f64::from(*x) / length) as f32));
        }
    }
}

/// D with rows = D·span (n × m); `None` where the rows are not combinations of `span`, or of its rows one is of the others.
fn combination(rows: &[f32], span: &[f32], width: usize) -> Option<Vec<f32>> {
    let (n, m) = (rows.len() / width, span.len() / width);
    let inputs = Matrix::new(span, m, width);
    let gram = cholesky(product(inputs, inputs.t()).into_iter().map(f64::from).collect(), m)?;
    let products = product(Matrix::new(rows, n, width), inputs.t());
    let (mut shares, mut reached) = (Vec::with_capacity(n * m), 0.0);
    for products in products.chunks_exact(m) {
        let own = solve(&gram, products);
        reached += own.iter().zip(products).map(|(a, b)| a * f64::from(*b)).sum::<f64>();
        shares.extend(own.into_iter().map(|share| share as f32));
    }
    let energy: f64 = rows.iter().map(|x| f64::from(*x).powi(2)).sum();
    (reached >= (1.0 - 1e-5) * energy).then_some(shares)
}

/// The lower factor of a symmetric matrix; `None` where that is (nearly) singular.
fn cholesky(mut a: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let left = a[i * n + j] - known;
            if i == j {
                if left <= 1e-5 * a[i * n + i] {
                    return None;
                }
                a[i * n + i] = left.sqrt();
            } else {
                a[i * n + j] = left / a[j * n + j];
            }
        }
    }
    Some(a)
}

/// x with L Lᵀ x = b.
fn solve(lower: &[f64], b: &[f32]) -> Vec<f64> {
    let n = b.len();
    let mut x: Vec<f64> = b.iter().copied().map(f64::from).collect();
    for i in 0..n {
        let known: f64 = (0..i).map(|k| lower[i * n + k] * x[k]).sum();
        x[i] = (x[i] - known) / lower[i * n + i];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| lower[k * n + i] * x[k]).sum();
        x[i] = (x[i] - known) / lower[i * n + i];
    }
    x
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Singular directions of rows of `width` numbers with their energies σ², the largest first. By the eigenvectors of XᵀX or of
/// XXᵀ, whichever is smaller.
fn principal(rows: &[f32], width: usize) -> Vec<(f64, Vec<f32>)> {
    let n = rows.len() / width.max(1);
    let row = |i: usize| &rows[i * width..(i + 1) * width];
    let size = n.min(width);
    let mut gram = vec![0.0; size * size];
    if width <= n {
        for i in 0..n {
            for (a, x) in row(i).iter().enumerate() {
                for (sum, y) in gram[a * size..(a + 1) * size].iter_mut().zip(row(i)) {
                    *sum += f64::from(*x) * f64::from(*y);
                }
            }
        }
    } else {
        for a in 0..n {
            for b in 0..=a {
                let product = dot(row(a), row(b));
                (gram[a * size + b], gram[b * size + a]) = (product, product);
            }
        }
    }
    let (values, vectors) = symmetric_eigen(gram, size);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    let direction = |at: usize| -> Vec<f32> {
        let vector = &vectors[at * size..(at + 1) * size];
        if width <= n {
            return vector.iter().map(|x| *x as f32).collect();
        }
        let mut sum = vec![0.0f64; width];
        for (i, share) in vector.iter().enumerate() {
            sum.iter_mut().zip(row(i)).for_each(|(sum, x)| *sum += share * f64::from(*x));
        }
        let length = values[at].max(f64::MIN_POSITIVE).sqrt();
        sum.iter().map(|x| (x / length) as f32).collect()
    };
    order.into_iter().filter(|at| values[*at] > 0.0).map(|at| (values[at], direction(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing::assert_close;

    #[test]
    fn what_is_left_of_a_gradient_is_orthogonal_to_past_inputs() {
        // A = (2, 0, 1), B = (0, 1, 1): what is orthogonal to both is n = (−1, −2, 2), ‖n‖² = 9. (1, 1, 1)·n = −1, so n times
        // −1/9 is left; of half the projection half of the rest stays too.
        let mut held = Subspace::default();
        held.grow(&[2.0, 0.0, 1.0, 0.0, 1.0, 1.0], 3, 1.0);
        assert_eq!(held.rank(), 2);
        let mut row = [1.0, 1.0, 1.0];
        held.project_out(&mut row, 1.0);
        assert_close(&row, &[1.0 / 9.0, 2.0 / 9.0, -2.0 / 9.0], 1e-5);
        let mut half = [1.0, 1.0, 1.0];
        held.project_out(&mut half, 0.5);
        assert_close(&half, &[5.0 / 9.0, 5.5 / 9.0, 3.5 / 9.0], 1e-5);
    }

    #[test]
    fn many_rows_at_once_lose_what_each_one_loses() {
        // A and B held as above. Rows are combinations of two inputs, or are not.
        let mut held = Subspace::default();
        held.grow(&[2.0, 0.0, 1.0, 0.0, 1.0, 1.0], 3, 1.0);
        let span = [1.0, 2.0, 0.0, 0.0, 1.0, -1.0];
        let of_span = [1.0, 3.0, -1.0, 2.0, 4.0, 0.0, -1.0, 0.0, -2.0, 0.0, 2.0, -2.0];
        let others = [1.0, 1.0, 1.0, 0.0, 1.0, 5.0, -1.0, 0.0, -2.0, 0.0, 2.0, -2.0];
        for (rows, known) in [(of_span, true), (of_span, false), (others, true)] {
            let (mut together, mut apart) = (rows, rows);
            held.project_rows_out(&mut together, known.then_some(&span), 0.5);
            apart.chunks_exact_mut(3).for_each(|row| held.project_out(row, 0.5));
            assert_close(&together, &apart, 1e-5);
        }
        assert!(combination(&of_span, &span, 3).is_some() && combination(&others, &span, 3).is_none());
        assert!(combination(&of_span, &[1.0, 2.0, 0.0, 2.0, 4.0, 0.0], 3).is_none(), "one input twice");
    }

    #[test]
    fn as_few_directions_are_taken_in_as_carry_the_threshold() {
        // Energies 9, 4, 1 along the axes: 9/14 = 0.643, 13/14 = 0.929.
        let inputs = [3.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0];
        for (threshold, rank) in [(0.6, 1), (0.9, 2), (0.95, 3)] {
            let mut held = Subspace::default();
            held.grow(&inputs, 3, threshold);
            assert_eq!(held.rank(), rank, "{threshold}");
        }
        // Of a second task only what is new counts: (3, 0, 0) is held, 0.9 of the energy 10 lies in it already.
        let mut held = Subspace::default();
        held.grow(&[3.0, 0.0, 0.0], 3, 0.9);
        held.grow(&[3.0, 1.0, 0.0], 3, 0.9);
        assert_eq!(held.rank(), 1);
        held.grow(&[3.0, 1.0, 0.0], 3, 0.95);
        assert_eq!(held.rank(), 2);
        assert_close(&held.basis[3..], &[0.0, held.basis[4].signum(), 0.0], 1e-6);
    }

    #[test]
    fn fewer_inputs_than_numbers_give_the_same_directions_as_many() {
        // One input of four numbers (by XXᵀ), and five times the same (by XᵀX): one direction, (1, 2, 2, 0)/3.
        let input = [1.0, 2.0, 2.0, 0.0];
        for copies in [1, 5] {
            let mut held = Subspace::default();
            held.grow(&input.repeat(copies), 4, 0.999);
            assert_eq!(held.rank(), 1, "{copies}");
            let sign = held.basis[0].signum();
            let third = sign / 3.0;
            assert_close(&held.basis, &[third, 2.0 * third, 2.0 * third, 0.0], 1e-6);
        }
    }
}
