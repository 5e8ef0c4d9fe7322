//! `bench judge`: results made elsewhere, under the rules of the suite's own.

use std::fmt::Write as _;
use std::path::Path;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

/// Judges a table; returns stdout, stderr and the report.
fn judge(table: &str, name: &str, code: i32, more: &[&str]) -> (String, String, String) {
    let dir = folder();
    let path = dir.path().join(name);
    std::fs::write(&path, table).expect("written");
    let out = dir.path().join("out");
    let output = bench()
        .arg("judge")
        .arg(&path)
        .arg("--out")
        .arg(&out)
        .args(more)
        .assert()
        .code(code)
        .get_output()
        .clone();
    let told = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let report = if out.join("report.md").exists() { text(&out.join("report.md")) } else { String::new() };
    (told(&output.stdout), told(&output.stderr), report)
}

const KINDS: [&str; 5] = ["tuned-optimiser", "tuned-constant", "mean-gain", "shuffled", "unmodulated"];

/// Ten seeds of a mechanism that is better than each control by 0.02 to 0.04, and its controls; `kinds` of them.
fn study(kinds: &[&str], header: &str, more: impl Fn(u32) -> String) -> String {
    let mut table = format!("benchmark,method,seed,score,role,control-of{header}\n");
    for seed in 0..10 {
        let base = 0.7 + 0.01 * f64::from(seed * 7 % 10);
        let mut row = |method: &str, score: f64, role: &str, of: &str| {
            writeln!(table, "mine,{method},{seed},{score:.4},{role},{of}{}", more(seed)).expect("a string");
        };
        row("gain", base + 0.03, "mechanism", "");
        for (place, kind) in kinds.iter().enumerate() {
            row(&format!("gain-{kind}"), base + 0.002 * f64::from((seed + place as u32) % 4), kind, "gain");
        }
    }
    table
}

#[test]
fn a_whole_study_gets_a_verdict_and_what_is_missing_is_named() {
    let declared = |seed: u32| format!(",60,3,s{seed}");
    let header = ",trials,validation_seeds,stream";
    let (_, promise, report) = judge(&study(&KINDS, header, declared), "a.csv", 0, &[]);
    assert!(report.contains("gain on mine: helps") && report.contains("p 0.0020"), "{report}");
    assert!(report.contains("declared by their authors, not proven") && promise.contains("not proven"));
    assert!(!report.contains("not paired"), "{report}");
    // Without a stream the seeds are no pairs, and the spread between seeds hides half of it.
    let unpaired = |_: u32| ",60,3".to_owned();
    let (.., report) = judge(&study(&KINDS, ",trials,validation_seeds", unpaired), "a.csv", 0, &[]);
    assert!(report.contains("not paired with gain-mean-gain, gain-shuffled"), "{report}");
    assert!(report.contains("gain on mine: no difference found"), "{report}");
    // Without a declared search there is no verdict.
    let (.., report) = judge(&study(&KINDS, ",stream", |seed| format!(",s{seed}")), "a.csv", 0, &[]);
    assert!(report.contains("gain on mine: no verdict: search not declared"), "{report}");
    assert!(report.contains("mine: search not declared of gain"), "{report}");
    // Unequal searches have none either.
    let table = study(&KINDS, header, declared).replace(",tuned-constant,gain,60", ",tuned-constant,gain,20");
    let (.., report) = judge(&table, "a.csv", 0, &[]);
    assert!(report.contains("no verdict: unequal searches"), "{report}");
    let (.., report) = judge(&study(&KINDS[..2], header, declared), "a.csv", 0, &[]);
    assert!(report.contains("no verdict: mean-gain, shuffled not run"), "{report}");
    assert!(report.contains("missing controls: mean-gain, shuffled"), "{report}");
}

#[test]
fn the_template_is_judged_in_both_formats_and_no_file_is_overwritten() {
    let dir = folder();
    let mut reports = Vec::new();
    for kind in ["csv", "jsonl"] {
        let path = dir.path().join(format!("example.{kind}"));
        let told =
            bench().args(["judge", "--template"]).arg(&path).assert().success().get_output().stdout.clone();
        let told = String::from_utf8(told).expect("text");
        assert!(told.contains("control-of") && told.contains("[needed]"), "{told}");
        bench().args(["judge", "--template"]).arg(&path).assert().code(2);
        let (.., report) = judge(&text(&path), &format!("example.{kind}"), 0, &[]);
        assert!(report.contains("too few seeds for a verdict"), "{report}");
        assert!(report.contains("forgetting"), "metrics of the matrix: {report}");
        reports.push(report.replace(&format!("example.{kind}"), "example"));
    }
    let numbers = |report: &str| {
        report.lines().filter(|line| line.starts_with("| mine")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&reports[0]), numbers(&reports[1]));
    assert!(!numbers(&reports[0]).is_empty());
}

