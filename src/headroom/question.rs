//! A benchmark and target with everything that is searched there.

use super::seeds::Seeds;
use crate::registry::{PLAIN, plain_method, protocol};
use crate::run::{Knows, Target, TimingArm};
use crate::tune::{Budget, Draw, Prepared};
use base::error::{DefinitionError, Result};
use contract::definition::{Arm, Benchmark, Library, MethodPreset};
use data::Data;
use learn::modulation::TargetKind;

/// A benchmark and target with everything that is searched there, checked before anything trains.
#[derive(Debug, Clone)]
pub struct Question<'l> {
    pub benchmark: &'l Benchmark,
    pub target: Target,
    pub base: &'l MethodPreset,
    /// In the order of what they know.
    pub arms: Vec<Prepared>,
    /// Arms that mean nothing here, and why.
    pub left_out: Vec<(Knows, &'static str)>,
    pub mechanisms: Vec<(MethodPreset, Draw)>,
    /// Methods without a gain that could do as well.
    pub rivals: Vec<(MethodPreset, Draw)>,
}

impl<'l> Question<'l> {
    /// The arms of a benchmark and target, and the mechanisms that are to capture the headroom. Without `base` the
    /// paradigm's plain method.
    ///
    /// # Errors
    /// Unknown names; a target that the method lacks there; a benchmark without changes; a mechanism that does not act on
    /// the target, or is none.
    pub fn new(
        library: &'l Library,
        benchmark: &'l Benchmark,
        target: &Target,
        base: Option<&str>,
        mechanisms: &[String],
    ) -> Result<Self> {
        let header = &benchmark.header;
        let base = base.or_else(|| plain_method(&header.paradigm)).ok_or_else(|| {
            let known = PLAIN.iter().map(|(paradigm, _)| *paradigm).collect::<Vec<_>>().join(" and ");
            let allowed = format!("a benchmark of {known}, which can say when they change");
            DefinitionError::range("BENCHMARK", &header.id, &allowed)
        })?;
        let base = library.method(&header.paradigm, base)?;
        let (states, kinds) = states(benchmark, base)?;
        let (mut arms, mut left_out) = (Vec::new(), Vec::new());
        for knows in Knows::ALL.into_iter().filter(|knows| kinds || !knows.is_of_one_kind()) {
            if knows == Knows::UnitLocked && !TimingArm::has_units(target) {
                continue;
            }
            if knows.is_of_states() && states < 2 {
                left_out.push((knows, "the stream has no hidden states that recur, or tasks that are told"));
                continue;
            }
            let arm = TimingArm { target: target.clone(), knows };
            let prepared = Prepared::new(&arm, base, benchmark)?;
            // Without a part for each side of every change a free schedule cannot do what the events do.
            if knows == Knows::Free && !prepared.fits_changes {
                left_out.push((knows, "there are more changes than it has parts for"));
                continue;
            }
            arms.push(prepared);
        }
        let mechanism = |id: &String| Self::mechanism(library, benchmark, target, id);
        let mechanisms = mechanisms.iter().map(mechanism).collect::<Result<_>>()?;
        Ok(Self { benchmark, target: target.clone(), base, arms, left_out, mechanisms, rivals: Vec::new() })
    }

    /// Methods without a gain that are searched and asked beside the mechanisms.
    ///
    /// # Errors
    /// Unknown names; a method with modulation; one that the benchmark cannot have.
    pub fn against(mut self, library: &Library, rivals: &[String]) -> Result<Self> {
        let header = &self.benchmark.header;
        let protocol = protocol(&header.paradigm)?;
        for id in rivals {
            let preset = library.method(&header.paradigm, id)?;
            if !preset.header.modulation.is_empty() || preset.header.control.is_some() {
                let allowed = "a method without modulation that is no control";
                return Err(preset.refuse(DefinitionError::range("--rival", id, allowed)));
            }
            protocol.resolve(self.benchmark, preset)?;
            let draw = Draw::new(protocol, preset, &header.id, Arm::Method)?;
            self.rivals.push((preset.clone(), draw));
        }
        Ok(self)
    }

