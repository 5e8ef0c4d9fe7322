//! Interactions of neuromodulators (Box 1 of Mei et al. 2025) as data: a graph whose edges act in a fixed order.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;

/// One edge i → j, or a synergy of i and j on a shared target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    pub kind: InteractionKind,
    /// The modulator i that acts.
    pub from: String,
    /// The modulator j that is acted upon.
    pub to: String,
    /// κ, a finite number.
    pub strength: f64,
    /// Acts with the level of the previous step. Reciprocal pairs need it on one side at least. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delayed: bool,
    /// Only for `convergent`: the target that both modulators have a receptor on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<super::target::TargetKind>,
}

impl Interaction {
    /// `dopamine × acetylcholine → slope`: the name of a synergy's channel.
    pub(super) fn channel(&self) -> String {
        let target = self.target.map_or("", |target| target.entry().name);
        format!("{} × {} → {target}", self.from, self.to)
    }
}

/// How i acts on j.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InteractionKind {
    /// The gains on a shared target multiply anyway; the synergy is one more factor 1 + κ m_i m_j.
    Convergent,
    /// m_j ← m_j max(0, 1 − κ m_i).
    Opponent,
    /// s_j ← s_j max(0, 1 + κ m_i): i changes how much j is released.
    Modulatory,
    /// s_j ← max(0, s_j − κ m_i): i raises the threshold of j's release.
    Threshold,
}

/// A line per kind in `bench list modulators`.
pub const INTERACTIONS: [(InteractionKind, &str, &str); 4] = [
    (
        InteractionKind::Convergent,
        "convergent",
        "two gains on one target multiply; synergy: one more factor 1 + κ m_i m_j",
    ),
    (InteractionKind::Opponent, "opponent", "m_j ← m_j max(0, 1 − κ m_i)"),
    (InteractionKind::Modulatory, "modulatory", "s_j ← s_j max(0, 1 + κ m_i)"),
    (InteractionKind::Threshold, "threshold", "s_j ← max(0, s_j − κ m_i)"),
];

/// The order in which modulators are stepped: whoever acts within the step comes before whom it acts upon; otherwise
/// by name.
///
/// # Errors
/// Unknown names; a modulator that acts on itself within a step; a cycle without delay, spelled out.
pub(super) fn order(names: &[String], interactions: &[Interaction]) -> Result<Vec<usize>, DefinitionError> {
    let place = |index: usize, key: &str, name: &str| {
        names.iter().position(|known| known == name).ok_or_else(|| DefinitionError {
            key: format!("interactions[{index}].{key}"),
            ..DefinitionError::unknown("modulator", name, names.iter().map(String::as_str))
        })
    };
    let mut edges = Vec::new();
    for (index, interaction) in interactions.iter().enumerate() {
        let (from, to) = (place(index, "from", &interaction.from)?, place(index, "to", &interaction.to)?);
        if !interaction.strength.is_finite() {
            let key = format!("interactions[{index}].strength");
            return Err(DefinitionError::range(&key, interaction.strength, "a finite number"));
        }
        if interaction.kind != InteractionKind::Convergent && !interaction.delayed {
            edges.push((from, to));
        }
    }
    let mut order = Vec::with_capacity(names.len());
    while order.len() < names.len() {
        let free = |node: &usize| {
            !order.contains(node) && edges.iter().all(|(from, to)| to != node || order.contains(from))
        };
        let Some(next) = (0..names.len()).find(free) else {
            return Err(DefinitionError {
                key: "interactions".into(),
                found: cycle(names, &edges, &order),
                problem: "a cycle without delay".into(),
                allowed: vec![
                    "`delayed = true` on one of its edges: it then acts with the previous step's level"
                        .into(),
                ],
                ..DefinitionError::default()
            });
        };
        order.push(next);
    }
    Ok(order)
}

/// Walks backwards among the nodes that could not be ordered until one comes again.
fn cycle(names: &[String], edges: &[(usize, usize)], done: &[usize]) -> String {
    let Some(mut node) = (0..names.len()).find(|node| !done.contains(node)) else { return String::new() };
    let mut path = vec![node];
    loop {
        let before = edges.iter().find(|(from, to)| *to == node && !done.contains(from));
        let Some((from, _)) = before else { break };
        node = *from;
        if let Some(start) = path.iter().position(|seen| *seen == node) {
            path.drain(..start);
            path.push(node);
            break;
        }
        path.push(node);
    }
    path.reverse();
    path.iter().map(|node| names[*node].as_str()).collect::<Vec<_>>().join(" -> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str, delayed: bool) -> Interaction {
        Interaction {
            kind: InteractionKind::Opponent,
            from: from.into(),
            to: to.into(),
            strength: 0.5,
            delayed,
            target: None,
        }
    }

    fn names() -> Vec<String> {
        ["acetylcholine", "noradrenaline", "serotonin"].map(str::to_owned).to_vec()
    }

    #[test]
    fn every_kind_is_listed_under_the_name_that_definitions_use() {
        for (kind, name, _) in INTERACTIONS {
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }

    #[test]
    fn who_acts_comes_before_whom_it_acts_upon() {
        let edges =
            [edge("serotonin", "noradrenaline", false), edge("noradrenaline", "acetylcholine", false)];
        assert_eq!(order(&names(), &edges).unwrap(), [2, 1, 0]);
    }

    #[test]
    fn a_reciprocal_pair_needs_a_delay_on_one_side() {
        let pair = |delayed| {
            [edge("serotonin", "noradrenaline", false), edge("noradrenaline", "serotonin", delayed)]
        };
        assert!(order(&names(), &pair(true)).is_ok());
        let error = order(&names(), &pair(false)).unwrap_err().to_string();
        assert!(
            error.contains("a cycle without delay") && error.contains("serotonin -> noradrenaline"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_modulator_is_named_with_its_neighbour() {
        let error = order(&names(), &[edge("seratonin", "noradrenaline", false)]).unwrap_err().to_string();
        assert!(
            error.contains("`interactions[0].from` = seratonin") || error.contains("seratonin"),
            "{error}"
        );
        assert!(error.contains("did you mean `serotonin`?"), "{error}");
    }
}
