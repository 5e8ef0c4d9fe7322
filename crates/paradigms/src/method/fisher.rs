//! Estimators of the diagonal Fisher information. The estimator is part of a method's name: results differ by orders
//! of magnitude between them (van de Ven 2025).

use rand::RngExt;
use serde::{Deserialize, Serialize};

use base::error::Result;
use base::rng::StreamRng;
use contract::settings;
use learn::context::EventContext;
use learn::gains::Gains;
use learn::nn::{Gradients, LabelPass, Magnitude, Model, Passes, squared};
use learn::stream::{Batch, Extra};

/// Which labels and which grouping of samples the squared gradients are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FisherEstimator {
    /// The expectation over the model's own labels: Σ_c p_c (∂ ln p_c)².
    #[default]
    Exact,
    /// One label per sample drawn from the model's own distribution.
    Sampled,
    /// The data's label ("empirical Fisher").
    TrueLabel,
    /// The label that the model holds most likely, as in the code of Hsu et al. 2018: small where the model is sure.
    Predicted,
    /// The data's label, times its probability, as in the code of Buzzega et al. 2020.
    Weighted,
    /// The square of the mini-batch mean gradient of the data's labels, times nothing: not a Fisher information, but
    /// what several published codes compute.
    Batched,
}

settings! {
    /// How the Fisher information is estimated.
    #[derive(Debug, Clone, PartialEq)]
    pub struct FisherSettings {
        /// estimator of the Fisher information
        pub estimator: FisherEstimator = FisherEstimator::Exact => ["exact" | "sampled" | "true-label" | "predicted" | "weighted" | "batched"];
        /// samples of the task used, evenly spaced
        #[serde(skip_serializing_if = "Option::is_none")]
        pub samples: Option<usize> = None => [or "all"; at least 1];
        /// samples per pass; group size of batched
        pub batch: usize = 128 => [1 to 4096];
    }
}

impl FisherSettings {
    /// The key and the reason where an estimator asks for labels.
    pub(super) fn answers_classes(&self) -> Option<(&'static str, &'static str)> {
        let labels = self.estimator != FisherEstimator::Exact;
        labels.then_some((
            "fisher.estimator",
            "this estimator takes gradients of labels; `exact` has a form for numbers",
        ))
    }

    /// The mean over samples of the squared gradients, one buffer per parameter.
    ///
    /// # Errors
    /// Engine errors.
    pub fn estimate(&self, cx: &EventContext<'_>, mut random: StreamRng) -> Result<Vec<Vec<f32>>> {
        let EventContext { model, data, gains, .. } = *cx;
        let mut sums = Gradients::zeros(model.parameters());
        let count = self.samples.unwrap_or(usize::MAX).min(data.len());
        let positions: Vec<u32> =
            (0..count).filter_map(|i| u32::try_from(i * data.len() / count).ok()).collect();
        let mut groups = 0usize;
        for chunk in positions.chunks(self.batch) {
            let batch = data.batch(chunk)?;
            let squares = match self.estimator {
                // Of numbers: `answers_classes` lets no other estimator through.
                FisherEstimator::Exact if matches!(batch.extra, Extra::Values(_)) => {
                    model.gradient_magnitudes(&batch.inputs, gains, &Passes::Slope, Magnitude::Square)?
                }
                FisherEstimator::Batched => squared_mean(model, gains, &batch)?,
                estimator => {
                    let passes = Passes::Labels {
                        active: batch.active.clone(),
                        passes: labels(estimator, model, gains, &batch, &mut random)?,
                    };
                    model.gradient_magnitudes(&batch.inputs, gains, &passes, Magnitude::Square)?
                }
            };
            sums.add_scaled(&squares, 1.0);
            groups += 1;
            (cx.ask)()?;
        }
        let divisor = if self.estimator == FisherEstimator::Batched { groups } else { count };
        sums.scale(1.0 / divisor.max(1) as f32);
        Ok(sums.buffers)
    }
}

fn squared_mean(model: &dyn Model, gains: &Gains, batch: &Batch) -> Result<Gradients> {
    let logits = model.forward(&batch.inputs, gains)?;
    let (loss, _) = learn::nn::cross_entropy(&logits, &batch.targets, &batch.active, 1.0)?;
    let mut gradients = Gradients::default();
    model.parameters().backward(&loss, &mut gradients)?;
    gradients.buffers.iter_mut().flatten().for_each(|g| *g *= *g);
    Ok(gradients)
}

fn labels(
    estimator: FisherEstimator,
    model: &dyn Model,
    gains: &Gains,
    batch: &Batch,
    random: &mut StreamRng,
) -> Result<Vec<LabelPass>> {
    let n = batch.targets.len();
    if estimator == FisherEstimator::TrueLabel {
        return Ok(vec![LabelPass { labels: batch.targets.clone(), weight: vec![1.0; n] }]);
    }
    let logits = model.infer(&batch.inputs, gains)?;
    let rows = squared::probabilities(&logits, &batch.active)?;
    let (labels, weight) = match estimator {
        FisherEstimator::Sampled => (rows.iter().map(|row| draw(row, random)).collect(), vec![1.0; n]),
        FisherEstimator::Predicted => (rows.iter().map(|row| likeliest(row)).collect(), vec![1.0; n]),
        FisherEstimator::Weighted => {
            let of = |(row, target): (&Vec<f32>, &u32)| row[*target as usize];
            (batch.targets.clone(), rows.iter().zip(&batch.targets).map(of).collect())
        }
        _ => return Ok(expected(&rows, batch)),
    };
    Ok(vec![LabelPass { labels, weight }])
}

/// One pass per class that is possible for any sample, weighted by its probability.
fn expected(rows: &[Vec<f32>], batch: &Batch) -> Vec<LabelPass> {
    let mut passes = Vec::new();
    for class in 0..rows.first().map_or(0, Vec::len) {
        // An inactive class has probability 0 everywhere; a sample for which it is inactive needs a valid label.
        let weight: Vec<f32> = rows.iter().map(|row| row[class]).collect();
        if weight.iter().any(|p| *p > 0.0) {
            let label = |(sample, target): (usize, &u32)| match batch.active.mask(sample) {
                Some(mask) if !mask[class] => *target,
                _ => u32::try_from(class).unwrap_or(u32::MAX),
            };
            let labels = batch.targets.iter().enumerate().map(label).collect();
            passes.push(LabelPass { labels, weight });
        }
    }
    passes
}

/// The first of the most probable classes.
fn likeliest(probabilities: &[f32]) -> u32 {
    let best = (0..probabilities.len()).rev().max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    best.and_then(|class| u32::try_from(class).ok()).unwrap_or(0)
}

fn draw(probabilities: &[f32], random: &mut StreamRng) -> u32 {
    let mut rest: f32 = random.random();
    let mut last = 0;
    for (class, p) in probabilities.iter().enumerate() {
        if *p > 0.0 {
            last = u32::try_from(class).unwrap_or(0);
            if rest < *p {
                break;
            }
            rest -= p;
        }
    }
    last
}
