//! Riemannian walk: a running Fisher information and a path integral in its metric, added.

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::nn::{Gradients, Parameters};
use learn::objective::{Anchor, LossTerm, PathGradient, Weighted};

settings! {
    /// Riemannian walk.
    #[derive(Debug, Clone, Copy)]
    struct RWalk {
        /// strength λ
        lambda: f32 = 1.0 => [at least 0];
        /// α, weight of the newest batch in the running Fisher information F
        alpha: f32 = 0.9 => [0 to 1];
        /// updates between two looks at the path, Δt
        interval: u64 = 10 => [at least 1];
        /// ε, damping of the path's score (not stated by the authors)
        epsilon: f32 = 0.001 => [above 0];
        proximal: bool = false => [as [PROXIMAL]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<RWalk>(MethodInfo {
    kind: "rwalk",
    summary: "Riemannian walk: parameters are held that matter at the solution or that lowered past losses on the way",
    formula: "L_t(θ) + λ Σ_k (F̂_k + ŝ_k) (θ_k − θ*_{t−1,k})², F ← α g² + (1 − α) F, s = Σ max(0, −Σ g·Δθ / (½ F Δθ² + ε)); F̂, ŝ over their largest",
    source: "Chaudhry et al. 2018, Eqs. 6 to 10, without its memory of samples",
    mapping: "c_eff = 2λ(F̂ + ŝ). Avalanche: λ(F̂ + ŝ) Δ², the same λ.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: RWalk::PARAMETERS,
});

impl Settings for RWalk {
    fn compose(&self) -> Composition {
        // λ Σ Ω Δ² = ½ (2λ) Σ Ω Δ²
        let walk = Walk { settings: *self, ..Walk::default() };
        let term = Weighted { proximal: self.proximal, ..Weighted::new(2.0 * self.lambda, walk) };
        Composition { terms: vec![term], ..Composition::default() }
    }
}

#[derive(Default)]
struct Walk {
    settings: RWalk,
    /// F̂ + ŝ and θ*.
    anchor: Anchor,
    /// F, kept over tasks.
    fisher: Vec<Vec<f32>>,
    /// Score of the current task, and the mean over those before.
    score: Vec<Vec<f32>>,
    past: Vec<Vec<f32>>,
    /// −Σ g·Δθ since the last look, and θ then.
    fall: Vec<Vec<f32>>,
    looked: Vec<Vec<f32>>,
    /// Updates since the last look; θ and task gradient before the update at hand.
    updates: u64,
    before: Vec<Vec<f32>>,
    gradient: Gradients,
}

fn zeros(like: &[Vec<f32>]) -> Vec<Vec<f32>> {
    like.iter().map(|buffer| vec![0.0; buffer.len()]).collect()
}

/// A buffer's share of the largest value of all; 0 where that is 0.
fn normalised(buffers: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let largest = buffers.iter().flatten().copied().fold(0.0, f32::max);
    let scale = if largest > 0.0 { 1.0 / largest } else { 0.0 };
    buffers.iter().map(|buffer| buffer.iter().map(|value| value * scale).collect()).collect()
}

impl Walk {
    fn begin(&mut self, parameters: &Parameters) -> Result<()> {
        self.looked = parameters.snapshot()?;
        self.before.clone_from(&self.looked);
        self.score = zeros(&self.looked);
        self.fall = zeros(&self.looked);
        if self.fisher.is_empty() {
            self.fisher = zeros(&self.looked);
        }
        self.updates = 0;
        Ok(())
    }

    /// Adds what the loss fell since the last look, in units of the distance walked.
    fn look(&mut self, now: &[Vec<f32>]) {
        for (index, now) in now.iter().enumerate() {
            for (k, now) in now.iter().enumerate() {
                let moved = now - self.looked[index][k];
                let distance = 0.5 * self.fisher[index][k] * moved * moved + self.settings.epsilon;
                self.score[index][k] += (self.fall[index][k] / distance).max(0.0);
            }
        }
        self.fall = zeros(&self.fall);
        self.looked = now.to_vec();
        self.updates = 0;
    }
}

impl LossTerm for Walk {
    fn name(&self) -> &'static str {
        "rwalk"
    }

    fn follows_path(&self) -> Option<PathGradient> {
        Some(PathGradient::Task)
    }

    fn on_path_gradient(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        if self.score.is_empty() {
            self.begin(parameters)?;
        }
        self.gradient.copy_from(gradients);
        let alpha = self.settings.alpha;
        for (fisher, gradient) in self.fisher.iter_mut().flatten().zip(gradients.buffers.iter().flatten()) {
            *fisher = alpha * gradient * gradient + (1.0 - alpha) * *fisher;
        }
        Ok(())
    }

    fn after_update(&mut self, parameters: &Parameters) -> Result<()> {
        let now = parameters.snapshot()?;
        let steps = now.iter().flatten().zip(self.before.iter().flatten());
        let falls = self.fall.iter_mut().flatten().zip(self.gradient.buffers.iter().flatten());
        for ((fall, gradient), (now, before)) in falls.zip(steps) {
            *fall -= gradient * (now - before);
        }
        self.updates += 1;
        if self.updates >= self.settings.interval {
            self.look(&now);
        }
        self.before = now;
        Ok(())
    }

    fn anchor(&self) -> Option<&Anchor> {
        Some(&self.anchor)
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        let parameters = cx.model.parameters();
        if let Event::TaskStart { .. } = event {
            return self.begin(parameters);
        }
        let end = parameters.snapshot()?;
        if self.updates > 0 {
            self.look(&end);
        }
        if self.past.is_empty() {
            self.past.clone_from(&self.score);
        } else {
            let pairs = self.past.iter_mut().flatten().zip(self.score.iter().flatten());
            pairs.for_each(|(past, new)| *past = 0.5 * (*past + new));
        }
        let mut strength = normalised(&self.fisher);
        let score = normalised(&self.past);
        strength.iter_mut().flatten().zip(score.iter().flatten()).for_each(|(f, s)| *f += s);
        self.anchor = Anchor { strength, centre: end };
        self.begin(parameters)
    }

    fn state_bytes(&self) -> u64 {
        // F̂ + ŝ, θ*, F, both scores, the fall and θ of the last look; the copies of the last step are scratch space.
        let Self { anchor, fisher, score, past, fall, looked, .. } = self;
        let held = [&anchor.strength, &anchor.centre, fisher, score, past, fall, looked];
        held.into_iter().flatten().map(|buffer| size_of_val(buffer.as_slice()) as u64).sum()
    }

    fn save(&self) -> State {
        let mut state = State::default()
            .buffer("fisher", &self.fisher)
            .buffer("score", &self.score)
            .buffer("past", &self.past)
            .buffer("fall", &self.fall)
            .buffer("looked", &self.looked)
            .buffer("before", &self.before)
            .number("updates", self.updates as f64);
        state.parts.insert("anchor".into(), self.anchor.save());
        state
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.fisher = state.get_buffer("fisher")?;
        self.score = state.get_buffer("score")?;
        self.past = state.get_buffer("past")?;
        self.fall = state.get_buffer("fall")?;
        self.looked = state.get_buffer("looked")?;
        self.before = state.get_buffer("before")?;
        self.updates = state.get_number("updates")? as u64;
        self.anchor.load(state.get_part("anchor")?)
    }
}
