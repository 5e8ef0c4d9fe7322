//! Relevance: a sample has the features of two independent samples; which of the two carries the label changes unannounced.

use super::super::realisation::OnlineStream;
use super::Shifts;

/// The features of both streams side by side, the class of the one that counts; `first` is the one that counts in state 0.
pub(in super::super) fn merge(shifts: &Shifts, first: &mut OnlineStream, second: &OnlineStream) {
    let features = first.features.max(1);
    let pairs = first.inputs.chunks_exact(features).zip(second.inputs.chunks_exact(features));
    first.inputs = pairs.flat_map(|(one, other)| one.iter().chain(other).copied()).collect();
    first.features *= 2;
    if let (Some(own), Some(other)) = (&mut first.ideal, &second.ideal) {
        for (at, (own, other)) in own.iter_mut().zip(other).enumerate() {
            if shifts.state(at) == 1 {
                *own = *other;
            }
        }
    }
}
