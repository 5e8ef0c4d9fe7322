//! What probes say of a session: the policy over trials, and means over stretches around shifts.

use std::collections::BTreeMap;

use super::curves::Series;
use super::probe::Probe;
use super::session::Session;
use super::task::{Block, ShiftKind};

/// What is read off each probe: name and value.
type Reading = (&'static str, fn(&Probe) -> f64);
const READINGS: [Reading; 4] = [
    ("policy_entropy", |probe| probe.given_cue().corrected),
    ("policy_entropy_plain", |probe| probe.given_cue().plain),
    ("policy_entropy_compound", Probe::given_compound),
    ("policy_go", Probe::go_given_cue),
];

/// One value per trial, `NaN` where the policy was not probed; nothing where it never was.
pub fn policy_series(session: &Session) -> Vec<Series> {
    if session.probes.is_empty() {
        return Vec::new();
    }
    let series = |(name, read): Reading| {
        let mut values = vec![f64::NAN; session.trials.len()];
        for probe in &session.probes {
            values[probe.trial] = read(probe);
        }
        Series { name, values }
    };
    READINGS.into_iter().map(series).collect()
}

/// Stretches of trials relative to a shift over which probes are averaged.
const STRETCHES: [(&str, std::ops::Range<i64>); 4] =
    [("before", -20..0), ("first20", 0..20), ("next20", 20..40), ("later", 40..i64::MAX)];

/// Means over the probes of a stretch, then over shifts of one kind (`policy_entropy_first20/reversal`, …), and the
/// highest probe after the shift (`policy_entropy_peak/…`, a maximum of estimates and so high by chance as well).
pub fn policy_scalars(session: &Session) -> BTreeMap<String, f64> {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for block in &session.blocks {
        let kind = block.shift();
        if matches!(kind, ShiftKind::Start | ShiftKind::Same) {
            continue;
        }
        let near: Vec<(i64, &Probe)> = around(session, block).collect();
        for (name, read) in READINGS {
            for (stretch, range) in STRETCHES {
                let values = near.iter().filter(|(x, _)| range.contains(x)).map(|(_, probe)| read(probe));
                all.entry(format!("{name}_{stretch}/{}", kind.name())).or_default().extend(mean(values));
            }
        }
        let after = near.iter().filter(|(x, _)| *x >= 0).map(|(_, probe)| probe.given_cue().corrected);
        all.entry(format!("policy_entropy_peak/{}", kind.name())).or_default().extend(after.reduce(f64::max));
    }
    all.into_iter().filter_map(|(name, values)| Some((name, mean(values.into_iter())?))).collect()
}

/// Probes of a block and of the one before, with their trials relative to the block's start.
fn around<'a>(session: &'a Session, block: &Block) -> impl Iterator<Item = (i64, &'a Probe)> {
    let (start, end) = (block.start, block.end);
    let first = session.blocks.iter().find(|before| before.end == start).map_or(start, |before| before.start);
    let probes = session.probes.iter().filter(move |probe| (first..end).contains(&probe.trial));
    probes.map(move |probe| (probe.trial as i64 - start as i64, probe))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then_some(sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go_nogo::ProbeSettings;
    use crate::go_nogo::task::{COMPOUNDS, TaskSettings};
    use crate::go_nogo::{Agent, Cue, ModelSettings, NoradrenalineSource, Trial, run_session};
    use base::rng::Streams;
    use contract::Unwatched;

    fn cue(element: usize) -> Cue {
        Cue { element, novel: false }
    }

    /// 40 trials of A, 40 of `second`; `answer(trial, compound, presentation)` is the policy, probed before each trial.
    fn scripted(second: usize, answer: impl Fn(usize, usize, u32) -> bool) -> Session {
        let mut session = Session {
            trials: vec![Trial::default(); 80],
            blocks: vec![
                Block { start: 0, end: 40, cue: cue(0), before: None },
                Block { start: 40, end: 80, cue: cue(second), before: Some(cue(0)) },
            ],
            ..Session::default()
        };
        for trial in 0..80 {
            let mut presentation = 0;
            let element = if trial < 40 { 0 } else { second };
            session.probes.push(Probe::of(trial, element, 64, |compound| {
                presentation += 1;
                answer(trial, compound, presentation - 1)
            }));
        }
        session
    }

    #[test]
    fn a_deterministic_switch_has_no_entropy_at_any_trial() {
        // Go to A until ten trials after the reversal, to B from then on: certain throughout, and in a window of ten
        // answers around that trial half are Go.
        let session =
            scripted(1, |trial, compound, _| COMPOUNDS[compound].contains(&usize::from(trial >= 50)));
        for series in policy_series(&session).iter().filter(|series| series.name != "policy_go") {
            assert_eq!(series.values, vec![0.0; 80], "{}", series.name);
        }
        let scalars = policy_scalars(&session);
        assert_eq!(scalars["policy_entropy_peak/reversal"], 0.0);
        // P(Go | B): 0 for ten trials, then 1.
        assert_eq!([scalars["policy_go_first20/reversal"], scalars["policy_go_next20/reversal"]], [0.5, 1.0]);
    }

    #[test]
    fn a_certain_policy_that_goes_by_the_partner_is_uncertain_given_the_cue_alone() {
        // The rule is X now, the agent still goes by A: certain of AX and of BX.
        let session = scripted(2, |_, compound, _| COMPOUNDS[compound].contains(&0));
        let scalars = policy_scalars(&session);
        assert_eq!(scalars["policy_entropy_plain_first20/extradimensional"], 1.0);
        assert_eq!(scalars["policy_entropy_compound_first20/extradimensional"], 0.0);
        assert_eq!(scalars["policy_entropy_plain_before/extradimensional"], 0.0);
    }

    #[test]
    fn a_coin_with_one_quarter_has_0_811_bit_and_the_correction_of_64_samples() {
        // Presentations alternate between the partners: every fourth of each is Go.
        let session = scripted(1, |_, _, presentation| presentation % 8 < 2);
        let scalars = policy_scalars(&session);
        let near = |name: &str, value: f64| {
            let found = scalars[&format!("{name}_first20/reversal")];
            assert!((found - value).abs() < 1e-8, "{name} = {found}");
        };
        near("policy_go", 0.25);
        near("policy_entropy_plain", 0.811_278_124);
        near("policy_entropy", 0.811_278_124 + 0.011_271_055); // 1/(2 · 64 · ln 2)
        near("policy_entropy_compound", 0.811_278_124 + 0.022_542_110); // 1/(2 · 32 · ln 2)
    }

    #[test]
    fn trials_are_chosen_by_their_distance_from_shifts() {
        let settings = ProbeSettings { before: 10, after: 20, every: 5, ..ProbeSettings::default() };
        let cues = vec![cue(0), cue(1)];
        let task = TaskSettings { cues, block: 40, ..TaskSettings::default() };
        // 30 and 35 of the first block, 40, 45, 50, 55 of the second.
        assert_eq!(TaskSettings { probe: Some(settings), ..task.clone() }.probed_presentations(), 6 * 64);
        let wanted: Vec<usize> = (0..40).filter(|within| settings.wants(Some(*within), None)).collect();
        assert_eq!(wanted, [0, 5, 10, 15]);
        let task = TaskSettings { probe: Some(settings), ..task };
        let session = run_session(&task, &ModelSettings::default(), 3, &mut Unwatched).unwrap();
        let trials: Vec<usize> = session.probes.iter().map(|probe| probe.trial).collect();
        assert_eq!(trials, [30, 35, 40, 45, 50, 55]);
    }

    #[test]
    fn a_probed_session_is_the_unprobed_one_bit_for_bit() {
        let probe = Some(ProbeSettings { before: 4, after: 8, every: 2, ..ProbeSettings::default() });
        let cues = vec![cue(0), Cue { element: 1, novel: true }, cue(2)];
        let task = TaskSettings { cues, block: 30, record_raster: true, ..TaskSettings::default() };
        let probed = TaskSettings { probe, ..task.clone() };
        let mut attentive = ModelSettings::default();
        attentive.attention.enabled = true;
        attentive.relaxation.plateau = 0.9;
        attentive.exploration = 0.1;
        let mut shuffled = ModelSettings::default();
        shuffled.noradrenaline.source = NoradrenalineSource::Shuffled;
        for model in [ModelSettings::default(), attentive, shuffled] {
            let plain = run_session(&task, &model, 5, &mut Unwatched).unwrap();
            let mut with = run_session(&probed, &model, 5, &mut Unwatched).unwrap();
            let probes = std::mem::take(&mut with.probes);
            assert_eq!(probes.len(), 2 * (2 + 4));
            assert_eq!(plain, with);
        }
    }

    #[test]
    fn a_copy_answers_as_the_network_would_and_leaves_it_alone() {
        let mut agent = Agent::new(&ModelSettings::default(), &Streams::new(1)).unwrap();
        // Without learning a presentation is the same one: same streams, same answers, membranes start at rest.
        let mut twin = agent.clone();
        for compound in [0, 3, 1, 2] {
            assert_eq!(twin.answer(compound, 0.7), agent.clone().respond(compound, 0.7).go);
            agent.respond(compound, 0.7);
        }
        let streams = Streams::new(1).within("probe/trial7");
        let before = agent.clone();
        let probe = |agent: &Agent| {
            let mut copy = agent.apart(&streams);
            let probe = Probe::of(7, 0, 64, |compound| copy.answer(compound, 0.7));
            assert_eq!(copy.circuit.input.weights, agent.circuit.input.weights, "plasticity is off");
            probe
        };
        assert_eq!(probe(&agent), probe(&agent));
        assert_eq!(agent.circuit.spikes, before.circuit.spikes);
        assert_eq!(agent.respond(0, 0.7), before.clone().respond(0, 0.7));
    }

    #[test]
    fn few_or_unbalanced_presentations_and_criterion_schedules_are_refused_by_name() {
        let refusal = |settings: ProbeSettings| settings.check().unwrap_err().to_string();
        for realisations in [32, 65] {
            let message = refusal(ProbeSettings { realisations, ..ProbeSettings::default() });
            let expected = format!("`realisations` = {realisations}: out of range");
            assert!(message.starts_with(&expected) && message.contains("even number from 64"), "{message}");
        }
        assert!(refusal(ProbeSettings { every: 0, ..ProbeSettings::default() }).starts_with("`every` = 0"));
        let task = TaskSettings {
            schedule: crate::go_nogo::Schedule::Criterion,
            probe: Some(ProbeSettings::default()),
            ..TaskSettings::default()
        };
        assert!(task.check().unwrap_err().to_string().starts_with("`probe` = a table with schedule"));
    }
}
