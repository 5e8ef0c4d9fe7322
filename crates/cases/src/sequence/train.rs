//! The one training core: fresh trials, backpropagation through time, clipping, Adam. Any network learns any task.

use super::episodes::Episodes;
use super::lane::{LANES, Lane, ZERO, sum};
use super::network::{Network, Tape};
use super::settings::{Optimiser, Training};
use super::task::Problem;
use base::error::{Error, Result};
use base::rng::Streams;
use contract::{Curve, Pace, Watch};
use numeric::optimiser::{Adam, clip_norm};

/// Points of the learning curve.
const POINTS: usize = 50;

/// What training left.
#[derive(Debug, Clone)]
pub struct Trained {
    pub parameters: Vec<f32>,
    /// Loss on trials before they are learned from, means over stretches of updates.
    pub curve: Curve,
}

/// The gradient of the mean loss over groups of trials.
#[derive(Debug, Clone, Default)]
pub(super) struct Gradient {
    pub tape: Tape,
    by_output: Vec<Lane>,
    by_lane: Vec<Lane>,
    pub flat: Vec<f32>,
}

impl Gradient {
    /// Mean loss over the groups; its gradient is in `flat` afterwards.
    ///
    /// # Errors
    /// [`Error::Stopped`]: the watch is asked between groups.
    pub(super) fn take(
        &mut self,
        network: &dyn Network,
        parameters: &[f32],
        groups: &[Episodes],
        pace: &mut Pace<'_>,
    ) -> Result<f64> {
        self.by_lane.clear();
        self.by_lane.resize(parameters.len(), ZERO);
        let share = 1.0 / groups.len() as f32;
        let mut loss = 0.0;
        for episodes in groups {
            pace.ask()?;
            network.forward(parameters, episodes, None, &mut self.tape);
            self.by_output.resize(self.tape.outputs.len(), ZERO);
            let one = episodes.target.loss(&self.tape.outputs, share, &mut self.by_output);
            loss += one / groups.len() as f64;
            network.backward(parameters, episodes, &self.by_output, &mut self.tape, &mut self.by_lane);
        }
        self.flat.clear();
        self.flat.extend(self.by_lane.iter().map(sum));
        Ok(loss)
    }
}

/// Trains a fresh network. The rate falls linearly to a tenth over the run.
///
/// # Errors
/// [`Error::Diverged`] when loss or gradient stop being finite, [`Error::Stopped`] when the watch asks.
pub fn train(
    network: &dyn Network,
    problem: &dyn Problem,
    training: &Training,
    optimiser: &Optimiser,
    streams: &Streams,
    watch: &mut dyn Watch,
) -> Result<Trained> {
    let mut parameters = network.layout().draw(streams);
    let mut adam = Adam::default();
    let mut gradient = Gradient::default();
    let mut rng = streams.get("train/trials");
    let mut curve = Curve::new("loss/train");
    let every = training.updates.div_ceil(POINTS);
    let (mut recent, mut counted) = (0.0, 0.0);
    for update in 0..training.updates {
        let groups: Vec<Episodes> = (0..training.batch / LANES).map(|_| problem.draw(&mut rng)).collect();
        let done = update as f64 / training.updates as f64;
        let loss = gradient.take(network, &parameters, &groups, &mut Pace::new(watch, done))?;
        let norm = clip_norm(&mut [&mut gradient.flat[..]], optimiser.clip);
        if !loss.is_finite() || !norm.is_finite() {
            let (what, value) = if loss.is_finite() { ("gradient norm", norm) } else { ("loss", loss) };
            return Err(Error::Diverged { update, what: what.into(), value });
        }
        adam.descend(&mut [&mut parameters], &[&gradient.flat], optimiser.rate * (1.0 - 0.9 * done));
        (recent, counted) = (recent + loss, counted + 1.0);
        if (update + 1).is_multiple_of(every) || update + 1 == training.updates {
            curve.push(update as f64 + 1.0, recent / counted);
            (recent, counted) = (0.0, 0.0);
        }
    }
    Ok(Trained { parameters, curve })
}
