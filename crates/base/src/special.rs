//! Tails of the distributions that tests over benchmarks need: gamma and beta integrals, to about 1e-13.

/// ln Γ(x) for x > 0 (Lanczos, g = 7, nine terms).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let first = 0.999_999_999_999_809_9;
    let sum = TERMS.iter().zip(1..).fold(first, |sum, (term, i)| sum + term / (x + f64::from(i)));
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// Steps after which a series or a continued fraction is as exact as it gets; it ends by itself much sooner.
const STEPS: u32 = 10_000;
const SMALL: f64 = 1e-300;

/// Continued fraction b₀ + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method.
fn fraction(first: f64, term: impl Fn(f64) -> (f64, f64)) -> f64 {
    let kept = |value: f64| if value.abs() < SMALL { SMALL } else { value };
    let mut value = kept(first);
    let (mut c, mut d) = (value, 0.0);
    for n in 1..STEPS {
        let (a, b) = term(f64::from(n));
        d = 1.0 / kept(b + a * d);
        c = kept(b + a / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 3e-16 {
            break;
        }
    }
    value
}

/// Q(a, x) = Γ(a, x)/Γ(a), the tail above x of the gamma distribution of shape a (Abramowitz & Stegun 6.5).
pub(crate) fn gamma_tail(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..STEPS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
        }
        return 1.0 - scale * sum;
    }
    scale / fraction(x + 1.0 - a, |n| (-n * (n - a), x + 2.0 * n + 1.0 - a))
}

/// I_x(a, b), the share of the beta distribution below x (Abramowitz & Stegun 26.5.8).
pub(crate) fn beta_share(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(b, a, 1.0 - x);
    }
    let scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    let term = |n: f64| {
        let m = (n / 2.0).floor();
        let top = if n % 2.0 == 0.0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        (top, 1.0)
    };
    scale.exp() / a / fraction(1.0, term)
}

/// P(X > x) of χ² with so many degrees of freedom.
pub(crate) fn chi_squared_tail(x: f64, freedom: usize) -> f64 {
    gamma_tail(freedom as f64 / 2.0, x / 2.0)
}

/// P(X > x) of F with these degrees of freedom; 0 at infinity.
pub(crate) fn f_tail(x: f64, above: usize, below: usize) -> f64 {
    let (a, b) = (above as f64, below as f64);
    if x.is_infinite() { 0.0 } else { beta_share(b / 2.0, a / 2.0, b / (b + a * x)) }
}
