//! What each paradigm adds to the report, one line each.

use super::{
    go_nogo, incremental, meta, multi_task, online, opposed, sequence, sequential, switching, transfer,
};
use crate::block::Block;
use crate::results::BenchmarkResults;

/// Content that one paradigm adds below the score of each of its benchmarks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    /// As in the benchmark's definition.
    pub paradigm: &'static str,
    /// Of its part of the report.
    pub title: &'static str,
    /// Blocks for one benchmark; empty when the records hold nothing to show. Headings at level 4.
    pub build: fn(&BenchmarkResults<'_>) -> Vec<Block>,
}

/// All of them; within a paradigm in this order.
pub(super) const SECTIONS: &[Section] = &[
    Section { paradigm: "incremental", title: "Incremental learning", build: incremental::build },
    Section { paradigm: "online", title: "Online learning", build: online::build },
    Section { paradigm: "transfer", title: "Transfer learning", build: transfer::build },
    Section { paradigm: "multi-task", title: "Multi-task learning", build: multi_task::build },
    Section { paradigm: "meta", title: "Meta-learning", build: meta::build },
    Section {
        paradigm: "meta-sequential",
        title: "Meta-learning to learn in sequence",
        build: sequential::build,
    },
    Section {
        paradigm: "opposed-behaviours",
        title: "Opposed behaviours from one scalar",
        build: opposed::build,
    },
    Section {
        paradigm: "go-nogo",
        title: "Case study: spiking set-shifting Go/No-Go",
        build: go_nogo::build,
    },
    Section {
        paradigm: "switching",
        title: "Case study: small tasks whose rules switch",
        build: switching::build,
    },
    Section {
        paradigm: "sequence",
        title: "Case study: learned modulation in recurrent networks",
        build: sequence::build,
    },
];

/// Title of a paradigm's part.
pub(super) fn paradigm_title(paradigm: &str) -> String {
    if let Some(section) = SECTIONS.iter().find(|section| section.paradigm == paradigm) {
        return section.title.into();
    }
    let words = paradigm.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}
