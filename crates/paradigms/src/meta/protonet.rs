//! Prototypical networks (Snell, Swersky & Zemel 2017): w is an embedding; a class is the mean of its support samples in
//! it, and a query belongs to the nearest class. Eq. 3 in closed form, without gradient steps.

use super::episode::{Answers, Episode};
use learn::nn::twice::{Function, Tape};

/// Storage of one pass.
#[derive(Debug, Default)]
pub(super) struct Prototypes {
    tape: Tape,
    inputs: Vec<f32>,
    delta: Vec<f32>,
    /// n × ways scores of the queries: −|z − c_k|².
    pub scores: Vec<f32>,
}

fn labels(answers: &Answers) -> &[u32] {
    match answers {
        Answers::Labels(labels) => labels,
        Answers::Values(_) => &[],
    }
}

/// Samples per class, and ways × width means of the embedded support samples of each class.
fn centres(of_support: &[f32], support: &[u32], ways: usize, width: usize) -> (Vec<f32>, Vec<f32>) {
    let mut members = vec![0.0f32; ways];
    support.iter().for_each(|label| members[*label as usize] += 1.0);
    let mut centres = vec![0.0f32; ways * width];
    for (z, label) in of_support.chunks_exact(width).zip(support) {
        let class = *label as usize;
        let centre = &mut centres[class * width..(class + 1) * width];
        centre.iter_mut().zip(z).for_each(|(c, z)| *c += z / members[class]);
    }
    (members, centres)
}

impl Prototypes {
    /// Mean cross-entropy of softmax(−|z − c_k|²) over the queries; its gradient goes into `gradient` if asked for.
    pub fn loss(
        &mut self,
        function: &Function,
        theta: &[f32],
        episode: &Episode,
        gradient: Option<&mut [f32]>,
    ) -> f64 {
        let (support, query) = (labels(&episode.support.answers), labels(&episode.query.answers));
        let Self { tape, inputs, delta, scores } = self;
        inputs.clear();
        inputs.extend_from_slice(&episode.support.inputs);
        inputs.extend_from_slice(&episode.query.inputs);
        function.forward(theta, inputs, tape);
        let width = tape.outputs().len() / (support.len() + query.len()).max(1);
        let ways = support.iter().max().map_or(0, |last| *last as usize + 1);
        let (of_support, of_query) = tape.outputs().split_at(support.len() * width);
        let (members, centres) = centres(of_support, support, ways, width);
        scores.clear();
        delta.clear();
        delta.resize(inputs.len() / function.inputs() * width, 0.0);
        let (to_support, to_query) = delta.split_at_mut(support.len() * width);
        let mut to_centres = vec![0.0f32; ways * width];
        let (mut sum, share) = (0.0, 1.0 / query.len().max(1) as f32);
        let queries = of_query.chunks_exact(width).zip(to_query.chunks_exact_mut(width)).zip(query);
        for ((z, to_z), label) in queries {
            let row: Vec<f32> = centres
                .chunks_exact(width)
                .map(|centre| -z.iter().zip(centre).map(|(z, c)| (z - c) * (z - c)).sum::<f32>())
                .collect();
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let total: f32 = row.iter().map(|score| (score - largest).exp()).sum();
            sum += f64::from(total.ln() + largest - row[*label as usize]);
            // ∂L/∂score_k = (p_k − [k = label]) / n, ∂score_k/∂z = −2 (z − c_k) = −∂score_k/∂c_k.
            for (class, centre) in centres.chunks_exact(width).enumerate() {
                let p = (row[class] - largest).exp() / total;
                let slope = 2.0 * share * (p - f32::from(u8::from(class == *label as usize)));
                let to_centre = &mut to_centres[class * width..(class + 1) * width];
                for (((to_z, to_c), z), c) in to_z.iter_mut().zip(to_centre).zip(z).zip(centre) {
                    *to_z -= slope * (z - c);
                    *to_c += slope * (z - c);
                }
            }
            scores.extend(row);
        }
        for (to_z, label) in to_support.chunks_exact_mut(width).zip(support) {
            let class = *label as usize;
            let to_centre = &to_centres[class * width..(class + 1) * width];
            to_z.iter_mut().zip(to_centre).for_each(|(to_z, to_c)| *to_z = to_c / members[class]);
        }
        if let Some(gradient) = gradient {
            function.set_output_delta(tape, delta);
            function.backward(theta, inputs, tape, gradient);
        }
        sum / query.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::episode::Set;
    use super::*;
    use base::rng::Streams;
    use learn::nn::twice::Normalise;
    use numeric::Activation;
    use rand::RngExt;

    #[test]
    fn a_query_between_two_prototypes_costs_what_paper_says() {
        // Identity embedding of one number: prototypes 0 and 3, query 1 of class 0: distances 1 and 4,
        // −ln p = ln(1 + e^{−3}).
        let function = Function::dense(&[1, 1], Activation::Identity, Normalise::None);
        let set = |inputs: &[f32], labels: &[u32]| Set {
            inputs: inputs.to_vec(),
            answers: Answers::Labels(labels.to_vec()),
        };
        let episode =
            Episode { support: set(&[-1.0, 1.0, 2.0, 4.0], &[0, 0, 1, 1]), query: set(&[1.0], &[0]) };
        let mut prototypes = Prototypes::default();
        let loss = prototypes.loss(&function, &[1.0, 0.0], &episode, None);
        assert!((loss - (-3f64).exp().ln_1p()).abs() < 1e-6);
        assert_eq!(prototypes.scores, [-1.0, -4.0]);
    }

    #[test]
    fn the_gradient_through_prototypes_is_that_of_finite_differences() {
        let function = Function::dense(&[3, 6, 4], Activation::Tanh, Normalise::None);
        let mut random = Streams::new(4).fast("values");
        let mut values =
            |count: usize| -> Vec<f32> { (0..count).map(|_| random.random_range(-1.0..1.0)).collect() };
        let theta = values(function.count());
        let mut set =
            |labels: Vec<u32>| Set { inputs: values(3 * labels.len()), answers: Answers::Labels(labels) };
        let episode = Episode { support: set(vec![0, 0, 1, 1, 2, 2]), query: set(vec![0, 1, 2, 2]) };
        let mut prototypes = Prototypes::default();
        let mut gradient = vec![0.0; theta.len()];
        prototypes.loss(&function, &theta, &episode, Some(&mut gradient));
        let (mut off, mut size) = (0.0, 0.0);
        for at in 0..theta.len() {
            let mut moved = |step: f32| {
                let mut theta = theta.clone();
                theta[at] += step;
                prototypes.loss(&function, &theta, &episode, None)
            };
            let numeric = (moved(4e-3) - moved(-4e-3)) / 8e-3;
            off += (f64::from(gradient[at]) - numeric).powi(2);
            size += numeric.powi(2);
        }
        assert!((off / size).sqrt() <= 1e-3, "{}", (off / size).sqrt());
    }
}