    /// Loads the data that the benchmark needs.
    ///
    /// # Errors
    /// Missing or unusable data.
    pub fn load(&self, data: &Data) -> Result<()> {
        let protocol = protocol(&self.benchmark.header.paradigm)?;
        protocol.load(&protocol.resolve(self.benchmark, self.base)?, data)
    }

    /// Runs of the whole procedure at most: every arm and mechanism searched, the schedules of half of the trials scored again,
    /// three arms and the best of these on the qualification seeds, mechanisms and rivals on the development seeds, the best and the
    /// rivals beside two arms on the confirmation seeds.
    pub fn runs(&self, budget: &Budget, seeds: &Seeds) -> u64 {
        let (arms, rivals) = (self.arms.len() as u64, self.rivals.len() as u64);
        let methods = self.mechanisms.len() as u64 + rivals;
        // The best mechanism and every rival, beside the two arms that all of them are held against.
        let confirmed = if methods > 0 { 2 + u64::from(methods > rivals) + rivals } else { 0 };
        // Of two kinds of state three schedules more, and the best of one modulator beside the best pair.
        let joint = if self.arms.iter().any(|arm| arm.knows.is_of_one_kind()) { (3, 1) } else { (0, 0) };
        let confirmed = confirmed + joint.1 * u64::from(methods > rivals);
        let asked = (4 + joint.0) * seeds.qualification
            + methods * seeds.development
            + confirmed * seeds.confirmation;
        // The second look at half of the trials is no longer than a search without any.
        let half = Budget { trials: 0, ..*budget }.runs() * arms.saturating_sub(2);
        (arms + methods) * budget.runs() + half + asked
    }

    /// Core-seconds that one run of the base method is expected to take.
    ///
    /// # Errors
    /// Settings that cannot be resolved.
    pub fn expected_cost(&self) -> Result<f64> {
        let protocol = protocol(&self.benchmark.header.paradigm)?;
        Ok(protocol.expected_cost(&protocol.resolve(self.benchmark, self.base)?))
    }

    fn mechanism(
        library: &Library,
        benchmark: &Benchmark,
        target: &Target,
        id: &str,
    ) -> Result<(MethodPreset, Draw)> {
        let header = &benchmark.header;
        let preset = library.method(&header.paradigm, id)?;
        let spec = preset.modulation::<learn::modulation::ModulationSpec>(&header.id)?;
        let acts = spec.is_some_and(|spec| {
            let mut receptors = spec.modulators.values().flat_map(|modulator| &modulator.receptors);
            let layers = target.layer.map(|layer| vec![layer]);
            receptors.any(|receptor| {
                // A gate on every update is a gain on the rate.
                let gate =
                    receptor.target == TargetKind::PlasticityGate && target.kind == TargetKind::LearningRate;
                (receptor.target == target.kind || gate)
                    && receptor.term == target.term
                    && receptor.layers == layers
            })
        });
        if !acts || preset.header.control.is_some() {
            let allowed = format!("a mechanism with a receptor on {target}");
            return Err(preset.refuse(DefinitionError::range("--method", id, &allowed)));
        }
        let protocol = protocol(&header.paradigm)?;
        protocol.resolve(benchmark, preset)?;
        Ok((preset.clone(), Draw::new(protocol, preset, &header.id, Arm::Mechanism)?))
    }
}

