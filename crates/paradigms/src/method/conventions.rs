//! The same strength in other codes: penalties are written ½ Σ c (θ − θ*)² here, and others leave the ½ out, or sum otherwise.

/// `theirs = ours × factor` gives the same penalty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convention {
    /// Kind of method.
    pub kind: &'static str,
    /// Its parameter here.
    pub parameter: &'static str,
    /// Whose code or paper.
    pub code: &'static str,
    /// Their penalty.
    pub form: &'static str,
    pub factor: f64,
}

const fn of(
    kind: &'static str,
    parameter: &'static str,
    code: &'static str,
    form: &'static str,
    factor: f64,
) -> Convention {
    Convention { kind, parameter, code, form, factor }
}

/// Every convention that is known to map exactly.
pub const CONVENTIONS: &[Convention] = &[
    of("ewc", "lambda", "van de Ven", "½ λ Σ F Δ²", 1.0),
    of("ewc", "lambda", "Avalanche", "λ Σ F Δ²", 0.5),
    of("ewc", "lambda", "Mammoth", "λ Σ F Δ²", 0.5),
    of("ewc", "lambda", "Hsu et al. (GT-RIPL)", "reg_coef Σ F Δ²", 0.5),
    of("online-ewc", "lambda", "van de Ven", "½ λ Σ F̃ Δ²", 1.0),
    of("online-ewc", "lambda", "Hsu et al. (GT-RIPL)", "reg_coef Σ F̃ Δ²", 0.5),
    of("si", "c", "van de Ven", "c Σ Ω Δ²", 1.0),
    of("si", "c", "Mammoth", "c Σ Ω Δ²", 1.0),
    of("si", "c", "Avalanche", "½ λ Σ Ω Δ²", 2.0),
    of("l2", "lambda", "Hsu et al. (GT-RIPL)", "reg_coef Σ Δ²", 0.5),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::METHODS;

    #[test]
    fn the_factor_makes_both_penalties_curve_alike() {
        // Second derivative in units of strength × importance: of c Σ F Δ² it is 2, of half of that 1. Here EWC and L2 are
        // ½ Σ λ F Δ² and SI c Σ Ω Δ² (their tests by hand stand in `method/tests.rs`).
        for one in CONVENTIONS {
            let theirs = if one.form.starts_with('½') { 1.0 } else { 2.0 };
            let ours: f64 = if one.kind == "si" { 2.0 } else { 1.0 };
            assert!((theirs * one.factor - ours).abs() < 1e-12, "{one:?}");
            let entry = METHODS.iter().find(|entry| entry.info.kind == one.kind).expect("a method");
            assert!(entry.info.parameters.iter().any(|known| known.key() == one.parameter), "{one:?}");
        }
    }
}
