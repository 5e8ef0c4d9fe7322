//! Layer 5: statistics over seeds. Everything random is seeded by a fixed stream, so the same records give the same
//! report, byte for byte.

mod bootstrap;
mod comparison;
mod effect;
mod false_alarm;
mod finding;
mod friedman;
mod headroom;
mod holm;
mod improvement;
mod patterns;
mod power;
mod profile;
mod sign_flip;
mod student;
mod summary;
mod two_sample;
mod verdict;

pub use bootstrap::{Interval, mean_interval, stratified};
pub use comparison::{Answer, Comparison, Direction, LEVEL, Scores};
pub use effect::paired_effect_size;
pub use false_alarm::{FalseAlarms, Trial};
pub use finding::{
    CHANGE_BLIND, Finding, NoVerdict, Question, REQUIRED, TUNED_CONSTANT, TUNED_OPTIMISER, UNMODULATED,
};
pub use friedman::{Friedman, MOST_RANKED, cliques, critical_difference, ranks};
pub use headroom::{Captured, DELTA, Difference, Headroom, KAPPA_ERRORS};
pub use holm::holm;
pub use improvement::{improvement_over, probability_of_improvement};
pub use power::{POWER, detectable};
pub use profile::{ProfilePoint, profile};
pub use sign_flip::{SignFlip, VERDICT_SEEDS, smallest_p};
pub use summary::{
    difference, inter_quartile_mean, is_rounding, mean, median, quantile, size, standard_deviation,
};
pub use two_sample::TwoSample;
pub use verdict::{Case, Verdict, judge};

#[cfg(test)]
mod across_tests;
#[cfg(test)]
mod tests;
