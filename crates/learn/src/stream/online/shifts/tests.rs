use super::super::{OnlineStream, OnlineStreamSpec};
use super::*;
use crate::stream::EvaluateOn;
use base::rng::Streams;
use data::{Data, DataFolder};

fn spec(source: &str, more: &str) -> OnlineStreamSpec {
    toml::from_str(&format!("source = {{ {source} }}\nsamples = 40\n{more}")).expect("a valid spec")
}

fn stream(spec: &OnlineStreamSpec) -> OnlineStream {
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    OnlineStream::new(spec, &data, EvaluateOn::Test, &Streams::new(7)).expect("a stream")
}

const PLANE: &str = r#"kind = "hyperplane", features = 2, moving = 0, noise = 0.0"#;

const MOVING: &str = r#"kind = "hyperplane", features = 2, moving = 2, noise = 0.0"#;

fn states(stream: &OnlineStream) -> Vec<usize> {
    (0..40).map(|at| stream.state(at).expect("a state")).collect()
}

fn told(stream: &OnlineStream) -> Vec<usize> {
    (0..40).filter(|at| stream.told(*at..at + 1).is_some()).collect()
}

#[test]
fn contrast_multiplies_luminance_adds_and_nothing_else_changes() {
    let plain = stream(&spec(PLANE, ""));
    let with = |kind: &str| {
        stream(&spec(PLANE, &format!("shifts = {{ kind = \"{kind}\", levels = [1.0, 4.0], every = 10 }}")))
    };
    let (contrast, luminance) = (with("contrast"), with("luminance"));
    for shifted in [&contrast, &luminance] {
        assert_eq!(states(shifted), [[0; 10], [1; 10], [0; 10], [1; 10]].concat());
        assert_eq!(told(shifted), [10, 20, 30]);
        assert_eq!((shifted.labels(), shifted.ideal()), (plain.labels(), plain.ideal()));
    }
    for at in 0..40 {
        let (x, level) = (plain.inputs(at..at + 1), if (at / 10) % 2 == 0 { 1.0 } else { 4.0 });
        assert_eq!(contrast.inputs(at..at + 1), [x[0] * level, x[1] * level], "at {at}");
        assert_eq!(luminance.inputs(at..at + 1), [x[0] + level, x[1] + level], "at {at}");
    }
    assert!(plain.state(0).is_none() && told(&plain).is_empty());
}

#[test]
fn noise_turns_labels_over_only_where_its_level_is_above_0() {
    let noisy = stream(&spec(PLANE, "shifts = { kind = \"noise\", levels = [0.0, 0.9], every = 20 }"));
    let turned: Vec<usize> =
        (0..40).filter(|at| noisy.labels()[*at] != noisy.ideal().expect("known")[*at]).collect();
    // Of 20 labels at 0.9, 11 or fewer are turned over once in 10⁴ streams.
    assert!(turned.len() > 11 && turned.iter().all(|at| *at >= 20), "{turned:?}");
    let plain = stream(&spec(PLANE, ""));
    assert_eq!((noisy.inputs(0..40), noisy.ideal()), (plain.inputs(0..40), plain.ideal()));
}

#[test]
fn states_of_noise_follow_an_order() {
    let text = "shifts = { kind = \"noise\", levels = [0.9, 0.0], order = [0, 0, 1], every = 5 }";
    let spec = spec(PLANE, text);
    let rare = stream(&spec);
    assert_eq!(
        states(&rare),
        [[0; 10], [0; 10], [0; 10], [0; 10]]
            .concat()
            .iter()
            .enumerate()
            .map(|(at, _)| usize::from(at / 5 % 3 == 2))
            .collect::<Vec<_>>()
    );
    assert_eq!((told(&rare), spec.states()), (vec![10, 15, 25, 30], 2));
    let clean = |at: &usize| rare.labels()[*at] == rare.ideal().expect("known")[*at];
    assert!((0..40).filter(|at| at / 5 % 3 == 2).all(|at| clean(&at)));
    assert!((0..40).filter(|at| !clean(at)).count() > 20);
}

