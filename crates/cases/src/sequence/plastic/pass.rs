//! Forward and backward through time; exact gradients (the clip's derivative is 0 where it binds), checked against
//! finite differences in `sequence::tests`.

use multiversion::multiversion;

use super::network::{GatedTrace, Modulation, Plastic};
use super::synapse::{Flow, grow, shrink};
use crate::sequence::episodes::Episodes;
use crate::sequence::lane::{LANES, Lane, ZERO, add_product, add_scaled, product, tanh, through_tanh};
use crate::sequence::network::{Layout, Network, Tape};
use numeric::lanes;

/// Where the tape's state holds what: activities, H and E before each step and after the last.
struct Places {
    n: usize,
    square: usize,
    hebb: usize,
    trace: usize,
    end: usize,
}

impl Places {
    fn new(net: &Plastic, steps: usize) -> Self {
        let n = net.units;
        let square = if net.is_plastic() { n * n } else { 0 };
        let hebb = (steps + 1) * n;
        let trace = hebb + (steps + 1) * square;
        let end = trace + if net.is_gated() { (steps + 1) * square } else { 0 };
        Self { n, square, hebb, trace, end }
    }
}

#[inline(always)]
fn logistic(parameters: &[f32], at: &std::ops::Range<usize>) -> f32 {
    parameters.get(at.start).filter(|_| !at.is_empty()).map_or(0.0, |raw| lanes::sigmoid(*raw))
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn forward(
    net: &Plastic,
    parameters: &[f32],
    episodes: &Episodes,
    forced: Option<&[Lane]>,
    tape: &mut Tape,
) {
    let steps = episodes.steps;
    let places = Places::new(net, steps);
    let (n, square) = (places.n, places.square);
    let gated = net.is_gated();
    if tape.state.len() != places.end {
        tape.state.clear();
        tape.state.resize(places.end, ZERO);
    }
    // The rest begins at 0; everything later is overwritten.
    for from in [0, places.hebb, places.trace] {
        let length = if from == 0 { n } else { square };
        let end = (from + length).min(tape.state.len());
        tape.state[from.min(end)..end].fill(ZERO);
    }
    tape.signals.resize(if gated { steps } else { 0 }, ZERO);
    tape.outputs.resize(steps * net.outputs, ZERO);
    let rate = logistic(parameters, &net.rate);
    let alpha = &parameters[net.plasticity.clone()];
    let (activity, rest) = tape.state.split_at_mut(places.hebb);
    let (hebb, trace) = rest.split_at_mut(places.trace - places.hebb);
    for t in 0..steps {
        let (before, after) = activity.split_at_mut((t + 1) * n);
        let (pre, post) = (&before[t * n..], &mut after[..n]);
        let (hebb, next_hebb) = hebb[t * square..].split_at_mut(square);
        for (y, bias) in post.iter_mut().zip(&parameters[net.bias.clone()]) {
            *y = [*bias; LANES];
        }
        let inputs = &episodes.inputs[t * net.channels..(t + 1) * net.channels];
        for (weights, x) in parameters[net.input.clone()].chunks_exact(n).zip(inputs) {
            if *x != ZERO {
                for (y, w) in post.iter_mut().zip(weights) {
                    add_scaled(y, *w, x);
                }
            }
        }
        for (j, weights) in parameters[net.weights.clone()].chunks_exact(n).enumerate() {
            if square == 0 {
                for (y, w) in post.iter_mut().zip(weights) {
                    add_scaled(y, *w, &pre[j]);
                }
                continue;
            }
            let row = j * n..(j + 1) * n;
            for ((y, w), (a, h)) in
                post.iter_mut().zip(weights).zip(alpha[row.clone()].iter().zip(&hebb[row]))
            {
                for b in 0..LANES {
                    y[b] += (w + a * h[b]) * pre[j][b];
                }
            }
        }
        for y in post.iter_mut() {
            *y = tanh(y);
        }
        if gated {
            let mut m = [parameters[net.gate_bias.start]; LANES];
            for (w, y) in parameters[net.gate.clone()].iter().zip(post.iter()) {
                add_scaled(&mut m, *w, y);
            }
            let gate = forced.map_or_else(|| tanh(&m), |forced| forced[t]);
            tape.signals[t] = gate;
            let (trace, next_trace) = trace[t * square..].split_at_mut(square);
            for j in 0..n {
                let row = j * n..(j + 1) * n;
                let old = (&hebb[row.clone()], &trace[row.clone()]);
                let new = (&mut next_hebb[row.clone()], &mut next_trace[row]);
                match net.gated_trace {
                    GatedTrace::Old => grow::<true>(rate, &gate, &pre[j], post, old, new),
                    GatedTrace::New => grow::<false>(rate, &gate, &pre[j], post, old, new),
                }
            }
        } else if net.modulation == Modulation::Decay {
            for j in 0..n {
                for i in 0..n {
                    let (old, new) = (&hebb[j * n + i], &mut next_hebb[j * n + i]);
                    for b in 0..LANES {
                        new[b] = (1.0 - rate) * old[b] + rate * (pre[j][b] * post[i][b]);
                    }
                }
            }
        }
        let rows = parameters[net.readout.clone()].chunks_exact(n).zip(&parameters[net.offset.clone()]);
        for (out, (weights, offset)) in tape.outputs[t * net.outputs..].iter_mut().zip(rows) {
            *out = [*offset; LANES];
            for (w, y) in weights.iter().zip(post.iter()) {
                add_scaled(out, *w, y);
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn backward(
    net: &Plastic,
    parameters: &[f32],
    episodes: &Episodes,
    by_output: &[Lane],
    tape: &mut Tape,
    gradient: &mut [Lane],
) {
    let steps = episodes.steps;
    let places = Places::new(net, steps);
    let (n, square) = (places.n, places.square);
    let gated = net.is_gated();
    let rate = logistic(parameters, &net.rate);
    // Derivatives by H and E after the step, and by the activities of this step and of the one before.
    tape.scratch.clear();
    tape.scratch.resize(2 * square + 2 * n, ZERO);
    let (by_hebb, rest) = tape.scratch.split_at_mut(square);
    let (by_trace, rest) = rest.split_at_mut(square);
    let (mut by_post, mut by_pre) = rest.split_at_mut(n);
    let mut by_rate = ZERO;
    for t in (0..steps).rev() {
        let pre = &tape.state[t * n..(t + 1) * n];
        let post = &tape.state[(t + 1) * n..(t + 2) * n];
        let at = |from: usize| from + t * square..from + (t + 1) * square;
        let hebb = &tape.state[at(places.hebb)];
        by_pre.fill(ZERO);
        if square > 0 {
            let gate = if gated { tape.signals[t] } else { ZERO };
            let flow = Flow { rate, gate, by_gate: ZERO, by_rate };
            let by_activity = (&mut *by_post, &mut *by_pre);
            let by_synapse = (&mut *by_hebb, &mut *by_trace);
            let flow = if gated {
                let synapse = (hebb, &tape.state[at(places.trace)]);
                match net.gated_trace {
                    GatedTrace::Old => {
                        shrink::<true, true>(flow, pre, post, synapse, by_synapse, by_activity)
                    }
                    GatedTrace::New => {
                        shrink::<true, false>(flow, pre, post, synapse, by_synapse, by_activity)
                    }
                }
            } else {
                shrink::<false, false>(flow, pre, post, (hebb, hebb), by_synapse, by_activity)
            };
            by_rate = flow.by_rate;
            if gated {
                let by_sum = through_tanh(&flow.by_gate, &gate);
                add_scaled(&mut gradient[net.gate_bias.start], 1.0, &by_sum);
                for (k, at) in net.gate.clone().enumerate() {
                    add_product(&mut gradient[at], &by_sum, &post[k]);
                    add_scaled(&mut by_post[k], parameters[at], &by_sum);
                }
            }
        }
        for (o, by) in by_output[t * net.outputs..(t + 1) * net.outputs].iter().enumerate() {
            add_scaled(&mut gradient[net.offset.start + o], 1.0, by);
            for i in 0..n {
                let at = net.readout.start + o * n + i;
                add_product(&mut gradient[at], by, &post[i]);
                add_scaled(&mut by_post[i], parameters[at], by);
            }
        }
        // From here on by_post is the derivative by the summed input.
        for i in 0..n {
            by_post[i] = through_tanh(&by_post[i], &post[i]);
            add_scaled(&mut gradient[net.bias.start + i], 1.0, &by_post[i]);
        }
        for (k, x) in episodes.inputs[t * net.channels..(t + 1) * net.channels].iter().enumerate() {
            if *x != ZERO {
                for i in 0..n {
                    add_product(&mut gradient[net.input.start + k * n + i], &by_post[i], x);
                }
            }
        }
        for j in 0..n {
            let mut by = by_pre[j];
            for i in 0..n {
                let (at, w) = (j * n + i, parameters[net.weights.start + j * n + i]);
                let both = product(&by_post[i], &pre[j]);
                add_scaled(&mut gradient[net.weights.start + at], 1.0, &both);
                add_scaled(&mut by, w, &by_post[i]);
                if square > 0 {
                    let alpha = parameters[net.plasticity.start + at];
                    add_product(&mut gradient[net.plasticity.start + at], &both, &hebb[at]);
                    add_scaled(&mut by_hebb[at], alpha, &both);
                    for b in 0..LANES {
                        by[b] += alpha * hebb[at][b] * by_post[i][b];
                    }
                }
            }
            by_pre[j] = by;
        }
        std::mem::swap(&mut by_post, &mut by_pre);
    }
    if square > 0 {
        let slope = rate * (1.0 - rate);
        add_scaled(&mut gradient[net.rate.start], slope, &by_rate);
    }
}

impl Network for Plastic {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn signals(&self) -> usize {
        usize::from(self.is_gated())
    }

    fn multiply_adds(&self) -> u64 {
        let square = (self.units * self.units) as u64;
        let plastic = if self.is_gated() { 4 } else { 3 * u64::from(self.is_plastic()) };
        self.layout.len() as u64 - self.plasticity.len() as u64 + plastic * square
    }

    fn forward(&self, parameters: &[f32], episodes: &Episodes, forced: Option<&[Lane]>, tape: &mut Tape) {
        forward(self, parameters, episodes, forced, tape);
    }

    fn backward(
        &self,
        parameters: &[f32],
        episodes: &Episodes,
        by_output: &[Lane],
        tape: &mut Tape,
        gradient: &mut [Lane],
    ) {
        backward(self, parameters, episodes, by_output, tape, gradient);
    }
}
