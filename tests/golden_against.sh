#!/usr/bin/env bash
# Compares the golden runs with the program of another commit, the parent's unless one is named: for processors that
# tests/fixtures/golden knows nothing of. What both programs run, of the same version, must have the same hash.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse --verify --quiet "${1:-HEAD~1}^{commit}") || { echo "no commit ${1:-HEAD~1} to compare with" >&2; exit 1; }
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
tree=$(mktemp -d)
# The project's own crates are not told apart by where they lie: nothing of the other commit's stays.
own=$(sed -n 's/^name = "\(neuromod-.*\)"$/-p \1/p' Cargo.toml crates/*/Cargo.toml)
trap 'rm -rf "$tree"; git worktree prune; cargo clean --quiet $own' EXIT
built=$(cargo test --no-run --test suite 2>&1 | tee /dev/stderr | sed -n 's/.*(\(.*suite-[0-9a-f]*\))$/\1/p')
cp "$built" "$tree/suite"
git worktree add --quiet --detach "$tree/other" "$commit"
(cd "$tree/other" && UPDATE_GOLDEN=1 cargo test --test suite golden -- --include-ignored)
GOLDEN_AGAINST=$tree/other/tests/fixtures "$tree/suite" golden --include-ignored --nocapture
