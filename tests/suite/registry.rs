//! What must hold for every protocol and every kind of method that is registered: one shape, nothing empty, nothing unused.

use std::collections::BTreeSet;

use neuromod_bench::registry::{PROTOCOLS, protocol};

#[test]
fn every_method_says_its_formula_and_source_and_no_kind_is_registered_twice() {
    for protocol in PROTOCOLS {
        let methods = protocol.methods();
        let kinds: BTreeSet<&str> = methods.iter().map(|info| info.kind).collect();
        assert_eq!(kinds.len(), methods.len(), "{}", protocol.name());
        assert!(!protocol.summary().is_empty());
        for info in methods {
            let of = format!("{} {}", protocol.name(), info.kind);
            assert!(!info.formula.is_empty() && !info.source.is_empty(), "{of}");
            for parameter in info.parameters {
                let parts = [parameter.name, parameter.default, parameter.range, parameter.meaning];
                assert!(parts.iter().all(|part| !part.is_empty()), "{of} {}", parameter.name);
            }
        }
    }
}

#[test]
fn every_preset_names_a_registered_kind_and_every_kind_has_a_preset() {
    let library = crate::common::shipped();
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    for ((paradigm, id), preset) in &library.methods {
        let methods = protocol(paradigm).expect("registered").methods();
        let info = methods.iter().find(|info| info.kind == preset.header.kind);
        let info = info.unwrap_or_else(|| panic!("{paradigm} {id}: kind {}", preset.header.kind));
        used.insert((paradigm, info.kind));
        assert!(!protocol(paradigm).expect("registered").formula(preset).expect("a formula").is_empty());
    }
    for protocol in PROTOCOLS {
        for info in protocol.methods() {
            // A paradigm may share its methods with another that has the preset.
            let anywhere = used.iter().any(|(_, kind)| *kind == info.kind);
            assert!(anywhere, "{} {} has no preset", protocol.name(), info.kind);
        }
    }
}

#[test]
fn an_unknown_kind_is_refused_by_every_protocol_with_the_known_ones() {
    let library = crate::common::shipped();
    for benchmark in library.benchmarks.values() {
        let protocol = protocol(&benchmark.header.paradigm).expect("registered");
        let (_, preset) = library
            .methods
            .iter()
            .find(|((paradigm, _), _)| *paradigm == benchmark.header.paradigm)
            .expect("a preset");
        let mut preset = preset.clone();
        preset.header.kind = "nothing-like-it".into();
        let error = protocol.resolve(benchmark, &preset).expect_err("refused").to_string();
        let known = protocol.methods()[0].kind;
        assert!(error.contains("nothing-like-it") && error.contains("kind"), "{}: {error}", protocol.name());
        assert!(error.contains(known), "{}: {error}", protocol.name());
    }
}
