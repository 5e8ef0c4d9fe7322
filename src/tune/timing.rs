//! What of an arm is searched: the base method's own settings in all of them, and the size, sign and shape of its effects.

use super::draw::Draw;
use crate::registry::protocol;
use crate::run::{Knows, TimingArm, knots};
use base::error::Result;
use contract::Timeline;
use contract::definition::{Arm, Benchmark, MethodPreset, Range, Scale};
use dynamics::Response;
use learn::modulation::TargetKind;

/// Gains that an arm may reach, either way.
const GAINS: (f64, f64) = (1.0 / 30.0, 30.0);
/// How much of the past an update trains on costs time: of a window at most all that is kept, of replay not many times more.
const PAST: (f64, f64) = (GAINS.0, 1.0);
const REPLAY: (f64, f64) = (GAINS.0, 3.0);
/// Share of a layer's units that belong to each hidden state.
const SHARES: (f64, f64) = (0.05, 0.95);
/// Shifts that an arm may reach, either way.
const SHIFTS: f64 = 2.0;

/// An arm ready to be searched.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub knows: Knows,
    /// The base method with every effect at neutral.
    pub preset: MethodPreset,
    pub draw: Draw,
    /// A free schedule has a part for each side of every change.
    pub fits_changes: bool,
}

impl Prepared {
    /// The arm of a base method on a benchmark.
    ///
    /// # Errors
    /// See [`TimingArm::derive`].
    pub(crate) fn new(arm: &TimingArm, base: &MethodPreset, benchmark: &Benchmark) -> Result<Self> {
        let (preset, timeline) = arm.derive(base, benchmark)?;
        let protocol = protocol(&benchmark.header.paradigm)?;
        let mut draw = Draw::new(protocol, base, &benchmark.header.id, Arm::Method)?;
        if arm.target.kind == TargetKind::Momentum {
            draw.only("optimiser.kind", &["momentum", "adam"]);
        }
        let schedule = arm.knows.is_schedule();
        // A schedule keeps the decay that the change-blind arm has found.
        for effect in arm.effects().into_iter().filter(|effect| !(schedule && *effect == "annealing")) {
            add(&mut draw, arm, effect, timeline);
        }
        let fits_changes = knots(timeline) as u64 == 2 * (timeline.changes + 1);
        Ok(Self { knows: arm.knows, preset, draw, fits_changes })
    }
}

/// Ranges: for an effect its size and sign, for a decay its time constant and power, for events their delay, for units their share.
fn add(draw: &mut Draw, arm: &TimingArm, effect: &str, timeline: Timeline) {
    let size = if arm.target.kind.entry().response == Response::Gain {
        let (low, high) = match arm.target.kind {
            TargetKind::Window => PAST,
            TargetKind::Replay => REPLAY,
            _ => GAINS,
        };
        Range::log(low - 1.0, high - 1.0).on(Scale::Gain)
    } else {
        Range::log(-SHIFTS, SHIFTS).on(Scale::Linear)
    };
    let at = format!("modulation.modulators.{effect}");
    if effect == "free" {
        (0..knots(timeline)).for_each(|knot| draw.add(&format!("{at}.source.values.{knot}"), size.clone()));
        return;
    }
    if effect == "state" {
        let (values, _) = arm.knows.states(timeline);
        (0..values).for_each(|state| draw.add(&format!("{at}.source.values.{state}"), size.clone()));
        return;
    }
    if effect == "units" {
        draw.add(&format!("{at}.receptors.0.local.depth"), size);
        draw.add(&format!("{at}.receptors.0.local.share"), Range::log(SHARES.0, SHARES.1).on(Scale::Linear));
        return;
    }
    draw.add(&format!("{at}.receptors.0.sensitivity"), size);
    if effect == "constant" {
        return;
    }
    let whole = timeline.updates.max(8) as f64;
    let segment = (whole / (timeline.changes + 1) as f64).max(8.0);
    let length = if effect == "event" { segment } else { whole };
    draw.add(&format!("{at}.source.tau"), Range::log(2.0, length));
    draw.add(&format!("{at}.source.power"), Range::log(0.25, 4.0));
    if effect == "event" {
        let late = Range::log(0.0, (segment / 20.0).max(1.0)).on(Scale::Linear);
        draw.add(&format!("{at}.source.delay"), Range { whole: true, ..late });
    }
}
