//! Directions that inputs of the past lie in, and gradients without a part along them.

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
