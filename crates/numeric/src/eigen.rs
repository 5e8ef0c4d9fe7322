//! Eigenvalues of small symmetric matrices, by Jacobi's rotations: a few dozen rows, to full precision, the same bits everywhere.

/// Sweeps over all pairs; ten are plenty for some hundred rows.
const SWEEPS: usize = 30;

/// The eigenvalues of a symmetric matrix (n × n, row-major), in no order.
pub fn symmetric_eigenvalues(a: Vec<f64>, n: usize) -> Vec<f64> {
    diagonal(a, n, &mut [])
}

/// The same, and one eigenvector of length 1 each: row i belongs to eigenvalue i.
pub fn symmetric_eigen(a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    (diagonal(a, n, &mut vectors), vectors)
}

/// Rotates the matrix until it is diagonal, and the rows of `vectors`, where there are any, along with it.
fn diagonal(mut a: Vec<f64>, n: usize, vectors: &mut [f64]) -> Vec<f64> {
    debug_assert_eq!(a.len(), n * n);
    let size: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j].powi(2)).sum();
        if off <= 1e-24 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if let Some((c, s)) = rotate(&mut a, n, p, q)
                    && !vectors.is_empty()
                {
                    for k in 0..n {
                        let (x, y) = (vectors[p * n + k], vectors[q * n + k]);
                        vectors[p * n + k] = c * x - s * y;
                        vectors[q * n + k] = s * x + c * y;
                    }
                }
            }
        }
    }
    (0..n).map(|i| a[i * n + i]).collect()
}

/// Makes a\[p\]\[q\] zero (Golub & Van Loan, 8.5); cosine and sine of the rotation, `None` where it is zero already.
fn rotate(a: &mut [f64], n: usize, p: usize, q: usize) -> Option<(f64, f64)> {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return None;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
    Some((c, s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(a: Vec<f64>, n: usize) -> Vec<f64> {
        let mut values = symmetric_eigenvalues(a, n);
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn eigenvalues_are_those_by_hand() {
        // 2 ± 1, and the second difference of three points: 2 − √2, 2, 2 + √2.
        let close = |found: Vec<f64>, expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        };
        close(sorted(vec![2.0, 1.0, 1.0, 2.0], 2), &[1.0, 3.0]);
        let root = 2f64.sqrt();
        let second = vec![2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0];
        close(sorted(second, 3), &[2.0 - root, 2.0, 2.0 + root]);
        close(sorted(vec![5.0, 0.0, 0.0, 3.0], 2), &[3.0, 5.0]);
        assert_eq!(symmetric_eigenvalues(Vec::new(), 0), Vec::<f64>::new());
    }

    #[test]
    fn eigenvectors_are_those_by_hand() {
        // (1, −1)/√2 of 1 and (1, 1)/√2 of 3.
        let (values, vectors) = symmetric_eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        let half = 0.5f64.sqrt();
        for (value, vector) in values.iter().zip(vectors.chunks_exact(2)) {
            assert!(vector.iter().all(|x| (x.abs() - half).abs() < 1e-12), "{vector:?}");
            let same_sign = vector[0] * vector[1] > 0.0;
            assert!((value - if same_sign { 3.0 } else { 1.0 }).abs() < 1e-12, "{value} {vector:?}");
        }
    }
}
