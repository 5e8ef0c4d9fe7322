//! Numbers for people.

use base::stats::Interval;

/// Three decimals below 10, fewer above; a true minus sign.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".into();
    }
    let size = value.abs();
    let text = if size >= 1e6 {
        format!("{value:.2e}")
    } else if size >= 1000.0 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    };
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    if zero { text.trim_start_matches('-').to_owned() } else { text.replace('-', "−") }
}

/// With its sign, for differences.
pub fn signed(value: f64) -> String {
    let text = number(value);
    if value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}

/// `[0.812, 0.854]`, or nothing.
pub fn interval_text(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |i| format!("[{}, {}]", number(i.low), number(i.high)))
}

/// `0.831 [0.812, 0.854]`; a dash where there is no value.
pub fn value_with_interval(value: Option<f64>, interval: Option<Interval>) -> String {
    match value {
        None => "–".into(),
        Some(value) => format!("{} {}", number(value), interval_text(interval)).trim_end().to_owned(),
    }
}

/// `95 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        _ if seconds < 10.0 => format!("{:.1} s", seconds.max(0.0)),
        0..120 => format!("{whole} s"),
        120..7200 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `1 run`, `2 runs`.
pub(super) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A p-value.
pub(super) fn p_value(p: f64) -> String {
    match p {
        _ if p < 0.001 => format!("{p:.1e}"),
        _ if p < 0.1 => format!("{p:.4}"),
        _ => format!("{p:.3}"),
    }
}

/// Bytes with a binary prefix.
pub(super) fn bytes(n: f64) -> String {
    if n >= 1_048_576.0 {
        format!("{:.1} MiB", n / 1_048_576.0)
    } else if n >= 1024.0 {
        format!("{:.1} KiB", n / 1024.0)
    } else {
        format!("{n:.0} B")
    }
}

/// A large count with a decimal prefix: `1.2 M`.
pub(super) fn large(n: f64) -> String {
    for (unit, size) in [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)] {
        if n >= size {
            let digits = format!("{:.3}", n / size);
            return format!("{} {unit}", digits.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    format!("{n:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_have_no_negative_zero() {
        assert_eq!(number(0.123_456), "0.123");
        assert_eq!(number(-0.000_01), "0.000");
        assert_eq!(number(-12.345), "−12.35");
        assert_eq!(signed(0.5), "+0.500");
        assert_eq!(signed(0.000_01), "0.000");
        assert_eq!(number(f64::NAN), "n/a");
        assert_eq!(duration(200.4), "3 min 20 s");
        assert_eq!(large(1_234_000.0), "1.234 M");
        assert_eq!(
            (large(17_510.0), large(1000.0), large(100.0)),
            ("17.51 k".into(), "1 k".into(), "100".into())
        );
    }
}
