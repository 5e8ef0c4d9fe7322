//! Searches that are killed, fail in a trial, write at the same time or lose their folder.

use std::fs;
use std::path::Path;

use crate::common;
use crate::tune::{SMALL, definitions, refused};

/// `tune` with its records in `folder/records`, not waited for.
fn tune_command(folder: &Path, trials: &str) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bench"));
    command
        .args(["tune", "tiny", "--method", "two", "--jobs", "1", "--trials", trials, "--restarts", "2"])
        .args(["--seeds", "2", "--confirm", "2", "--benchmarks"])
        .arg(folder)
        .arg("--out")
        .arg(folder)
        .arg("--records")
        .arg(folder.join("records"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped());
    command
}

#[test]
fn a_search_that_is_killed_or_interrupted_goes_on_and_finds_the_same() {
    let (whole, stopped) = (definitions(), definitions());
    assert!(tune_command(whole.path(), "15").status().expect("runs").success());
    let journal = |folder: &Path| folder.join("records").join("records.jsonl");
    let lines = |folder: &Path| fs::read_to_string(journal(folder)).unwrap_or_default().lines().count();
    let mut counted = 0;
    for (signal, code) in [("-KILL", None), ("-INT", Some(75)), ("-TERM", Some(75))] {
        let mut child = tune_command(stopped.path(), "15").spawn().expect("starts");
        let begun = std::time::Instant::now();
        while lines(stopped.path()) < counted + 3 && begun.elapsed().as_secs() < 60 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().expect("kill").success());
        assert_eq!(child.wait().expect("ends").code(), code, "{signal}");
        assert!(!stopped.path().join("incremental.toml").exists(), "stopped before an answer was whole");
        counted = lines(stopped.path());
    }
    let output = tune_command(stopped.path(), "15").output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("runs are already in"), "{said}");
    let found = |folder: &Path| fs::read_to_string(folder.join("incremental.toml")).expect("found values");
    assert_eq!(found(whole.path()), found(stopped.path()));
    assert_eq!(lines(whole.path()), lines(stopped.path()), "nothing was lost, nothing was run twice");
}

#[test]
fn a_trial_that_fails_is_a_record_and_is_named() {
    let short = r#"
schema = 1
id = "short"
paradigm = "online"
version = 1
title = "Short"
summary = "ten samples: of some seeds all are of one class"
score = { metric = "prequential_accuracy", chance = 0.5, ceiling = 1.0 }
methods = ["sgd"]
stream = { source = { kind = "sea" }, samples = 10, segments = 1 }
model = { kind = "mlp", hidden = [4] }
optimiser = { kind = "sgd", rate = 0.1 }
batch = 5
curve = { every = 5, window = 5, fading = 0.99 }
"#;
    let dir = common::definitions(&[("short.toml", short)]);
    let out = dir.path().join("out").display().to_string();
    let arguments =
        ["short", "--method", "sgd", "--trials", "2", "--restarts", "1", "--seeds", "300", "--out", &out];
    let (said, code) = refused(dir.path(), &arguments);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("sgd, seed 100148, did not end well") && said.contains("only the class 0"),
        "{said}"
    );
    let records = fs::read_to_string(dir.path().join("records/records.jsonl")).expect("records");
    let failed = records.lines().filter(|line| line.contains(r#""status":"failed""#)).count();
    assert!(failed > 0 && records.lines().count() > failed, "the others went on");
    // Repeated, only what failed is tried again.
    let (said, code) = refused(dir.path(), &arguments);
    assert_eq!(code, Some(1), "{said}");
    let again =
        fs::read_to_string(dir.path().join("records/records.jsonl")).expect("records").lines().count();
    assert_eq!(again, records.lines().count() + failed);
}

#[test]
fn searches_that_write_to_one_folder_at_the_same_time_keep_each_others_answers_and_follow_no_link() {
    let dir = definitions();
    let out = dir.path().join("out");
    fs::create_dir(&out).expect("folder");
    let victim = dir.path().join("victim");
    fs::write(&victim, "precious").expect("write");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&victim, out.join("incremental.toml.new")).expect("link");
    let methods = ["ewc", "si", "mas", "l2"];
    let definitions = definitions();
    let start = |method: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bench"));
        command.args(["tune", "tiny", "--quiet", "--jobs", "1", "--method", method]).args(SMALL);
        command.arg("--benchmarks").arg(definitions.path()).arg("--out").arg(&out);
        command.arg("--records").arg(dir.path().join(method)).stdout(std::process::Stdio::null());
        command.spawn().expect("starts")
    };
    let children: Vec<std::process::Child> = methods.iter().map(|method| start(method)).collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    let found = fs::read_to_string(out.join("incremental.toml")).expect("found values");
    for method in methods {
        assert!(found.contains(&format!("method = \"{method}\"")), "{method} is lost: {found}");
    }
    assert_eq!(fs::read_to_string(victim).expect("readable"), "precious");
}

#[test]
fn a_search_whose_records_go_away_says_so_and_rescues_them() {
    let dir = definitions();
    let records = dir.path().join("records");
    let child = tune_command(dir.path(), "400").spawn().expect("starts");
    let begun = std::time::Instant::now();
    let lines = || fs::read_to_string(records.join("records.jsonl")).unwrap_or_default().lines().count();
    while lines() < 3 && begun.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    fs::remove_dir_all(&records).expect("removed");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("removed") && said.contains("kept in"), "{said}");
}
