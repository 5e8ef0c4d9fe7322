//! Every learner of the paradigm goes on from a checkpoint as if nothing had happened.

use std::collections::BTreeSet;

use super::agent::Agent;
use super::tests::{data, tiny};
use super::*;
use base::state::State;
use contract::definition::Library;

/// What a learner answers to a part of the stream, and learns from it.
fn meet(stream: &OnlineStream, agent: &mut Agent, part: Range<usize>) -> Vec<Option<u32>> {
    let mut answers = Vec::new();
    for at in part.step_by(6) {
        let now = at..at + 6;
        if let Agent::Oracle(oracle) = agent {
            if let Some(change) = stream.told(now.clone()) {
                oracle.told(&change).expect("told");
            }
            if let Some(state) = stream.told_state(at) {
                oracle.told_state(&state);
            }
        }
        answers.extend(agent.predictor().predict(stream.inputs(now.clone()), 6).expect("answers"));
        agent.predictor().learn(&stream.labelled(now).expect("labels")).expect("learns");
    }
    answers
}

#[test]
fn a_saved_learner_goes_on_as_if_nothing_had_happened() {
    let library = Library::of_tree().expect("definitions");
    let longer = |text: String| {
        let text = text.replace("samples = 60, segments = 2", "samples = 600, segments = 4");
        text.replace("batch = 2", "batch = 6").replace("\"sgd\", rate = 0.1", "\"adam\", rate = 0.05")
    };
    let (benchmark, data) = (tiny(longer).expect("parses"), data());
    let streams = Streams::new(3);
    let mut kinds = BTreeSet::new();
    let mut modulated = 0;
    for preset in library.methods.values().filter(|preset| preset.header.paradigm == "online") {
        // Some need another stream.
        let Ok(resolved) = Resolved::new(&benchmark, preset) else { continue };
        let settings = &resolved.benchmark;
        let stream =
            OnlineStream::new(&settings.stream, &data, settings.evaluate, &streams).expect("a stream");
        let build = || {
            let modulation = resolved.modulation.as_ref();
            resolved.method.build(settings, modulation, None, &streams).expect("a learner")
        };
        let (mut whole, mut resumed) = (build(), build());
        meet(&stream, &mut whole, 0..402);
        let state = serde_json::to_string(&whole.predictor().save().expect("saves")).expect("serialises");
        let state: State = serde_json::from_str(&state).expect("parses");
        resumed.predictor().load(&state).expect("loads");
        let id = &preset.header.id;
        let rest = 402..600;
        assert_eq!(meet(&stream, &mut resumed, rest.clone()), meet(&stream, &mut whole, rest), "{id}");
        let end = [&mut whole, &mut resumed].map(|agent| agent.predictor().save().expect("saves"));
        assert_eq!(end[0], end[1], "{id}");
        if whole.predictor().learner().is_some() {
            assert_ne!(end[0], state, "{id} has learned nothing");
        }
        kinds.insert(preset.header.kind.clone());
        modulated += usize::from(resolved.modulation.is_some());
    }
    let all: BTreeSet<String> = Online::METHODS.iter().map(|row| row.info.kind.to_owned()).collect();
    assert_eq!(kinds, all);
    assert!(modulated > 5, "{modulated}");
}
