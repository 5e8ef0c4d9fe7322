//! What the report says, in order. A paradigm or case study adds one file and one line in [`SECTIONS`].
//!
//! Every benchmark gets its score table and chart from `benchmark.rs`; the sections registered for its paradigm follow
//! with whatever is special there.

mod benchmark;
mod definitions;
mod frontier;
mod go_nogo;
mod headroom;
mod incremental;
mod meta;
mod multi_task;
mod online;
mod opposed;
mod overview;
mod runs;
mod sequence;
mod sequential;
mod switching;
mod transfer;
mod verdict;

use super::Options;
use super::block::Block;
use super::results::{BenchmarkResults, Results};

/// Content that one paradigm adds below the score of each of its benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// As in the benchmark's definition.
    pub paradigm: &'static str,
    /// Blocks for one benchmark; empty when the records hold nothing to show. Headings at level 4.
    pub build: fn(&BenchmarkResults<'_>) -> Vec<Block>,
}

/// All of them; within a paradigm in this order.
pub const SECTIONS: &[Section] = &[
    Section { paradigm: "incremental", build: incremental::build },
    Section { paradigm: "online", build: online::build },
    Section { paradigm: "transfer", build: transfer::build },
    Section { paradigm: "multi-task", build: multi_task::build },
    Section { paradigm: "meta", build: meta::build },
    Section { paradigm: "meta-sequential", build: sequential::build },
    Section { paradigm: "opposed-behaviours", build: opposed::build },
    Section { paradigm: "go-nogo", build: go_nogo::build },
    Section { paradigm: "switching", build: switching::build },
    Section { paradigm: "sequence", build: sequence::build },
];

/// Title of a paradigm's part.
fn paradigm_title(paradigm: &str) -> String {
    match paradigm {
        "incremental" => "Incremental learning".into(),
        "transfer" => "Transfer learning".into(),
        "meta" => "Meta-learning".into(),
        "meta-sequential" => "Meta-learning to learn in sequence".into(),
        "multi-task" => "Multi-task learning".into(),
        "online" => "Online learning".into(),
        "opposed-behaviours" => "Opposed behaviours from one scalar".into(),
        "go-nogo" => "Case study: spiking set-shifting Go/No-Go".into(),
        "switching" => "Case study: small tasks whose rules switch".into(),
        "sequence" => "Case study: learned modulation in recurrent networks".into(),
        other => {
            let words = other.replace(['-', '_'], " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
        }
    }
}

/// The whole report.
pub(super) fn build(results: &Results<'_>, options: &Options) -> Vec<Block> {
    let mut blocks = runs::build(results, options);
    if results.benchmarks.is_empty() {
        return blocks;
    }
    blocks.extend(overview::build(results));
    blocks.extend(verdict::build(results));
    blocks.extend(headroom::build(results));
    let mut paradigm = "";
    for benchmark in &results.benchmarks {
        if benchmark.paradigm != paradigm {
            paradigm = &benchmark.paradigm;
            blocks.push(Block::heading(2, paradigm_title(paradigm)));
        }
        blocks.extend(benchmark::build(benchmark));
        for section in SECTIONS.iter().filter(|section| section.paradigm == paradigm) {
            blocks.extend((section.build)(benchmark));
        }
    }
    blocks.extend(definitions::build(results));
    blocks
}
