//! One training step: forward, loss, backward, optimiser, on one thread.
//!
//! `cargo bench -p neuromod-speed --bench training_step`; the same steps in PyTorch: `peers/training_step.py` beside this file.

use std::hint::black_box;
use std::time::Duration;

use candle_core::{Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::learn::error::Result;
use neuromod_bench::learn::gains::{Gain, Gains, LayerGain};
use neuromod_bench::learn::nn::{Active, Gradients, Model, ModelSpec, cross_entropy};
use neuromod_bench::learn::optim::{Chain, Kind, OptimiserSpec, UpdateContext};
use rand::RngExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLASSES: usize = 10;

/// A learner with one fixed batch.
struct Step {
    model: Box<dyn Model>,
    chain: Chain,
    gains: Gains,
    gradients: Gradients,
    x: Tensor,
    labels: Vec<u32>,
}

impl Step {
    fn new(model: &str, shape: [usize; 3], batch: usize, kind: Kind, gained: bool) -> Result<Self> {
        let spec: ModelSpec = serde_json::from_str(model).expect("a model");
        let streams = Streams::new(1);
        let model = spec.build(shape, CLASSES, &streams)?;
        let mut random = streams.fast("data");
        let features: usize = shape.iter().product();
        let x: Vec<f32> = (0..batch * features).map(|_| random.random_range(0.0..1.0)).collect();
        let labels = (0..batch).map(|_| random.random_range(0..10)).collect();
        let mut gains = Gains::default();
        if gained {
            let gain = |units: usize| LayerGain {
                slope: Gain::Units(vec![1.1; units].into()),
                bias: Gain::Units(vec![0.01; units].into()),
                ..LayerGain::default()
            };
            gains.layers = model.layer_units().into_iter().map(gain).collect();
        }
        Ok(Self {
            model,
            chain: OptimiserSpec { kind, rate: 1e-4, ..OptimiserSpec::default() }.build(),
            gains,
            gradients: Gradients::default(),
            x: Tensor::from_vec(x, (batch, features), &Device::Cpu)?,
            labels,
        })
    }

    fn run(&mut self) -> Result<f64> {
        let logits = self.model.forward(&self.x, &self.gains)?;
        let (loss, statistics) = cross_entropy(&logits, &self.labels, &Active::All, 1.0)?;
        let parameters = self.model.parameters();
        parameters.backward(&loss, &mut self.gradients)?;
        self.chain.step(&mut self.gradients, &UpdateContext { parameters, gains: &self.gains }, &[])?;
        Ok(statistics.loss)
    }
}

fn steps(criterion: &mut Criterion) {
    const MLP400: &str = r#"{"kind": "mlp", "hidden": [400, 400]}"#;
    const MLP100: &str = r#"{"kind": "mlp", "hidden": [100, 100]}"#;
    const CNN: &str = r#"{"kind": "cnn", "channels": [16, 32], "hidden": [100]}"#;
    const RNN: &str = r#"{"kind": "rnn", "units": 100}"#;
    let image = [1, 28, 28];
    let cases = [
        ("mlp400-batch128-sgd", MLP400, image, 128, Kind::Sgd, false),
        ("mlp400-batch128-sgd-gains", MLP400, image, 128, Kind::Sgd, true),
        ("mlp400-batch128-momentum", MLP400, image, 128, Kind::Momentum, false),
        ("mlp400-batch128-adam", MLP400, image, 128, Kind::Adam, false),
        ("mlp100-batch128-sgd", MLP100, image, 128, Kind::Sgd, false),
        ("mlp100-batch128-adam", MLP100, image, 128, Kind::Adam, false),
        ("mlp100-batch16-sgd", MLP100, image, 16, Kind::Sgd, false),
        ("mlp100-batch16-sgd-gains", MLP100, image, 16, Kind::Sgd, true),
        ("mlp100-batch16-adam", MLP100, image, 16, Kind::Adam, false),
        ("cnn16-32-batch128-sgd", CNN, image, 128, Kind::Sgd, false),
        ("cnn16-32-batch128-sgd-gains", CNN, image, 128, Kind::Sgd, true),
        ("cnn16-32-batch16-sgd", CNN, image, 16, Kind::Sgd, false),
        ("rnn100-batch128-sgd", RNN, image, 128, Kind::Sgd, false),
        ("rnn100-batch128-sgd-gains", RNN, image, 128, Kind::Sgd, true),
        ("rnn100-batch16-sgd", RNN, image, 16, Kind::Sgd, false),
    ];
    let mut group = criterion.benchmark_group("step");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, model, shape, batch, kind, gained) in cases {
        let mut step = Step::new(model, shape, batch, kind, gained).expect("a learner");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(step.run().expect("a step"))));
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
