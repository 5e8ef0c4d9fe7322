use super::*;
use base::rng::Streams;

fn cue(text: &str) -> Cue {
    Cue::try_from(text.to_owned()).unwrap()
}

#[test]
fn cues_read_back_and_nonsense_is_refused_with_what_is_allowed() {
    for text in ["A", "B*", "X", "Y*"] {
        assert_eq!(String::from(cue(text)), text);
    }
    for bad in ["C", "AB", "", "*", "a"] {
        assert!(Cue::try_from(bad.to_owned()).unwrap_err().contains("allowed: A, B, X, Y"), "{bad}");
    }
}

#[test]
fn shifts_are_named_by_dimension_and_exemplars() {
    let kind = |before, after| ShiftKind::between(Some(cue(before)), cue(after));
    assert_eq!(kind("A", "B"), ShiftKind::Reversal);
    assert_eq!(kind("A", "B*"), ShiftKind::Intradimensional);
    assert_eq!(kind("A", "A*"), ShiftKind::Intradimensional);
    assert_eq!(kind("A", "X"), ShiftKind::Extradimensional);
    assert_eq!(kind("B*", "Y*"), ShiftKind::Extradimensional);
    assert_eq!(kind("A", "A"), ShiftKind::Same);
    assert_eq!(ShiftKind::between(None, cue("A")), ShiftKind::Start);
}

#[test]
fn the_three_readings_of_the_reward_text() {
    let table = |reading: RewardReading| {
        [(true, true), (false, true), (true, false), (false, false)].map(|(p, go)| reading.reward(p, go))
    };
    // hit, false alarm, miss, correct rejection
    assert_eq!(table(RewardReading::Asymmetric), [1.0, -1.0, 0.0, 0.0]);
    assert_eq!(table(RewardReading::Symmetric), [1.0, -1.0, -1.0, 1.0]);
    assert_eq!(table(RewardReading::Literal), [1.0, 0.0, -1.0, 0.0]);
}

#[test]
fn every_four_trials_show_each_compound_once() {
    let mut order = TrialOrder::new(Streams::new(1).get("task"));
    for _ in 0..50 {
        let mut four: Vec<usize> = (0..4).map(|_| order.draw()).collect();
        four.sort_unstable();
        assert_eq!(four, [0, 1, 2, 3]);
    }
}

#[test]
fn an_empty_session_and_short_blocks_are_refused_by_name() {
    let refusal = |settings: TaskSettings| settings.check().unwrap_err().to_string();
    assert!(refusal(TaskSettings { cues: vec![], ..TaskSettings::default() }).starts_with("`cues` = 0 cues"));
    assert!(refusal(TaskSettings { block: 10, ..TaskSettings::default() }).starts_with("`block` = 10"));
}