#[test]
fn noise_and_speed_alternate_independently_and_a_plane_stands_still_at_speed_0() {
    let moving = r#"kind = "hyperplane", features = 2, moving = 1, speed = 1.0, turn = 0.0, noise = 0.0"#;
    let text = "shifts = { kind = \"noise-speed\", levels = [0.0, 0.9], speeds = [0.0, 1.0], every = 10 }";
    let spec = spec(moving, text);
    let (both, plain, still) =
        (stream(&spec), stream(&self::spec(moving, "")), stream(&self::spec(PLANE, "")));
    assert_eq!(states(&both), [[0; 10], [1; 10], [2; 10], [3; 10]].concat());
    assert_eq!((told(&both), spec.kinds(), spec.states()), (vec![10, 20, 30], Some([2, 2]), 4));
    let ideal = |stream: &OnlineStream| stream.ideal().expect("known").to_vec();
    assert_eq!(both.inputs(0..40), plain.inputs(0..40));
    // Until it moves it is the plane that never does; one weight that grows turns it.
    assert_eq!(ideal(&both)[..20], ideal(&still)[..20]);
    assert_ne!(ideal(&both), ideal(&still));
    let turned: Vec<usize> = (0..40).filter(|at| both.labels()[*at] != ideal(&both)[*at]).collect();
    assert!(turned.len() > 11 && turned.iter().all(|at| at / 10 % 2 == 1), "{turned:?}");
}

