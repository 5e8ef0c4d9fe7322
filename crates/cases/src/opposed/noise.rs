//! Gaussian noise for millions of draws per second: sixteen xoshiro128++ generators side by side and Box–Muller with
//! polynomial logarithm, sine and cosine, all of which compile to vector code.

use multiversion::multiversion;
use rand::Rng;

use base::rng::Streams;
use numeric::lanes::LANES;

/// A stream of standard normal numbers.
#[derive(Debug, Clone)]
pub struct Noise {
    state: [[u32; LANES]; 4],
}

impl Noise {
    /// The noise of a named stream: the same name and seed give the same numbers.
    pub fn new(streams: &Streams, name: &str) -> Self {
        let mut seeds = streams.fast(name);
        let mut state = [[0; LANES]; 4];
        for word in state.iter_mut().flatten() {
            *word = (seeds.next_u64() >> 32) as u32;
        }
        // The all-zero state is the one fixed point of xoshiro; make it impossible.
        for word in &mut state[0] {
            *word |= 1;
        }
        Self { state }
    }

    /// A generator for one trial, seeded with this one's next numbers.
    pub fn split(&mut self) -> Self {
        let mut state = [[0; LANES]; 4];
        state.iter_mut().for_each(|words| *words = next(&mut self.state));
        for word in &mut state[0] {
            *word |= 1;
        }
        Self { state }
    }

    /// Fills `out` (a multiple of [`LANES`] long) with independent N(0, `scale`²) numbers.
    pub fn fill(&mut self, out: &mut [f32], scale: f32) {
        fill(&mut self.state, out, scale);
    }
}

#[inline(always)]
fn next(state: &mut [[u32; LANES]; 4]) -> [u32; LANES] {
    let mut out = [0; LANES];
    let [a, b, c, d] = state;
    for k in 0..LANES {
        out[k] = a[k].wrapping_add(d[k]).rotate_left(7).wrapping_add(a[k]);
        let shifted = b[k] << 9;
        c[k] ^= a[k];
        d[k] ^= b[k];
        b[k] ^= c[k];
        a[k] ^= d[k];
        c[k] ^= shifted;
        d[k] = d[k].rotate_left(11);
    }
    out
}

/// ln x for x in (0, 1], within 2e-7 of the true value, relative where |ln x| > 1.
#[inline(always)]
fn ln(x: f32) -> f32 {
    // x = m · 2ᵉ with m in [√½, √2): ln m by the odd series in s = (m − 1)/(m + 1), |s| ≤ 0.1716.
    let bits = x.to_bits().wrapping_sub(0x3f35_04f3);
    let exponent = ((bits as i32) >> 23) as f32;
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let p = z.mul_add(0.222_222_2, 0.285_714_3);
    let p = z.mul_add(p, 0.4);
    let p = z.mul_add(p, 0.666_666_7);
    let p = z.mul_add(p, 2.0);
    exponent.mul_add(std::f32::consts::LN_2, s * p)
}

/// (cos 2πu, sin 2πu) for u in [0, 1), within 5e-7.
#[inline(always)]
fn circle(u: f32) -> (f32, f32) {
    // Fold to a quarter turn around the nearest multiple of ¼, then restore the quadrant.
    let quadrant = (u * 4.0 + 0.5).floor();
    let a = (u - quadrant * 0.25) * std::f32::consts::TAU;
    let z = a * a;
    let sin = z.mul_add(2.755_732e-6, -1.984_127e-4);
    let sin = z.mul_add(sin, 8.333_334e-3);
    let sin = z.mul_add(sin, -1.666_666_7e-1);
    let sin = (z * a).mul_add(sin, a);
    let cos = z.mul_add(2.480_158_7e-5, -1.388_888_9e-3);
    let cos = z.mul_add(cos, 4.166_666_8e-2);
    let cos = z.mul_add(cos, -0.5);
    let cos = z.mul_add(cos, 1.0);
    // Quadrants 0 to 4 (4 is 0 again).
    let odd = quadrant == 1.0 || quadrant == 3.0;
    let (c, s) = if odd { (sin, cos) } else { (cos, sin) };
    let c = if quadrant == 1.0 || quadrant == 2.0 { -c } else { c };
    let s = if quadrant == 2.0 || quadrant == 3.0 { -s } else { s };
    (c, s)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
fn fill(state: &mut [[u32; LANES]; 4], out: &mut [f32], scale: f32) {
    const UNIT: f32 = 1.0 / 16_777_216.0; // 2⁻²⁴
    for pair in out.chunks_mut(2 * LANES) {
        let (first, second) = (next(state), next(state));
        let mut cosines = [0.0; LANES];
        let mut sines = [0.0; LANES];
        for k in 0..LANES {
            // As i32, because that conversion has a vector instruction everywhere; 24 bits fit. In (0, 1].
            let u = ((first[k] >> 8) as i32 + 1) as f32 * UNIT;
            let radius = (-2.0 * ln(u)).max(0.0).sqrt() * scale;
            let (cos, sin) = circle((second[k] >> 8) as i32 as f32 * UNIT);
            cosines[k] = radius * cos;
            sines[k] = radius * sin;
        }
        let (head, tail) = pair.split_at_mut(LANES);
        head.copy_from_slice(&cosines);
        if !tail.is_empty() {
            tail.copy_from_slice(&sines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_circle_agree_with_the_standard_library() {
        for k in 1..=100_000u32 {
            let u = k as f32 / 100_000.0;
            let exact = f64::from(u).ln();
            assert!((f64::from(ln(u)) - exact).abs() < 2e-7 * exact.abs().max(1.0), "ln {u}");
            let turn = (k - 1) as f32 / 100_000.0;
            let (sin, cos) = (f64::from(turn) * std::f64::consts::TAU).sin_cos();
            let (c, s) = circle(turn);
            assert!((f64::from(c) - cos).abs() < 5e-7 && (f64::from(s) - sin).abs() < 5e-7, "turn {turn}");
        }
    }

    #[test]
    fn the_noise_has_the_moments_of_a_normal_distribution_and_repeats() {
        let streams = Streams::new(5);
        let mut out = vec![0.0; 208 * 2000];
        Noise::new(&streams, "noise").fill(&mut out, 1.0);
        let mut again = vec![0.0; 208];
        Noise::new(&streams, "noise").fill(&mut again, 1.0);
        assert_eq!(out[..208], again[..]);
        let n = out.len() as f64;
        let moment = |k: i32| out.iter().map(|x| f64::from(*x).powi(k)).sum::<f64>() / n;
        // Standard errors at n = 416,000: 0.0016, 0.0022, 0.006, 0.015.
        assert!(moment(1).abs() < 0.008, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.011, "variance {}", moment(2));
        assert!(moment(3).abs() < 0.03, "skewness {}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.08, "kurtosis {}", moment(4));
        let neighbours: f64 = out.windows(17).map(|w| f64::from(w[0]) * f64::from(w[16])).sum::<f64>() / n;
        assert!(neighbours.abs() < 0.008, "serial correlation {neighbours}");
    }
}