/// Hidden states of a benchmark, 0 where it has none or nobody can say, and whether they are pairs of two kinds.
fn states(benchmark: &Benchmark, base: &MethodPreset) -> Result<(u64, bool)> {
    let protocol = protocol(&benchmark.header.paradigm)?;
    let timeline = protocol.timeline(&protocol.resolve(benchmark, base)?);
    Ok(timeline.map_or((0, false), |timeline| (timeline.states, timeline.kinds.is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::shipped;
    use contract::{RunSpec, Unwatched};
    use data::DataFolder;

    fn question<'l>(library: &'l Library, benchmark: &str, target: &str) -> Result<Question<'l>> {
        let target: Target = target.parse()?;
        // A window is what the method `window` has.
        let base = matches!(target.kind, TargetKind::Discount | TargetKind::Window).then_some("window");
        Question::new(library, library.benchmark(benchmark)?, &target, base, &[])
    }

    fn refused(benchmark: &str, target: &str) -> String {
        let library = shipped().expect("definitions");
        question(&library, benchmark, target).expect_err("refused").to_string()
    }

    #[test]
    fn every_arm_at_neutral_is_the_base_method_bit_for_bit() {
        let library = shipped().expect("definitions");
        let data = Data::new(DataFolder::choose(None));
        let asked = [("stagger", 4, "learning-rate"), ("stagger", 4, "bias"), ("stagger", 4, "temperature")];
        let of_layers = [("ring-contrast", 4, "slope.0"), ("ring-contrast", 4, "slope")];
        let of_the_past = [("stagger", 4, "discount"), ("stagger", 4, "window")];
        for (benchmark, arms, target) in asked.into_iter().chain(of_layers).chain(of_the_past) {
            let question = question(&library, benchmark, target).expect(target);
            assert_eq!((question.arms.len(), question.left_out.len()), (arms, 5 - arms), "{benchmark}");
            let log = |preset: &MethodPreset| {
                let protocol = protocol("online").expect("online");
                let spec = RunSpec {
                    benchmark: benchmark.into(),
                    version: 1,
                    paradigm: "online".into(),
                    method: preset.header.id.clone(),
                    seed: 7,
                    settings: protocol.resolve(question.benchmark, preset).expect("resolves"),
                    replays: None,
                };
                protocol.run(&spec, &data, &mut Unwatched).expect("runs")
            };
            let plain = log(question.base);
            for arm in &question.arms {
                assert!(log(&arm.preset).same_outcome(&plain), "{} on {target}", arm.preset.header.id);
            }
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_in_words_before_anything_trains() {
        let cases = [
            ("digits-drift", "replay", "no replay of past samples"),
            ("digits-drift", "recurrent-weight", "no recurrent layer"),
            ("digits-drift", "loss-weight.ewc", "unknown loss term"),
            ("digits-drift", "loss-weight", "loss-weight.TERM"),
            ("digits-drift", "slope.x", "slope.LAYER"),
            ("digits-drift", "bias.2", "layers"),
            ("digits-drift", "slpoe", "did you mean `slope`?"),
            ("digits-drift", "plasticity-gate", "learning-rate"),
            ("hyperplane", "learning-rate", "has no changes"),
            ("elec2", "learning-rate", "timeline"),
            ("change-point", "learning-rate", "BENCHMARK"),
        ];
        for (benchmark, target, words) in cases {
            let said = refused(benchmark, target);
            assert!(said.contains(words), "{benchmark} × {target}: {said}");
        }
    }

    #[test]
    fn an_arm_locked_to_states_needs_states_and_a_rival_has_no_gain() {
        let library = shipped().expect("definitions");
        let arm = TimingArm { target: "slope".parse().expect("a target"), knows: Knows::StateLocked };
        let base = library.method("online", "latest").expect("there");
        let derived = |benchmark: &str| arm.derive(base, library.benchmark(benchmark).expect("there"));
        let said = derived("stagger").expect_err("refused").to_string();
        assert!(said.contains("has no hidden states that recur"), "{said}");
        let (_, timeline) = derived("ring-contrast").expect("an arm");
        assert_eq!((timeline.states, timeline.changes, timeline.updates), (3, 15, 480));
        let against = |id: &str| {
            question(&library, "ring-contrast", "slope.0").expect("asked").against(&library, &[id.to_owned()])
        };
        assert_eq!(against("standardised").expect("a rival").rivals.len(), 1);
        assert!(against("observer").expect_err("refused").to_string().contains("--rival"));
    }

    #[test]
    fn a_mechanism_must_act_on_the_target_and_a_base_must_be_unmodulated() {
        let library = shipped().expect("definitions");
        let benchmark = library.benchmark("digits-drift").expect("there");
        let rate: Target = "learning-rate".parse().expect("a target");
        let ask = |base: Option<&str>, mechanism: &str| {
            let said = Question::new(&library, benchmark, &rate, base, &[mechanism.to_owned()]);
            said.expect_err("refused").to_string()
        };
        assert!(ask(None, "noradrenaline").contains("a receptor on learning-rate"));
        assert!(ask(None, "sgd").contains("a receptor on learning-rate"));
        assert!(ask(Some("observer"), "observer").contains("without modulation"));
    }
}
