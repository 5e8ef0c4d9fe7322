//! The decays blind to changes that a mechanism is held against: on a stream without changes such a decay beats every constant,
//! and so does a mechanism whose effect falls as errors do.
//!
//! On everything that the mechanism acts on it is the change-blind arm of headroom, of the method without modulation: one row of
//! a method and target serves all mechanisms.

use super::knows::Knows;
use super::timing::{Target, TimingArm};
use crate::registry::plain_method;
use base::error::Result;
use contract::definition::{Arm, Benchmark, Library, MethodPreset, Tuned};
use learn::modulation::ModulationSpec;

/// One of them.
pub(crate) struct Decay<'l> {
    pub arm: TimingArm,
    pub base: &'l MethodPreset,
    /// The base method with the arm's effects at neutral.
    pub preset: MethodPreset,
}

impl Decay<'_> {
    /// What a search has found for it.
    ///
    /// # Errors
    /// A preset that cannot be written.
    pub fn found<'l>(&self, library: &'l Library, benchmark: &Benchmark) -> Result<Option<&'l Tuned>> {
        library.found(&self.preset, benchmark, Arm::Method)
    }
}

/// Those of a mechanism; none of a method without a modulation table, in a paradigm that cannot say how long a run is, or where
/// there is no preset of the mechanism's kind without modulation, named like the kind.
///
/// # Errors
/// Modulation that cannot be read.
pub(crate) fn decays<'l>(
    library: &'l Library,
    benchmark: &Benchmark,
    mechanism: &MethodPreset,
) -> Result<Vec<Decay<'l>>> {
    let header = &benchmark.header;
    let spec = mechanism.modulation::<ModulationSpec>(&header.id)?;
    let kind = &mechanism.header.kind;
    let base = library.method(&header.paradigm, kind).ok().filter(|base| {
        let own = &base.header;
        own.kind == *kind && own.modulation.is_empty() && own.control.is_none()
    });
    let (Some(spec), Some(base), Some(_)) = (spec, base, plain_method(&header.paradigm)) else {
        return Ok(Vec::new());
    };
    let targets = report::decay_targets(&serde_json::to_value(&spec)?);
    let decay = |target: &String| {
        let arm = TimingArm { target: target.parse::<Target>().ok()?, knows: Knows::ChangeBlind };
        // A benchmark whose length nobody knows has none.
        let (preset, _) = arm.derive(base, benchmark).ok()?;
        Some(Decay { arm, base, preset })
    };
    Ok(targets.iter().filter_map(decay).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::shipped;

    #[test]
    fn a_mechanism_has_a_decay_of_its_own_method_for_everything_that_it_acts_on() {
        let library = shipped().expect("definitions");
        let of = |benchmark: &str, method: &str| {
            let benchmark = library.benchmark(benchmark).expect("there");
            let preset = library.method(&benchmark.header.paradigm, method).expect("there");
            let decays = decays(&library, benchmark, preset).expect("derived");
            decays.iter().map(|decay| decay.preset.header.id.clone()).collect::<Vec<_>>()
        };
        let blind = |of: &str| format!("{of}:change-blind");
        let rate = [blind("latest+headroom:learning-rate")];
        assert_eq!(of("plane-noise-blocks", "acetylcholine-excess"), rate);
        // A gate on every update is a gain on the rate.
        assert_eq!(of("plane-rare", "dopamine-gate"), rate);
        assert_eq!(of("digits-drift", "serotonin"), [blind("replay+headroom:loss-weight.replay")]);
        assert_eq!(of("ring-contrast", "noradrenaline-contrast"), [blind("latest+headroom:slope.0")]);
        let both = ["naive+headroom:bias", "naive+headroom:learning-rate"].map(blind);
        assert_eq!(of("split-digits-domain", "acetylcholine"), both);
        // No modulation; no length; no timeline in the paradigm.
        assert!(of("plane-noise-blocks", "sgd").is_empty());
        assert!(of("elec2", "dopamine").is_empty());
        assert!(of("digits-even-to-odd", "dopamine").is_empty());
    }
}
