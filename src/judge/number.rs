//! Numbers as programs and people print them.

/// A finite number: `0.5`, `1e-05`, `1E-5`, `.5`, `+3`, `−0.5` with a true minus, `1.5D-3` of Fortran.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace('\u{2212}', "-");
    let parsed = text.parse::<f64>().or_else(|_| text.replace(['d', 'D'], "e").parse::<f64>());
    parsed.ok().filter(|value| value.is_finite())
}

/// A whole number from 0, which a program may have printed as `3.0`.
pub(super) fn whole(text: &str) -> Option<u64> {
    /// Above it two whole numbers share one f64.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let text = text.trim();
    text.parse::<u64>().ok().or_else(|| {
        let value = number(text).filter(|value| value.fract() == 0.0 && (0.0..MOST).contains(value))?;
        Some(value as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_printed_in_many_ways_is_one_number() {
        for text in ["1e-05", "1E-5", "0.00001", " 1e-5 ", "1.0e-005", ".00001", "+1e-05", "1D-5", "10e-6"] {
            assert_eq!(number(text), Some(1e-5), "{text}");
        }
        assert_eq!(number("−0.5"), Some(-0.5));
        for text in ["", "nan", "inf", "-Infinity", "0,5", "98 %", "1e999", "dead"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_point_and_nothing_behind_it() {
        assert_eq!(
            [whole("3"), whole("3.0"), whole("1e1"), whole("18446744073709551615")]
                .map(|found| found.is_some()),
            [true; 4]
        );
        assert_eq!((whole("3.0"), whole("1e1")), (Some(3), Some(10)));
        assert_eq!([whole("-1"), whole("3.5"), whole(""), whole("1e30")], [None; 4]);
    }
}
