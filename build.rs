//! Records the build's provenance and, in a release, embeds every TOML file under `benchmarks/`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo:rustc-check-cfg=cfg(definitions_embedded)");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rustc-cfg=definitions_embedded");
        embed(&root);
    }

    let ask = |program: &str, arguments: &[&str]| {
        // Git would otherwise refresh its index, which is watched below: every build would be followed by another.
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&root).env("GIT_OPTIONAL_LOCKS", "0");
        let output = command.output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let unknown = || "unknown".to_owned();
    println!("cargo:rustc-env=NEUROMOD_RUSTC={}", ask(&rustc, &["--version"]).unwrap_or_else(unknown));
    let git = ask("git", &["describe", "--always", "--dirty", "--abbrev=12"]).unwrap_or_else(unknown);
    println!("cargo:rustc-env=NEUROMOD_GIT={git}");
    println!("cargo:rustc-env=NEUROMOD_PROFILE={}", env::var("PROFILE").unwrap_or_else(|_| unknown()));
    println!("cargo:rustc-env=NEUROMOD_TARGET={}", env::var("TARGET").unwrap_or_else(|_| unknown()));
    println!(
        "cargo:rustc-env=NEUROMOD_CANDLE={}",
        locked_version(&root, "candle-core").unwrap_or_else(unknown)
    );
    let processor = processor();
    println!("cargo:rustc-env=NEUROMOD_PROCESSOR={processor}");
    for (folder, known) in [("golden", "golden_known"), ("golden_cases", "golden_cases_known")] {
        println!("cargo:rustc-check-cfg=cfg({known})");
        println!("cargo:rerun-if-changed=tests/fixtures/{folder}");
        if root.join(format!("tests/fixtures/{folder}/{processor}.json")).exists() {
            println!("cargo:rustc-cfg={known}");
        }
    }
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-changed=build.rs");
    // Git names its files: in a second worktree they lie elsewhere. A commit may leave the index as it is, and an edit leaves
    // both, but makes what is built no longer that of the commit.
    let files =
        ask("git", &["rev-parse", "--git-path", "logs/HEAD", "--git-path", "index"]).unwrap_or_default();
    for watched in files.lines().chain(["src", "crates"]) {
        if root.join(watched).exists() {
            println!("cargo:rerun-if-changed={watched}");
        }
    }
}

/// Writes the list of definitions, each with its path from the root.
fn embed(root: &Path) {
    println!("cargo:rerun-if-changed=benchmarks");
    let mut files = Vec::new();
    collect(&root.join("benchmarks"), &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for path in files {
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.to_string_lossy()).expect("a string");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("definitions.rs"), code).expect("write to OUT_DIR");
}

/// What decides the bits of matrix products here: processor, instruction sets that kernels are chosen by, caches that
/// blocks are chosen by. In letters, digits and dashes; `unknown` where the system does not tell.
fn processor() -> String {
    let Ok(text) = fs::read_to_string("/proc/cpuinfo") else { return "unknown".into() };
    let of = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    };
    let flags: Vec<&str> = of("flags").split_whitespace().collect();
    let kernels = ["avx2", "fma", "avx512f"].into_iter().filter(|flag| flags.contains(flag));
    let cache = |index: u32| {
        let path = format!("/sys/devices/system/cpu/cpu0/cache/index{index}/size");
        fs::read_to_string(path).map_or_else(|_| "unknown".into(), |size| size.trim().to_owned())
    };
    let family = ["cpu family", "model\t", "stepping"].map(of).join("-");
    let words = std::iter::once(family).chain(kernels.map(str::to_owned)).chain((0..4).map(cache));
    let name = words.collect::<Vec<_>>().join("-").to_lowercase();
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// The version of a dependency in `Cargo.lock`.
fn locked_version(root: &Path, name: &str) -> Option<String> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).ok()?;
    let after = lock.split(&format!("name = \"{name}\"\nversion = \"")).nth(1)?;
    Some(after.split('"').next()?.to_owned())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).expect("benchmarks/ is readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
}
