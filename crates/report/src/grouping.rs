//! How records become results: benchmark → method → seed, by what was run and not by name alone.

use std::collections::{BTreeMap, BTreeSet};

use super::chart::Color;
use super::families::colors;
use super::identity::{Identities, Variant, identities};
use super::missing::Missing;
use super::results::{BenchmarkResults, MethodResults, Results};
use contract::{Paradigm, Record, Role};

/// A method with one set of settings on one definition of a benchmark: place of the paradigm in its registry (the five
/// paradigms, then the case studies), its name, benchmark at version, definition, method, settings.
type Cell<'a> = (usize, &'a str, String, usize, &'a str, usize);

impl<'a> Results<'a> {
    /// Groups records by what was run. Of several runs of the same definition, method, settings and seed the newest
    /// counts; where they began in the same second, the one with the greater key. The order of the records has no
    /// influence. Paradigms stand in the order of `paradigms`, unknown ones behind them.
    pub fn new(records: &'a [Record], paradigms: &[Paradigm]) -> Self {
        let identities = identities(records, paradigms);
        let cells = cells(records, &identities, paradigms);
        let superseded = records.len() - cells.values().map(BTreeMap::len).sum::<usize>();
        let control = |role: Option<&Role>| role.is_some_and(Role::is_aside);
        // Methods that share a name are nobody's control: which one was meant is not known.
        let role =
            |variant: &Variant, record: &'a Record| record.titles.role.as_ref().filter(|_| variant.count < 2);
        let mut benchmarks: Vec<BenchmarkResults<'a>> = Vec::new();
        let mut named_by: Vec<&Record> = Vec::new();
        for ((_, paradigm, name, _, method, _), seeds) in cells {
            let Some(at) = newest(records, seeds.values()) else { continue };
            let (record, definition, variant) =
                (&records[at], &identities.benchmark[at], &identities.method[at]);
            let id = definition.id(&name);
            if benchmarks.last().is_none_or(|b| b.id != id || b.paradigm != paradigm) {
                benchmarks.push(empty(id, paradigm, record));
                named_by.push(record);
            }
            let (Some(benchmark), Some(by)) = (benchmarks.last_mut(), named_by.last_mut()) else { continue };
            if newness(record) >= newness(by) {
                *by = record;
                entitle(benchmark, record, definition);
            }
            let role = role(variant, record);
            let list = if control(role) { &mut benchmark.controls } else { &mut benchmark.methods };
            let title = &record.titles.method;
            list.push(MethodResults {
                id: variant.id(method),
                title: variant.told(if title.is_empty() { method } else { title }, "settings"),
                color: Color::Muted,
                records: seeds.values().map(|at| &records[*at]).collect(),
                role,
                missing: 0,
            });
        }
        distinguish(&mut benchmarks);
        paint(&mut benchmarks);
        let missing = Missing::default();
        Self { benchmarks, superseded, conflicts: identities.conflicts, missing }
    }
}

/// Which record counts for each seed of each cell.
fn cells<'a>(
    records: &'a [Record],
    identities: &Identities,
    paradigms: &[Paradigm],
) -> BTreeMap<Cell<'a>, BTreeMap<u64, usize>> {
    let order = |name: &str| paradigms.iter().position(|p| p.name == name).unwrap_or(usize::MAX);
    let mut cells: BTreeMap<Cell<'a>, BTreeMap<u64, usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        let spec = &record.spec;
        let (definition, settings) = (identities.benchmark[at].place, identities.method[at].place);
        let name = record.benchmark_at_version();
        let cell =
            (order(&spec.paradigm), spec.paradigm.as_str(), name, definition, spec.method.as_str(), settings);
        let place = cells.entry(cell).or_default().entry(spec.seed).or_insert(at);
        if newness(record) > newness(&records[*place]) {
            *place = at;
        }
    }
    cells
}

/// Orders records by age, and those of the same second by content.
fn newness(record: &Record) -> (u64, &str, &str) {
    (record.time.started_unix, &record.key, &record.result_sha256)
}

fn newest<'p>(records: &[Record], places: impl Iterator<Item = &'p usize>) -> Option<usize> {
    places.copied().max_by(|a, b| newness(&records[*a]).cmp(&newness(&records[*b])))
}

fn empty<'a>(id: String, paradigm: &str, record: &'a Record) -> BenchmarkResults<'a> {
    BenchmarkResults {
        id,
        title: String::new(),
        summary: String::new(),
        paradigm: paradigm.to_owned(),
        score: &record.score,
        methods: Vec::new(),
        controls: Vec::new(),
        missing: 0,
    }
}

/// Titles and score of the newest record.
fn entitle<'a>(benchmark: &mut BenchmarkResults<'a>, record: &'a Record, definition: &Variant) {
    let titles = &record.titles;
    benchmark.score = &record.score;
    benchmark.summary.clone_from(&titles.benchmark_summary);
    // Without a title the id stands in its place, which tells definitions apart by itself.
    if !titles.benchmark.is_empty() {
        benchmark.title = definition.told(&titles.benchmark, "definition");
    }
}

/// The same colour for the same method everywhere; controls, which have tables alone, have none.
fn paint(benchmarks: &mut [BenchmarkResults<'_>]) {
    let ids = |one: &BenchmarkResults<'_>| one.methods.iter().map(|method| method.id.clone()).collect();
    let colors = colors(&benchmarks.iter().map(ids).collect::<Vec<_>>());
    for method in benchmarks.iter_mut().flat_map(|one| &mut one.methods) {
        if let Some(color) = colors.get(&method.id) {
            method.color = *color;
        }
    }
}

/// Methods of one paradigm whose titles are the same are told apart by their ids.
fn distinguish(benchmarks: &mut [BenchmarkResults<'_>]) {
    let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for benchmark in benchmarks.iter() {
        for method in benchmark.methods.iter().chain(&benchmark.controls) {
            let place = (benchmark.paradigm.clone(), method.title.clone());
            ids.entry(place).or_default().insert(method.id.clone());
        }
    }
    for benchmark in benchmarks {
        let paradigm = benchmark.paradigm.clone();
        for method in benchmark.methods.iter_mut().chain(&mut benchmark.controls) {
            let place = (paradigm.clone(), method.title.clone());
            if ids.get(&place).is_some_and(|ids| ids.len() > 1) {
                method.title = format!("{} ({})", method.title, method.id);
            }
        }
    }
}
