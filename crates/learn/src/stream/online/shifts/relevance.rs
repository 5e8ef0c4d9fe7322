//! Relevance: a sample has the features of two independent samples; which of the two carries the label changes unannounced.

/// The features of two streams side by side, and the class of each sample: of the second stream where it counts.
pub fn merge(
    second_counts: impl Fn(usize) -> bool,
    features: usize,
    inputs: [&[f32]; 2],
    classes: [&[u32]; 2],
) -> (Vec<f32>, Vec<u32>) {
    let [one, other] = inputs.map(|inputs| inputs.chunks_exact(features.max(1)));
    let both = one.zip(other).flat_map(|(one, other)| one.iter().chain(other).copied()).collect();
    let pairs = classes[0].iter().zip(classes[1]).enumerate();
    let class = |(at, (one, other)): (usize, (&u32, &u32))| if second_counts(at) { *other } else { *one };
    (both, pairs.map(class).collect())
}
