//! What several of these tests begin with: the binary, folders, small definitions.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use assert_cmd::Command;
use neuromod_bench::base::digest::sha256_hex;
use neuromod_bench::contract::definition::Library;

/// The binary without anything of this machine: no data, no cache, no colours.
pub fn bench() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    command.env_remove("NEUROMOD_DATA").env("XDG_CACHE_HOME", "/nonexistent-cache").env("NO_COLOR", "1");
    command
}

/// The definitions that ship, read once for all tests.
pub fn shipped() -> &'static Library {
    static SHIPPED: LazyLock<Library> =
        LazyLock::new(|| neuromod_bench::definitions::shipped().expect("valid definitions"));
    &SHIPPED
}

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("temporary folder")
}

pub fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a readable file")
}

/// A folder of definitions with these files.
pub fn definitions(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder();
    for (name, content) in files {
        fs::write(dir.path().join(name), content).expect("write");
    }
    dir
}

/// Split digits on next to no budget, for a mechanism `two` beside `naive`.
pub const TINY_DOMAIN: &str = r#"
schema = 1
id = "tiny"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = { metric = "average_accuracy", chance = 0.5, ceiling = 1.0, reference = "naive" }
methods = ["naive", "two"]
data = "digits"
stream = { tasks = { kind = "split" }, scenario = "domain", reveals = ["boundary"] }
model = { kind = "mlp", hidden = [16] }
budget = { updates_per_task = 20, batch = 8 }
curve = { every = 10, samples = 20 }
"#;

/// Forty rows of a table whose class is whether `a` > 0.5.
pub fn rows() -> String {
    let row = |i: u32| {
        format!("{},{},{}\n", f64::from(i * 7 % 10) / 10.0, f64::from(i % 3), u32::from(i * 7 % 10 > 5))
    };
    (0..40).map(row).collect()
}

/// A folder with this table, and with a definition of a stream made from it, edited.
pub fn table_folder(csv: &str, edit: impl Fn(String) -> String) -> tempfile::TempDir {
    let dir = folder();
    let sum = sha256_hex(csv.as_bytes());
    let definition = format!(
        r#"schema = 1
id = "mine"
version = 1
title = "Mine"
paradigm = "online"
summary = "For tests."
score = {{ metric = "prequential_accuracy", chance = 0.5, ceiling = 1.0 }}
methods = ["no-change", "sgd-0-1"]
stream = {{ source = {{ kind = "table", file = "mine.csv", features = 2, classes = 2, sha256 = "{sum}" }} }}
model = {{ kind = "mlp", hidden = [4] }}
curve = {{ every = 10, window = 10 }}
"#
    );
    fs::write(dir.path().join("mine.csv"), csv).expect("write");
    fs::create_dir(dir.path().join("definitions")).expect("create");
    fs::write(dir.path().join("definitions/mine.toml"), edit(definition)).expect("write");
    dir
}

/// A mechanism with one modulator, for [`TINY_DOMAIN`].
pub const TWO: &str = r#"
schema = 1
id = "two"
title = "two modulators"
paradigm = "incremental"
kind = "naive"
provenance = "for tests"

[modulation.modulators.noradrenaline]
source = { kind = "surprise" }
receptors = [{ target = "learning-rate", sensitivity = 0.5 }]
"#;
