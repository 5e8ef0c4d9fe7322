//! The first screen: what was asked, the answer in two sentences, and one picture of every verdict.

use super::grid::grid;
use super::paradigm::paradigm_title;
use crate::answer::{Best, best, decided, extent, groups};
use crate::block::Block;
use crate::chart::Tone;
use crate::number::{count, number};
use crate::results::Results;
use crate::verdicts::Judged;
use base::stats::Finding;
use contract::Status;

pub(super) fn build(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> Vec<Block> {
    let mut blocks = vec![Block::paragraph(asked(results, judged)), Block::Lead(answer(results, judged))];
    blocks.extend(troubles(results));
    if !judged.is_empty() {
        blocks.push(Block::Grid(grid(results, judged)));
    }
    blocks
}

fn asked(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> String {
    let seeds = |of: fn(usize, usize) -> usize, from: usize| {
        let methods = results.benchmarks.iter().flat_map(|one| &one.methods);
        methods.map(|method| method.records.len()).fold(from, of)
    };
    let (few, many) = (seeds(usize::min, usize::MAX), seeds(usize::max, 0));
    let seeds = if few >= many { count(many, "seed") } else { format!("{few} to {many} seeds") };
    let runs = count(results.records().count(), "run");
    let on = count(results.benchmarks.len(), "benchmark");
    if judged.is_empty() {
        return format!("Asked: which method learns best on {on}? Answered with {runs}, {seeds} each.");
    }
    format!(
        "Asked: does neuromodulation help, and more than a well-tuned constant would? Answered for {} with {runs} on {on}, \
         {seeds} each, every mechanism against its controls.",
        extent(judged)
    )
}

/// Names by benchmark: `Observer on Change points`.
fn named(members: &[&Judged<'_, '_>]) -> String {
    const SHOWN: usize = 4;
    let name = |one: &&Judged<'_, '_>| format!("{} on {}", one.mechanism.title, one.benchmark.name());
    let mut names: Vec<String> = members.iter().take(SHOWN).map(name).collect();
    if members.len() > SHOWN {
        names.push(format!("{} more", members.len() - SHOWN));
    }
    names.join("; ")
}

/// Two sentences: who helps, and what came out for all others; without mechanisms the best methods.
fn answer(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> String {
    if judged.is_empty() {
        return format!("No mechanism was run, so there is no verdict. {}", bests(results));
    }
    let groups = groups(judged);
    let helped: Vec<&Judged<'_, '_>> =
        judged.iter().filter(|one| one.verdict.finding == Finding::Helps).collect();
    let told = decided(judged);
    let first = match (helped.len(), told) {
        (_, 0) if judged.len() == 1 => "The one question has no verdict yet.".into(),
        (_, 0) => format!("None of {} has a verdict yet.", count(judged.len(), "question")),
        (0, 1) => "No mechanism helps: the one verdict says otherwise.".into(),
        (0, _) => format!("No mechanism helps: none of {} says so.", count(told, "verdict")),
        (n, _) => {
            let say = if n == 1 { "says" } else { "say" };
            format!("{n} of {} {say} that it helps: {}.", count(told, "verdict"), named(&helped))
        }
    };
    let counted = |absent: bool| -> Vec<String> {
        let wanted =
            groups.iter().filter(|group| group.words != "helps" && (group.tone == Tone::Absent) == absent);
        wanted.map(|group| format!("{} {}", group.members.len(), group.words)).collect()
    };
    let (rest, without) = (counted(false), counted(true));
    let others = if helped.is_empty() { "What came out" } else { "The others" };
    let mut words = first;
    if !rest.is_empty() {
        words += &format!(" {others}: {}.", rest.join(", "));
    }
    if !without.is_empty() {
        let head =
            if told == 0 { "Why".to_owned() } else { format!("No verdict for {}", judged.len() - told) };
        words += &format!(" {head}: {}.", without.join(", "));
    }
    words
}

fn bests(results: &Results<'_>) -> String {
    let item = |best: &Best<'_, '_>| {
        let share = best.share.map_or_else(String::new, |share| format!(" {}", number(share)));
        let part = best.part().map_or_else(String::new, |part| format!(" ({part})"));
        format!("{}: {}{share}{part}", paradigm_title(best.paradigm), best.method.title)
    };
    let best = best(results);
    if best.is_empty() {
        return "No method has a score.".into();
    }
    let best: Vec<String> = best.iter().filter(|one| one.share.is_some()).map(item).collect();
    if best.is_empty() {
        return "Chance and ceiling are not known, so methods are not compared over benchmarks.".into();
    }
    format!("The best methods, from chance (0) to ceiling (1): {}.", best.join("; "))
}

/// One line where something failed or is missing; the whole stands below.
fn troubles(results: &Results<'_>) -> Option<Block> {
    let bad = results.records().filter(|record| record.status != Status::Ok).count();
    let failed =
        (bad > 0).then(|| format!("{bad} of {} did not finish", count(results.records().count(), "run")));
    let parts: Vec<String> = failed.into_iter().chain(results.missing.sentence()).collect();
    let see = "; see \u{201c}Runs\u{201d} below.";
    (!parts.is_empty()).then(|| Block::Notice(parts.join("; ") + see))
}
