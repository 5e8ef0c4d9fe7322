//! Forward and backward through time; exact gradients, checked against finite differences in `sequence::tests`.

use multiversion::multiversion;

use super::network::{Modulation, NmRnn};
use crate::sequence::episodes::Episodes;
use crate::sequence::lane::{
    LANES, Lane, ZERO, add_product, add_scaled, product, sigmoid, tanh, through_tanh,
};
use crate::sequence::network::{Layout, Network, Tape};

/// State of one step on the tape.
struct Step<'a> {
    z: &'a [Lane],
    /// tanh(z)
    f: &'a [Lane],
    p: &'a [Lane],
    q: &'a [Lane],
}

impl<'a> Step<'a> {
    #[inline(always)]
    fn of(net: &NmRnn, row: &'a [Lane]) -> Self {
        let (z, rest) = row.split_at(net.modulators);
        let (f, rest) = rest.split_at(net.modulators);
        let (p, q) = rest.split_at(net.units);
        Self { z, f, p, q }
    }
}

#[inline(always)]
fn dot(weights: &[f32], x: &[Lane]) -> Lane {
    let mut y = ZERO;
    for (w, x) in weights.iter().zip(x) {
        add_scaled(&mut y, *w, x);
    }
    y
}

/// y\[i\] += w\[i\] · x
#[inline(always)]
fn spread(y: &mut [Lane], weights: &[f32], x: &Lane) {
    for (y, w) in y.iter_mut().zip(weights) {
        add_scaled(y, *w, x);
    }
}

/// g\[i\] += a\[i\] ∘ x
#[inline(always)]
fn collect(g: &mut [Lane], a: &[Lane], x: &Lane) {
    for (g, a) in g.iter_mut().zip(a) {
        add_product(g, a, x);
    }
}

