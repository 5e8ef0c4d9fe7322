//! The spiking Go/No-Go: behaviour by condition, the review's Figure 4 C, D, E measured, an example session.

mod aligned;
mod example;
mod tables;

use crate::block::Block;
use crate::results::BenchmarkResults;
use aligned::aligned;
use example::example;
use tables::{behaviour, policy, stages};

const KINDS: [(&str, &str, &str); 3] = [
    ("reversal", "a", "reversal"),
    ("intradimensional", "an", "intradimensional shift"),
    ("extradimensional", "an", "extradimensional shift"),
];

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = stages(benchmark).into_iter().collect();
    for (kind, article, words) in KINDS {
        blocks.extend(behaviour(benchmark, kind, &format!("{article} {words}")));
        blocks.extend(policy(benchmark, kind, words));
        blocks.extend(aligned(benchmark, kind, words));
    }
    blocks.extend(example(benchmark));
    blocks
}
