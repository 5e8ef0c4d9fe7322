//! Student's t distribution with whole degrees of freedom.

/// P(|T| ≤ t) by the finite sums for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4).
fn within(t: f64, freedom: usize) -> f64 {
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    // Terms in cos^k, k of one parity up to freedom − 2, each (k − 1)/k times cos² times the one before.
    let (mut term, mut sum) = if freedom.is_multiple_of(2) { (1.0, 1.0) } else { (cosine, cosine) };
    let mut k = if freedom.is_multiple_of(2) { 2 } else { 3 };
    while k + 2 <= freedom {
        term *= (k - 1) as f64 / k as f64 * cosine * cosine;
        sum += term;
        k += 2;
    }
    match freedom {
        1 => angle * std::f64::consts::FRAC_2_PI,
        n if n.is_multiple_of(2) => sine * sum,
        _ => (angle + sine * sum) * std::f64::consts::FRAC_2_PI,
    }
}

/// The t within which 95 % of the distribution lie, on both sides of 0; 1 degree of freedom at least.
pub(super) fn quantile_975(freedom: usize) -> f64 {
    // 12.7 with one degree of freedom, falling to 1.96.
    two_sided(freedom, 0.95, (1.9, 13.0))
}

/// The t beyond which, on both sides of 0, this share of the distribution lies; at least 1e-9.
pub(super) fn critical(freedom: usize, level: f64) -> f64 {
    two_sided(freedom, 1.0 - level, (0.0, 1e9))
}

fn two_sided(freedom: usize, inside: f64, (mut low, mut high): (f64, f64)) -> f64 {
    let freedom = freedom.max(1);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if within(middle, freedom) < inside { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_printed_table() {
        let table = [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (10, 2.228),
            (19, 2.093),
            (30, 2.042),
            (120, 1.980),
        ];
        for (freedom, expected) in table {
            assert!((quantile_975(freedom) - expected).abs() < 5e-4, "{freedom}: {}", quantile_975(freedom));
        }
    }
}
