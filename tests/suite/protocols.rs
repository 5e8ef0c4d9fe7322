//! Protocols as published: budgets in passes over the data, rotations that each seed draws.

use std::path::Path;

use serde_json::Value;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

const UPDATES: &str = "updates_per_task = 20";
const SPLIT: &str = r#"{ kind = "split" }"#;

/// The records of `naive` on the tiny benchmark with these words replaced.
fn records(method: &str, seeds: &str, edits: &[(&str, &str)]) -> Vec<Value> {
    let tiny = edits.iter().fold(TINY_DOMAIN.to_owned(), |text, (old, new)| text.replace(old, new));
    let (dir, out) = (definitions(&[("tiny.toml", &tiny)]), folder());
    bench()
        .args(["run", "tiny", "--quiet", "--jobs", "1", "--method", method, "--seeds", seeds, "--benchmarks"])
        .arg(dir.path())
        .arg("--out")
        .arg(out.path())
        .assert()
        .success();
    read(out.path())
}

fn read(folder: &Path) -> Vec<Value> {
    let lines = text(&folder.join("records.jsonl"));
    lines.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

fn of<'a>(records: &'a [Value], method: &str) -> &'a Value {
    records.iter().find(|record| record["spec"]["method"] == method).expect("a run")
}

fn refused(edits: &[(&str, &str)]) -> String {
    refused_of("naive", edits)
}