/// x ← (1 − rate) x + rate · drive
#[inline(always)]
fn leak(x: &mut Lane, rate: f32, drive: &Lane) {
    for k in 0..LANES {
        x[k] = (1.0 - rate) * x[k] + rate * drive[k];
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn forward(
    net: &NmRnn,
    parameters: &[f32],
    episodes: &Episodes,
    forced: Option<&[Lane]>,
    tape: &mut Tape,
) {
    let (n, m, r, stride) = (net.units, net.modulators, net.rank, net.stride());
    let steps = episodes.steps;
    let signals = if net.modulation == Modulation::None { 0 } else { r };
    tape.state.clear();
    tape.state.resize((steps + 1) * stride, ZERO);
    tape.signals.resize(steps * signals, ZERO);
    tape.outputs.resize(steps * net.outputs, ZERO);
    // Drive of the units and of the modulators, and the state x.
    tape.scratch.clear();
    tape.scratch.resize(2 * n + m, ZERO);
    let (x, drive) = tape.scratch.split_at_mut(n);
    let (drive, modulator_drive) = drive.split_at_mut(n);
    for t in 0..steps {
        let (before, after) = tape.state.split_at_mut((t + 1) * stride);
        let before = Step::of(net, &before[t * stride..]);
        let (z, rest) = after[..stride].split_at_mut(m);
        let (f, rest) = rest.split_at_mut(m);
        let (p, q) = rest.split_at_mut(n);
        let inputs = &episodes.inputs[t * net.channels..(t + 1) * net.channels];
        let signal = &mut tape.signals[t * signals..(t + 1) * signals];
        if let Some(modulator) = &net.modulator {
            for (drive, bias) in modulator_drive.iter_mut().zip(&parameters[modulator.bias.clone()]) {
                *drive = [*bias; LANES];
            }
            for (weights, f) in parameters[modulator.recurrent.clone()].chunks_exact(m).zip(before.f) {
                spread(modulator_drive, weights, f);
            }
            for (weights, x) in parameters[modulator.input.clone()].chunks_exact(m).zip(inputs) {
                if *x != ZERO {
                    spread(modulator_drive, weights, x);
                }
            }
            z.copy_from_slice(before.z);
            for ((z, f), drive) in z.iter_mut().zip(f.iter_mut()).zip(modulator_drive.iter()) {
                leak(z, net.modulator_rate, drive);
                *f = tanh(z);
            }
        }
        for (k, (s, bias)) in signal.iter_mut().zip(&parameters[net.signal_bias.clone()]).enumerate() {
            let mut a = [*bias; LANES];
            if let Some(modulator) = &net.modulator {
                let from = modulator.signal.start + k * m;
                for (w, z) in parameters[from..from + m].iter().zip(z.iter()) {
                    add_scaled(&mut a, *w, z);
                }
            }
            *s = sigmoid(&a);
        }
        if let Some(forced) = forced {
            signal.copy_from_slice(&forced[t * signals..(t + 1) * signals]);
        }
        drive.fill(ZERO);
        for k in 0..r {
            let row = k * n..(k + 1) * n;
            q[k] = dot(&parameters[net.right.clone()][row.clone()], before.p);
            let scaled = if net.scales() { product(&signal[k], &q[k]) } else { q[k] };
            spread(drive, &parameters[net.left.clone()][row.clone()], &scaled);
            if net.modulation == Modulation::Input {
                spread(drive, &parameters[net.current.clone()][row], &signal[k]);
            }
        }
        for (weights, x) in parameters[net.input.clone()].chunks_exact(n).zip(inputs) {
            if *x != ZERO {
                spread(drive, weights, x);
            }
        }
        for ((x, p), drive) in x.iter_mut().zip(p.iter_mut()).zip(drive.iter()) {
            leak(x, net.rate, drive);
            *p = tanh(x);
        }
        let rows = parameters[net.readout.clone()].chunks_exact(n).zip(&parameters[net.offset.clone()]);
        for (out, (weights, offset)) in tape.outputs[t * net.outputs..].iter_mut().zip(rows) {
            *out = dot(weights, p);
            for o in out {
                *o += offset;
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn backward(
    net: &NmRnn,
    parameters: &[f32],
    episodes: &Episodes,
    by_output: &[Lane],
    tape: &mut Tape,
    gradient: &mut [Lane],
) {
    let (n, m, r, stride) = (net.units, net.modulators, net.rank, net.stride());
    let signals = if net.modulation == Modulation::None { 0 } else { r };
    // by_x and by_z are carried from step to step; by_p and by_f are what the next step left for this one's rates.
    tape.scratch.clear();
    tape.scratch.resize(3 * n + 3 * m, ZERO);
    let (by_x, rest) = tape.scratch.split_at_mut(n);
    let (by_p, rest) = rest.split_at_mut(n);
    let (by_drive, rest) = rest.split_at_mut(n);
    let (by_z, rest) = rest.split_at_mut(m);
    let (by_f, by_modulator_drive) = rest.split_at_mut(m);
    for t in (0..episodes.steps).rev() {
        let before = Step::of(net, &tape.state[t * stride..(t + 1) * stride]);
        let here = Step::of(net, &tape.state[(t + 1) * stride..(t + 2) * stride]);
        let inputs = &episodes.inputs[t * net.channels..(t + 1) * net.channels];
        let signal = &tape.signals[t * signals..(t + 1) * signals];
        for (o, by) in by_output[t * net.outputs..(t + 1) * net.outputs].iter().enumerate() {
            let row = net.readout.start + o * n..net.readout.start + (o + 1) * n;
            collect(&mut gradient[row.clone()], here.p, by);
            add_scaled(&mut gradient[net.offset.start + o], 1.0, by);
            spread(by_p, &parameters[row], by);
        }
        for i in 0..n {
            let through = through_tanh(&by_p[i], &here.p[i]);
            add_scaled(&mut by_x[i], 1.0, &through);
            by_drive[i] = ZERO;
            add_scaled(&mut by_drive[i], net.rate, &by_x[i]);
            for b in 0..LANES {
                by_x[i][b] *= 1.0 - net.rate;
            }
            by_p[i] = ZERO;
        }
        for (k, x) in inputs.iter().enumerate() {
            if *x != ZERO {
                let from = net.input.start + k * n;
                collect(&mut gradient[from..from + n], by_drive, x);
            }
        }
        for (z, f) in by_z.iter_mut().zip(by_f.iter_mut()).zip(here.f).map(|((z, by), f)| (z, (by, f))) {
            let through = through_tanh(f.0, f.1);
            add_scaled(z, 1.0, &through);
            *f.0 = ZERO;
        }
        for k in 0..r {
            let row = k * n..(k + 1) * n;
            let place = |block: &std::ops::Range<usize>| block.start + row.start..block.start + row.end;
            let by_scaled = dot(&parameters[place(&net.left)], by_drive);
            let q = &here.q[k];
            let (scaled, by_q) = if net.scales() {
                (product(&signal[k], q), product(&by_scaled, &signal[k]))
            } else {
                (*q, by_scaled)
            };
            collect(&mut gradient[place(&net.left)], by_drive, &scaled);
            collect(&mut gradient[place(&net.right)], before.p, &by_q);
            spread(by_p, &parameters[place(&net.right)], &by_q);
            let by_signal = match net.modulation {
                Modulation::None => continue,
                Modulation::Gain | Modulation::Constant => product(&by_scaled, q),
                Modulation::Input => {
                    collect(&mut gradient[place(&net.current)], by_drive, &signal[k]);
                    dot(&parameters[place(&net.current)], by_drive)
                }
            };
            let mut by_a = ZERO;
            for b in 0..LANES {
                by_a[b] = by_signal[b] * signal[k][b] * (1.0 - signal[k][b]);
            }
            add_scaled(&mut gradient[net.signal_bias.start + k], 1.0, &by_a);
            if let Some(modulator) = &net.modulator {
                let row = modulator.signal.start + k * m..modulator.signal.start + (k + 1) * m;
                collect(&mut gradient[row.clone()], here.z, &by_a);
                spread(by_z, &parameters[row], &by_a);
            }
        }
        let Some(modulator) = &net.modulator else { continue };
        for i in 0..m {
            by_modulator_drive[i] = ZERO;
            add_scaled(&mut by_modulator_drive[i], net.modulator_rate, &by_z[i]);
            for b in 0..LANES {
                by_z[i][b] *= 1.0 - net.modulator_rate;
            }
            add_scaled(&mut gradient[modulator.bias.start + i], 1.0, &by_modulator_drive[i]);
        }
        for (k, x) in inputs.iter().enumerate() {
            if *x != ZERO {
                let from = modulator.input.start + k * m;
                collect(&mut gradient[from..from + m], by_modulator_drive, x);
            }
        }
        for (j, f) in before.f.iter().enumerate() {
            let row = modulator.recurrent.start + j * m..modulator.recurrent.start + (j + 1) * m;
            by_f[j] = dot(&parameters[row.clone()], by_modulator_drive);
            collect(&mut gradient[row], by_modulator_drive, f);
        }
    }
}

impl Network for NmRnn {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn signals(&self) -> usize {
        if self.modulation == Modulation::None { 0 } else { self.rank }
    }

    fn multiply_adds(&self) -> u64 {
        // Every weight is used once per step.
        self.layout.len() as u64
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
