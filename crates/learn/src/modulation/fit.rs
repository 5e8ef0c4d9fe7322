//! Whether a receptor's numbers are in range and whether there is what it acts on.

use super::anatomy::Anatomy;
use super::local::LocalSpec;
use super::source::Need;
use super::spec::ReceptorSpec;
use super::target::{Scope, TARGETS, TargetKind};
use base::error::DefinitionError;
use contract::allowed;
use dynamics::Response;

impl ReceptorSpec {
    /// # Errors
    /// The first value out of range; a target that this learner lacks.
    pub(super) fn check(&self, clamp: [f64; 2], anatomy: &Anatomy) -> Result<(), DefinitionError> {
        allowed!(finite).check("sensitivity", self.sensitivity)?;
        allowed!(0 to below 1).check("threshold", self.threshold)?;
        allowed!(at least 0).check("tau", self.tau)?;
        allowed!(above 0 to 1).check("share", self.share)?;
        let spread = self.heterogeneity;
        allowed!(at least 0).check("heterogeneity", spread)?;
        let entry = self.target.entry();
        if anatomy.layers.is_empty() && self.scope != Scope::Global {
            return Err(DefinitionError::range(
                "scope",
                self.scope.word(),
                "`global`: updates have no layers",
            ));
        }
        if !entry.scopes.contains(&self.scope) {
            return Err(DefinitionError {
                key: "scope".into(),
                found: self.scope.word().into(),
                problem: format!("not a scope of `{}`", entry.name),
                allowed: entry.scopes.iter().map(|scope| scope.word().to_owned()).collect(),
                ..DefinitionError::default()
            });
        }
        if spread > 0.0 && !matches!(self.scope, Scope::Unit | Scope::Synapse) {
            return Err(DefinitionError::range(
                "heterogeneity",
                spread,
                "0 unless the scope is `unit` or `synapse`",
            ));
        }
        self.check_limits(clamp)?;
        self.check_fit(anatomy)?;
        self.check_local(anatomy)
    }

    fn check_limits(&self, clamp: [f64; 2]) -> Result<(), DefinitionError> {
        let entry = self.target.entry();
        let [low, high] = self.limits.or(entry.limits).unwrap_or(clamp);
        if low.is_nan() || high.is_nan() || low > high {
            return Err(DefinitionError::range(
                "limits",
                format!("[{low}, {high}]"),
                "[low, high], low <= high",
            ));
        }
        if !(entry.ends.contains(low) && entry.ends.contains(high)) {
            let allowed = format!("both limits {:#} for `{}`", entry.ends, entry.name);
            return Err(DefinitionError::range("limits", format!("[{low}, {high}]"), &allowed));
        }
        let neutral = entry.neutral;
        if !(low..=high).contains(&neutral) && entry.response == Response::Gain {
            let allowed = format!("limits around {neutral}, the value without modulation");
            return Err(DefinitionError::range("limits", format!("[{low}, {high}]"), &allowed));
        }
        Ok(())
    }

    fn check_fit(&self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let entry = self.target.entry();
        if !(entry.exists)(anatomy) {
            let what = match (anatomy.has_layers(), anatomy.momentum) {
                (true, _) => entry.absent,
                (false, true) => "only the learning rate and the momentum of updates to reach",
                (false, false) => "only the learning rate of updates to reach",
            };
            let others = TARGETS.iter().filter(|entry| (entry.exists)(anatomy));
            return Err(DefinitionError {
                key: "target".into(),
                found: entry.name.into(),
                problem: format!("there is {what} here"),
                allowed: others.map(|entry| entry.name.to_owned()).collect(),
                ..DefinitionError::default()
            });
        }
        self.check_term(anatomy)?;
        self.check_layers(anatomy)
    }

    fn check_term(&self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        match (&self.term, self.target) {
            (None, TargetKind::LossWeight) => Err(DefinitionError {
                key: "term".into(),
                problem: "missing: which loss term?".into(),
                allowed: anatomy.terms.clone(),
                ..DefinitionError::default()
            }),
            (Some(term), TargetKind::LossWeight) if !anatomy.terms.contains(term) => {
                let known = anatomy.terms.iter().map(String::as_str);
                let error = DefinitionError::unknown("loss term of this method", term, known);
                Err(DefinitionError { key: "term".into(), ..error })
            }
            (Some(term), target) if target != TargetKind::LossWeight => {
                Err(DefinitionError::range("term", term, "nothing: only `loss-weight` has one"))
            }
            _ => Ok(()),
        }
    }

    fn check_layers(&self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let Some(layers) = &self.layers else {
            let needs = self.scope == Scope::Layer;
            let all = format!("layers from 0 to {}", anatomy.layers.len().saturating_sub(1));
            return if needs { Err(DefinitionError::range("layers", "nothing", &all)) } else { Ok(()) };
        };
        if self.scope == Scope::Global {
            return Err(DefinitionError::range(
                "layers",
                format!("{layers:?}"),
                "nothing with scope `global`",
            ));
        }
        let fine = |layer: &usize| *layer < anatomy.layers.len();
        if layers.is_empty() || !layers.iter().all(fine) {
            let allowed = format!("layers from 0 to {}", anatomy.layers.len().saturating_sub(1));
            return Err(DefinitionError::range("layers", format!("{layers:?}"), &allowed));
        }
        Ok(())
    }

    fn check_local(&self, anatomy: &Anatomy) -> Result<(), DefinitionError> {
        let Some(local) = &self.local else { return Ok(()) };
        let lacks = |problem: &str| {
            let (key, found) = ("local.kind".into(), local.word().into());
            Err(DefinitionError { key, found, problem: problem.into(), ..DefinitionError::default() })
        };
        let hidden = anatomy.layers.len().saturating_sub(1);
        if hidden == 0 {
            return lacks("there is no hidden layer here, and only hidden units have shares of their own");
        }
        if self.target != TargetKind::LearningRate || self.scope != Scope::Unit {
            let allowed = "absent, unless the target is `learning-rate` and the scope `unit`";
            return Err(DefinitionError::range("local", local.word(), allowed));
        }
        let of_hidden = |layers: &Vec<usize>| layers.iter().all(|layer| *layer < hidden);
        if !self.layers.as_ref().is_some_and(of_hidden) {
            let found = self.layers.as_ref().map_or("nothing".into(), |layers| format!("{layers:?}"));
            let allowed = format!("hidden layers, from 0 to {}, with `local`", hidden - 1);
            return Err(DefinitionError::range("layers", found, &allowed));
        }
        match local {
            LocalSpec::Activity(_) if !anatomy.activations => {
                lacks("this network does not show what its units do")
            }
            LocalSpec::State(_) if !anatomy.states => lacks(anatomy.lacks(Need::State).unwrap_or_default()),
            _ => local.check(),
        }
    }
}
