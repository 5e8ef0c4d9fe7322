//! The outer loop's gradient, Eq. 2: w* = argmin Σ_i L_meta(D_i^val; θ_i*(w), w).

use super::episode::Episode;
use super::inner::Path;
use super::meter::{Judge, Judged};
use super::protonet::Prototypes;
use super::rule::{Kind, Rule};
use contract::Pace;
use learn::error::Result;
use learn::nn::twice::{Function, Tape};
use numeric::elementwise;

/// Computes ∂/∂w of the mean over a meta-batch; the rest is storage.
#[derive(Debug)]
pub(super) struct Outer {
    pub function: Function,
    pub rule: Rule,
    pub path: Path,
    pub tape: Tape,
    pub prototypes: Prototypes,
    v: Vec<f32>,
}

impl Outer {
    pub fn new(function: Function, rule: Rule) -> Self {
        let v = vec![0.0; function.count()];
        let (path, tape, prototypes) = (Path::default(), Tape::default(), Prototypes::default());
        Self { function, rule, path, tape, prototypes, v }
    }

    /// [`Outer::gradient_at`] with nobody watching.
    #[cfg(test)]
    pub fn gradient(
        &mut self,
        theta: &[f32],
        rates: &[f32],
        episodes: &[Episode],
        out: &mut [f32],
        rate_out: Option<&mut [f32]>,
    ) -> f64 {
        let mut unwatched = contract::Unwatched;
        let mut pace = Pace::new(&mut unwatched, 0.0);
        self.gradient_at(theta, rates, episodes, out, rate_out, &mut pace).expect("never stopped")
    }

    /// The mean loss, and its gradient with respect to θ_0 (and the rates where they are learned), overwritten.
    ///
    /// The loss is that on D_i^val after adaptation; for `pretrained`, that on all samples without any.
    ///
    /// # Errors
    /// [`base::error::Error::Stopped`]: the watch is asked between episodes.
    pub fn gradient_at(
        &mut self,
        theta: &[f32],
        rates: &[f32],
        episodes: &[Episode],
        out: &mut [f32],
        mut rate_out: Option<&mut [f32]>,
        pace: &mut Pace<'_>,
    ) -> Result<f64> {
        let Self { function, rule, path, tape, prototypes, v } = self;
        out.fill(0.0);
        if let Some(rate_out) = &mut rate_out {
            rate_out.fill(0.0);
        }
        let mut sum = 0.0;
        for episode in episodes {
            pace.ask()?;
            let Episode { support, query } = episode;
            match rule.kind {
                Kind::Maml | Kind::Anil | Kind::MetaSgd => {
                    let adapted = path.adapt(function, theta, rates, support, rule.steps);
                    sum += function.gradient(adapted, &query.samples(), tape, v);
                    path.pull_back(function, rates, support, rule.steps, v, rate_out.as_deref_mut());
                }
                Kind::Fomaml => {
                    let adapted = path.adapt(function, theta, rates, support, rule.steps);
                    sum += function.gradient(adapted, &query.samples(), tape, v);
                }
                Kind::Reptile => {
                    let all = episode.all();
                    let adapted = path.adapt(function, theta, rates, &all, rule.steps);
                    sum += function.loss(adapted, &query.samples(), tape);
                    v.iter_mut().zip(theta.iter().zip(adapted)).for_each(|(v, (w, end))| *v = w - end);
                }
                Kind::Protonet => sum += prototypes.loss(function, theta, episode, Some(v)),
                // Without inner loop; `nmn` has a loss of its own and never comes here.
                Kind::Pretrained | Kind::Scratch | Kind::Nmn => {
                    let all = episode.all();
                    sum += function.gradient(theta, &all.samples(), tape, v);
                }
            }
            elementwise::add(out, v);
        }
        let share = 1.0 / episodes.len().max(1) as f32;
        elementwise::scale(out, share);
        if let Some(rate_out) = rate_out {
            elementwise::scale(rate_out, share);
        }
        Ok(sum / episodes.len().max(1) as f64)
    }
}

/// Adaptation by gradient steps from `theta`; prototypes follow from the support set without any.
pub(super) struct Descent<'a> {
    pub outer: &'a mut Outer,
    pub theta: &'a [f32],
    pub rates: &'a [f32],
}