#[test]
fn volatility_places_changes_within_blocks_and_goes_through_the_concepts() {
    let text = "shifts = { kind = \"volatility\", intervals = [0, 4], every = 10 }";
    let volatile = stream(&spec(r#"kind = "stagger""#, text));
    let changes: Vec<(usize, usize)> = volatile.changes().iter().map(|c| (c.begin, c.concept)).collect();
    assert_eq!(changes, [(14, 1), (18, 2), (34, 0), (38, 1)]);
    assert_eq!(told(&volatile), [14, 18, 34, 38]);
    assert_eq!(states(&volatile), [[0; 10], [1; 10], [0; 10], [1; 10]].concat());
    assert_eq!(volatile.inputs(0..40), stream(&spec(r#"kind = "stagger""#, "")).inputs(0..40));
}

#[test]
fn contexts_follow_the_order_and_recur() {
    let text = "shifts = { kind = \"contexts\", order = [0, 1, 0, 2], every = 5 }";
    let recurring = stream(&spec(r#"kind = "sine""#, text));
    let order = [0, 1, 0, 2, 0, 1, 0, 2];
    assert_eq!(states(&recurring), order.iter().flat_map(|c| [*c; 5]).collect::<Vec<usize>>());
    assert_eq!(told(&recurring), [5, 10, 15, 20, 25, 30, 35]);
    for at in 0..40 {
        let x = recurring.inputs(at..at + 1);
        let class = super::super::sine(x[0], x[1], order[at / 5]);
        assert_eq!(recurring.labels()[at], u32::from(class), "at {at}");
    }
}

#[test]
fn relevance_shows_two_streams_and_takes_the_class_from_one() {
    let text = "shifts = { kind = \"relevance\", every = 20 }";
    let both = stream(&spec(PLANE, text));
    let first = stream(&spec(PLANE, ""));
    assert_eq!((both.features(), told(&both)), (4, vec![20]));
    for at in 0..40 {
        assert_eq!(both.inputs(at..at + 1)[..2], *first.inputs(at..at + 1));
    }
    assert_eq!(both.labels()[..20], first.labels()[..20]);
    assert_ne!(both.labels()[20..], first.labels()[20..]);
    let steady = stream(&spec(PLANE, "shifts = { kind = \"relevance\", every = 40 }"));
    assert_eq!((steady.labels(), told(&steady).len()), (first.labels(), 0));
}

#[test]
fn equal_seeds_give_equal_streams_and_states_are_counted() {
    let text = "shifts = { kind = \"contrast\", levels = [1.0, 2.0, 3.0], every = 20 }";
    let spec = spec(PLANE, text);
    assert_eq!(stream(&spec), stream(&spec));
    let shifts = spec.shifts.expect("there");
    // Two blocks of twenty meet two of the three levels.
    assert_eq!((shifts.states(40), shifts.states(60), shifts.states(600)), (2, 3, 3));
    let contexts = Shifts::Contexts { order: vec![0, 2], every: 10 };
    assert_eq!((contexts.states(10), contexts.states(40)), (1, 3));
}

#[test]
fn values_out_of_range_are_named_with_what_is_allowed() {
    let refused = |source: &str, more: &str| spec(source, more).check().expect_err("refused").to_string();
    let cases = [
        (PLANE, "kind = \"contrast\", levels = [1.0, 0.0], every = 5", "`stream.shifts.levels` = 0"),
        (PLANE, "kind = \"contrast\", levels = [1.0], every = 5", "1 levels"),
        (PLANE, "kind = \"luminance\", levels = [0.0, 2000.0], every = 5", "-1000 to 1000"),
        (PLANE, "kind = \"noise\", levels = [0.0, 1.0], every = 5", "0 <= noise < 1"),
        (PLANE, "kind = \"noise\", levels = [0.0, 0.5], every = 41", "`stream.shifts.every` = 41"),
        (
            PLANE,
            "kind = \"noise\", levels = [0.0, 0.5], order = [0, 2], every = 5",
            "0 to 1, the places of the levels",
        ),
        (PLANE, "kind = \"noise\", levels = [0.0, 0.5], order = [0], every = 5", "2 to 64 states"),
        (PLANE, "kind = \"noise-speed\", levels = [0.0, 0.5], speeds = [0.0, 1.0], every = 5", "has a speed"),
        (MOVING, "kind = \"noise-speed\", levels = [0.0, 0.5], speeds = [1.0], every = 5", "2 to 8 speeds"),
        (
            MOVING,
            "kind = \"noise-speed\", levels = [0.0, 0.5], speeds = [1.0, 101.0], every = 5",
            "factors from 0 to 100",
        ),
        (PLANE, "kind = \"volatility\", intervals = [0, 5], every = 10", "two concepts or more"),
        (
            r#"kind = "sea""#,
            "kind = \"noise\", levels = [0.0, 0.5], every = 5",
            "`stream.source.noise` = 0.1",
        ),
        (r#"kind = "sine""#, "kind = \"contexts\", order = [0, 4], every = 5", "0 to 3, the concepts"),
        (r#"kind = "sine""#, "kind = \"contexts\", order = [1, 0], every = 5", "0 first"),
        (
            r#"kind = "elec2""#,
            "kind = \"contrast\", levels = [1.0, 2.0], every = 5",
            "a source that is generated",
        ),
        (r#"kind = "digits-drift""#, "kind = \"relevance\", every = 5", "`stream.shifts.kind` = relevance"),
    ];
    for (source, shifts, words) in cases {
        let said = refused(source, &format!("shifts = {{ {shifts} }}"));
        assert!(said.contains(words), "{shifts}: {said}");
    }
    let more = "segments = 2\nshifts = { kind = \"contexts\", order = [0, 1], every = 5 }";
    assert!(refused(r#"kind = "sine""#, more).contains("`stream.segments` = 2"));
    let unnamed = "source = { kind = \"sine\" }\nsamples = 40\nshifts = { kind = \"contrst\", every = 5 }";
    assert!(toml::from_str::<OnlineStreamSpec>(unnamed).expect_err("a typo").to_string().contains("contrst"));
}
