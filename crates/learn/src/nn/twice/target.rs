//! What outputs are compared with, and the losses that follow.

use numeric::elementwise;

/// What the outputs are compared with.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// n × outputs values; the loss is the mean of squared differences.
    Values(&'a [f32]),
    /// n labels; the loss is the mean softmax cross-entropy.
    Labels(&'a [u32]),
}

/// The mean loss, and ∂L/∂output into `delta`.
pub(super) fn loss_and_delta(outputs: &[f32], targets: &Targets<'_>, delta: &mut [f32]) -> f64 {
    let mut sum = 0.0;
    match targets {
        Targets::Values(values) => {
            let scale = 2.0 / values.len() as f32;
            for ((delta, output), value) in delta.iter_mut().zip(outputs).zip(*values) {
                let difference = output - value;
                sum += f64::from(difference * difference);
                *delta = scale * difference;
            }
            sum / values.len() as f64
        }
        Targets::Labels(labels) => {
            let width = outputs.len() / labels.len();
            let scale = 1.0 / labels.len() as f32;
            let rows = outputs.chunks_exact(width).zip(delta.chunks_exact_mut(width));
            for ((row, delta), label) in rows.zip(*labels) {
                softmax(row, delta);
                sum -= f64::from(delta[*label as usize].max(f32::MIN_POSITIVE)).ln();
                delta[*label as usize] -= 1.0;
                elementwise::scale(delta, scale);
            }
            sum / labels.len() as f64
        }
    }
}

/// R{∂L/∂output} from R{output}: twice the mean's weight for squares; p ∘ (R − Σ p R) for cross-entropy.
pub(super) fn change_of_delta(outputs: &[f32], change: &[f32], targets: &Targets<'_>, delta: &mut [f32]) {
    match targets {
        Targets::Values(values) => {
            let scale = 2.0 / values.len() as f32;
            delta.iter_mut().zip(change).for_each(|(delta, change)| *delta = scale * change);
        }
        Targets::Labels(labels) => {
            let width = outputs.len() / labels.len();
            let scale = 1.0 / labels.len() as f32;
            let rows = outputs.chunks_exact(width).zip(change.chunks_exact(width));
            for ((row, change), delta) in rows.zip(delta.chunks_exact_mut(width)) {
                softmax(row, delta);
                let mean: f32 = delta.iter().zip(change).map(|(p, r)| p * r).sum();
                delta.iter_mut().zip(change).for_each(|(p, r)| *p *= scale * (r - mean));
            }
        }
    }
}

fn softmax(row: &[f32], out: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    out.iter_mut().zip(row).for_each(|(out, value)| *out = (value - largest).exp());
    let sum: f32 = out.iter().sum();
    elementwise::scale(out, 1.0 / sum);
}
