use super::*;
use contract::{AccuracyMatrix, Curve, Mark, MetricValue, RunLog};

fn log_of(rows: Vec<Vec<f64>>, baseline: Option<Vec<f64>>) -> RunLog {
    let tasks = (0..rows.len()).map(|j| format!("t{j}")).collect();
    RunLog {
        matrix: Some(AccuracyMatrix { tasks, rows, baseline, ..AccuracyMatrix::default() }),
        ..RunLog::default()
    }
}

fn value(log: &RunLog, name: &str) -> f64 {
    let found = find(name).expect("registered").of(log).expect("needs one record");
    found.value().unwrap_or_else(|| panic!("{name} is {found:?}"))
}

fn reason(log: &RunLog, name: &str) -> String {
    match find(name).expect("registered").of(log) {
        Some(MetricValue::Undefined { undefined }) => undefined,
        other => panic!("{name} is {other:?}"),
    }
}

fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-9, "{ours} is not {theirs}");
}

#[test]
fn the_published_matrices_give_the_published_values() {
    let text = include_str!("../../../../tests/fixtures/si_permuted_mnist_R.json");
    let fixture: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let ours = [
        ("average_accuracy", "ACC"),
        ("backward_transfer", "BWT_GEM"),
        ("backward_transfer_triangular", "BWT_triangular_diaz"),
        ("forgetting_first_last", "forgetting_first_minus_last"),
        ("forgetting", "forgetting_max_chaudhry"),
        ("average_incremental_accuracy", "AIA"),
        ("learning_accuracy", "LA"),
    ];
    let theirs = [
        "BWT_GEM_divT_as_in_GEM_code",
        "forgetting_max_incl_final_mammoth_pycil",
        "A_lower_triangle_diaz",
        "FWT_no_baseline",
    ];
    let matrices = fixture["R"].as_object().expect("object");
    assert_eq!(matrices.len(), 4);
    for (strength, rows) in matrices {
        let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).expect("rows");
        assert_eq!((rows.len(), rows[0].len()), (10, 10));
        let log = log_of(rows, Some(vec![0.0; 10]));
        let published = |key: &str| fixture["metrics"][strength][key].as_f64().expect("number");
        // The fixture prints five decimals.
        for (name, key) in ours {
            let (a, b) = (value(&log, name), published(key));
            assert!((a - b).abs() <= 5.1e-6, "c = {strength}: {name} {a} against {key} {b}");
        }
        for (variant, key) in variants::VARIANTS.iter().zip(theirs) {
            let (a, b) = ((variant.compute)(&log).value().expect("defined"), published(key));
            assert!((a - b).abs() <= 5.1e-6, "c = {strength}: {} {a} against {key} {b}", variant.name);
        }
        // With b = 0 forward transfer is the variant without a baseline.
        assert!((value(&log, "forward_transfer") - published("FWT_no_baseline")).abs() <= 5.1e-6);
    }
}

#[test]
fn a_three_task_matrix_gives_the_values_computed_by_hand() {
    // R:  0.9 0.5 0.4     b: 0.5 0.4 0.3
    //     0.7 0.8 0.6
    //     0.8 0.6 1.0
    let log = log_of(
        vec![vec![0.9, 0.5, 0.4], vec![0.7, 0.8, 0.6], vec![0.8, 0.6, 1.0]],
        Some(vec![0.5, 0.4, 0.3]),
    );
    close(value(&log, "average_accuracy"), 2.4 / 3.0);
    close(value(&log, "average_incremental_accuracy"), (0.9 + 0.75 + 0.8) / 3.0);
    close(value(&log, "learning_accuracy"), 0.9);
    close(value(&log, "backward_transfer"), (-0.1 - 0.2) / 2.0);
    close(value(&log, "backward_transfer_triangular"), (-0.2 - 0.1 - 0.2) / 3.0);
    close(value(&log, "forgetting"), (0.1 + 0.2) / 2.0);
    close(value(&log, "forgetting_first_last"), 0.15);
    close(value(&log, "forward_transfer"), (0.1 + 0.3) / 2.0);
    // Networks that learned the tasks up to k together are right in 0.95, 0.7 and 1 of task k: what the joint network of
    // all tasks does on them (0.9, 0.9) does not count.
    let mut joint = log_of(vec![vec![0.0; 3], vec![0.0; 3], vec![0.9, 0.9, 1.0]], None);
    let without = intransigence(&log, &joint);
    assert!(matches!(without, MetricValue::Undefined { undefined } if undefined.contains("no references")));
    joint.matrix.as_mut().expect("matrix").reference = Some(vec![0.95, 0.7, 1.0]);
    close(intransigence(&log, &joint).value().expect("defined"), (0.05 - 0.1 + 0.0) / 3.0);
}

