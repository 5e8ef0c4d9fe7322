//! `bench compare`: two sets of records, what they share and where they differ.

use std::path::Path;

use crate::common::{TINY_DOMAIN, bench, definitions, folder};

fn run(out: &Path, definition: &str, methods: &str, seeds: &str) {
    let dir = definitions(&[("tiny.toml", &definition.replace("\"two\"", "\"ewc\""))]);
    let mut command = bench();
    command.args(["run", "tiny", "--quiet", "--method", methods, "--seeds", seeds, "--out"]).arg(out);
    command.arg("--benchmarks").arg(dir.path()).assert().success();
}

fn compare(a: &Path, b: &Path, code: i32, more: &[&str]) -> String {
    let output =
        bench().arg("compare").arg(a).arg(b).args(more).assert().code(code).get_output().stdout.clone();
    String::from_utf8(output).expect("text")
}

#[test]
fn what_differs_is_told_by_seed_and_key_and_what_does_not_is_bit_identical() {
    let (a, again, b) = (folder(), folder(), folder());
    run(a.path(), TINY_DOMAIN, "naive,ewc", "2");
    run(again.path(), TINY_DOMAIN, "naive,ewc", "2");
    let same = compare(a.path(), again.path(), 0, &[]);
    assert!(same.contains("4 of 4 common runs bit-identical") && !same.contains('→'), "{same}");

    let other = TINY_DOMAIN
        .replace("version = 1", "version = 2")
        .replace("updates_per_task = 20", "updates_per_task = 25");
    run(b.path(), &other, "naive,si", "3");
    let told = compare(a.path(), b.path(), 1, &[]);
    for part in [
        "naive: ",
        "over 2 pairs",
        "0 of 2 common runs bit-identical",
        "only in B: seed 2",
        "settings.budget.updates_per_task: 20 → 25",
        "version: 1 → 2",
        "ewc: only in A (2 runs",
        "si: only in B (3 runs",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&compare(a.path(), b.path(), 1, &["--format", "json"])).expect("JSON");
    let cells = json["cells"].as_array().expect("cells");
    let naive = cells.iter().find(|cell| cell["method"] == "naive").expect("there");
    assert_eq!(
        (&naive["common"], &naive["identical"], &naive["difference"]["pairs"]),
        (&2.into(), &0.into(), &2.into())
    );
    assert_eq!((&json["same"], &naive["only_after"]), (&false.into(), &serde_json::json!([2])));
    let mean = |of: &str| naive[of].as_f64().expect("a mean");
    assert!(mean("mean_before") > 0.0 && mean("mean_after") > 0.0);
    let error =
        bench().arg("compare").arg(a.path()).arg("/nowhere").assert().code(2).get_output().stderr.clone();
    assert!(String::from_utf8_lossy(&error).contains("/nowhere"));
}
