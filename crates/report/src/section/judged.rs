//! Results made elsewhere: what of them is declared and not proven, and what is missing for a verdict.

use std::collections::BTreeSet;

use crate::block::Block;
use crate::number::count;
use crate::results::{BenchmarkResults, MethodResults, Results};
use base::stats::VERDICT_SEEDS;
use contract::{Record, Role};

pub(super) fn build(results: &Results<'_>) -> Vec<Block> {
    let all = results.records().count();
    let files: BTreeSet<&str> = results
        .records()
        .filter_map(|record| record.judged.as_ref())
        .map(|judged| judged.file.as_str())
        .collect();
    let judged = results.records().filter(|record| record.judged.is_some()).count();
    if judged == 0 {
        return Vec::new();
    }
    let notice = format!(
        "{judged} of {} made elsewhere and handed in as a table ({}). Scores, streams and searches are declared by their \
         authors, not proven: that a learner went through its stream once, in order, and answered before it learned is their \
         promise.",
        count(all, "run"),
        Vec::from_iter(files).join(", ")
    );
    let items: Vec<String> = results.benchmarks.iter().flat_map(lacking).collect();
    let mut blocks = vec![Block::Notice(notice)];
    if !items.is_empty() {
        blocks.push(Block::List(items));
    }
    blocks
}

fn elsewhere(method: &MethodResults<'_>) -> bool {
    method.records.iter().any(|record| record.judged.is_some())
}

/// What the tables do not say, and what follows from that.
fn lacking(benchmark: &BenchmarkResults<'_>) -> Vec<String> {
    let all: Vec<&MethodResults<'_>> = benchmark.methods.iter().chain(&benchmark.controls).collect();
    let judged: Vec<&&MethodResults<'_>> = all.iter().filter(|method| elsewhere(method)).collect();
    if judged.is_empty() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let name = benchmark.name();
    let listed = |wanted: &dyn Fn(&MethodResults<'_>) -> bool| {
        let titles: Vec<&str> = judged.iter().filter(|m| wanted(m)).map(|m| m.title.as_str()).collect();
        (!titles.is_empty()).then(|| titles.join(", "))
    };
    if all.len() == 1 {
        told.push(format!("{name}: one method alone; there is nothing to compare it with."));
    } else if !all.iter().any(|method| matches!(method.role, Some(Role::Mechanism))) {
        told.push(format!("{name}: no method is declared to be a mechanism, so there is no verdict."));
    }
    if let Some(titles) = listed(&|method| method.search().is_none()) {
        told.push(format!("{name}: search not declared of {titles}."));
    }
    let stream = |record: &&Record| record.judged.as_ref().is_some_and(|judged| judged.stream.is_none());
    if let Some(titles) = listed(&|method| method.records.iter().any(&stream)) {
        told.push(format!("{name}: stream not declared of {titles}; tests with them are not paired."));
    }
    let few = |method: &MethodResults<'_>| method.ok().count() < VERDICT_SEEDS;
    if let Some(titles) = listed(&few) {
        told.push(format!(
            "{name}: fewer than {VERDICT_SEEDS} finished seeds of {titles}, so there is no p."
        ));
    }
    told
}