impl Judge for Descent<'_> {
    fn judge(&mut self, episode: &Episode, steps: usize) -> Result<Vec<Judged>> {
        let Outer { function, rule, path, tape, prototypes, .. } = &mut *self.outer;
        if rule.kind == Kind::Protonet {
            let loss = prototypes.loss(function, self.theta, episode, None);
            return Ok(vec![Judged { loss, outputs: prototypes.scores.clone() }]);
        }
        path.adapt(function, self.theta, self.rates, &episode.support, steps);
        let after = |step| {
            let loss = function.loss(path.point(step), &episode.query.samples(), tape);
            Judged { loss, outputs: tape.outputs().to_vec() }
        };
        Ok((0..=steps).map(after).collect())
    }

    fn trained_steps(&self) -> usize {
        self.outer.rule.steps
    }
}

#[cfg(test)]
mod tests {
    use super::super::episode::{Answers, Set};
    use super::super::sinusoid::Sinusoid;
    use super::*;
    use base::rng::Streams;
    use learn::nn::CnnSpec;
    use learn::nn::twice::Normalise;
    use numeric::Activation;
    use rand::RngExt;

    fn episodes(count: usize) -> Vec<Episode> {
        let mut random = Streams::new(5).fast("episodes");
        (0..count).map(|_| Sinusoid::default().draw(10, &mut random)).collect()
    }

    fn theta(function: &Function) -> Vec<f32> {
        let mut random = Streams::new(6).fast("theta");
        (0..function.count()).map(|_| random.random_range(-0.6..0.6)).collect()
    }

    fn outer(kind: Kind, steps: usize) -> Outer {
        let function = Function::dense(&[1, 8, 6, 1], Activation::Tanh, Normalise::None);
        Outer::new(function, Rule { kind, rate: 0.05, steps, embedding: None, context: None })
    }

    fn meta_loss(outer: &mut Outer, theta: &[f32], rates: &[f32], episodes: &[Episode]) -> f64 {
        let mut waste = vec![0.0; theta.len()];
        outer.gradient(theta, rates, episodes, &mut waste, None)
    }

    /// Relative error, in the Euclidean norm, of a gradient against central differences of the meta-loss.
    fn error_against_differences(kind: Kind, steps: usize) -> f64 {
        error_of(outer(kind, steps), &episodes(3))
    }

    fn error_of(mut outer: Outer, episodes: &[Episode]) -> f64 {
        let theta = theta(&outer.function);
        let rates = outer.rule.rates(theta.len(), outer.function.head());
        let mut gradient = vec![0.0; theta.len()];
        outer.gradient(&theta, &rates, episodes, &mut gradient, None);
        let (mut off, mut size) = (0.0, 0.0);
        for at in 0..theta.len() {
            let mut moved = |step: f32| {
                let mut theta = theta.clone();
                theta[at] += step;
                meta_loss(&mut outer, &theta, &rates, episodes)
            };
            let numeric = (moved(4e-3) - moved(-4e-3)) / 8e-3;
            off += (f64::from(gradient[at]) - numeric).powi(2);
            size += numeric.powi(2);
        }
        (off / size).sqrt()
    }

    #[test]
    fn exact_maml_is_the_gradient_of_the_loss_after_adaptation() {
        for steps in [1, 5] {
            let error = error_against_differences(Kind::Maml, steps);
            assert!(error <= 1e-3, "{steps} steps: relative error {error}");
            let error = error_against_differences(Kind::Anil, steps);
            assert!(error <= 1e-3, "ANIL, {steps} steps: relative error {error}");
        }
    }

    #[test]
    fn exact_maml_is_exact_through_convolutions_and_normalisation_too() {
        let spec = CnnSpec {
            channels: vec![3, 3],
            stride: 2,
            pool: 1,
            hidden: vec![],
            activation: Activation::Tanh,
            ..CnnSpec::default()
        };
        let mut random = Streams::new(7).fast("images");
        let mut set = |labels: [u32; 4]| Set {
            inputs: (0..4 * 30).map(|_| random.random_range(0.0..1.0)).collect(),
            answers: Answers::Labels(labels.to_vec()),
        };
        let episodes = [Episode { support: set([0, 1, 0, 1]), query: set([1, 1, 0, 0]) }];
        for normalise in [Normalise::None, Normalise::Batch] {
            let function = Function::of_cnn(&spec, [1, 5, 6], 2, normalise);
            let rule = Rule { kind: Kind::Maml, rate: 0.2, steps: 3, embedding: None, context: None };
            let error = error_of(Outer::new(function, rule), &episodes);
            assert!(error <= 1e-3, "{normalise:?}: relative error {error}");
        }
    }

