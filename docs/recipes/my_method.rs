//! My method: every parameter is pulled towards where it was when the last task ended.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::objective::{Anchor, LossTerm};

settings! {
    /// A pull of one strength.
    #[derive(Debug)]
    struct MyMethod {
        /// strength λ
        lambda: f32 = 0.1 => [at least 0];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<MyMethod>(MethodInfo {
    kind: "my-method",
    summary: "A pull towards the last solution",
    formula: "L_t(θ) + λ ½ ‖θ − θ*_(t−1)‖²",
    source: "docs/recipes",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: MyMethod::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for MyMethod {
    fn compose(&self) -> Composition {
        Composition::pulling(self.lambda, false, Pull { anchor: Anchor::default() })
    }
}

struct Pull {
    anchor: Anchor,
}

impl LossTerm for Pull {
    fn name(&self) -> &'static str {
        "my-method"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { .. } = event {
            let centre = cx.model.parameters().snapshot()?;
            let strength: Vec<Vec<f32>> = centre.iter().map(|buffer| vec![1.0; buffer.len()]).collect();
            self.anchor.discount(0.0);
            self.anchor.add(&strength, &centre);
        }
        Ok(())
    }
}
