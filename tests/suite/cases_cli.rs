//! Inputs that once made the program say something wrong, or stop: each test stands for a class of faults.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{Record, Status};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{Executor, Journal, Listener, Plan, PlannedRun, Selection};
use neuromod_bench::{registry, run};
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, definitions, folder, text};

const TINY: &str = r#"schema = 1
id = "tiny"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = { metric = "average_accuracy", chance = 0.5, ceiling = "joint", reference = "naive" }
methods = ["naive", "ewc"]
data = "digits"
stream = { tasks = { kind = "split" }, scenario = "task", reveals = ["task-id", "boundary"] }
model = { kind = "mlp", hidden = [16] }
budget = { updates_per_task = 6, batch = 8 }
curve = { every = 6, samples = 20 }
"#;

const MINE: &str = r#"schema = 1
id = "mine"
title = "Mine"
paradigm = "incremental"
kind = "naive"
provenance = "none"
optimiser = { rate = 0.05 }
"#;

/// Two runs of `methods` on the benchmark of these definitions.
fn tiny(definitions: &Path, out: &Path, methods: &str) -> Command {
    let mut command = bench();
    command.args(["run", "tiny", "--jobs", "1", "--seeds", "2", "-m", methods]);
    command.arg("--benchmarks").arg(definitions).arg("--out").arg(out);
    command
}

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

