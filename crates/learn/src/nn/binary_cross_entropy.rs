//! Every output a yes or no of its own: cross-entropy of sigmoids.

use candle_core::Tensor;

use crate::error::Result;

/// Mean over samples of Σ_k m_k (−t_k ln σ(z_k) − (1 − t_k) ln(1 − σ(z_k))): a scalar tensor.
///
/// logits z, targets t in [0, 1] and mask m (1: the output counts, 0: it does not) are n × K, row by row.
///
/// # Errors
/// Other numbers of values than of logits; engine errors.
pub fn binary_cross_entropy(logits: &Tensor, targets: Vec<f32>, mask: Vec<f32>) -> Result<Tensor> {
    let shape = logits.shape();
    let targets = Tensor::from_vec(targets, shape, logits.device())?;
    let mask = Tensor::from_vec(mask, shape, logits.device())?;
    // max(z, 0) − z t + ln(1 + e^−|z|): no overflow for any z.
    let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
    let loss = ((softplus - (logits * targets)?)? * mask)?.sum_all()?;
    Ok((loss / logits.dim(0)? as f64)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{read, testing};
    use candle_core::{Device, Var};

    #[test]
    fn the_loss_and_its_gradient_are_those_by_hand() {
        // σ(ln 3) = ¾. Row 1: −ln ¾ for t = 1, ln 2 for z = 0; its third output does not count. Row 2: t = ½ at ln 3:
        // −½ ln ¾ − ½ ln ¼; t = 0 at −100: nothing; t = 1 at 0: ln 2.
        let z = 3f32.ln();
        let logits = Var::new(&[[z, 0.0, 7.0], [z, -100.0, 0.0]], &Device::Cpu).expect("var");
        let targets = vec![1.0, 0.0, 0.0, 0.5, 0.0, 1.0];
        let mask = vec![1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        let loss = binary_cross_entropy(logits.as_tensor(), targets, mask).expect("loss");
        let expected =
            0.5 * (-0.75f32.ln() + 2f32.ln() - 0.5 * 0.75f32.ln() - 0.5 * 0.25f32.ln() + 2f32.ln());
        assert!((loss.to_scalar::<f32>().expect("scalar") - expected).abs() < 1e-6);
        // (σ(z) − t) / n.
        let store = loss.backward().expect("backward");
        let gradient = read(store.get(logits.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read");
        testing::assert_close(&gradient, &[-0.125, 0.25, 0.0, 0.125, 0.0, -0.25], 1e-6);
    }
}
