use super::*;
use crate::error::Result;
use crate::stream::EvaluateOn;
use base::rng::Streams;
use data::{Data, DataFolder, Table};
use std::ops::Range;

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn spec(source: &str, samples: usize, segments: usize) -> OnlineStreamSpec {
    let text = format!("source = {{ {source} }}\nsamples = {samples}\nsegments = {segments}");
    toml::from_str(&text).expect("a valid spec")
}

fn stream(spec: &OnlineStreamSpec) -> OnlineStream {
    OnlineStream::new(spec, &data(), EvaluateOn::Test, &Streams::new(7)).expect("a stream")
}

fn rate(labels: &[u32]) -> f64 {
    labels.iter().map(|label| f64::from(*label)).sum::<f64>() / labels.len() as f64
}

#[test]
fn the_class_rates_and_the_noise_ceiling_of_sea_match_its_definition() {
    // x₁ + x₂ of two U(0, 10) is at most θ ≤ 10 with chance θ²/200; noise 0.1 makes it 0.1 + 0.8 θ²/200.
    // 50,000 samples per segment: 3 standard errors are 0.0067.
    let stream = stream(&spec(r#"kind = "sea""#, 200_000, 4));
    let ideal = stream.ideal().expect("generated");
    for (segment, theta) in [8.0f64, 9.0, 7.0, 9.5].into_iter().enumerate() {
        let part = segment * 50_000..(segment + 1) * 50_000;
        let clean = theta * theta / 200.0;
        assert!((rate(&ideal[part.clone()]) - clean).abs() < 0.0067, "θ = {theta}");
        assert!((rate(&stream.labels()[part]) - (0.1 + 0.8 * clean)).abs() < 0.0067, "θ = {theta}");
    }
    // Whoever knows the concept is right where no label was turned over: 0.9; 3 standard errors are 0.002.
    let right = stream.labels().iter().zip(ideal).filter(|(label, ideal)| label == ideal).count();
    assert!((right as f64 / 200_000.0 - 0.9).abs() < 0.002, "{right}");
    assert!(sea([3.0, 5.0, 9.0], 8.0) && !sea([3.0, 5.1, 0.0], 8.0));
}

#[test]
fn the_class_rates_of_stagger_match_its_definition() {
    // 1/9; 1 − (2/3)² = 5/9; 2/3. 20,000 samples per segment: 3 standard errors are at most 0.0106.
    let stream = stream(&spec(r#"kind = "stagger""#, 60_000, 3));
    for (segment, expected) in [1.0 / 9.0, 5.0 / 9.0, 2.0 / 3.0].into_iter().enumerate() {
        let found = rate(&stream.labels()[segment * 20_000..(segment + 1) * 20_000]);
        assert!((found - expected).abs() < 0.0106, "concept {segment}: {found}");
    }
    assert_eq!(stream.inputs(0..1).iter().sum::<f32>(), 3.0);
    assert!(stagger(0, 0, 2, 0) && !stagger(0, 1, 2, 0) && stagger(2, 0, 1, 1) && stagger(1, 0, 0, 2));
}

#[test]
fn the_class_rates_of_sine_match_its_integrals() {
    // ∫ sin x = 1 − cos 1 = 0.4597; ∫ 0.5 + 0.3 sin 3πx = 0.5 + 0.6/(3π) = 0.5637; the reverses are 1 minus that.
    let stream = stream(&spec(r#"kind = "sine""#, 80_000, 4));
    let first = 1.0 - 1f64.cos();
    let second = 0.5 + 0.2 / std::f64::consts::PI;
    for (segment, expected) in [first, 1.0 - first, second, 1.0 - second].into_iter().enumerate() {
        let found = rate(&stream.labels()[segment * 20_000..(segment + 1) * 20_000]);
        assert!((found - expected).abs() < 0.0107, "concept {segment}: {found} {expected}");
    }
}

#[test]
fn a_hyperplane_halves_its_samples_and_moves() {
    let still = stream(&spec(r#"kind = "hyperplane", moving = 0, noise = 0.0"#, 20_000, 1));
    // The plane goes through the middle of the cube, so by symmetry each class has half of it.
    assert!((rate(still.labels()) - 0.5).abs() < 0.0107, "{}", rate(still.labels()));
    let moving =
        stream(&spec(r#"kind = "hyperplane", moving = 5, speed = 0.01, turn = 0.0, noise = 0.0"#, 2_000, 1));
    assert_eq!(still.inputs(0..2_000), moving.inputs(0..2_000), "drift has its own random stream");
    let differ = |range: Range<usize>| {
        let pairs = still.labels()[range.clone()].iter().zip(&moving.labels()[range]);
        pairs.filter(|(a, b)| a != b).count()
    };
    assert!(differ(0..50) < differ(1_950..2_000), "{} {}", differ(0..50), differ(1_950..2_000));
    assert!(moving.changes().is_empty());
}

#[test]
fn digits_drift_permutes_all_labels_and_contexts_recur() {
    let spec = spec(r#"kind = "digits-drift", contexts = 2"#, 4_000, 3);
    let drifting = stream(&spec);
    let steady = stream(&OnlineStreamSpec { segments: 1, ..spec });
    assert_eq!(drifting.inputs(0..4_000), steady.inputs(0..4_000));
    let begins: Vec<usize> = drifting.changes().iter().map(|change| change.begin).collect();
    assert_eq!(begins, [1_333, 2_666]);
    for at in 0..4_000 {
        let same = drifting.labels()[at] == steady.labels()[at];
        assert_eq!(same, !(1_333..2_666).contains(&at), "at {at}");
    }
    assert_eq!(drifting.labels()[0..1_333], drifting.ideal().expect("generated")[0..1_333]);
}

#[test]
fn searches_and_reports_share_no_digit() {
    let spec = spec(r#"kind = "digits-drift""#, 3_000, 1);
    let images = |on| {
        let stream = OnlineStream::new(&spec, &data(), on, &Streams::new(7)).expect("a stream");
        let bits = |at: usize| stream.inputs(at..at + 1).iter().map(|v| v.to_bits()).collect::<Vec<u32>>();
        (0..3_000).map(bits).collect::<std::collections::BTreeSet<_>>()
    };
    let (test, validation) = (images(EvaluateOn::Test), images(EvaluateOn::Validation));
    assert_eq!((test.len(), validation.len()), (720, 1_077));
    assert!(test.is_disjoint(&validation));
}

#[test]
fn a_search_sees_no_sample_that_is_scored_even_with_the_same_seed() {
    for source in [r#"kind = "sea""#, r#"kind = "hyperplane""#, r#"kind = "sine""#] {
        let spec = spec(source, 500, 1);
        let samples = |on| {
            let stream = OnlineStream::new(&spec, &data(), on, &Streams::new(7)).expect("a stream");
            let bits =
                |at: usize| stream.inputs(at..at + 1).iter().map(|v| v.to_bits()).collect::<Vec<u32>>();
            (0..500).map(bits).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(samples(EvaluateOn::Test).is_disjoint(&samples(EvaluateOn::Validation)), "{source}");
    }
    // STAGGER has 27 different samples: their order is another one.
    let spec = spec(r#"kind = "stagger""#, 500, 1);
    let with = |on| OnlineStream::new(&spec, &data(), on, &Streams::new(7)).expect("a stream");
    assert_ne!(with(EvaluateOn::Test).inputs, with(EvaluateOn::Validation).inputs);
}

#[test]
fn a_table_is_cut_into_rows_to_search_on_and_rows_to_score() {
    // Row i holds the number i; its class is its parity.
    let row = |i: u32| format!("{i},{}\n", i % 2);
    let csv: String = std::iter::once("i,class\n".to_owned()).chain((0..40).map(row)).collect();
    let table = Table::parse("toy", "toy.csv", &csv, 2).expect("valid");
    let spec = |more: &str| -> OnlineStreamSpec {
        toml::from_str(&format!("source = {{ kind = \"elec2\" }}\n{more}")).expect("a valid spec")
    };
    let rows = |more: &str, on| -> Result<Vec<f32>> {
        Ok(OnlineStream::table(&spec(more), "toy", &table, on)?.inputs)
    };
    let numbers = |range: Range<u16>| range.map(f32::from).collect::<Vec<f32>>();
    assert_eq!(rows("", EvaluateOn::Validation).expect("rows"), numbers(0..4));
    assert_eq!(rows("", EvaluateOn::Test).expect("rows"), numbers(4..40));
    assert_eq!(rows("samples = 12", EvaluateOn::Test).expect("rows"), numbers(4..16));
    assert_eq!(rows("scored = \"whole\"", EvaluateOn::Test).expect("rows"), numbers(0..40));
    let message = rows("samples = 37", EvaluateOn::Test).expect_err("too many").to_string();
    assert!(
        message.ends_with("has 36 rows after the 4 for tuning, fewer than the 37 asked for"),
        "{message}"
    );
    let mut generated = super::tests::spec(r#"kind = "stagger""#, 100, 1);
    generated.scored = Some(Scored::Whole);
    assert!(generated.check().expect_err("refused").to_string().contains("`stream.scored`"));
}

#[test]
fn the_same_seed_gives_the_same_stream_and_another_seed_another() {
    let spec = spec(r#"kind = "sea""#, 100, 4);
    let with =
        |seed| OnlineStream::new(&spec, &data(), EvaluateOn::Test, &Streams::new(seed)).expect("a stream");
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

#[test]
fn a_batch_for_learning_holds_inputs_and_labels_and_no_task() {
    let stream = stream(&spec(r#"kind = "sea""#, 100, 4));
    let batch = stream.labelled(25..27).expect("batch");
    assert_eq!((batch.inputs.dims(), batch.targets.as_slice()), (&[2usize, 3][..], &stream.labels()[25..27]));
    assert_eq!(batch.task, None);
    assert!(stream.told(24..25).is_none() && stream.told(25..26).is_some() && stream.told(26..50).is_none());
}

#[test]
fn values_out_of_range_are_named_with_what_is_allowed() {
    let refused = |source: &str, samples, segments| {
        spec(source, samples, segments).check().expect_err("refused").to_string()
    };
    let text = refused(r#"kind = "sea", thresholds = [8, 25]"#, 100, 1);
    assert!(
        text.contains("`stream.source.thresholds` = 25") && text.contains("both classes occur"),
        "{text}"
    );
    assert!(refused(r#"kind = "sea", noise = 0.5"#, 100, 1).contains("`stream.source.noise` = 0.5"));
    assert!(refused(r#"kind = "sine""#, 5, 1).contains("`stream.samples` = 5"));
    assert!(refused(r#"kind = "hyperplane""#, 100, 2).contains("`stream.segments` = 2"));
    assert!(refused(r#"kind = "hyperplane", moving = 11"#, 100, 1).contains("`stream.source.moving` = 11"));
    assert!(
        refused(r#"kind = "digits-drift", contexts = 1"#, 100, 1).contains("`stream.source.contexts` = 1")
    );
    let mut late = spec(r#"kind = "stagger""#, 100, 2);
    late.delay = 100;
    assert!(late.check().expect_err("refused").to_string().contains("`stream.delay` = 100"));
    late.delay = 0;
    late.transition = 51;
    assert!(late.check().expect_err("refused").to_string().contains("`stream.transition` = 51"));
    let unnamed: Result<OnlineStreamSpec, _> = toml::from_str("source = { kind = \"stager\" }\nsamples = 10");
    assert!(unnamed.expect_err("a typo").to_string().contains("stager"));
}

#[test]
fn bad_values_in_memory_are_refused_before_anything_trains() {
    let refused = |inputs: &[f32], labels: &[u32]| {
        OnlineStream::from_values(1, 2, inputs.to_vec(), labels.to_vec()).expect_err("refused").to_string()
    };
    assert!(refused(&[1.0, 2.0], &[1, 1]).contains("holds only the class 1; a stream needs at least two"));
    assert!(refused(&[1.0, 2.0], &[0, 2]).contains("sample 2 has the label 2; allowed are 0 to 1"));
    assert!(refused(&[1.0, f32::NAN], &[0, 1]).contains("sample 2, feature 1: NaN is not finite"));
    assert!(refused(&[1.0], &[0, 1]).contains("1 values for 2 samples of 1 features"));
    assert!(refused(&[], &[]).contains("has no samples"));
}

#[test]
fn images_of_other_sets_say_their_shape_and_the_embedded_ones_are_written_as_before() {
    let of = |images: &str| spec(&format!(r#"kind = "digits-drift"{images}"#), 100, 1);
    let (digits, fashion) = (of(""), of(r#", images = "fashion-mnist""#));
    assert_eq!((digits.dataset(), digits.shape(), digits.features()), (Some("digits"), [1, 8, 8], 64));
    assert_eq!(
        (fashion.dataset(), fashion.shape(), fashion.features()),
        (Some("fashion-mnist"), [1, 28, 28], 784)
    );
    // A key that is written changes the keys of all records.
    assert!(!serde_json::to_string(&digits).expect("text").contains("images"));
    // They lie in the data folder, which is not there.
    let error =
        OnlineStream::new(&fashion, &data(), EvaluateOn::Test, &Streams::new(7)).unwrap_err().to_string();
    assert!(error.contains("fashion-mnist") && error.contains("/nowhere"), "{error}");
}
