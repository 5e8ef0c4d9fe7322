//! Simulated studies of the whole procedure, search included, on arms that cost nothing: how often is headroom said to be
//! established where in truth there is none, and how often where there is some?

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use toml::Table;

use super::seeds::Seeds;
use super::study::{Measure, Plan};
use crate::measure::On;
use crate::run::Knows;
use crate::tune::{Budget, Draw, Prepared};
use base::error::Result;
use base::source::Source;
use base::stats::{Headroom, Scores};
use contract::definition::{MethodPreset, Range as Values};

const PLAN: Plan = Plan {
    budget: Budget { trials: 10, restarts: 2, seeds: 3, confirm: 8 },
    seeds: Seeds { qualification: 14, development: 0, confirmation: 0, range: 0 },
    higher: true,
};

const STUDIES: u64 = 400;

/// One study's world: scores share what a seed brings and differ by what chance makes of each run. At equality every
/// setting of every arm is as good as any other, so what a search picks is luck.
struct World {
    study: u64,
    /// How much better a schedule is than what is blind, in standard deviations of the paired difference.
    room: f64,
}

impl World {
    fn normal(&self, what: u64, seed: u64) -> f64 {
        let mixed = (self.study << 40) ^ (seed << 20) ^ what;
        StandardNormal.sample(&mut Xoshiro256PlusPlus::seed_from_u64(mixed))
    }
}

impl Measure for World {
    fn scores(
        &mut self,
        preset: &MethodPreset,
        values: &[Table],
        seeds: Range<u64>,
        on: On,
    ) -> Result<Vec<Scores>> {
        let id = &preset.header.id;
        let knows = id == Knows::EventLocked.word() || id == Knows::Free.word();
        // Two independent draws of standard deviation 0.02.
        let room = if knows { self.room * 0.02 * 2f64.sqrt() } else { 0.0 };
        let of = |values: &Table| {
            let mut setting = DefaultHasher::new();
            (id, values.to_string(), on == On::Test).hash(&mut setting);
            let setting = setting.finish();
            seeds
                .clone()
                .map(|seed| (seed, 0.1 * self.normal(0, seed) + 0.02 * self.normal(setting, seed) + room))
                .collect()
        };
        Ok(values.iter().map(of).collect())
    }
}

fn arms() -> Vec<Prepared> {
    let arm = |knows: Knows| {
        let id = knows.word();
        let text = format!(
            "schema = 1\nid = \"{id}\"\ntitle = \"{id}\"\nparadigm = \"online\"\nkind = \"latest\"\nprovenance = \"test\"\n"
        );
        let preset = MethodPreset::parse(Source { name: "arm.toml".into(), text }).expect("a preset");
        let mut draw = Draw::default();
        draw.add("optimiser.rate", Values::log(0.003, 3.0));
        for key in 0..knows as usize {
            draw.add(&format!("parameters.p{key}"), Values::log(0.1, 10.0));
        }
        Prepared { knows, preset, draw, fits_changes: true }
    };
    Knows::ALL.into_iter().map(arm).collect()
}

/// Mean and p of H, and the outcome, in each study.
fn studies(room: f64) -> Vec<(f64, f64, Headroom)> {
    let arms = arms();
    let one = |study| {
        let answer = PLAN.answer(&arms, &mut World { study, room }).expect("nothing fails here");
        (answer.headroom.mean, answer.headroom.p.expect("enough seeds"), answer.outcome())
    };
    (1..=STUDIES).map(one).collect()
}

#[test]
fn at_equality_p_is_at_most_alpha_as_often_as_it_may_be() {
    let studies = studies(0.0);
    for alpha in [0.01, 0.05, 0.1] {
        let found = studies.iter().filter(|(_, p, _)| *p <= alpha).count() as f64 / STUDIES as f64;
        let most = alpha + 2.0 * (alpha * (1.0 - alpha) / STUDIES as f64).sqrt();
        assert!(found <= most, "p ≤ {alpha} in {found} of studies, at most {most}");
    }
    // Headroom is said to be there only on the one side.
    let said =
        studies.iter().filter(|study| study.2 == Headroom::Established).count() as f64 / STUDIES as f64;
    assert!(said <= 0.025 + 2.0 * (0.025f64 * 0.975 / STUDIES as f64).sqrt(), "{said}");
}

#[test]
fn headroom_of_six_fifths_of_a_standard_deviation_is_established_in_nine_of_ten_studies() {
    let studies = studies(1.2);
    let said = studies.iter().filter(|study| study.2 == Headroom::Established).count();
    assert!(said * 10 >= studies.len() * 9, "{said} of {STUDIES}");
    assert!(studies.iter().all(|study| study.2 != Headroom::Excluded || study.0 < 0.01));
}
