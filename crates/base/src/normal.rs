//! The standard normal distribution, accurate to well below what an interval over seeds needs.

use crate::special::gamma_tail;

/// Φ(z), to about 1e-13.
pub fn cdf(z: f64) -> f64 {
    let beyond = 0.5 * gamma_tail(0.5, 0.5 * z * z);
    if z < 0.0 { beyond } else { 1.0 - beyond }
}

/// Φ⁻¹(p) for p in (0, 1) (Acklam's rational approximation, absolute error < 1.2e-8); ±∞ at the ends.
pub fn quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let edge = 0.024_25;
    if p < edge || p > 1.0 - edge {
        let q = (-2.0 * p.min(1.0 - p).ln()).sqrt();
        let z = horner(&C, q) / (horner(&D, q) * q + 1.0);
        return if p < edge { z } else { -z };
    }
    let q = p - 0.5;
    let r = q * q;
    horner(&A, r) * q / (horner(&B, r) * r + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_agrees_with_its_table() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_746), (1.959_963_985, 0.975), (-2.575_829_304, 0.005)] {
            assert!((cdf(z) - p).abs() < 1e-9, "cdf({z}) = {}", cdf(z));
            assert!((quantile(p) - z).abs() < 1e-6, "quantile({p}) = {}", quantile(p));
        }
    }
}