/// Tables that cannot be, and what of each must be told.
const MISTAKES: &[(&str, &[&str])] = &[
    ("benchmark,method,seed\nb,m,0\n", &["t.csv:1", "`score`", "missing"]),
    ("benchmark;method;seed;score\nb;m;0;1\n", &["t.csv:1", "separated by commas"]),
    ("benchmark,methd,seed,score\n", &["t.csv:1", "column 2", "did you mean `method`"]),
    ("benchmark,method,seed,score,score\n", &["t.csv:1", "column 5", "twice"]),
    ("benchmark,method,seed,score\n", &["no rows"]),
    ("", &["no rows"]),
    (
        "benchmark,method,seed,score\nb,m,0,0.5\nb,m,1,high\n",
        &["t.csv:3", "`score` = \"high\"", "0.93 or 1e-05"],
    ),
    ("benchmark,method,seed,score\r\nb,m,0,0.5\r\nb,m,1,high\r\n", &["t.csv:3", "`score` = \"high\""]),
    (
        "benchmark,method,seed,score\nsplit-digits-domain,m,0,0.5\nsplit-digits-domain,m,1,90.5\n",
        &["t.csv:3", "`score` = \"90.5\"", "is a share", "0 to 1, not percent"],
    ),
    (
        "benchmark,method,seed,matrix\nb,m,0,\"[[0.9,0.5],[0.8,1.8]]\"\n",
        &["t.csv:2", "`matrix` = \"1.8\"", "0 to 1"],
    ),
    (
        "benchmark,method,seed,score,average_accuracy\nsplit-digits-domain,m,0,0.5,0.9\n",
        &["t.csv:2", "`average_accuracy`", "`score` is 0.5"],
    ),
    ("benchmark,method,seed,score\nb,m,0,0.5\nb,m,1,nan\n", &["t.csv:3", "`score` = \"nan\"", "finite"]),
    ("benchmark,method,seed,score\nb,m,-1,0.5\n", &["t.csv:2", "`seed` = \"-1\"", "0, 1, 2"]),
    ("benchmark,method,seed,score\nb,m,0\n", &["t.csv:2", "3 cells", "4, as the header has"]),
    ("benchmark,method,seed,score\nb,,0,0.5\n", &["t.csv:2", "`method`", "empty"]),
    ("benchmark,method,seed,score\nb,m,0,0.5\nb,m,0.0,0.6\n", &["t.csv:3", "`seed`", "t.csv:2 already"]),
    (
        "benchmark,method,seed,score,role\nb,m,0,1,tuned_constnat\n",
        &["t.csv:2", "`role`", "did you mean `tuned-constant`"],
    ),
    (
        "benchmark,method,seed,score,role,control-of\nb,m,0,1,shuffled,x\n",
        &["t.csv:2", "`control-of`", "unknown mechanism"],
    ),
    (
        "benchmark,method,seed,score,trials\nb,m,0,1,3\nb,m,1,1,4\n",
        &["t.csv:3", "`trials` = \"4\"", "t.csv:2 says 3"],
    ),
    (
        "benchmark,method,seed,score,matrix\nb,m,0,0.5,\"[[1,2],[3]]\"\n",
        &["t.csv:2", "`matrix`", "not square"],
    ),
    (
        "benchmark,method,seed,score,matrix\nb,m,0,0.5,\"[[0.9,0.5],[0.8,0.8]]\"\n",
        &["t.csv:2", "`score`", "average_accuracy 0.8"],
    ),
    (
        "benchmark,method,seed,score,metric\nb,m,0,0.5,acuracy\n",
        &["t.csv:2", "`metric`", "did you mean `accuracy`"],
    ),
    (
        "benchmark,method,seed,score,chance\nsplit-digits-domain,m,0,0.5,0.1\n",
        &["t.csv:2", "`chance` = \"0.1\"", "says 0.5"],
    ),
    (
        "benchmark,method,seed,score\nsplit-digits-domain@7,m,0,0.5\n",
        &["t.csv:2", "another version", "split-digits-domain@1"],
    ),
    (
        "benchmark,method,seed,score,curve\nb,m,0,0.5,\"{\"\"x\"\":[2,1],\"\"y\"\":[1,1]}\"\n",
        &["t.csv:2", "`curve`", "rising"],
    ),
];

#[test]
fn every_mistake_is_told_with_line_column_and_what_is_allowed() {
    for (table, words) in MISTAKES {
        let (_, error, _) = judge(table, "t.csv", 2, &[]);
        assert!(words.iter().all(|word| error.contains(word)), "{table}: {words:?}: {error}");
    }
    for (table, words) in [
        ("{\"benchmark\": \"b\"\n", &["t.jsonl:1", "column", "not a JSON object"][..]),
        (
            "\n{\"benchmark\": \"b\", \"method\": \"m\", \"seed\": 1.5, \"score\": 1}\n",
            &["t.jsonl:2", "`seed` = \"1.5\""],
        ),
    ] {
        let (_, error, _) = judge(table, "t.jsonl", 2, &[]);
        assert!(words.iter().all(|word| error.contains(word)), "{table}: {error}");
    }
    let (_, error, _) = judge("x", "t.xlsx", 2, &[]);
    assert!(error.contains(".csv") && error.contains(".jsonl"), "{error}");
}

