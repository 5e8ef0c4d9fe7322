#!/usr/bin/env bash
# Follows the recipes "a method" and "a source" of CONTRIBUTING.md to the letter, in a copy of the project: what is copied from
# docs/recipes compiles with the two lines that are named there, passes the laws, and runs. Three minutes after a `cargo test`.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
cd "$root"
# What others wrote is compiled already, and the project's own crates are not told apart by where they lie: nothing of the copy stays.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
own=$(sed -n 's/^name = "\(neuromod-.*\)"$/-p \1/p' Cargo.toml crates/*/Cargo.toml)
trap 'rm -rf "$copy"; cd "$root"; cargo clean --quiet $own' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"

after() { # after FILE LINE NEW: a line behind the first one that reads so
    grep -qxF -- "$2" "$1" || { echo "$1 has no line: $2" >&2; exit 1; }
    awk -v line="$2" -v new="$3" '{ print } $0 == line && !done { print new; done = 1 }' "$1" > "$1.new"
    mv "$1.new" "$1"
}

# A method.
methods=crates/paradigms/src/method
cp docs/recipes/my_method.rs $methods/
after $methods/mod.rs 'mod mas;' 'mod my_method;'
after $methods/mod.rs '    mas::ENTRY,' '    my_method::ENTRY,'
cp docs/recipes/my-method.toml benchmarks/methods/incremental/

# A source, and a modulator that it drives.
sources=crates/learn/src/modulation/source
cp docs/recipes/my_source.rs $sources/
after $sources/mod.rs 'mod input;' 'mod my_source;'
after $sources/mod.rs 'pub const SOURCES: &[SourceEntry] = &[' \
    '    SourceEntry::of::<my_source::MySource>("my-source", "factor (1 − r), r the batch'"'"'s accuracy", "docs/recipes", &[]),'
cp docs/recipes/my-modulator.toml benchmarks/methods/incremental/

cargo test --lib every_source_goes_on_from_a_checkpoint
cargo test --test suite -- learner_laws method_conformance conformance::every_kind measures golden::case
cargo run --bin bench -- run split-digits-task --method naive,my-method,my-modulator --seeds 2 --out "$copy/out" --quiet
for method in naive my-method my-modulator; do
    grep -q "\"method\":\"$method\"" "$copy/out/records.jsonl"
done
