use super::*;

#[test]
fn reward_strengthens_the_chosen_cluster_and_weakens_the_other() {
    let mut agent = Agent::new(&ModelSettings::default(), &Streams::new(1)).unwrap();
    let before = agent.circuit.input.weights.clone();
    agent.respond(0, 0.0);
    assert!(agent.learn(true, 0.5, 0.0) > 0.0);
    let mean = |weights: &[f32], range: std::ops::Range<usize>| {
        weights.chunks_exact(120).flat_map(|row| &row[range.clone()]).sum::<f32>()
    };
    let after = &agent.circuit.input.weights;
    // Go E up, Go I down, No-Go E down, No-Go I up, critic E up, critic I down.
    for (range, up) in
        [(0..32, true), (32..40, false), (40..72, false), (72..80, true), (80..112, true), (112..120, false)]
    {
        assert_eq!(mean(after, range.clone()) > mean(&before, range.clone()), up, "{range:?}");
    }
}

#[test]
fn without_dopamine_only_relaxation_moves_weights() {
    let model = ModelSettings { dopamine: false, ..ModelSettings::default() };
    let mut agent = Agent::new(&model, &Streams::new(1)).unwrap();
    let before = agent.circuit.input.weights.clone();
    agent.respond(0, 0.0);
    agent.learn(true, 1.0, 0.0);
    assert_eq!(agent.circuit.input.weights, before);
    agent.learn(true, 1.0, 1.0);
    // At NA = 1 the actor's weights keep 20 % of their distance from 0.5; the critic's keep all of it.
    for (new, old) in
        [(agent.circuit.input.weights[0], before[0]), (agent.circuit.input.weights[79], before[79])]
    {
        assert!((new - (0.5 + 0.2 * (old - 0.5))).abs() < 1e-6);
    }
    assert_eq!(agent.circuit.input.weights[80], before[80]);
}
