//! Titles of the parts of a report.

/// Title of a paradigm's part.
pub(super) fn paradigm_title(paradigm: &str) -> String {
    match paradigm {
        "incremental" => "Incremental learning".into(),
        "transfer" => "Transfer learning".into(),
        "meta" => "Meta-learning".into(),
        "meta-sequential" => "Meta-learning to learn in sequence".into(),
        "multi-task" => "Multi-task learning".into(),
        "online" => "Online learning".into(),
        "opposed-behaviours" => "Opposed behaviours from one scalar".into(),
        "go-nogo" => "Case study: spiking set-shifting Go/No-Go".into(),
        "switching" => "Case study: small tasks whose rules switch".into(),
        "sequence" => "Case study: learned modulation in recurrent networks".into(),
        other => {
            let words = other.replace(['-', '_'], " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
        }
    }
}
