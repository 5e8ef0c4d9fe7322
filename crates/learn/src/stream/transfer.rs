//! A source and a target for transfer learning.

use std::sync::Arc;

use rand::RngExt;
use rand::seq::SliceRandom;

use super::batch::Extra;
use super::rotation::Rotation;
use super::table::{Inputs, Table};
use super::tasks::EvaluateOn;
use super::training::{Samples, TrainingData};
use super::transfer_spec::{Domain, Heads, TransferSpec};
use super::view::{PixelMap, View};
use crate::nn::Active;
use base::error::Result;
use base::error::{DefinitionError, Error};
use base::rng::Streams;
use data::{Data, Dataset, Split};

/// Training data and test samples of one domain.
#[derive(Debug, Clone)]
pub struct Side {
    pub training: TrainingData,
    /// Test samples, n × features: never reachable from a learner.
    pub inputs: Vec<f32>,
    pub features: usize,
    /// Test labels, empty for regression.
    pub labels: Vec<u32>,
    /// Test values, empty for classification.
    pub values: Vec<f32>,
    /// Outputs that compete.
    pub active: Active,
}

/// Source and target, ready for use. The target's training data wait for the number of shots.
#[derive(Debug, Clone)]
pub struct TransferPair {
    pub source: Side,
    pub target: Side,
    streams: Streams,
}

impl TransferPair {
    /// Loads or generates both domains.
    ///
    /// # Errors
    /// Missing data; a spec that does not fit them.
    pub fn new(spec: &TransferSpec, data: &Data, on: EvaluateOn, streams: &Streams) -> Result<Self> {
        let (_, outputs) = spec.check()?;
        let streams = streams.within("transfer");
        match spec {
            TransferSpec::Images { source, target, heads } => {
                let side = |domain: &Domain, task: usize| -> Result<Side> {
                    let dataset = data.get(&domain.data)?;
                    let own = domain.class_list(dataset.classes).len();
                    let first = if task == 1 && *heads == Heads::Separate { outputs - own } else { 0 };
                    images(domain, &dataset, on, first..first + own, outputs, task)
                };
                Ok(Self { source: side(source, 0)?, target: side(target, 1)?, streams })
            }
            TransferSpec::Sinusoid { shift, samples } => {
                // Searches draw curves of their own, whatever the seeds.
                let streams = if on == EvaluateOn::Test { streams } else { streams.within("validation") };
                let mut random = streams.get("sinusoid");
                let amplitude = random.random_range(0.1f32..5.0);
                let phase = random.random_range(0.0..std::f32::consts::PI);
                let side = |phase: f32, task: usize| {
                    let mut random = streams.get(&format!("x{task}"));
                    let x: Vec<f32> = (0..*samples).map(|_| random.random_range(-5.0f32..5.0)).collect();
                    sinusoid(x, task, |x| amplitude * (x + phase).sin())
                };
                Ok(Self { source: side(phase, 0), target: side(phase + shift, 1), streams })
            }
        }
    }

    /// `shots` target samples per class (for regression: in all), drawn from the stream `transfer/shots`. Fewer shots
    /// are the first of more shots.
    ///
    /// # Errors
    /// More shots than there are samples.
    pub fn few(&self, shots: usize) -> Result<TrainingData> {
        let mut random = self.streams.get("shots");
        let refuse = |available: usize, of: &str| {
            let allowed = format!("at most {available}, the training samples {of}");
            Err(DefinitionError::range("shots", shots, &allowed).into())
        };
        let training = self.target.training.clone();
        match &training.samples {
            Samples::Table(table) => {
                let mut order: Vec<u32> = (0..u32::try_from(table.len()).unwrap_or(u32::MAX)).collect();
                order.shuffle(&mut random);
                let Some(chosen) = order.get(..shots) else { return refuse(order.len(), "of the target") };
                let few = Table {
                    features: table.features,
                    inputs: Inputs::Numbers(table.inputs(chosen)),
                    targets: table.targets(chosen),
                };
                Ok(TrainingData::of_table(Arc::new(few), training.task))
            }
            Samples::Views { dataset, views } => {
                let mut chosen = Vec::new();
                let mut views = views.clone();
                let view = &mut views[0];
                for class in 0..dataset.classes {
                    if view.outputs[class] == u32::MAX {
                        continue;
                    }
                    let of_class = |index: &u32| usize::from(view.split.labels[*index as usize]) == class;
                    let mut members: Vec<u32> = view.indices.iter().copied().filter(of_class).collect();
                    members.shuffle(&mut random);
                    match members.get(..shots) {
                        Some(few) => chosen.extend_from_slice(few),
                        None => return refuse(members.len(), &format!("of class {class}")),
                    }
                }
                chosen.sort_unstable();
                view.indices = chosen.into();
                let samples = Samples::Views { dataset: dataset.clone(), views };
                Ok(TrainingData { samples, ..training })
            }
        }
    }
}

fn images(
    domain: &Domain,
    dataset: &Arc<Dataset>,
    on: EvaluateOn,
    range: std::ops::Range<usize>,
    width: usize,
    task: usize,
) -> Result<Side> {
    let mut outputs = vec![u32::MAX; dataset.classes];
    for (class, output) in domain.class_list(dataset.classes).into_iter().zip(range.clone()) {
        outputs[class] = u32::try_from(output).unwrap_or(u32::MAX);
    }
    let outputs: Arc<[u32]> = outputs.into();
    let [_, height, across] = dataset.shape;
    let map = if domain.rotate == 0.0 {
        PixelMap::Identity
    } else {
        PixelMap::Rotate(Arc::new(Rotation::new(height, across, domain.rotate)))
    };
    let view = |split: &Split| View {
        split: split.clone(),
        indices: (0..split.len())
            .filter(|i| outputs[usize::from(split.labels[*i])] != u32::MAX)
            .filter_map(|i| u32::try_from(i).ok())
            .collect(),
        map: map.clone(),
        outputs: outputs.clone(),
    };
    let (train, test) = match on {
        EvaluateOn::Test => (view(&dataset.train_full), view(&dataset.test)),
        EvaluateOn::Validation => (view(&dataset.train), view(&dataset.validation)),
    };
    if train.is_empty() || test.is_empty() {
        return Err(Error::data(&dataset.id, "no samples of the wanted classes"));
    }
    let mut inputs = Vec::new();
    let labels = (0..test.len()).map(|at| test.push(dataset, at, &mut inputs)).collect();
    let mask: Arc<[bool]> = (0..width).map(|output| range.contains(&output)).collect();
    let samples = Samples::Views { dataset: dataset.clone(), views: vec![train] };
    Ok(Side {
        training: TrainingData {
            samples,
            masks: Arc::from([mask.clone()]),
            own_mask: true,
            task: Some(task),
        },
        inputs,
        features: dataset.features(),
        labels,
        values: Vec::new(),
        active: Active::Same(mask),
    })
}

fn sinusoid(x: Vec<f32>, task: usize, f: impl Fn(f32) -> f32) -> Side {
    const TEST: u16 = 200;
    let inputs: Vec<f32> = (0..TEST).map(|i| -5.0 + 10.0 * (f32::from(i) + 0.5) / f32::from(TEST)).collect();
    let values = inputs.iter().map(|x| f(*x)).collect();
    let targets = Extra::Values(x.iter().map(|x| f(*x)).collect());
    let table = Table { features: 1, inputs: Inputs::Numbers(x), targets };
    Side {
        training: TrainingData::of_table(Arc::new(table), Some(task)),
        inputs,
        features: 1,
        labels: Vec::new(),
        values,
        active: Active::All,
    }
}
