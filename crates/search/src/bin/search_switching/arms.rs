//! What is searched: every arm with the ranges of its parameters. A constant has as many numbers as its mechanism has
//! targets times kinds of decision: two kinds in the bandit (which arm; soon or late), one elsewhere.

/// How a coordinate in [0, 1] becomes a value.
#[derive(Clone, Copy)]
pub enum Range {
    Uniform(f64, f64),
    /// Uniform in the logarithm.
    Log(f64, f64),
    /// One minus a value that is uniform in the logarithm, for what is kept of something.
    Kept(f64, f64),
    Switch,
}

/// A preset and what is searched of it. A dotted name stands for a key in a table.
pub struct Arm {
    pub preset: &'static str,
    pub parameters: &'static [(&'static str, Range)],
}

const RATES: Range = Range::Log(0.02, 1.0);
const INVERSE_TEMPERATURES: Range = Range::Log(0.5, 200.0);
const DISCOUNTS: Range = Range::Kept(0.01, 0.6);
/// Where it may differ between the choices, a short first horizon is worth having.
const WIDE_DISCOUNTS: Range = Range::Kept(0.002, 0.95);
const RETENTION: Range = Range::Kept(0.005, 0.7);
const RATE: (&str, Range) = ("rate", RATES);
const RATE_2: (&str, Range) = ("second.rate", RATES);
const INVERSE_TEMPERATURE: (&str, Range) = ("inverse_temperature", INVERSE_TEMPERATURES);
const INVERSE_TEMPERATURE_2: (&str, Range) = ("second.inverse_temperature", INVERSE_TEMPERATURES);
const DISCOUNT: (&str, Range) = ("discount", DISCOUNTS);
const DISCOUNT_1: (&str, Range) = ("discount", WIDE_DISCOUNTS);
const DISCOUNT_2: (&str, Range) = ("second.discount", WIDE_DISCOUNTS);
const ACETYLCHOLINE: (&str, Range) = ("acetylcholine.sensitivity", Range::Uniform(-20.0, 60.0));
const NORADRENALINE: (&str, Range) = ("noradrenaline.sensitivity", Range::Uniform(-20.0, 60.0));
const SEROTONIN: (&str, Range) = ("serotonin.sensitivity", Range::Uniform(-20.0, 90.0));
const MASK: (&str, Range) = ("mask", Range::Uniform(0.2, 1.0));
const SPREAD: (&str, Range) = ("spread", Range::Switch);
const MEAN: (&str, Range) = ("initial_mean", Range::Log(0.03, 3.0));
const VARIANCE: (&str, Range) = ("initial_variance", Range::Log(0.001, 1.0));
const SCALE: (&str, Range) = ("scale", Range::Log(0.001, 10.0));

pub const ARMS: &[Arm] = &[
    Arm {
        preset: "constants",
        parameters: &[RATE, INVERSE_TEMPERATURE, DISCOUNT_1, RATE_2, INVERSE_TEMPERATURE_2, DISCOUNT_2],
    },
    Arm {
        preset: "doya",
        parameters: &[
            RATE,
            INVERSE_TEMPERATURE,
            DISCOUNT_1,
            ACETYLCHOLINE,
            ("acetylcholine.retention", RETENTION),
            NORADRENALINE,
            ("noradrenaline.retention", RETENTION),
            SEROTONIN,
            ("serotonin.retention", RETENTION),
        ],
    },
    // The same modulators on constants that differ between the choices, as the tuned constants may.
    Arm {
        preset: "doya-staged",
        parameters: &[
            RATE,
            INVERSE_TEMPERATURE,
            DISCOUNT_1,
            RATE_2,
            INVERSE_TEMPERATURE_2,
            DISCOUNT_2,
            ACETYLCHOLINE,
            ("acetylcholine.retention", RETENTION),
            NORADRENALINE,
            ("noradrenaline.retention", RETENTION),
            SEROTONIN,
            ("serotonin.retention", RETENTION),
        ],
    },
    Arm { preset: "uncertainty", parameters: &[DISCOUNT, MASK, SPREAD, MEAN, VARIANCE] },
    Arm {
        preset: "uncertainty-constants",
        parameters: &[
            RATE,
            INVERSE_TEMPERATURE,
            RATE_2,
            INVERSE_TEMPERATURE_2,
            DISCOUNT,
            MASK,
            SPREAD,
            MEAN,
            VARIANCE,
        ],
    },
    Arm { preset: "uncertainty-scaled", parameters: &[DISCOUNT, MASK, SPREAD, MEAN, VARIANCE, SCALE] },
    Arm {
        preset: "uncertainty-fixed-rate",
        parameters: &[RATE, RATE_2, DISCOUNT, MASK, SPREAD, MEAN, VARIANCE, SCALE],
    },
    Arm {
        preset: "uncertainty-fixed-temperature",
        parameters: &[INVERSE_TEMPERATURE, INVERSE_TEMPERATURE_2, DISCOUNT, MASK, SPREAD, MEAN, VARIANCE],
    },
    Arm { preset: "goal-delta", parameters: &[RATE, INVERSE_TEMPERATURE] },
    Arm { preset: "fixed-rate", parameters: &[RATE] },
];

impl Range {
    /// The value at a coordinate, to three significant digits: what is printed is what was judged.
    pub fn at(&self, u: f64) -> toml::Value {
        let short = |value: f64| format!("{value:.2e}").parse::<f64>().unwrap_or(value);
        let log = |low: f64, high: f64| low * (high / low).powf(u);
        match self {
            Self::Uniform(low, high) => short(low + (high - low) * u).into(),
            Self::Log(low, high) => short(log(*low, *high)).into(),
            Self::Kept(low, high) => short(1.0 - log(*low, *high)).into(),
            Self::Switch => (u >= 0.5).into(),
        }
    }
}
