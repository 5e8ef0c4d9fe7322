//! The growth of H and E in one step, synapse by synapse, and the way back through it.

use crate::sequence::lane::{LANES, Lane, ZERO};

/// One step of the plastic part: `hebb` and `trace` of this step become those of the next. `OLD`: the gate multiplies the
/// trace before the step.
#[inline(always)]
pub(super) fn grow<const OLD: bool>(
    rate: f32,
    gate: &Lane,
    pre: &Lane,
    post: &[Lane],
    old: (&[Lane], &[Lane]),
    new: (&mut [Lane], &mut [Lane]),
) {
    for i in 0..post.len() {
        for b in 0..LANES {
            let e = (1.0 - rate) * old.1[i][b] + rate * (pre[b] * post[i][b]);
            new.1[i][b] = e;
            let gated = if OLD { old.1[i][b] } else { e };
            new.0[i][b] = (old.0[i][b] + gate[b] * gated).clamp(-1.0, 1.0);
        }
    }
}

/// Rate and gate of a step, and the derivatives by them.
pub(super) struct Flow {
    pub rate: f32,
    pub gate: Lane,
    pub by_gate: Lane,
    pub by_rate: Lane,
}

/// Back through the growth of H and E, synapse by synapse. `by_synapse` holds the derivatives by H and E after the
/// step and then those before it; `by_activity` receives those by post- and presynaptic activity.
#[inline(always)]
pub(super) fn shrink<const GATED: bool, const OLD: bool>(
    flow: Flow,
    pre: &[Lane],
    post: &[Lane],
    (hebb, trace): (&[Lane], &[Lane]),
    (by_hebb, by_trace): (&mut [Lane], &mut [Lane]),
    (by_post, by_pre): (&mut [Lane], &mut [Lane]),
) -> Flow {
    let n = pre.len();
    let Flow { rate, gate, mut by_gate, mut by_rate } = flow;
    for j in 0..n {
        let mut to_pre = ZERO;
        for i in 0..n {
            let at = j * n + i;
            let (h, e) = (&hebb[at], &trace[at]);
            for b in 0..LANES {
                let both = pre[j][b] * post[i][b];
                // Derivatives by what is mixed with rate η (the trace, or H itself where it decays) and, where the gate
                // multiplies the trace before it is mixed, by that.
                let (by_mixed, by_old) = if GATED {
                    let gated = if OLD { e[b] } else { (1.0 - rate) * e[b] + rate * both };
                    let raw = h[b] + gate[b] * gated;
                    let by_raw = if raw.abs() < 1.0 { by_hebb[at][b] } else { 0.0 };
                    by_gate[b] += by_raw * gated;
                    by_hebb[at][b] = by_raw;
                    let by_gated = by_raw * gate[b];
                    if OLD { (by_trace[at][b], by_gated) } else { (by_trace[at][b] + by_gated, 0.0) }
                } else {
                    (by_hebb[at][b], 0.0)
                };
                let kept = (1.0 - rate) * by_mixed + by_old;
                if GATED {
                    by_trace[at][b] = kept;
                } else {
                    by_hebb[at][b] = kept;
                }
                by_rate[b] += by_mixed * (both - if GATED { e[b] } else { h[b] });
                to_pre[b] += rate * by_mixed * post[i][b];
                by_post[i][b] += rate * by_mixed * pre[j][b];
            }
        }
        for b in 0..LANES {
            by_pre[j][b] += to_pre[b];
        }
    }
    Flow { rate, gate, by_gate, by_rate }
}