#[test]
fn one_run_alone_hostile_text_and_failed_runs_give_a_readable_report() {
    let (told, _, report) = judge("benchmark,method,seed,score\nb,m,0,1e-05\n", "a.csv", 0, &[]);
    assert!(report.contains("one method alone") && told.contains("report:"), "{report}");
    let dir = folder();
    let path = dir.path().join("a.csv");
    let long = "x".repeat(200);
    let table = format!(
        "benchmark,method,seed,score,title,status\nb,m,0,1e-05,\"=cmd|' /C calc'!A0\",\nb,{long},0,1,<script>alert(1)</script>,\nb,f,0,,,diverged\n"
    );
    std::fs::write(&path, table).expect("written");
    bench().arg("judge").arg(&path).arg("--out").arg(dir.path()).assert().code(1);
    let runs = text(&dir.path().join("runs.csv"));
    assert!(runs.contains("'=cmd|") && runs.contains(",0.00001,"), "{runs}");
    assert!(runs.contains("diverged") && runs.contains("judged"), "{runs}");
    assert!(!text(&dir.path().join("report.html")).contains("<script>alert"));
    // The records are records: a report can be made of them again, and of nothing else does the folder hold any.
    bench().arg("report").arg(dir.path()).assert().code(1);
    bench().args(["export", "latex"]).arg(dir.path()).assert().success();
    let latex = text(&dir.path().join("tables.tex"));
    assert!(
        latex.contains("=cmd\\textbar{}' /C calc'!A0") && latex.contains("\\textless{}script"),
        "{latex}"
    );
}

fn run_native(out: &Path, definitions: &Path) {
    let mut command = bench();
    command.args(["run", "tiny", "--quiet", "--method", "naive", "--seeds", "2", "--out"]).arg(out);
    command.arg("--benchmarks").arg(definitions).assert().success();
}

#[test]
fn rows_of_a_native_stream_are_paired_with_native_rows_and_others_are_not() {
    let dir = definitions(&[("tiny.toml", &TINY_DOMAIN.replace("\"two\"", "\"ewc\""))]);
    let native = folder();
    run_native(native.path(), dir.path());
    let name = |seed: &str| {
        let out = folder();
        let mut command = bench();
        command.args(["export", "stream", "tiny", "--seed", seed, "--out"]).arg(out.path());
        let told = command.arg("--benchmarks").arg(dir.path()).assert().success().get_output().stdout.clone();
        let told = String::from_utf8(told).expect("text");
        told.lines().last().expect("a line").strip_prefix("stream ").expect("a name").to_owned()
    };
    let options = [
        "--benchmarks".to_owned(),
        dir.path().display().to_string(),
        "--with".into(),
        native.path().display().to_string(),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let table = |streams: [&str; 2]| {
        let rows = [0, 1].map(|seed| format!("tiny@1,mine,{seed},0.6{seed},{}\n", streams[seed]));
        format!("benchmark,method,seed,score,stream\n{}", rows.concat())
    };
    let names = [name("0"), name("1")];
    let (.., report) = judge(&table([&names[0], &names[1]]), "a.csv", 0, &options);
    let row = |report: &str| {
        let own = report.lines().find(|line| line.starts_with("| mine |")).expect("a row of the score table");
        own.to_owned()
    };
    assert!(!report.contains("stand apart"), "{report}");
    assert!(!row(&report).contains("not paired"), "{report}");
    // Streams of other seeds, exchanged: declared, and not those of the seeds.
    let (.., report) = judge(&table([&names[1], &names[0]]), "a.csv", 0, &options);
    assert!(row(&report).contains("not paired"), "{report}");
    // A name that is taken, and a folder that holds records of runs.
    let taken = "benchmark,method,seed,score\ntiny,naive,0,0.5\n";
    let (_, error, _) = judge(taken, "a.csv", 2, &options);
    assert!(error.contains("a.csv:2") && error.contains("another name"), "{error}");
    let path = native.path().join("mine.csv");
    std::fs::write(&path, "benchmark,method,seed,score\nb,m,0,1\n").expect("written");
    let error = bench()
        .arg("judge")
        .arg(&path)
        .arg("--out")
        .arg(native.path())
        .assert()
        .code(2)
        .get_output()
        .stderr
        .clone();
    assert!(String::from_utf8_lossy(&error).contains("--with takes that one"));
}