#[test]
fn an_undefined_metric_has_a_reason_and_is_never_zero() {
    let one = log_of(vec![vec![0.9]], None);
    assert_eq!(reason(&one, "forgetting"), "only one task");
    assert_eq!(reason(&one, "backward_transfer"), "only one task");
    assert_eq!(reason(&one, "forward_transfer"), "the untrained network was not measured");
    close(value(&one, "average_accuracy"), 0.9);
    assert_eq!(reason(&RunLog::default(), "average_accuracy"), "no accuracy matrix");
    assert_eq!(reason(&RunLog::default(), "stability_gap"), "no accuracy curves");
    let ragged = log_of(vec![vec![0.9, 0.1], vec![0.2]], None);
    assert_eq!(reason(&ragged, "average_accuracy"), "a row of the 2-task matrix has 1 entries");
}

/// Two tasks of 100 updates; task 0 reaches 0.8, falls to 0.2 after the switch, is back at 0.75 after 30 updates.
fn dip() -> RunLog {
    let mut log = log_of(vec![vec![0.8, 0.1], vec![0.75, 0.6]], None);
    let points = |name: &str, values: &[(f64, f64)]| {
        let mut curve = Curve::new(name);
        for (x, y) in values {
            curve.push(*x, *y);
        }
        curve
    };
    log.curves = vec![
        points("accuracy/task0", &[(0.0, 0.0), (100.0, 0.8), (110.0, 0.2), (130.0, 0.75), (200.0, 0.7)]),
        points("accuracy/task1", &[(0.0, 0.1), (100.0, 0.1), (110.0, 0.3), (130.0, 0.5), (200.0, 0.6)]),
    ];
    log.marks = vec![Mark { x: 0.0, label: "0".into() }, Mark { x: 100.0, label: "1".into() }];
    log
}

#[test]
fn a_dip_after_a_switch_is_measured_from_the_level_before_it() {
    let mut log = dip();
    close(value(&log, "stability_gap"), (0.8 - 0.2) / 0.8);
    close(value(&log, "recovery_steps"), 30.0);
    close(value(&log, "recovered_share"), 1.0);
    close(value(&log, "min_accuracy"), 0.2);
    close(value(&log, "worst_case_accuracy"), 0.5 * 0.6 + 0.5 * 0.2);
    // The mark of the first task may be left out.
    log.marks.remove(0);
    close(value(&log, "stability_gap"), 0.75);
}

#[test]
fn a_level_that_is_never_regained_is_called_never() {
    let mut log = dip();
    log.curves[0].y[3] = Some(0.3);
    log.curves[0].y[4] = Some(0.3);
    assert_eq!(reason(&log, "recovery_steps"), "never: not regained after 1 of 1 switches");
    close(value(&log, "recovered_share"), 0.0);
}

#[test]
fn scalars_of_a_protocol_are_metrics_and_belong_to_their_paradigm() {
    let mut log = RunLog::default();
    log.scalars.insert("lag".into(), 21.0);
    let values = score_all("go-no-go", &log);
    assert_eq!(values.get("lag"), Some(&MetricValue::Value(21.0)));
    assert!(!values.contains_key("average_accuracy"));
    let probe = Metric::scalar("lag", "trials until the switch is noticed", "here", false, &["go-no-go"]);
    assert_eq!(probe.of(&log), Some(MetricValue::Value(21.0)));
    assert!(matches!(probe.of(&RunLog::default()), Some(MetricValue::Undefined { .. })));
}

#[test]
fn names_are_unique_and_the_page_of_documentation_is_fresh() {
    let mut names: Vec<&str> = METRICS.iter().map(|metric| metric.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METRICS.len());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, markdown()).expect("docs/metrics.md can be written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stands, markdown(), "stale: run `UPDATE_DOCS=1 cargo test metric`");
}

#[test]
fn numbers_have_no_accuracy_and_classes_no_error() {
    let matrix = |regression| AccuracyMatrix {
        rows: vec![vec![0.8, -2.0], vec![-0.4, 0.6]],
        regression,
        ..AccuracyMatrix::default()
    };
    let log = |regression| RunLog {
        matrix: Some(matrix(regression)),
        scalars: [("average_rmse".to_owned(), 3.0)].into(),
        ..RunLog::default()
    };
    let numbers = score_all("incremental", &log(true));
    let value = |name: &str| numbers.get(name).and_then(MetricValue::value);
    // Last row: (−0.4 + 0.6) / 2; the first task falls from 0.8 to −0.4.
    assert!((value("average_r2").expect("defined") - 0.1).abs() < 1e-12);
    assert!((value("forgetting").expect("defined") - 1.2).abs() < 1e-12);
    assert_eq!((value("average_rmse"), value("average_accuracy")), (Some(3.0), None));
    assert!(matches!(numbers.get("learning_accuracy"), Some(MetricValue::Undefined { .. })));
    assert!(!higher_is_better("average_rmse") && higher_is_better("average_r2"));
    let classes = score_all("incremental", &RunLog { scalars: [].into(), ..log(false) });
    assert!(classes.contains_key("average_accuracy") && !classes.contains_key("average_r2"));
    assert!(!classes.contains_key("average_rmse"));
    let speaks = |name: &str| [true, false].map(|numbers| speaks_of(find(name).expect("known"), numbers));
    assert_eq!(speaks("average_accuracy"), [false, true]);
    assert_eq!((speaks("average_rmse"), speaks("average_r2")), ([true, false], [true, false]));
    assert_eq!(speaks("forgetting"), [true, true]);
}
