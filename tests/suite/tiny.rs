//! A short benchmark of every protocol, for tests that go through all of them.

use neuromod_bench::contract::definition::Library;

/// Benchmarks, and what is changed of each to make it short.
pub const TINY: &[(&str, &str)] = &[
    (
        "split-digits-domain",
        "model = { kind = \"mlp\", hidden = [32, 16] }\nbudget = { updates_per_task = 5, batch = 8 }",
    ),
    (
        "split-digits-task",
        "model = { kind = \"mlp\", hidden = [32, 16] }\nbudget = { updates_per_task = 5, batch = 8 }",
    ),
    (
        "split-digits-class",
        "model = { kind = \"mlp\", hidden = [32, 16] }\nbudget = { updates_per_task = 5, batch = 8 }",
    ),
    (
        "sinusoid-10shot-quick",
        "budget = { outer_steps = 2, episodes_per_step = 2 }\nevaluate = { episodes = 20, steps = 6, every = 1, curve_episodes = 4 }",
    ),
    ("omniglot-5way-1shot", ""),
    ("omniglot-sequential", ""),
    ("sine", "stream = { source = { kind = \"sine\" }, samples = 400, segments = 2 }"),
    ("digits-even-to-odd", "budget = { source_updates = 5, target_updates = 5, batch = 8 }"),
    ("digits-attributes", "budget = { updates = 5, batch = 8 }"),
    ("go-nogo-example", "task = { cues = [\"A\", \"B\"], block = 30, record_raster = true }"),
    (
        "opposed-light",
        "network = { units = 16 }\ntraining = { trials_per_update = 2, max_updates = 4, min_updates = 2, stop_loss = 4.0, stop_accuracy = 0.98 }",
    ),
    ("switching-bandit", ""),
    ("change-point", ""),
    ("goal-switching-85", ""),
    ("cue-binding-light", "training = { updates = 3, batch = 16, test_trials = 16 }"),
    ("measure-wait-go", "training = { updates = 2, batch = 16, test_trials = 16 }"),
];

/// The definitions with the short benchmarks in the place of their own.
pub fn library() -> Library {
    let mut library = crate::common::shipped().clone();
    for (id, change) in TINY {
        let benchmark = library.benchmarks.get_mut(*id).expect("a benchmark");
        benchmark.body.extend(change.parse::<toml::Table>().expect("toml"));
    }
    library
}
