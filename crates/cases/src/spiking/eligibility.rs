//! Pair-based STDP with an eligibility trace, the memory that a third factor (dopamine) later turns into weight change
//! (Izhikevich 2007; Frémaux & Gerstner 2016): pre-before-post pairs add exp(−Δt/τ₊), post-before-pre pairs subtract
//! A₋ exp(−Δt/τ₋), all to all; the trace decays with τ_e until the feedback. Δw = η · third factor · e.

use base::error::DefinitionError;
use contract::allowed;
use numeric::elementwise;

/// Time constants and amplitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StdpRule {
    /// τ₊ of the presynaptic trace, ms.
    pub tau_pre: f32,
    /// τ₋ of the postsynaptic trace, ms.
    pub tau_post: f32,
    /// τ_e of the eligibility, ms.
    pub tau_eligibility: f32,
    /// A₋, relative to the potentiation's amplitude of 1; 0 turns depression off.
    pub depression: f32,
}

/// Traces and eligibility of all-to-all synapses from `sources` to `neurons`. Eligibility is kept as it will be at the
/// end of the trial: a pair at time t enters with its decay until then already applied, so that nothing decays in the loop.
#[derive(Debug, Clone)]
pub struct Eligibility {
    pre: Vec<f32>,
    post: Vec<f32>,
    /// [neurons × sources]: a postsynaptic spike touches one contiguous row.
    trace: Vec<f32>,
    sources: usize,
    rule: StdpRule,
    keep_pre: f32,
    keep_post: f32,
    /// exp(−(T − 1 − t)/τ_e) by step.
    decay_to_end: Vec<f32>,
}

impl Eligibility {
    /// All traces at 0; trials of `steps` steps of 1 ms.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(
        sources: usize,
        neurons: usize,
        steps: usize,
        rule: StdpRule,
    ) -> Result<Self, DefinitionError> {
        DefinitionError::check_count("inputs", sources, 1_000_000)?;
        DefinitionError::check_count("neurons", neurons, 1_000_000)?;
        allowed!(above 0).check("tau_pre", rule.tau_pre)?;
        allowed!(above 0).check("tau_post", rule.tau_post)?;
        allowed!(above 0).check("tau_eligibility", rule.tau_eligibility)?;
        allowed!(at least 0).check("depression", rule.depression)?;
        Ok(Self {
            pre: vec![0.0; sources],
            post: vec![0.0; neurons],
            trace: vec![0.0; sources * neurons],
            sources,
            rule,
            keep_pre: (-1.0 / rule.tau_pre).exp(),
            keep_post: (-1.0 / rule.tau_post).exp(),
            decay_to_end: (0..steps)
                .map(|t| (-((steps - 1 - t) as f32) / rule.tau_eligibility).exp())
                .collect(),
        })
    }

    /// Forgets everything: the start of a trial.
    pub fn clear(&mut self) {
        self.pre.fill(0.0);
        self.post.fill(0.0);
        self.trace.fill(0.0);
    }

    /// Presynaptic spikes of step `t`: call before [`Eligibility::post_spike`] of the same step.
    #[inline]
    pub fn pre_spikes(&mut self, t: usize, spikes: &[u16]) {
        elementwise::scale(&mut self.pre, self.keep_pre);
        for &source in spikes {
            self.pre[source as usize] += 1.0;
        }
        if self.rule.depression > 0.0 {
            elementwise::scale(&mut self.post, self.keep_post);
            let scale = self.rule.depression * self.decay_to_end[t];
            for &source in spikes {
                for (neuron, post) in self.post.iter().enumerate() {
                    self.trace[neuron * self.sources + source as usize] -= scale * post;
                }
            }
        }
    }

    /// A postsynaptic spike in step `t`, with an amplitude (1 for an ordinary spike).
    #[inline]
    pub fn post_spike(&mut self, t: usize, neuron: usize, amplitude: f32) {
        let scale = amplitude * self.decay_to_end[t];
        let row = &mut self.trace[neuron * self.sources..(neuron + 1) * self.sources];
        elementwise::axpy(row, scale, &self.pre);
        self.post[neuron] += 1.0;
    }

    /// Eligibility of the synapses onto `neuron`, one per source, at the end of the trial.
    pub fn row(&self, neuron: usize) -> &[f32] {
        &self.trace[neuron * self.sources..(neuron + 1) * self.sources]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: StdpRule =
        StdpRule { tau_pre: 20.0, tau_post: 20.0, tau_eligibility: 500.0, depression: 0.0 };

    fn close(a: f32, b: f64) {
        assert!((f64::from(a) - b).abs() < 1e-6, "{a} is not {b}");
    }

    #[test]
    fn pre_at_2_and_post_at_7_leave_exp_of_minus_a_quarter_decayed_to_the_end() {
        let mut stdp = Eligibility::new(2, 1, 10, RULE).unwrap();
        for t in 0..10 {
            stdp.pre_spikes(t, if t == 2 { &[1] } else { &[] });
            if t == 7 {
                stdp.post_spike(t, 0, 1.0);
            }
        }
        close(stdp.row(0)[0], 0.0);
        // exp(−5/20) · exp(−(9 − 7)/500)
        close(stdp.row(0)[1], (-0.25f64).exp() * (-2.0f64 / 500.0).exp());
    }

    #[test]
    fn all_pairs_count_and_a_burst_spike_counts_by_its_amplitude() {
        let mut stdp = Eligibility::new(1, 1, 10, RULE).unwrap();
        for t in 0..10 {
            stdp.pre_spikes(t, if t == 0 || t == 4 { &[0] } else { &[] });
            if t == 9 {
                stdp.post_spike(t, 0, 3.0);
            }
        }
        close(stdp.row(0)[0], 3.0 * ((-9.0f64 / 20.0).exp() + (-5.0f64 / 20.0).exp()));
    }

    #[test]
    fn post_before_pre_depresses_when_the_option_is_on() {
        let mut stdp = Eligibility::new(1, 1, 10, StdpRule { depression: 0.5, ..RULE }).unwrap();
        for t in 0..10 {
            stdp.pre_spikes(t, if t == 6 { &[0] } else { &[] });
            if t == 2 {
                stdp.post_spike(t, 0, 1.0);
            }
        }
        // −0.5 · exp(−4/20) · exp(−(9 − 6)/500)
        close(stdp.row(0)[0], -0.5 * (-0.2f64).exp() * (-3.0f64 / 500.0).exp());
    }

    #[test]
    fn negative_and_nan_time_constants_are_refused_by_name() {
        let refusal = |rule| Eligibility::new(1, 1, 1, rule).unwrap_err().to_string();
        assert!(refusal(StdpRule { tau_pre: -1.0, ..RULE }).starts_with("`tau_pre` = -1"));
        assert!(
            refusal(StdpRule { tau_eligibility: f32::NAN, ..RULE }).starts_with("`tau_eligibility` = NaN")
        );
        assert!(Eligibility::new(0, 1, 1, RULE).unwrap_err().to_string().starts_with("`inputs` = 0"));
    }
}
