//! Who stays, what is drawn, and that neither depends on the other.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::{Fill, Memory, MemorySpec, Policy};
use crate::context::StepContext;
use crate::gains::Gains;
use crate::nn::{Active, Init, Mlp, Model};
use crate::stream::{Batch, Extra};
use base::rng::Streams;
use numeric::Activation;

fn spec(samples: usize, policy: Policy) -> MemorySpec {
    MemorySpec { samples, policy, fill: Fill::Batch, draw: None }
}

/// Samples whose only input is their place in the stream.
fn batch(first: u32, labels: &[u32]) -> Batch {
    let inputs: Vec<f32> = (first..).take(labels.len()).map(|place| place as f32).collect();
    Batch {
        inputs: Tensor::from_vec(inputs, (labels.len(), 1), &Device::Cpu).expect("tensor"),
        targets: labels.to_vec(),
        active: Active::All,
        task: None,
        extra: Extra::None,
    }
}

fn memory(samples: usize, policy: Policy, seed: u64) -> Memory {
    let mut memory = Memory::new(&spec(samples, policy), false);
    memory.begin(&Streams::new(seed));
    memory
}

fn drawn(memory: &mut Memory, batch: &Batch, replay: f32) -> Option<(Vec<f32>, Vec<u32>, Active)> {
    let model = Mlp::new(&[1, 4], Activation::Relu, Init::default(), &Streams::new(1)).expect("model");
    let gains = Gains { replay, ..Gains::default() };
    let logits = model.forward(&batch.inputs, &gains).expect("scores");
    let cx = StepContext { model: &model, batch, logits: &logits, gains: &gains };
    let drawn = memory.draw(&cx).expect("drawn")?;
    let inputs = drawn.inputs.flatten_all().expect("flat").to_vec1().expect("inputs");
    Some((inputs, drawn.targets, drawn.active))
}

/// Σ (n_i − e)² / e.
fn chi_squared(counts: &[f64]) -> f64 {
    let expected = counts.iter().sum::<f64>() / counts.len() as f64;
    counts.iter().map(|count| (count - expected).powi(2) / expected).sum()
}

#[test]
fn in_a_reservoir_every_place_of_the_stream_is_equally_likely_to_stay() {
    // 2,000 streams of 100 samples, 10 stay: each place 200 times on average. The 99.9 % point of χ² with 99 degrees of
    // freedom is 148.2; counts of samples without replacement vary by 0.9 of that.
    for policy in [Policy::Reservoir, Policy::ClassBalanced] {
        let mut counts = [0.0; 100];
        for seed in 0..2000 {
            let mut memory = memory(10, policy, seed);
            for first in (0..100).step_by(10) {
                memory.see(&batch(first, &[0; 10])).expect("stored");
            }
            assert_eq!(memory.len(), 10);
            let (kept, ..) = drawn(&mut memory, &batch(0, &[0; 10]), 1.0).expect("a past");
            kept.iter().for_each(|place| counts[*place as usize] += 1.0);
        }
        let found = chi_squared(&counts);
        assert!(found < 148.2, "{policy:?}: χ² = {found}");
    }
}

#[test]
fn balanced_classes_have_equal_shares_whatever_the_stream() {
    // 300 of class 0, then 30 of class 1, then 100 of class 2: ten each of 30. A reservoir keeps them in proportion.
    let stream = [(0, 300), (1, 30), (2, 100)];
    let mut shares = [0usize; 3];
    let mut memory = memory(30, Policy::ClassBalanced, 1);
    for (label, count) in stream {
        for _ in 0..count / 10 {
            memory.see(&batch(0, &[label; 10])).expect("stored");
        }
    }
    memory.labels().iter().for_each(|label| shares[*label as usize] += 1);
    assert_eq!(shares, [10, 10, 10]);
}

#[test]
fn a_draw_holds_different_samples_of_the_past_and_none_of_the_batch_at_hand() {
    let mut memory = memory(50, Policy::Reservoir, 3);
    let newest = batch(20, &[0; 10]);
    assert!(drawn(&mut memory, &newest, 1.0).is_none(), "an empty memory gives nothing");
    memory.see(&batch(0, &[1; 20])).expect("stored");
    let (mut places, targets, _) = drawn(&mut memory, &newest, 1.0).expect("a past");
    assert_eq!(targets, [1; 10]);
    places.sort_by(f32::total_cmp);
    places.dedup();
    assert!(places.len() == 10 && places.iter().all(|place| *place < 20.0), "{places:?}");
    // The gain `replay` multiplies the number, between one and all.
    for (gain, amount) in [(0.5, 5), (0.0, 1), (9.0, 20)] {
        assert_eq!(drawn(&mut memory, &newest, gain).expect("a past").1.len(), amount);
    }
}

#[test]
fn what_is_kept_does_not_depend_on_what_is_drawn() {
    let kept = |draws: usize| {
        let mut memory = memory(7, Policy::Reservoir, 5);
        for first in (0..100).step_by(5) {
            let newest = batch(first, &[0; 5]);
            for _ in 0..draws {
                let _ = drawn(&mut memory, &newest, 1.0);
            }
            memory.see(&newest).expect("stored");
        }
        memory.save().get_buffer("inputs").expect("inputs")
    };
    assert_eq!(kept(0), kept(3));
}

