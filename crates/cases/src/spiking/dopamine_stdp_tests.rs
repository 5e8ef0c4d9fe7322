use super::*;

/// The same equations with nothing clever: every synapse, every step, in f64.
fn naive_weights(network: &DopamineStdpNetwork, spikes: &[Vec<u32>], rewards: &[(usize, f64)]) -> Vec<f64> {
    let s = network.settings;
    let count = network.neurons();
    let delay_of = |synapse: usize| {
        let source = synapse / s.synapses;
        let starts = &network.by_delay[source * (s.longest_delay + 1)..(source + 1) * (s.longest_delay + 1)];
        starts.iter().filter(|start| **start as usize <= synapse).count().min(s.longest_delay)
    };
    let plastic = s.excitatory * s.synapses;
    let mut weights = vec![f64::from(s.initial); plastic];
    let mut eligibility = vec![0.0f64; plastic];
    let mut history: Vec<Vec<f64>> = Vec::new();
    let decay = |tau: f32| (-1.0 / f64::from(tau)).exp();
    let mut dopamine = 0.0;
    for (t, fired) in spikes.iter().enumerate() {
        dopamine += rewards.iter().filter(|(at, _)| *at == t).map(|(_, amount)| amount).sum::<f64>();
        let mut trace: Vec<f64> = history
            .last()
            .map_or_else(|| vec![0.0; count], |last| last.iter().map(|x| x * decay(s.tau_stdp)).collect());
        for synapse in 0..plastic {
            let (source, delay) = (synapse / s.synapses, delay_of(synapse));
            let target = network.synapses[synapse].target as usize;
            if t >= delay && spikes[t - delay].contains(&(source as u32)) {
                eligibility[synapse] -= f64::from(s.depression) * trace[target];
            }
            if t >= delay && fired.contains(&(target as u32)) {
                eligibility[synapse] += f64::from(s.potentiation) * history[t - delay][source];
            }
        }
        for &neuron in fired {
            trace[neuron as usize] += 1.0;
        }
        history.push(trace);
        dopamine *= decay(s.tau_dopamine);
        for (weight, c) in weights.iter_mut().zip(&mut eligibility) {
            let change = f64::from(s.learning_rate) * (f64::from(s.tonic) + dopamine) * *c;
            *weight = (*weight + change).clamp(0.0, f64::from(s.limit));
            *c *= decay(s.tau_eligibility);
        }
    }
    weights
}

#[test]
fn touching_synapses_only_at_spikes_equals_updating_all_of_them_at_every_step() {
    let settings = DopamineStdpSettings {
        excitatory: 16,
        inhibitory: 4,
        synapses: 8,
        noise_width: 30.0,
        ..DopamineStdpSettings::default()
    };
    let mut network = DopamineStdpNetwork::new(settings, 3).unwrap();
    let mut spikes = Vec::new();
    for t in 0..2300 {
        if t == 700 {
            network.reward(0.5).unwrap();
        }
        network.step();
        spikes.push(network.fired().to_vec());
    }
    assert!(spikes.iter().map(Vec::len).sum::<usize>() > 100);
    let expected = naive_weights(&network, &spikes, &[(700, 0.5)]);
    network.settle();
    let moved = expected.iter().filter(|weight| (**weight - 1.0).abs() > 0.01).count();
    assert!(moved > 20, "the test must move weights: {moved}");
    for (synapse, expected) in network.synapses.iter().zip(expected) {
        assert!((f64::from(synapse.weight) - expected).abs() < 1e-3, "{} {expected}", synapse.weight);
    }
}

#[test]
fn the_standard_network_fires_at_about_a_hertz_and_repeats_by_seed() {
    let run = |seed| {
        let mut network = DopamineStdpNetwork::new(DopamineStdpSettings::default(), seed).unwrap();
        for _ in 0..2000 {
            network.step();
        }
        (network.spikes, network.mean_excitatory_weight())
    };
    let (spikes, weight) = run(1);
    assert_eq!((spikes, weight), run(1));
    assert_ne!(spikes, run(2).0);
    let rate = spikes as f64 / 1000.0 / 2.0;
    assert!((0.5..3.0).contains(&rate), "{rate} Hz");
}

#[test]
fn the_trace_of_a_silent_neuron_ends_at_nought_and_never_among_subnormal_numbers() {
    let mut trace = vec![1.0f32];
    let keep = (-1.0f32 / 20.0).exp();
    for step in 0..2500 {
        let before = trace.clone();
        scale_into(&before, keep, &mut trace);
        assert!(trace[0] == 0.0 || trace[0].is_normal(), "step {step}: {}", trace[0]);
    }
    assert_eq!(trace[0], 0.0);
}

#[test]
fn bad_parameters_are_refused_by_name() {
    let fine = DopamineStdpSettings::default();
    let refusal = |settings| DopamineStdpNetwork::new(settings, 1).unwrap_err().to_string();
    assert!(refusal(DopamineStdpSettings { excitatory: 0, ..fine }).starts_with("`excitatory` = 0"));
    assert!(refusal(DopamineStdpSettings { longest_delay: 16, ..fine }).starts_with("`longest_delay` = 16"));
    assert!(refusal(DopamineStdpSettings { tau_stdp: f32::NAN, ..fine }).starts_with("`tau_stdp` = NaN"));
    let mut network = DopamineStdpNetwork::new(fine, 1).unwrap();
    assert!(network.reward(-1.0).unwrap_err().to_string().starts_with("`reward` = -1"));
}