/// What may differ between runs that are compared is the method's; all else a benchmark resolves to is the same.
#[test]
fn every_method_leaves_the_benchmarks_own_settings_as_they_are() {
    let library = neuromod_bench::definitions::shipped().expect("valid");
    let mut compared = 0;
    for (id, benchmark) in &library.benchmarks {
        let of_method = registry::protocol(&benchmark.header.paradigm).expect("known").settings_of_method();
        let mut own: Option<BTreeMap<String, serde_json::Value>> = None;
        for method in library.method_ids(&benchmark.header.paradigm) {
            let selection =
                Selection { targets: vec![id.clone()], methods: vec![method.into()], seeds: Some(1) };
            // Some methods do not fit some benchmarks.
            let Ok(plan) = Plan::new(&library, &selection) else { continue };
            for run in &plan.runs {
                let settings = run.spec.settings.as_object().expect("a table").clone();
                let shared: BTreeMap<_, _> =
                    settings.into_iter().filter(|(key, _)| !of_method.contains(&key.as_str())).collect();
                assert!(!shared.is_empty(), "{id}: nothing is the benchmark's own");
                assert_eq!(own.get_or_insert_with(|| shared.clone()), &shared, "{id} · {method}");
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_nobody_reads_stops_no_session() {
    let definitions = definitions(&[("tiny.toml", TINY)]);
    let session = |redirected: &str| {
        let out = folder();
        let script = format!(
            "({} run tiny --seeds 8 --jobs 1 -m naive --benchmarks {} --out {}; echo code $? > {}/code) {redirected}",
            env!("CARGO_BIN_EXE_bench"),
            definitions.path().display(),
            out.path().display(),
            out.path().display()
        );
        assert!(Process::new("bash").args(["-c", &script]).status().expect("bash").success());
        assert_eq!(text(&out.path().join("records.jsonl")).lines().count(), 8, "{redirected}");
        text(&out.path().join("code")).trim().to_owned()
    };
    for redirected in
        ["2>/dev/full >/dev/null", "2>&- >/dev/null", "2>&1 | true", "2>&1 | head -1 >/dev/null"]
    {
        assert_eq!(session(redirected), "code 0", "{redirected}");
    }
    // What does not reach stdout is lost, and said with the code.
    assert_eq!(session("2>/dev/full >/dev/full"), "code 1");
}

/// A listener that fails whenever it is told something.
struct Broken;

impl Listener for Broken {
    fn started(&self, _slot: usize, _run: &PlannedRun) {
        panic!("not told")
    }

    fn progressed(&self, _slot: usize, _share: f64) {
        panic!("not told")
    }

    fn ended(&self, _slot: usize, _record: &Record) {
        panic!("not told")
    }
}

#[test]
fn a_listener_that_panics_changes_no_run() {
    let mut library = neuromod_bench::definitions::shipped().expect("valid");
    library.add(Source { name: "tiny.toml".into(), text: TINY.into() }).expect("valid");
    let selection = Selection { targets: vec!["tiny".into()], methods: vec!["naive".into()], seeds: Some(3) };
    let plan = Plan::new(&library, &selection).expect("a plan");
    let data = Data::new(DataFolder::choose(None));
    let out = folder();
    let (mut journal, _) = Journal::open(out.path()).expect("a journal");
    let executor = Executor {
        data: &data,
        jobs: 2,
        time_limit: None,
        env: run::environment(2),
        scorer: metric::score_all,
        traces: BTreeMap::new(),
        interrupt: &AtomicBool::new(false),
    };
    run::install_panic_hook();
    let outcome = executor.execute(&plan.runs, &mut journal, &Broken).expect("a session");
    assert_eq!(outcome.records.iter().filter(|record| record.status == Status::Ok).count(), 3);
}

/// `println!` and its like panic where their stream is closed or full.
#[test]
fn no_source_file_prints_in_a_way_that_can_panic() {
    fn search(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                search(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                for (line, code) in text(&path).lines().enumerate() {
                    let words = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
                    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
                    if code.split(|c| !word(c)).any(|one| words.contains(&one)) {
                        found.push(format!("{}:{}", path.display(), line + 1));
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[cfg(unix)]
#[test]
fn a_folder_whose_name_is_no_text_works_and_its_command_can_be_repeated() {
    use std::os::unix::ffi::OsStrExt;
    let (definitions, dir) = (definitions(&[("tiny.toml", TINY)]), folder());
    let out = dir.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9 \x1b[31m"));
    tiny(definitions.path(), &out, "naive").assert().success().stdout(contains("\u{1b}").not());
    let report = text(&out.join("report.md"));
    let command = report.lines().find(|line| line.starts_with("cargo run")).expect("the command");
    assert!(command.contains(r"caf\351 \033[31m'"), "{command}");
    // Pasted into a shell, with the program in the place of cargo, it finds its records again.
    let script = command.replacen("cargo run --release --bin bench --", env!("CARGO_BIN_EXE_bench"), 1);
    let again = Process::new("bash").args(["-c", &script]).output().expect("bash");
    let errors = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success() && errors.contains("2 of 2 runs are already in"), "{errors}");
}

#[test]
fn names_that_become_the_same_when_shortened_stay_distinct() {
    let (definitions, out) = (definitions(&[("tiny.toml", TINY)]), folder());
    let methods =
        "ewc@parameters.lambda=100@optimiser.rate=0.01,ewc@parameters.lambda=1000@optimiser.rate=0.01";
    tiny(definitions.path(), out.path(), methods)
        .arg("--verbose")
        .assert()
        .success()
        .stdout(contains("ewc@lambda=100 ").and(contains("ewc@lambda=1000 ")));
    let twins = ("twin.toml", &MINE.replace("\"mine\"", "\"twin\""));
    let twice = self::definitions(&[("tiny.toml", TINY), ("mine.toml", MINE), (twins.0, twins.1)]);
    let out = folder();
    tiny(twice.path(), out.path(), "mine,twin").assert().success();
    let csv = text(&out.path().join("charts/tiny-1-score.csv"));
    assert!(csv.contains("\nMine (mine),") && csv.contains("\nMine (twin),"), "{csv}");
}

#[test]
fn escape_sequences_and_line_breaks_in_free_text_reach_nobody() {
    const WILD: &str = r"first\nsecond \u001b[31mred \u001b]0;renamed\u0007 \u009b2J | \u202Eend";
    let wild = TINY.replace("\"Tiny\"", &format!("\"{WILD}\"")).replace("For tests.", WILD);
    let method = MINE.replace("\"Mine\"", &format!("\"{WILD}\"")).replace("\"none\"", &format!("\"{WILD}\""));
    let definitions = definitions(&[("tiny.toml", &wild), ("mine.toml", &method)]);
    let out = folder();
    let harmless = |name: &str, text: &str| {
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}');
        assert_eq!(bad, None, "{name}: {text}");
    };
    let mut printed = vec![tiny(definitions.path(), out.path(), "naive,mine")];
    printed.push(tiny(definitions.path(), out.path(), "naive,mine"));
    printed[1].args(["--format", "json"]);
    for arguments in [&["list"][..], &["show", "tiny"], &["show", "mine"], &["show", "tinny"]] {
        let mut command = bench();
        command.args(arguments).arg("--benchmarks").arg(definitions.path());
        printed.push(command);
    }
    for command in &mut printed {
        let output = command.output().expect("runs");
        harmless("stdout", &String::from_utf8_lossy(&output.stdout));
        harmless("stderr", &String::from_utf8_lossy(&output.stderr));
    }
    for file in ["report.md", "report.html", "charts/tiny-1-score.svg", "charts/tiny-1-score.csv"] {
        harmless(file, &text(&out.path().join(file)));
    }
    let report = text(&out.path().join("report.md"));
    assert!(!report.lines().any(|line| line.starts_with("second")), "a title is one line: {report}");
    assert!(report.lines().any(|line| line.starts_with("### first second")), "{report}");
    let csv = text(&out.path().join("charts/tiny-1-score.csv"));
    assert!(csv.lines().all(|line| line.split(',').count() == 5), "{csv}");
}

#[test]
fn an_error_in_what_the_command_line_asks_for_names_the_command_line() {
    let definitions = definitions(&[("tiny.toml", TINY), ("mine.toml", MINE)]);
    for (methods, told) in [
        ("naive, ewc", "error: `--method` = \" ewc\": unknown method"),
        ("naive,", "error: `--method` = \"\": unknown method"),
        ("noradrenaline+shufled", "error: --method noradrenaline+shufled: "),
        ("mine+shuffled", "error: --method mine+shuffled: `modulation`: "),
        ("mine@optimiser.rte=1", "error: --method mine@optimiser.rte=1: `optimiser.rte`: unknown key"),
        ("mine@model.hidden=[65536,65536]", "error: --method mine@model.hidden=[65536,65536]: `model"),
        ("mine@rate=1", "error: --method mine@rate=1: "),
    ] {
        let out = folder();
        let target = out.path().join("results");
        let assert = tiny(definitions.path(), &target, methods).assert().code(2).stderr(contains(told));
        let errors = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(!errors.contains(".toml"), "{methods}: {errors}");
        assert!(!target.exists(), "{methods}: nothing may be written");
    }
    for command in ["show", "tune"] {
        let mut process = bench();
        process.args([command, "tiny", "--method", "ewcc", "--benchmarks"]).arg(definitions.path());
        process.assert().code(2).stderr(contains("error: `--method` = \"ewcc\": unknown method"));
    }
}

#[test]
fn an_error_in_what_a_suite_asks_for_names_the_suite_and_its_line() {
    let suite = r#"schema = 1
id = "small"
title = "Small"
summary = "For tests."
seeds = 1
[[cell]]
benchmarks = ["tiny"]
methods = ["naive", "ewc"]
controls = []
"#;
    for (old, new, told) in [
        ("\"ewc\"", "\"ewk\"", "small.toml:8: `cell.methods` = ewk: unknown method"),
        (
            "\"ewc\"",
            "\"ewc@optimiser.rte=1\"",
            "small.toml:8: ewc@optimiser.rte=1: `optimiser.rte`: unknown key",
        ),
        ("[\"tiny\"]", "[\"tinny\"]", "small.toml:7: `cell.benchmarks` = tinny: unknown benchmark"),
        ("\"ewc\"", "\"naive+shuffled\"", "small.toml:8: naive+shuffled: `modulation`"),
    ] {
        let suite = suite.replace(old, new);
        let definitions = definitions(&[("tiny.toml", TINY), ("small.toml", &suite)]);
        let mut command = bench();
        command.args(["run", "small", "--dry-run", "--benchmarks"]).arg(definitions.path());
        command.assert().code(2).stderr(contains(told).and(contains("tiny.toml").not()));
    }
}

#[test]
fn input_that_cannot_be_used_ends_with_code_2_before_anything_runs() {
    let good = definitions(&[("tiny.toml", TINY)]);
    let out = folder();
    let target = out.path().join("results");
    let refused = |definitions: &Path, told: &str| {
        tiny(definitions, &target, "naive").assert().code(2).stderr(contains(told));
        assert!(!target.exists(), "{told}: nothing may be written");
    };
    let wrong = folder();
    let file = wrong.path().join("wrong.toml");
    fs::write(&file, b"schema = 1\ntitle = \"caf\xe9\"\n").expect("write");
    refused(wrong.path(), "wrong.toml:2: not a text in UTF-8: byte 0xe9");
    fs::write(&file, "<html>\n").expect("write");
    refused(wrong.path(), "wrong.toml:1: not valid TOML");
    fs::remove_file(&file).expect("remove");
    fs::create_dir(&file).expect("a folder that looks like a definition is only a folder");
    tiny(wrong.path(), &target, "naive")
        .args(["--dry-run"])
        .assert()
        .code(2)
        .stderr(contains("unknown suite"));
    refused(&wrong.path().join("missing"), "read the folder of definitions");
    refused(&good.path().join("tiny.toml"), "read the folder of definitions");

    let taken = out.path().join("taken");
    fs::write(&taken, "a file").expect("write");
    tiny(good.path(), &taken, "naive").assert().code(2).stderr(contains("create the output folder"));
    tiny(good.path(), &target, "naive").assert().success();
    bench().arg("report").arg(&target).arg("--out").arg(&taken).assert().code(2).stderr(contains("taken"));
    bench()
        .arg("report")
        .arg(out.path().join("nothing"))
        .assert()
        .code(2)
        .stderr(contains("read the records"));
}

#[test]
fn a_damaged_last_record_is_told_of_whether_torn_or_tampered_with() {
    let (definitions, out) = (definitions(&[("tiny.toml", TINY)]), folder());
    tiny(definitions.path(), out.path(), "naive").assert().success();
    let journal = out.path().join("records.jsonl");
    let whole = text(&journal);
    let report = || bench().arg("report").arg(out.path()).assert();
    // Torn: no end.
    fs::write(&journal, &whole[..whole.len() - 10]).expect("tear");
    let bytes = whole.lines().last().expect("a record").len() - 9;
    let told = format!("is torn: its {bytes} bytes are left out");
    report().code(1).stderr(contains(told)).stdout(contains("1 of 2 planned runs has no record"));
    // Whole but for its line end: a record like any other, and the next one does not stand on its line.
    fs::write(&journal, whole.trim_end()).expect("write");
    report().success().stderr(contains("torn").not());
    tiny(definitions.path(), out.path(), "naive,ewc")
        .assert()
        .success()
        .stderr(contains("2 of 4 runs are already"));
    assert_eq!(text(&journal).lines().count(), 4);
    // Tampered with, or not a record, although the line has an end.
    for last in
        [whole.lines().last().expect("a record").replacen("\"updates\":30", "\"updates\":31", 1), "{}".into()]
    {
        let first = whole.lines().next().expect("a record");
        fs::write(&journal, format!("{first}\n{last}\n")).expect("write");
        report().code(2).stderr(contains("records.jsonl:2: not a record"));
        tiny(definitions.path(), out.path(), "naive").assert().code(2).stderr(contains("records.jsonl:2"));
    }
}

#[test]
fn a_method_of_several_paradigms_is_shown_for_each_with_what_its_modulation_does() {
    let shown = |arguments: &[&str]| {
        let output = bench().args(["show", "noradrenaline"]).args(arguments).output().expect("runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("text")
    };
    let all = shown(&[]);
    for paradigm in ["incremental", "meta", "multi-task", "online", "transfer"] {
        assert!(all.contains(&format!("benchmarks/methods/{paradigm}/noradrenaline.toml:")), "{paradigm}");
    }
    let one = shown(&["--paradigm", "incremental"]);
    assert!(!one.contains("methods/online/"), "{one}");
    let words = one.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in ["unexpected-uncertainty", "slope × (1 + 0.5 m)", "temperature × (1 + 0.5 m)", "modulated:"]
    {
        assert!(words.contains(told), "{told}: {one}");
    }
    bench()
        .args(["show", "noradrenaline", "--paradigm", "onlin"])
        .assert()
        .code(2)
        .stderr(contains("`--paradigm` = onlin").and(contains("did you mean `online`?")));
}

#[test]
fn what_is_shown_is_merged_and_says_where_each_value_stands() {
    let shown = |id: &str| {
        let output = bench().args(["show", id]).output().expect("runs");
        assert!(output.status.success(), "{id}");
        String::from_utf8(output.stdout).expect("text")
    };
    let text = shown("ewc-sampled");
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).expect(start).to_owned();
    assert!(line("on.split-mnist-task.lambda = ").contains("# benchmarks/methods/incremental/ewc.toml:"));
    assert!(line("id = \"ewc-sampled\"").ends_with("# follows from the path"));
    // What is shown is a definition that needs no parent and no place.
    let (_, whole) = text.split_once("and where each value stands\n").expect("the definition");
    let dir = definitions(&[("copy.toml", &whole.replace("\"ewc-sampled\"", "\"copy\""))]);
    let mut library = neuromod_bench::definitions::shipped().expect("valid");
    library.add_folder(dir.path()).expect("a whole definition");
    let of = |id: &str| {
        library.method("incremental", id).expect("known").digest("split-mnist-task").expect("JSON")
    };
    assert_eq!(of("copy"), of("ewc-sampled"));
    assert_eq!(shown("doya+mean-gain"), shown("doya-mean"));
    let benchmark = shown("split-digits-class");
    assert!(benchmark.contains("# benchmarks/incremental/split-digits-domain.toml:"), "{benchmark}");
}

#[test]
fn numbers_in_settings_are_shown_as_they_were_written() {
    let library = neuromod_bench::definitions::shipped().expect("valid");
    // A widened single has at least fifteen digits; no definition has a number of so many.
    for (id, benchmark) in &library.benchmarks {
        let method = &benchmark.header.methods[0];
        let selection =
            Selection { targets: vec![id.clone()], methods: vec![method.clone()], seeds: Some(1) };
        let plan = Plan::new(&library, &selection).expect("a plan");
        let widened = plan.runs[0].spec.settings.to_string().contains("0000000149");
        if !widened && !matches!(benchmark.header.paradigm.as_str(), "go-nogo" | "sequence" | "switching") {
            continue;
        }
        let output = bench().args(["show", id]).output().expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
        let settings = text.split("core per run:").nth(1).expect("settings");
        let long = settings.split([' ', ',', '\n']).find(|word| digits(word) > 14);
        assert_eq!(long, None, "{id}");
    }
}
