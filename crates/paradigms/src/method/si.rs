//! Synaptic intelligence: importance as the path integral of the task loss.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use base::error::DefinitionError;
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Parameter, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::nn::{Gradients, Parameters, read};
use learn::objective::{Anchor, LossTerm, PathGradient};
use numeric::elementwise;

/// What happens to negative importances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Clip {
    /// Kept, as in van de Ven's code.
    #[default]
    None,
    /// The new total is clipped at 0, as in the authors' code.
    ReluTotal,
}

settings! {
    /// Synaptic intelligence.
    #[derive(Debug)]
    struct Si {
        /// strength c
        c: f32 = 1.0 => [at least 0];
        /// γ, factor on every older task's importances at each boundary
        discount: f32 = 1.0 => [0 to 1];
        /// damping ξ
        xi: f32 = 0.1 => [above 0];
        /// negative importances: kept, or the total clipped at 0
        clip: Clip = Clip::None => ["none" | "relu-total"];
        /// gradient in ω: of the task loss alone (the authors' code) or of the whole objective (van de Ven's)
        path: PathGradient = PathGradient::Task => ["task" | "total"];
        proximal: bool = false => [as [Parameter { range: "true with clip = relu-total, false", ..PROXIMAL }]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Si>(MethodInfo {
    kind: "si",
    summary: "Synaptic intelligence: parameters that lowered past losses are held, at the latest solution",
    formula: "L_t(θ) + c Σ_k Ω_k (θ_k − θ*_{t−1,k})², Ω ← γ Ω + ω/(Δθ² + ξ), ω = −Σ_steps g·Δθ with g of the task loss",
    source: "Zenke, Poole & Ganguli 2017",
    mapping: "c_eff = 2cΩ. van de Ven and Mammoth: 2cΩ, the same c. Avalanche: λΩ, so our c is half its λ.",
    strength: "c",
    needs: &[Reveal::Boundary],
    parameters: Si::PARAMETERS,
});

impl Settings for Si {
    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        if self.proximal && self.clip == Clip::None {
            return Err(DefinitionError::range(
                "proximal",
                true,
                "false, or clip = \"relu-total\": strengths must be >= 0",
            ));
        }
        Ok(())
    }

    fn compose(&self) -> Composition {
        let path = Path {
            discount: self.discount,
            xi: self.xi,
            clip: self.clip,
            path: self.path,
            ..Path::default()
        };
        // c Σ Ω Δ² = ½ (2c) Σ Ω Δ²
        Composition::pulling(2.0 * self.c, self.proximal, path)
    }
}

#[derive(Default)]
struct Path {
    discount: f32,
    xi: f32,
    clip: Clip,
    path: PathGradient,
    /// Ω and θ*.
    anchor: Anchor,
    /// ω of the current task.
    omega: Vec<Vec<f32>>,
    /// θ after the last update, and the task gradient of the current one.
    previous: Vec<Vec<f32>>,
    gradient: Gradients,
    /// θ at the start of the current task.
    start: Vec<Vec<f32>>,
}

impl Path {
    fn begin(&mut self, parameters: &Parameters) -> Result<()> {
        self.start = parameters.snapshot()?;
        self.previous.clone_from(&self.start);
        self.omega = self.start.iter().map(|buffer| vec![0.0; buffer.len()]).collect();
        Ok(())
    }
}

impl LossTerm for Path {
    fn name(&self) -> &'static str {
        "si"
    }

    fn follows_path(&self) -> Option<PathGradient> {
        Some(self.path)
    }

    fn on_path_gradient(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        if self.omega.is_empty() {
            self.begin(parameters)?;
        }
        self.gradient.copy_from(gradients);
        Ok(())
    }

    fn after_update(&mut self, parameters: &Parameters) -> Result<()> {
        let path = self.omega.iter_mut().zip(&mut self.previous).zip(&self.gradient.buffers);
        for (parameter, ((omega, previous), gradient)) in parameters.iter().zip(path) {
            read(&parameter.var, |values| elementwise::add_path(omega, previous, gradient, values))?;
        }
        Ok(())
    }

    fn anchor(&self) -> Option<&Anchor> {
        Some(&self.anchor)
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        let parameters = cx.model.parameters();
        match event {
            Event::TaskStart { .. } => self.begin(parameters),
            Event::TaskEnd { .. } => {
                let end = parameters.snapshot()?;
                let mut total = std::mem::take(&mut self.anchor.strength);
                total.resize_with(end.len(), Vec::new);
                for (index, total) in total.iter_mut().enumerate() {
                    total.resize(end[index].len(), 0.0);
                    for (k, total) in total.iter_mut().enumerate() {
                        let moved = end[index][k] - self.start[index][k];
                        *total = self.discount * *total + self.omega[index][k] / (moved * moved + self.xi);
                        if self.clip == Clip::ReluTotal {
                            *total = total.max(0.0);
                        }
                    }
                }
                self.anchor = Anchor { strength: total, centre: end };
                self.begin(parameters)
            }
        }
    }

    fn state_bytes(&self) -> u64 {
        // Ω, θ*, ω and θ at the task's start; the copies of the last step are scratch space.
        let held = [&self.anchor.strength, &self.anchor.centre, &self.omega, &self.start];
        held.into_iter().flatten().map(|buffer| size_of_val(buffer.as_slice()) as u64).sum()
    }

    fn save(&self) -> State {
        let mut state = State::default()
            .buffer("omega", &self.omega)
            .buffer("previous", &self.previous)
            .buffer("start", &self.start);
        state.parts.insert("anchor".into(), self.anchor.save());
        state
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.omega = state.get_buffer("omega")?;
        self.previous = state.get_buffer("previous")?;
        self.start = state.get_buffer("start")?;
        self.anchor.load(state.get_part("anchor")?)
    }
}