#[test]
fn past_samples_compete_in_their_own_task_where_it_is_known_and_else_with_all_met_since() {
    let of = |mask: [bool; 4]| Active::Same(Arc::from(mask));
    let (old, new) = (of([true, true, false, false]), of([false, false, true, true]));
    let mut memory = memory(4, Policy::Reservoir, 1);
    memory.see(&Batch { active: old.clone(), task: Some(0), ..batch(0, &[0, 1]) }).expect("stored");
    let known = Batch { active: new, task: Some(1), ..batch(2, &[2, 3]) };
    let (_, _, active) = drawn(&mut memory, &known, 1.0).expect("a past");
    assert_eq!((active.mask(0), active.mask(1)), (old.mask(0), old.mask(0)));
    let grown = of([true; 4]);
    let unknown = Batch { active: grown.clone(), ..batch(2, &[2, 3]) };
    assert_eq!(drawn(&mut memory, &unknown, 1.0).expect("a past").2, grown);
}

#[test]
fn bytes_stay_within_what_is_declared_and_a_checkpoint_goes_on_where_it_was() {
    for (policy, logits) in [(Policy::Reservoir, true), (Policy::ClassBalanced, false)] {
        let spec = spec(12, policy);
        let mut whole = Memory::new(&spec, logits);
        whole.begin(&Streams::new(9));
        let feed = |memory: &mut Memory, first: u32| {
            let batch = Batch {
                active: Active::Same(Arc::from([true, true, true, false])),
                ..batch(first, &[0, 1, 2, 1, 1])
            };
            let scores = Tensor::ones((5, 4), candle_core::DType::F32, &Device::Cpu).expect("scores");
            memory.note(&scores).expect("noted");
            memory.see(&batch).expect("stored");
            assert!(memory.bytes() <= spec.declared_bytes(1, 4, logits), "{policy:?}");
        };
        (0..50).step_by(5).for_each(|first| feed(&mut whole, first));
        assert_eq!(whole.bytes(), spec.declared_bytes(1, 4, logits), "a full memory holds what it declared");
        let text = serde_json::to_string(&whole.save()).expect("serialises");
        let mut resumed = Memory::new(&spec, logits);
        resumed.load(&serde_json::from_str(&text).expect("parses")).expect("loads");
        (50..100).step_by(5).for_each(|first| {
            feed(&mut whole, first);
            feed(&mut resumed, first);
        });
        let newest = batch(100, &[0; 5]);
        assert_eq!(drawn(&mut whole, &newest, 1.0), drawn(&mut resumed, &newest, 1.0));
        assert_eq!(whole.save(), resumed.save());
    }
}

#[test]
fn a_greedy_memory_keeps_the_first_of_every_label_up_to_its_share() {
    // Four places. Label 0 alone may have all; with label 1 each has 2: two places of 0 change hands, a third of 1 is not taken.
    let mut memory = memory(4, Policy::Greedy, 1);
    memory.see(&batch(0, &[0, 0, 0, 0, 0])).expect("seen");
    assert_eq!(memory.labels(), [0; 4]);
    memory.see(&batch(5, &[1, 1, 1])).expect("seen");
    let mut labels = memory.labels().to_vec();
    labels.sort_unstable();
    assert_eq!(labels, [0, 0, 1, 1]);
    let ones = |memory: &Memory| {
        let slots = memory.labels().iter().zip(&memory.inputs);
        slots.filter(|(label, _)| **label == 1).map(|(_, place)| *place).sum::<f32>()
    };
    assert_eq!(ones(&memory), 5.0 + 6.0, "the first two of label 1");
    // A third label: ⌈4/3⌉ = 2 of each fit by the rule n < 4/3, so it takes places until it has 2.
    memory.see(&batch(8, &[2, 2, 2])).expect("seen");
    assert_eq!(memory.len(), 4);
    assert_eq!(memory.labels().iter().filter(|label| **label == 2).count(), 2);
}

#[test]
fn numbers_to_be_answered_are_kept_drawn_and_counted() {
    let mut memory = memory(2, Policy::Reservoir, 1);
    let batch = Batch { extra: Extra::Values(vec![0.5, -2.0]), ..batch(0, &[0, 0]) };
    memory.see(&batch).expect("stored");
    // Two samples of one input, one label, one number and one task, four bytes each.
    assert_eq!(memory.bytes(), 2 * 4 * 4);
    let model = Mlp::new(&[1, 1], Activation::Relu, Init::default(), &Streams::new(1)).expect("model");
    model.parameters().restore(&[vec![1.0], vec![0.0]]).expect("the identity");
    let gains = Gains::default();
    let logits = model.forward(&batch.inputs, &gains).expect("scores");
    let cx = StepContext { model: &model, batch: &batch, logits: &logits, gains: &gains };
    let drawn = memory.draw(&cx).expect("drawn").expect("two");
    // f(0) = 0 and f(1) = 1: ((0 − 0.5)² + (1 + 2)²) / 2.
    let loss = drawn.loss(&cx).expect("loss").to_scalar::<f32>().expect("a number");
    assert!((loss - 4.625).abs() < 1e-6, "{loss}");
}
