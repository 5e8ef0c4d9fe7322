//! The stream of a run for learners outside. Its labels are part of it: they are learned from after the answer.

use serde_json::json;

use super::resolved::Resolved;
use base::error::Result;
use base::rng::Streams;
use contract::RunSpec;
use contract::exported::{Array, Exported, Numbers, check_size};
use contract::protocol::as_written;
use data::Data;
use learn::nn::{described, weights};
use learn::stream::online::OnlineStream;

/// The stream, the initial weights, and where asked for the answers: the changes and the classes without noise.
///
/// # Errors
/// Another network than an mlp; a stream that is too large.
pub(super) fn exported(resolved: &Resolved, spec: &RunSpec, data: &Data, answers: bool) -> Result<Exported> {
    let settings = &resolved.benchmark;
    let streams = Streams::new(spec.seed);
    check_size(settings.stream.expected_samples(), settings.stream.features())?;
    let stream = OnlineStream::new(&settings.stream, data, settings.evaluate, &streams)?;
    let (samples, features) = (stream.len(), stream.features());
    let model = settings.model.build(settings.stream.shape(), stream.classes(), &streams)?;
    let mut about = serde_json::Map::new();
    about.insert("model".into(), described(&settings.model, model.as_ref(), features)?);
    about.insert("optimiser".into(), as_written(&settings.optimiser)?);
    about.insert("batch".into(), json!(settings.batch));
    about.insert("delay".into(), json!(settings.stream.delay));
    about.insert("loss".into(), json!("mean cross-entropy in nats; all outputs compete"));
    let rule = "answer `batch` samples, then learn from those whose labels have arrived: the last of them was answered \
                `delay` samples ago or more";
    about.insert("protocol".into(), json!(rule));
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let labels = stream.labels().iter().map(|label| i64::from(*label)).collect();
    let inputs = stream.inputs(0..samples).to_vec();
    let all = vec![
        Array::new("inputs", &[samples, features], Numbers::F32(inputs), "samples in the order of time"),
        Array::new(
            "labels",
            &[samples],
            Numbers::I64(labels),
            "class of each sample: to be learned from only after the answer",
        ),
    ];
    let mut hidden = Vec::new();
    if answers {
        let changes = stream.changes();
        let rows = changes.iter().flat_map(|one| [one.begin, one.end, one.concept].map(whole)).collect();
        let meaning = "changes: first sample, last sample + 1, concept that follows";
        hidden.push(Array::new("answers_changes", &[changes.len(), 3], Numbers::I64(rows), meaning));
        if let Some(ideal) = stream.ideal() {
            let ideal = ideal.iter().map(|label| i64::from(*label)).collect();
            let meaning = "class of each sample without noise";
            hidden.push(Array::new("answers_ideal", &[samples], Numbers::I64(ideal), meaning));
        }
    }
    Ok(Exported { stream: all, weights: weights(model.as_ref())?, answers: hidden, about })
}
