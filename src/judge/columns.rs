//! The columns of a table: one list, from which reading, the template and its explanation come.

/// A column by its name, and what stands in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub name: &'static str,
    pub required: bool,
    pub meaning: &'static str,
}

const fn needed(name: &'static str, meaning: &'static str) -> Column {
    Column { name, required: true, meaning }
}

const fn free(name: &'static str, meaning: &'static str) -> Column {
    Column { name, required: false, meaning }
}

pub(super) const COLUMNS: &[Column] = &[
    needed("benchmark", "id, or id@version; one of this program's own or any other name"),
    needed("method", "id of the method; not one that this program's records have on the benchmark"),
    needed("seed", "whole number from 0; runs of one seed may be paired"),
    needed("score", "a number; may be empty where the run did not finish, or where `matrix` says it"),
    free("status", "ok (default), diverged, failed or timeout"),
    free("title", "name of the method for people; default: its id"),
    free(
        "role",
        "mechanism, or what kind of control it is: tuned-optimiser, tuned-constant, mean-gain, shuffled, unmodulated, \
         context-input, …; empty: neither",
    ),
    free("control-of", "of a control: the method whose control it is; empty: every mechanism's"),
    free(
        "metric",
        "name of the score where this program knows it (bench list metrics); default: the benchmark's own, of another benchmark \
         average_accuracy where there is a matrix, else judged_score",
    ),
    free("direction", "higher (default) or lower: which score is better"),
    free("chance", "score of guessing: 0 on the normalised scale"),
    free("ceiling", "score that counts as 1 on the normalised scale, or the method whose mean does"),
    free("reference", "the method with which all are compared"),
    free("matrix", "accuracies after each task (rows) on each task (columns): [[0.9,0.5],[0.7,0.8]]"),
    free("baseline", "accuracies of the untrained learner on each task: [0.5,0.5]"),
    free("curve", "performance over time: {\"x\":[100,200],\"y\":[0.6,0.7]}"),
    free("trials", "settings tried in the search behind the method; 0: there was nothing to choose"),
    free("validation_seeds", "seeds on which each of them was tried"),
    free("stream", "the name that bench export stream gave; rows of one seed and stream are paired"),
    free("parameters", "trainable numbers"),
    free("replay_bytes", "bytes of stored samples"),
];

/// The column of a name; `control_of` is `control-of`, whatever the case.
pub(super) fn column(name: &str) -> Option<&'static Column> {
    let plain = |text: &str| text.trim().to_lowercase().replace('_', "-");
    COLUMNS.iter().find(|column| plain(column.name) == plain(name))
}
