//! Colours. Charts are drawn with fixed light-theme values, which read on white paper; the HTML report replaces each
//! by a CSS variable, which has a second value for dark screens.

use std::fmt::Write as _;

/// Number of distinct series colours; beyond it they repeat and the marker's shape tells series apart.
pub const SERIES: usize = 12;

/// A colour by its role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Color {
    /// Text.
    Ink,
    /// Secondary text, axes.
    Muted,
    /// Grid lines.
    Grid,
    /// The page behind the chart.
    Surface,
    /// A series, method or modulator by its index.
    Series(usize),
    /// A value of a colour scale: the same on every background.
    Fixed(u8, u8, u8),
}

/// Role, light, dark. After Okabe & Ito (2008), darkened on white and lightened on black until every entry has a
/// contrast of at least 3 to its background; yellow, which cannot, is replaced by violet.
const THEME: [(&str, u32, u32); 4 + SERIES] = [
    ("ink", 0x1B_1F24, 0xE8_EAED),
    ("muted", 0x5A_6472, 0xA3_ADBA),
    ("grid", 0xDD_E2E8, 0x34_3B44),
    ("surface", 0xFF_FFFE, 0x15_191E),
    ("s0", 0x00_72B2, 0x56_B4E9),
    ("s1", 0xD5_5E00, 0xF0_8A4B),
    ("s2", 0x00_8F68, 0x2F_CFA0),
    ("s3", 0xB6_4E8C, 0xE3_95C4),
    ("s4", 0xB7_7F00, 0xF0_C04A),
    ("s5", 0x5B_4BA8, 0xA9_9BEF),
    ("s6", 0x6B_7580, 0xAA_B4BF),
    ("s7", 0x8A_4B2A, 0xCF_9A76),
    ("s8", 0x4F_6B00, 0xB5_D334),
    ("s9", 0x8C_1C4B, 0xF2_7AA6),
    ("s10", 0x00_707A, 0x4D_D0DA),
    ("s11", 0x9C_27B0, 0xE0_7CF0),
];

impl Color {
    /// Red, green, blue on white.
    pub fn rgb(self) -> (u8, u8, u8) {
        let index = match self {
            Self::Ink => 0,
            Self::Muted => 1,
            Self::Grid => 2,
            Self::Surface => 3,
            Self::Series(i) => 4 + i % SERIES,
            Self::Fixed(r, g, b) => return (r, g, b),
        };
        let hex = THEME[index].1;
        ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
    }

    /// Whether another series may have this colour too.
    pub fn repeats(self) -> bool {
        matches!(self, Self::Series(i) if i >= SERIES)
    }

    /// The CSS variable of a series, for swatches in tables.
    pub fn variable(self) -> Option<String> {
        match self {
            Self::Series(i) => Some(format!("var(--{})", THEME[4 + i % SERIES].0)),
            _ => None,
        }
    }
}

/// CSS: the variables of both themes, and the rules that make charts follow them.
pub fn stylesheet() -> String {
    let variables = |dark: bool| {
        THEME.iter().fold(String::new(), |mut css, (name, light, night)| {
            let _ = write!(css, "--{name}:#{:06X};", if dark { night } else { light });
            css
        })
    };
    let mut css = format!(":root{{{}color-scheme:light dark}}\n", variables(false));
    let dark = variables(true);
    let _ = writeln!(css, "@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}");
    let _ = writeln!(css, ":root[data-theme=dark]{{{dark}}}");
    let _ = writeln!(
        css,
        "@media print{{:root,:root[data-theme=dark],:root:not([data-theme=light]){{{}}}}}",
        variables(false)
    );
    for (name, light, _) in THEME {
        let _ = writeln!(
            css,
            "svg [fill=\"#{light:06X}\"]{{fill:var(--{name})}}svg [stroke=\"#{light:06X}\"]{{stroke:var(--{name})}}"
        );
    }
    css
}

/// A sequential scale from 0 to 1 (viridis: uniform in lightness, safe for colour-blind readers and in grey).
pub(super) fn sequential(share: f64) -> Color {
    const STOPS: [(f64, f64, f64); 9] = [
        (68.0, 1.0, 84.0),
        (71.0, 44.0, 122.0),
        (59.0, 81.0, 139.0),
        (44.0, 113.0, 142.0),
        (33.0, 144.0, 141.0),
        (39.0, 173.0, 129.0),
        (92.0, 200.0, 99.0),
        (170.0, 220.0, 50.0),
        (253.0, 231.0, 37.0),
    ];
    let position = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (position.floor() as usize).min(STOPS.len() - 2);
    let t = position - below as f64;
    let mix = |a: f64, b: f64| (a + t * (b - a)).round() as u8;
    let (a, b) = (STOPS[below], STOPS[below + 1]);
    Color::Fixed(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Black or white, whichever reads on this colour.
pub(super) fn text_on(color: Color) -> Color {
    let (r, g, b) = color.rgb();
    let luminance = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    if luminance > 130.0 { Color::Fixed(0x11, 0x11, 0x11) } else { Color::Fixed(0xFF, 0xFF, 0xFF) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |hex: u32| {
            let channel = |shift: u32| {
                let c = f64::from(hex >> shift & 0xFF) / 255.0;
                if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_series_colour_stands_out_from_its_background_in_both_themes() {
        let (paper, night) = (THEME[3].1, THEME[3].2);
        for (name, light, dark) in &THEME[4..] {
            assert!(contrast(*light, paper) >= 3.0, "{name} on white: {}", contrast(*light, paper));
            assert!(contrast(*dark, night) >= 3.0, "{name} on black: {}", contrast(*dark, night));
        }
        for text in &THEME[..2] {
            assert!(contrast(text.1, paper) >= 4.5 && contrast(text.2, night) >= 4.5, "{}", text.0);
        }
    }
}
