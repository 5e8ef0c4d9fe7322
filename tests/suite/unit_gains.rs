//! Unit gain is no gain, in every protocol of the registry that takes modulation: with neuromodulators on all targets that a method
//! has, at levels at which they change nothing, a run measures what it measures without them, to the last bit. (Of learners: `gain_laws`.)

use std::collections::BTreeSet;

use neuromod_bench::base::error::Error;
use neuromod_bench::contract::definition::{Benchmark, MethodPreset};
use neuromod_bench::contract::{ACTED, CLAMPED, Protocol, RunLog, RunSpec, Unwatched};
use neuromod_bench::learn::modulation::{TARGETS, TargetEntry};
use neuromod_bench::registry::{PROTOCOLS, protocol};

use crate::conformance::{benchmarks_of, presets_of, spec_of};
use crate::tiny::{data, library};

/// One neuromodulator under a name of its own, as a preset's table has it.
fn modulator(name: &str, level: &str, receptor: &str) -> toml::Table {
    let text = format!("[modulators.{name}]\n{level}\nreceptors = [{{ {receptor} }}]");
    text.parse().expect("toml")
}

/// A constant level on one target and scope at which the gain is the unit: below the receptor's threshold, or, where the effect is a
/// third factor, 1.
fn unit(name: &str, entry: &TargetEntry, scope: &str, term: Option<&str>) -> toml::Table {
    let layers = if scope == "layer" { ", layers = [0]" } else { "" };
    let term = term.map(|term| format!(", term = \"{term}\"")).unwrap_or_default();
    let target = format!("target = \"{}\", scope = \"{scope}\"{layers}{term}", entry.name);
    if entry.name == "plasticity-gate" {
        let one = "source = { kind = \"constant\", value = 1.0 }\nlevel = { baseline = 1.0, gain = 0.0 }";
        return modulator(name, one, &target);
    }
    let half = "source = { kind = \"constant\", value = 0.5 }";
    modulator(name, half, &format!("{target}, sensitivity = 2.0, threshold = 0.6"))
}

/// The preset with neuromodulators in place of none.
fn with(preset: &MethodPreset, modulation: &toml::Table) -> MethodPreset {
    let mut preset = preset.clone();
    preset.header.modulation = modulation.clone();
    preset
}

/// Loss terms by name: what a receptor without one is told.
fn terms(of: &dyn Protocol, benchmark: &Benchmark, preset: &MethodPreset) -> Vec<String> {
    let nameless =
        modulator("a", "source = { kind = \"constant\", value = 0.5 }", "target = \"loss-weight\"");
    match of.resolve(benchmark, &with(preset, &nameless)) {
        Err(Error::Definition(error)) if error.key.ends_with(".term") => error.allowed,
        _ => Vec::new(),
    }
}

/// Unit gains on every target and scope that there is, all in one table, and the targets by name.
fn units(
    of: &dyn Protocol,
    benchmark: &Benchmark,
    preset: &MethodPreset,
) -> (toml::Table, BTreeSet<&'static str>) {
    let (mut all, mut targets) = (toml::Table::new(), BTreeSet::new());
    let terms = terms(of, benchmark, preset);
    for entry in TARGETS {
        let terms: Vec<Option<&str>> = if entry.name == "loss-weight" {
            terms.iter().map(|term| Some(term.as_str())).collect()
        } else {
            vec![None]
        };
        for (scope, term) in
            entry.scopes.iter().flat_map(|scope| terms.iter().map(move |term| (scope, *term)))
        {
            let name = format!("m{}", all.len());
            let mut one = unit(&name, entry, scope.word(), term);
            if of.resolve(benchmark, &with(preset, &one)).is_ok() {
                let one =
                    one.remove("modulators").and_then(|table| table.get(&name).cloned()).expect("itself");
                all.insert(name, one);
                targets.insert(entry.name);
            }
        }
    }
    (toml::Table::from_iter([("modulators".to_owned(), all.into())]), targets)
}

/// What was measured, without what modulation says of itself; references beside joint training are of unmodulated networks alone.
fn measured(mut log: RunLog) -> String {
    log.matrix.iter_mut().for_each(|matrix| matrix.reference = None);
    log.signals.clear();
    log.trace.clear();
    log.scalars.retain(|name, _| !name.starts_with(ACTED) && !name.starts_with(CLAMPED));
    serde_json::to_string(&log).expect("JSON")
}

fn run(of: &dyn Protocol, spec: &RunSpec) -> RunLog {
    of.run(spec, data(), &mut Unwatched).unwrap_or_else(|error| panic!("{}: {error}", spec.method))
}

/// Holds a preset to the law and says on which targets; `None`: it does not run here, or there is nothing to modulate.
fn held(of: &dyn Protocol, benchmark: &Benchmark, preset: &MethodPreset) -> Option<BTreeSet<&'static str>> {
    let settings = of.resolve(benchmark, preset).ok()?;
    let (table, targets) = units(of, benchmark, preset);
    if targets.is_empty() {
        return None;
    }
    let label = format!("{} {} on {} with {targets:?}", of.name(), preset.header.id, benchmark.header.id);
    let plain = run(of, &spec_of(benchmark, preset, settings));
    let settings = of.resolve(benchmark, &with(preset, &table)).expect(&label);
    let gained = run(of, &spec_of(benchmark, preset, settings));
    assert_eq!(gained.acted(), Some(false), "{label}: some gain is no unit");
    let modulators = table["modulators"].as_table().map_or(0, toml::Table::len);
    assert_eq!(gained.trace.len(), modulators, "{label}: a channel each");
    let steps = gained.trace.values().all(|effects| effects.is_empty() == (plain.footprint.updates == 0));
    assert!(steps, "{label}: no effect at any update");
    let (gained, plain) = (measured(gained), measured(plain));
    assert!(gained == plain, "{label}:\n{gained}\n{plain}");
    Some(targets)
}

#[test]
fn unit_gains_change_nothing_that_any_protocol_measures() {
    let library = library();
    let mut reached = BTreeSet::new();
    for of in PROTOCOLS.iter().filter(|of| of.takes_modulation()) {
        let benchmarks = || benchmarks_of(&library, *of);
        let mut here = BTreeSet::new();
        for info in of.methods() {
            let presets = presets_of(&library, *of, info.kind).into_iter();
            let plain = presets.filter(|preset| {
                let header = &preset.header;
                header.modulation.is_empty() && !header.on.values().any(|on| on.contains_key("modulation"))
            });
            let mut pairs = plain.flat_map(|preset| benchmarks().into_iter().map(move |one| (one, preset)));
            here.extend(
                pairs.find_map(|(benchmark, preset)| held(*of, benchmark, preset)).unwrap_or_default(),
            );
        }
        assert!(here.contains("learning-rate"), "{}: only {here:?} have been tried", of.name());
        reached.extend(here);
    }
    // No short benchmark has a recurrent network.
    let mut recurrent = library.benchmark("split-digits-domain").expect("known").clone();
    recurrent.body.extend("model = { kind = \"rnn\", units = 8 }".parse::<toml::Table>().expect("toml"));
    let naive = library.method("incremental", "naive").expect("known");
    let of = protocol("incremental").expect("registered");
    reached.extend(held(of, &recurrent, naive).expect("runs"));
    let all = TARGETS.iter().map(|entry| entry.name);
    let missing: Vec<_> = all.filter(|name| !reached.contains(name)).collect();
    assert!(missing.is_empty(), "on no short benchmark: {missing:?}");
}