fn refused_of(method: &str, edits: &[(&str, &str)]) -> String {
    let tiny = edits.iter().fold(TINY_DOMAIN.to_owned(), |text, (old, new)| text.replace(old, new));
    let (dir, out) = (definitions(&[("tiny.toml", &tiny)]), folder());
    let run = bench()
        .args(["run", "tiny", "--quiet", "--method", method, "--seeds", "1", "--benchmarks"])
        .arg(dir.path())
        .arg("--out")
        .arg(out.path())
        .assert()
        .code(2);
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

/// Permuted digits have tasks of one size, so that passes can be told in updates: somewhat over 1,024 samples are 16 whole batches of 64.
#[test]
fn epochs_are_as_many_updates_as_they_have_whole_batches() {
    let permuted = [(SPLIT, r#"{ kind = "permuted", tasks = 2 }"#), ("batch = 8", "batch = 64")];
    let with = |budget| records("naive,joint", "1", &[permuted[0], permuted[1], (UPDATES, budget)]);
    let (passes, counted) = (with("epochs = 2"), with("updates_per_task = 32"));
    assert_eq!(passes.len(), 2);
    for (one, other) in passes.iter().zip(&counted) {
        assert_eq!(one["footprint"]["updates"], other["footprint"]["updates"]);
        assert_eq!(one["matrix"], other["matrix"]);
        assert_eq!(one["marks"], other["marks"]);
    }
}

/// Split digits have tasks of unequal size: each gets its own number of updates, and its mark stands where it begins.
#[test]
fn a_larger_task_gets_more_updates_per_epoch() {
    let record = &records("naive", "1", &[(UPDATES, "epochs = 1")])[0];
    let marks: Vec<f64> = record["marks"]
        .as_array()
        .expect("marks")
        .iter()
        .map(|mark| mark["x"].as_f64().expect("x"))
        .collect();
    let lengths: Vec<f64> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let last = record["footprint"]["updates"].as_f64().expect("updates") - marks[4];
    assert_eq!(marks[0], 0.0);
    // A task has about 215 training samples, 26 or 27 whole batches of 8.
    assert!(
        lengths.iter().chain([&last]).all(|updates| (26.0..=27.0).contains(updates)),
        "{lengths:?} {last}"
    );
    assert!(lengths.iter().any(|updates| *updates != lengths[0]) || last != lengths[0], "{lengths:?} {last}");
}

#[test]
fn a_budget_is_told_in_one_way() {
    for (budget, key) in [
        ("updates_per_task = 20, epochs = 1", "`budget.epochs` = 1"),
        ("reset_optimiser = true", "`budget` = neither"),
        ("epochs = 0", "`budget.epochs` = 0"),
    ] {
        let said = refused(&[(UPDATES, budget)]);
        assert!(said.contains(key) && said.contains("tiny.toml"), "{said}");
    }
}

#[test]
fn each_seed_turns_the_images_by_angles_of_its_own() {
    let rotated = (SPLIT, r#"{ kind = "randomly-rotated", tasks = 3, between = [10.0, 80.0] }"#);
    let found = records("naive", "2", &[rotated]);
    let names: Vec<Vec<String>> = found
        .iter()
        .map(|record| {
            let tasks = record["matrix"]["tasks"].as_array().expect("tasks");
            tasks.iter().map(|task| task.as_str().expect("a name").to_owned()).collect()
        })
        .collect();
    assert_ne!(names[0], names[1], "another seed, other angles");
    assert_eq!(found[0]["matrix"], records("naive", "1", &[rotated])[0]["matrix"], "the same seed, the same");
    for name in names.concat() {
        let degrees: f64 = name.trim_end_matches('°').parse().expect("degrees");
        assert!((10.0..=80.0).contains(&degrees), "{name}");
    }
    let said = refused(&[(SPLIT, r#"{ kind = "randomly-rotated", between = [80.0, 10.0] }"#)]);
    assert!(said.contains("`stream.tasks.between` = [80.0, 10.0]"), "{said}");
}

#[test]
fn ascending_angles_lie_in_a_step_of_their_own_each() {
    // Three steps from −30 to 60 degrees.
    let rotated = r#"{ kind = "randomly-rotated", tasks = 3, between = [-30.0, 60.0], ascending = true }"#;
    for record in records("naive", "3", &[(SPLIT, rotated)]) {
        for (step, name) in tasks(&record).0.iter().enumerate() {
            let degrees: f64 = name.trim_end_matches('°').parse().expect("degrees");
            let low = 30.0 * step as f64 - 30.0;
            assert!((low - 0.5..=low + 30.5).contains(&degrees), "step {step}: {name}");
        }
    }
}

/// Where the domain scenario tells the task, networks of their own can be trained, and what does not look at it trains as before.
#[test]
fn the_task_may_be_told_where_one_head_serves_all() {
    let told = (r#"reveals = ["boundary"]"#, r#"reveals = ["task-id", "boundary"]"#);
    let both = records("naive,separate,xdg", "1", &[told]);
    assert_eq!(both.iter().filter(|record| record["status"] == "ok").count(), 3);
    assert_eq!(both[0]["matrix"], records("naive", "1", &[])[0]["matrix"]);
    let class = (
        r#"scenario = "domain", reveals = ["boundary"]"#,
        r#"scenario = "class", reveals = ["task-id", "boundary"]"#,
    );
    assert!(refused(&[class]).contains("without it in the class scenario"));
}

/// What a protocol leaves out for speed does not reach its score.
#[test]
fn fewer_samples_and_no_references_leave_the_last_row_as_it_is() {
    let whole = records("naive,joint", "1", &[]);
    let few =
        records("naive,joint", "1", &[("samples = 20 }", "samples = 20, matrix = 30 }\nreferences = false")]);
    for (whole, few) in whole.iter().zip(&few) {
        let rows = |record: &Value| record["matrix"]["rows"].as_array().expect("rows").clone();
        let (whole_rows, few_rows) = (rows(whole), rows(few));
        assert_eq!(whole_rows.last(), few_rows.last());
        assert_ne!(whole_rows[0], few_rows[0]);
        assert_eq!(few["matrix"]["reference"], Value::Null);
    }
    assert_ne!(whole[1]["matrix"]["reference"], Value::Null);
    assert!(refused(&[("samples = 20 }", "samples = 20, matrix = 0 }")]).contains("`curve.matrix` = 0"));
}

/// A rate that never falls below its floor, and tests with silent units that repeat to the bit.
#[test]
fn stable_sgd_has_a_floor_and_noisy_tests_where_it_is_asked_to() {
    let with = |settings: &str| records(&format!("stable-sgd{settings}"), "1", &[])[0]["matrix"].clone();
    let fallen = "@parameters.decay=0.0001";
    assert_ne!(with(fallen), with(&format!("{fallen}@parameters.floor=1")));
    assert_eq!(with("@parameters.decay=1"), with(&format!("{fallen}@parameters.floor=1")));
    let noisy = with("@parameters.noisy_tests=true");
    assert_ne!(with(""), noisy);
    assert_eq!(noisy, with("@parameters.noisy_tests=true"));
}

/// Names of the tasks, and how often the network was updated.
fn tasks(record: &Value) -> (Vec<String>, u64) {
    let tasks = record["matrix"]["tasks"].as_array().expect("tasks");
    let names = tasks.iter().map(|task| task.as_str().expect("a name").to_owned()).collect();
    (names, record["footprint"]["updates"].as_u64().expect("updates"))
}

#[test]
fn tasks_may_be_unequal_met_again_blurred_few_or_parts_of_one() {
    let class = ("scenario = \"domain\"", "scenario = \"class\"");
    let unequal = (SPLIT, r#"{ kind = "split", sizes = [5, 4, 1], shuffle_classes = false }"#);
    let (names, _) = tasks(&records("naive", "1", &[class, unequal])[0]);
    assert_eq!(names, ["0|1|2|3|4", "5|6|7|8", "9"]);

    let again = (r#"reveals = ["boundary"] }"#, r#"reveals = ["boundary"], repeats = 2 }"#);
    let halves = (SPLIT, r#"{ kind = "split", classes_per_task = 5, shuffle_classes = false }"#);
    let (names, updates) = tasks(&records("naive,er", "1", &[again, halves])[1]);
    assert_eq!(names, ["0|1|2|3|4", "5|6|7|8|9", "0|1|2|3|4 (2)", "5|6|7|8|9 (2)"]);
    assert_eq!(updates, 80);

    let blurred =
        (r#"reveals = ["boundary"] }"#, r#"reveals = ["boundary"], blur = 0.3, samples_per_task = 40 }"#);
    // 40 samples stay 40: 28 of a task's own and 3 from each of the four others.
    let (_, updates) = tasks(&records("naive", "1", &[blurred, (UPDATES, "epochs = 1")])[0]);
    assert_eq!(updates, 25);

    let parts = (SPLIT, r#"{ kind = "shards", tasks = 3 }"#);
    let (names, _) = tasks(&records("naive,joint,ewc", "1", &[parts])[2]);
    assert_eq!(names, ["part 1", "part 2", "part 3"]);
}

#[test]
fn what_cannot_be_mixed_is_refused_by_name() {
    let reveals = |more: &str| format!(r#"reveals = ["boundary"], {more} }}"#);
    let class = ("scenario = \"domain\"", "scenario = \"class\"");
    let revealed = r#"reveals = ["boundary"] }"#;
    for (edits, said) in [
        (vec![(SPLIT, r#"{ kind = "split", sizes = [5, 4] }"#)], "`stream.tasks.sizes` = [5, 4]"),
        (vec![(SPLIT, r#"{ kind = "split", sizes = [5, 4, 1] }"#)], "at least two numbers of at least 2"),
        (vec![class, (SPLIT, r#"{ kind = "shards" }"#)], "`stream.tasks.kind` = shards"),
        (vec![(revealed, &*reveals("repeats = 1"))], "`stream.repeats` = 1"),
        (vec![(revealed, &*reveals("samples_per_task = 0"))], "`stream.samples_per_task` = 0"),
        (vec![(revealed, &*reveals("blur = 0.7"))], "`stream.blur` = 0.7"),
        (vec![class, (revealed, &*reveals("blur = 0.1"))], "samples of all tasks may compete"),
    ] {
        let found = refused(&edits);
        assert!(found.contains(said), "{found}");
    }
}

/// Tasks flow into one another: nothing is told, nothing that needs a boundary runs, and the batches are other ones.
#[test]
fn a_gradual_mixture_tells_no_boundary() {
    let hidden = (r#"reveals = ["boundary"] }"#, "reveals = [] }");
    let keeps = (UPDATES, "updates_per_task = 20, reset_optimiser = false");
    let flows = |more: &str| format!("reveals = [], gradual = {more} }}");
    let gradual = flows("0.5");
    let edits = [(r#"reveals = ["boundary"] }"#, gradual.as_str()), keeps];
    let found = records("naive,er,der-pp,k-wta,joint", "1", &edits);
    assert_eq!(found.iter().filter(|record| record["status"] == "ok").count(), 5);
    assert_eq!(tasks(of(&found, "naive")).0.len(), 5);
    assert_eq!(
        of(&found, "naive")["probes"].as_array().map_or(0, |probes| {
            probes
                .iter()
                .filter(|probe| probe["name"].as_str().is_some_and(|name| name.starts_with("first")))
                .count()
        }),
        0
    );
    let apart = records("naive,joint", "1", &[hidden, keeps]);
    assert_ne!(of(&found, "naive")["matrix"], of(&apart, "naive")["matrix"]);
    assert_eq!(
        of(&found, "joint")["matrix"],
        of(&apart, "joint")["matrix"],
        "joint training has all tasks at once either way"
    );
    let again = flows("0.5, repeats = 2");
    let twice = records("naive", "1", &[(r#"reveals = ["boundary"] }"#, &again), keeps]);
    assert_eq!(tasks(&twice[0]).0.len(), 10);
    for (edits, said) in [
        (
            vec![(r#"reveals = ["boundary"] }"#, r#"reveals = ["boundary"], gradual = 0.5 }"#)],
            "unless `reveals = []`",
        ),
        (
            vec![(r#"reveals = ["boundary"] }"#, "reveals = [], gradual = 0.01 }"), keeps],
            "`stream.gradual` = 0.01",
        ),
        (vec![edits[0]], "`budget.reset_optimiser`"),
    ] {
        let told = refused(&edits);
        assert!(told.contains(said), "{told}");
    }
    for (method, said) in [
        ("ewc", "method `ewc` needs `boundary`, which this stream hides"),
        ("xdg", "method `xdg` needs `task-id`, which this stream hides"),
        ("er-balanced", "this value needs `boundary`, which this stream hides"),
    ] {
        let told = refused_of(method, &edits);
        assert!(told.contains(said), "{told}");
    }
}
