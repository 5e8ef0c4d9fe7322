//! Colours. Charts are drawn with fixed light-theme values, which read on white paper; the HTML report replaces each
//! by a CSS variable, which has a second value for dark screens.

use std::fmt::Write as _;

use super::shape::{SHAPES, Shape};

/// Dashes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
    DashDot,
}

impl Dash {
    /// As in `stroke-dasharray`, in tenths of a pixel.
    pub(super) fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some("50 40"),
            Self::Dotted => Some("16 26"),
            Self::DashDot => Some("70 30 16 30"),
        }
    }
}

/// Number of distinct hues; series of one hue are told apart by their markers and dashes.
pub const SERIES: usize = 12;
/// Number of roles that are no series.
const ROLES: usize = 5;
/// Number of steps of things that have an order.
const STEPS: usize = 8;

/// How good the news in a cell is; cells are coloured by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It helps.
    Good,
    /// It beats some of what it must beat.
    Partly,
    /// No difference found.
    Neutral,
    /// Worse than something that was tuned, or than no modulation.
    Bad,
    /// No verdict.
    Absent,
}

impl Tone {
    /// Name in style sheets and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Partly => "partly",
            Self::Neutral => "neutral",
            Self::Bad => "bad",
            Self::Absent => "absent",
        }
    }
}

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
    /// A series, method or modulator: hue and, each time the hues are used up, the next shape and dash.
    Series(usize),
    /// A line among many that is there for comparison only.
    Quiet,
    /// A thing of an order (a task, a shot, a dose): its place among so many.
    Step(usize, usize),
    /// Behind the words of a verdict.
    Tint(Tone),
    /// A value of a colour scale: the same on every background.
    Fixed(u8, u8, u8),
}

/// Role, light, dark. After Okabe & Ito (2008), darkened on white and lightened on black until every entry has a
/// contrast of at least 3 to its background; yellow, which cannot, is replaced by violet.
const THEME: [(&str, u32, u32); ROLES + SERIES + STEPS + 5] = [
    ("ink", 0x1B_1F24, 0xE8_EAED),
    ("muted", 0x5A_6472, 0xA3_ADBA),
    ("grid", 0xDD_E2E8, 0x34_3B44),
    ("surface", 0xFF_FFFE, 0x15_191E),
    ("quiet", 0xB9_C1CB, 0x56_5F6A),
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
    ("o0", 0x0B_2A4B, 0xCF_E8FE),
    ("o1", 0x15_4F80, 0x9C_CBF4),
    ("o2", 0x20_77B5, 0x6F_B3E7),
    ("o3", 0x2A_8A94, 0x4F_C3C8),
    ("o4", 0x3A_8A4F, 0x6F_D08D),
    ("o5", 0x7A_8310, 0xB9_CC4B),
    ("o6", 0xB0_701B, 0xE8_AE4B),
    ("o7", 0xC2_410D, 0xF5_8A4C),
    ("good", 0xBF_E8D1, 0x17_4A33),
    ("partly", 0xF5_E3A8, 0x5C_4A10),
    ("neutral", 0xE4_E8EC, 0x2D_343C),
    ("bad", 0xF7_CFC7, 0x60_221D),
    ("absent", 0xF6_F7F9, 0x1D_2228),
];

impl Color {
    /// Red, green, blue on white.
    pub fn rgb(self) -> (u8, u8, u8) {
        let index = match self {
            Self::Ink => 0,
            Self::Muted => 1,
            Self::Grid => 2,
            Self::Surface => 3,
            Self::Quiet => 4,
            Self::Series(i) => ROLES + i % SERIES,
            Self::Step(at, of) => {
                let last = of.saturating_sub(1).max(1);
                ROLES + SERIES + (at.min(last) * (STEPS - 1) + last / 2) / last
            }
            Self::Tint(tone) => ROLES + SERIES + STEPS + tone as usize,
            Self::Fixed(r, g, b) => return (r, g, b),
        };
        let hex = THEME[index].1;
        ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
    }

    /// As in `#0072B2`.
    pub(super) fn hex(self) -> String {
        let (r, g, b) = self.rgb();
        format!("#{r:02X}{g:02X}{b:02X}")
    }

    /// How often the hues were used up before this series.
    fn round(self) -> usize {
        if let Self::Series(i) = self { i / SERIES } else { 0 }
    }

    /// Shape of its markers.
    pub(super) fn shape(self) -> Shape {
        SHAPES[self.round() % SHAPES.len()]
    }

    /// Dashes of its lines.
    pub(super) fn dash(self) -> Dash {
        match self.round() % 4 {
            0 => Dash::Solid,
            1 => Dash::Dashed,
            2 => Dash::DashDot,
            _ => Dash::Dotted,
        }
    }

    /// The CSS variable of a series, for swatches in tables.
    pub fn variable(self) -> Option<String> {
        match self {
            Self::Series(i) => Some(format!("var(--{})", THEME[ROLES + i % SERIES].0)),
            _ => None,
        }
    }
}

/// CSS: the variables of both themes.
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
    css
}

/// The variable of a colour of the theme that is written as in `#0072B2`.
pub(super) fn variable_of(hex: &str) -> Option<String> {
    let light = u32::from_str_radix(hex.strip_prefix('#')?, 16).ok()?;
    let (name, ..) = THEME.iter().find(|(_, own, _)| *own == light)?;
    Some(format!("var(--{name})"))
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
        for (name, light, dark) in &THEME[ROLES..ROLES + SERIES + STEPS] {
            assert!(contrast(*light, paper) >= 3.0, "{name} on white: {}", contrast(*light, paper));
            assert!(contrast(*dark, night) >= 3.0, "{name} on black: {}", contrast(*dark, night));
        }
        for text in &THEME[..2] {
            assert!(contrast(text.1, paper) >= 4.5 && contrast(text.2, night) >= 4.5, "{}", text.0);
        }
        // Words stand on the tints.
        for (name, light, dark) in &THEME[ROLES + SERIES + STEPS..] {
            assert!(contrast(THEME[0].1, *light) >= 7.0 && contrast(THEME[0].2, *dark) >= 7.0, "{name}");
        }
    }

    #[test]
    fn no_two_roles_share_a_value_on_white() {
        // The page finds a role by its value.
        let values: std::collections::BTreeSet<u32> = THEME.iter().map(|role| role.1).collect();
        assert_eq!(values.len(), THEME.len());
    }

    #[test]
    fn steps_run_through_the_whole_scale_in_order() {
        let place = |at, of| Color::Step(at, of).rgb();
        assert_eq!((place(0, 5), place(4, 5)), ((0x0B, 0x2A, 0x4B), (0xC2, 0x41, 0x0D)));
        assert_eq!(place(0, 1), place(0, 5));
        let all: std::collections::BTreeSet<_> = (0..8).map(|at| place(at, 8)).collect();
        assert_eq!(all.len(), 8);
    }
}
