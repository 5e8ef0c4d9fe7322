//! Names made shorter to fit: different names stay different.

/// Names as `fit` shortens them. It gets a name and a mark to put at its end. The mark is empty unless the shortened
/// names of two different names are the same.
pub(super) fn apart(names: &[&str], fit: impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut short: Vec<String> = names.iter().map(|name| fit(name, "")).collect();
    let same = |short: &[String], at: usize| {
        (0..names.len()).any(|other| names[other] != names[at] && short[other] == short[at])
    };
    let unclear: Vec<usize> = (0..names.len()).filter(|at| same(&short, *at)).collect();
    let mut marks: Vec<(&str, String)> = Vec::new();
    for at in unclear {
        let known = marks.iter().find(|(name, _)| *name == names[at]).map(|(_, text)| text.clone());
        short[at] = known.unwrap_or_else(|| {
            let mut text = String::new();
            for number in 1..=names.len() + 1 {
                text = fit(names[at], &format!("·{number}"));
                if !short.contains(&text) {
                    break;
                }
            }
            marks.push((names[at], text.clone()));
            text
        });
    }
    short
}

/// Cut in the middle, where variants of a method are alike, with a mark at the end.
pub(super) fn clip_middle(text: &str, width: usize, mark: &str) -> String {
    let count = text.chars().count();
    let width = width.saturating_sub(mark.chars().count());
    if count <= width {
        return format!("{text}{mark}");
    }
    let kept = width.saturating_sub(1);
    let end = kept / 2;
    text.chars()
        .take(kept - end)
        .chain(['…'])
        .chain(text.chars().skip(count - end))
        .chain(mark.chars())
        .collect()
}

/// Method ids in so many letters. Of a varied value (`naive@optimiser.rate=0.1`) only the last part of its key is shown;
/// where ids would become the same, only what tells them apart.
pub(super) fn methods(ids: &[&str], width: usize) -> Vec<String> {
    let clipped = |id: &str| clip_middle(&last_keys(id, |_| true), width, "");
    apart(ids, |id, mark| {
        if mark.is_empty() {
            let short = clipped(id);
            let alike: Vec<&str> = ids.iter().copied().filter(|other| clipped(other) == short).collect();
            let telling = |part: &str| alike.iter().any(|other| !other.split('@').any(|one| one == part));
            if alike.iter().any(|other| *other != id) {
                return clip_middle(&last_keys(id, telling), width, "");
            }
            return short;
        }
        clip_middle(&last_keys(id, |_| true), width, mark)
    })
}

fn last_keys(id: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut parts = id.split('@');
    let base = parts.next().unwrap_or_default().to_owned();
    parts.filter(|part| keep(part)).fold(base, |name, part| {
        let (path, value) = part.split_once('=').unwrap_or((part, ""));
        format!("{name}@{}={value}", path.rsplit('.').next().unwrap_or(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_varied_value_the_last_part_of_its_key_is_shown() {
        assert_eq!(methods(&["naive", "naive@optimiser.rate=0.1"], 18), ["naive", "naive@rate=0.1"]);
    }

    #[test]
    fn where_ids_would_become_one_only_what_differs_is_shown() {
        let ids = [
            "ewc@parameters.lambda=100@optimiser.rate=0.01",
            "ewc@parameters.lambda=1000@optimiser.rate=0.01",
        ];
        assert_eq!(methods(&ids, 18), ["ewc@lambda=100", "ewc@lambda=1000"]);
    }

    #[test]
    fn ids_that_nothing_short_tells_apart_are_numbered() {
        let ids = [
            "na@modulation.modulators.a.level.gain=1",
            "na@modulation.modulators.b.level.gain=1",
            "na@modulation.modulators.a.level.gain=1",
            "na@gain=1·1",
        ];
        assert_eq!(methods(&ids, 18), ["na@gain=1·2", "na@gain=1·3", "na@gain=1·2", "na@gain=1·1"]);
        let long = ["a-very-long-name-of-a-method", "a-very-other-name-of-a-method"];
        let short = methods(&long, 12);
        assert!(short[0] != short[1] && short.iter().all(|name| name.chars().count() <= 12), "{short:?}");
    }
}