    #[test]
    fn the_first_order_approximation_is_not_that_gradient() {
        assert!(error_against_differences(Kind::Fomaml, 5) > 0.05);
    }

    #[test]
    fn the_gradient_of_learned_rates_is_that_of_finite_differences() {
        let (mut outer, episodes) = (outer(Kind::MetaSgd, 3), episodes(3));
        let theta = theta(&outer.function);
        let rates = outer.rule.rates(theta.len(), 0);
        let (mut waste, mut gradient) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
        outer.gradient(&theta, &rates, &episodes, &mut waste, Some(&mut gradient));
        let (mut off, mut size) = (0.0, 0.0);
        for at in 0..theta.len() {
            let mut moved = |step: f32| {
                let mut rates = rates.clone();
                rates[at] += step;
                meta_loss(&mut outer, &theta, &rates, &episodes)
            };
            let numeric = (moved(4e-3) - moved(-4e-3)) / 8e-3;
            off += (f64::from(gradient[at]) - numeric).powi(2);
            size += numeric.powi(2);
        }
        assert!((off / size).sqrt() <= 1e-3, "{}", (off / size).sqrt());
    }

    /// A unit y = w x + b, one support sample (x 1, target 0), one query sample (x 2, target 0).
    fn by_hand() -> Vec<Episode> {
        let set = |x: f32| Set { inputs: vec![x], answers: Answers::Values(vec![0.0]) };
        vec![Episode { support: set(1.0), query: set(2.0) }]
    }

    #[test]
    fn one_step_on_a_linear_unit_is_what_paper_says() {
        // w = 1, b = 0: ∇L(D^train) = 2 (w + b) (1, 1) = (2, 2); α = 1/4: θ_1 = (1/2, −1/2).
        // D^val: output 2·1/2 − 1/2 = 1/2, loss 1/4, ∇L(θ_1) = 2·1/2·(2, 1) = (2, 1).
        // H = 2 [1 1; 1 1], so (I − H/4) (2, 1) = (2 − 3/2, 1 − 3/2) = (1/2, −1/2).
        // ∂L/∂α = −(2, 2) ∘ (2, 1) = (−4, −2).
        let function = Function::dense(&[1, 1], Activation::Relu, Normalise::None);
        let gradient = |kind: Kind, learned: bool| {
            let mut outer = Outer::new(
                function.clone(),
                Rule { kind, rate: 0.25, steps: 1, embedding: None, context: None },
            );
            let (mut out, mut rates) = (vec![0.0; 2], vec![0.0; 2]);
            let loss = outer.gradient(
                &[1.0, 0.0],
                &[0.25, 0.25],
                &by_hand(),
                &mut out,
                learned.then_some(rates.as_mut_slice()),
            );
            (loss, out, rates)
        };
        assert_eq!(gradient(Kind::Maml, false), (0.25, vec![0.5, -0.5], vec![0.0, 0.0]));
        assert_eq!(gradient(Kind::MetaSgd, true), (0.25, vec![0.5, -0.5], vec![-4.0, -2.0]));
        assert_eq!(gradient(Kind::Fomaml, false), (0.25, vec![2.0, 1.0], vec![0.0, 0.0]));
        // Reptile: mean gradient on both samples (outputs 1 and 2): (2·1·(1, 1) + 2·2·(2, 1)) / 2 = (5, 3), times α.
        let (_, out, _) = gradient(Kind::Reptile, false);
        assert_eq!(out, [1.25, 0.75]);
        // Without an inner loop: that mean gradient itself, loss (1 + 4) / 2.
        assert_eq!(gradient(Kind::Pretrained, false), (2.5, vec![5.0, 3.0], vec![0.0, 0.0]));
    }
}
