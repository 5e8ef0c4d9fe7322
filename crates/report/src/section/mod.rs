//! What the report says, in order. A paradigm or case study adds one file and one line in [`paradigm::SECTIONS`].
//!
//! Every benchmark gets its score table and chart from `benchmark.rs`; the sections registered for its paradigm follow
//! with whatever is special there.

mod across;
mod all_metrics;
mod averaged;
mod benchmark;
mod definitions;
mod first;
mod focus;
mod frontier;
mod go_nogo;
mod grid;
mod headroom;
mod incremental;
mod judged;
mod meta;
mod multi_task;
mod negative;
mod online;
mod opposed;
mod overview;
mod paradigm;
mod runs;
mod sequence;
mod sequential;
mod switching;
mod transfer;
mod verdict;

use rayon::prelude::*;

use paradigm::{SECTIONS, paradigm_title};

use super::across::Across;
use super::block::Block;
use super::options::Options;
use super::results::{BenchmarkResults, Results};
use super::verdicts::Judged;

/// The whole report; verdicts on negative controls apart from the others.
pub(super) fn build(
    results: &Results<'_>,
    (judged, negative): (&[Judged<'_, '_>], &[Judged<'_, '_>]),
    across: &Across<'_, '_>,
    options: &Options,
) -> Vec<Block> {
    if results.benchmarks.is_empty() {
        return runs::build(results, options);
    }
    let mut blocks = first::build(results, judged);
    blocks.extend(overview::plane(results));
    blocks.extend(runs::build(results, options));
    blocks.extend(judged::build(results));
    blocks.extend(overview::build(results));
    blocks.extend(verdict::build(judged));
    blocks.extend(across::build(across));
    blocks.extend(headroom::build(results));
    blocks.extend(negative::build(negative));
    // Intervals take long, and one benchmark needs nothing of another.
    let own: Vec<Vec<Block>> = results.benchmarks.par_iter().map(of_benchmark).collect();
    let mut paradigm = "";
    for (benchmark, own) in results.benchmarks.iter().zip(own) {
        if benchmark.paradigm != paradigm {
            paradigm = &benchmark.paradigm;
            blocks.push(Block::heading(2, paradigm_title(paradigm)));
            blocks.extend(overview::of_paradigm(results, paradigm));
        }
        blocks.extend(own);
    }
    blocks.extend(definitions::build(results));
    blocks
}

/// Its score, then what is special to its paradigm.
fn of_benchmark(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let sections = SECTIONS.iter().filter(|section| section.paradigm == benchmark.paradigm);
    benchmark::build(benchmark)
        .into_iter()
        .chain(sections.flat_map(|section| (section.build)(benchmark)))
        .collect()
}
