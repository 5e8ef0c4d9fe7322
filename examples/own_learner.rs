//! A learner of one's own in the suite's loop: nearest class mean on class-incremental digits, scored by the suite's metrics.
//!
//! `cargo run --release --example own_learner`

use neuromod_bench::base::rng::Streams;
use neuromod_bench::contract::{AccuracyMatrix, MetricValue, RunLog};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::nn::read;
use neuromod_bench::learn::stream::{EvaluateOn, StreamSpec, TaskStream};
use neuromod_bench::report::metric::score_all;
use neuromod_bench::{Result, definitions};

/// Sum and count of the samples of each class that were seen.
struct NearestMean(Vec<(Vec<f32>, f32)>);

impl NearestMean {
    fn learn(&mut self, rows: &[f32], features: usize, labels: &[u32]) {
        for (row, label) in rows.chunks_exact(features).zip(labels) {
            let (sum, count) = &mut self.0[*label as usize];
            sum.resize(features, 0.0);
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            *count += 1.0;
        }
    }

    fn predict(&self, row: &[f32]) -> Option<usize> {
        let distance = |(sum, count): &(Vec<f32>, f32)| -> f32 {
            sum.iter().zip(row).map(|(sum, x)| (sum / count - x).powi(2)).sum()
        };
        let seen = self.0.iter().enumerate().filter(|(_, (_, count))| *count > 0.0);
        seen.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(class, _)| class)
    }
}

fn main() -> Result<()> {
    let library = definitions::shipped()?;
    let benchmark = library.benchmark("split-digits-class")?;
    let spec: StreamSpec = benchmark.source.read(benchmark.body["stream"].clone(), "stream")?;
    let digits = Data::new(DataFolder::choose(None)).get("digits")?;
    let stream = TaskStream::new(&spec, &digits, EvaluateOn::Test, &Streams::new(0))?;

    let mut learner = NearestMean(vec![(Vec::new(), 0.0); stream.outputs()]);
    let mut rows = Vec::new();
    for task in 0..stream.len() {
        for batch in stream.training(task).batches(32) {
            let batch = batch?;
            let values = read(&batch.inputs, <[f32]>::to_vec)?;
            learner.learn(&values, values.len() / batch.samples(), &batch.targets);
        }
        let accuracy = |on: usize| -> Result<f64> {
            let test = stream.test_set(on, usize::MAX);
            let (inputs, labels) = test.batch(0..test.len())?;
            let values = read(&inputs, <[f32]>::to_vec)?;
            let samples = values.chunks_exact(values.len() / labels.len()).zip(&labels);
            let right = samples.filter(|(row, label)| learner.predict(row) == Some(**label as usize)).count();
            Ok(right as f64 / labels.len() as f64)
        };
        rows.push((0..stream.len()).map(accuracy).collect::<Result<Vec<f64>>>()?);
    }
    let matrix = AccuracyMatrix { tasks: stream.labels(), rows, ..AccuracyMatrix::default() };
    let log = RunLog { matrix: Some(matrix), ..RunLog::default() };
    for (name, value) in score_all("incremental", &log) {
        match value {
            MetricValue::Value(value) => println!("{name:28} {value:.3}"),
            MetricValue::Undefined { undefined } => println!("{name:28} – ({undefined})"),
        }
    }
    Ok(())
}
