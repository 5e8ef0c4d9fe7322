//! A short benchmark of every protocol, for tests that go through all of them, and data for those whose own are not embedded.

use std::sync::LazyLock;

use neuromod_bench::contract::definition::Library;
use neuromod_bench::data::{Data, DataFolder, made_up};

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
    (
        "omniglot-5way-1shot",
        "model = { kind = \"cnn\", channels = [4, 4, 4, 4], stride = 2, pool = 1, hidden = [] }\nbudget = { outer_steps = 2, episodes_per_step = 2 }\nevaluate = { episodes = 12, steps = 4, every = 1, curve_episodes = 2 }",
    ),
    (
        "omniglot-sequential",
        "characters = { training_classes = 8 }\nfeatures = { channels = [3, 4], gate_channels = [2, 3] }\ninner = { shots = 3, remember = 8 }\nbudget = { outer_steps = 3, every = 1 }\nsequence = { classes = 4, shots = 3, queries = 2, every = 2, sequences = 8 }",
    ),
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

/// What is embedded, and made-up characters in the place of Omniglot.
pub fn data() -> &'static Data {
    static DATA: LazyLock<Data> = LazyLock::new(|| embedded().with(made_up::characters()));
    &DATA
}

/// No data but what is embedded.
pub fn embedded() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}
