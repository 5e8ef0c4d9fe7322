//! What was run under one name with other settings stands apart; what is the same pairs.

use std::path::Path;

use crate::cases_cli::{MINE, TINY, tiny};
use crate::common::{bench, definitions, folder, text};

/// Runs `naive` under one definition and `other` under another, and reports both together.
fn reported(first: &[(&str, &str)], second: &[(&str, &str)], methods: [&str; 2]) -> (String, String) {
    let (one, two, a, b, out) = (definitions(first), definitions(second), folder(), folder(), folder());
    tiny(one.path(), a.path(), methods[0]).assert().success();
    tiny(two.path(), b.path(), methods[1]).assert().success();
    let report = |from: [&Path; 2]| {
        let mut command = bench();
        let output =
            command.arg("report").args(from).arg("--out").arg(out.path()).output().expect("a report");
        assert!(output.status.success());
        // Without the marks that keep Markdown from reading text as markup.
        let report = text(&out.path().join("report.md")).replace('\\', "");
        (report, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let told = report([a.path(), b.path()]);
    assert_eq!(told, report([b.path(), a.path()]), "whatever the order");
    told
}

#[test]
fn two_definitions_of_one_version_stand_apart_and_both_are_named() {
    for (old, new, shown) in [
        (
            "updates_per_task = 6",
            "updates_per_task = 7",
            ["budget.updates_per_task 6", "budget.updates_per_task 7"],
        ),
        // Nothing but the network that methods may replace: what each method was run with does not tell.
        ("hidden = [16]", "hidden = [17]", ["model.hidden [16]", "model.hidden [17]"]),
        ("kind = \"split\"", "kind = \"permuted\", tasks = 3", ["kind \"permuted\"", "kind \"split\""]),
    ] {
        let other = TINY.replace(old, new);
        let (report, errors) = reported(&[("tiny.toml", TINY)], &[("tiny.toml", &other)], ["naive", "ewc"]);
        assert!(errors.contains("tiny@1 was run under two definitions"), "{new}: {errors}");
        for definition in shown {
            assert!(errors.contains(definition) && report.contains(definition), "{definition}: {errors}");
        }
        assert!(report.contains("definition 1 of 2") && report.contains("definition 2 of 2"), "{report}");
        let ewc = report.lines().find(|row| row.starts_with("| EWC")).expect("a row");
        assert_eq!(ewc.matches('|').count(), 7, "no column of differences: {ewc}");
    }
}

#[test]
fn one_definition_pairs_across_folders_however_it_is_written() {
    let longer = format!(
        "# The same, defaults spelled out.\n{TINY}evaluate = \"test\"\noptimiser = {{ kind = \"sgd\" }}\n"
    );
    let plain = format!("{TINY}optimiser = {{ kind = \"sgd\" }}\n");
    let (report, errors) = reported(
        &[("tiny.toml", &plain)],
        &[("tiny.toml", &longer)],
        ["naive", "ewc,ewc@optimiser.rate=0.05"],
    );
    assert!(!errors.contains("warning") && !report.contains("definition 1 of 2"), "{errors}");
    let ewc = report.lines().find(|row| row.starts_with("| EWC")).expect("a row");
    assert_eq!(ewc.matches('|').count(), 8, "with its difference to naive: {ewc}");
}

#[test]
fn a_preset_of_ones_own_that_changed_under_its_name_stands_apart() {
    let faster = MINE.replace("0.05", "0.1");
    let (report, errors) = reported(
        &[("tiny.toml", TINY), ("mine.toml", MINE)],
        &[("tiny.toml", TINY), ("mine.toml", &faster)],
        ["naive,mine", "mine"],
    );
    assert!(errors.contains("tiny@1 · mine was run under two settings under the same name"), "{errors}");
    for rate in ["Mine [settings 1 of 2: optimiser.rate 0.05]", "Mine [settings 2 of 2: optimiser.rate 0.1]"]
    {
        assert!(report.contains(rate), "{rate}: {report}");
    }
}
