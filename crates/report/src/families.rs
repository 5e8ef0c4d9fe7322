//! One colour per method throughout a report: relatives share a hue and differ in their marker and dashes.

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{Color, SERIES, SHAPES};

/// The first word of an id without what was varied or derived: `doya` of `doya-no-ach`, `ewc` of `ewc@lambda=3`.
fn family(id: &str) -> &str {
    let base = id.split(['@', '+', ' ']).next().unwrap_or(id);
    let word = base.split('-').next().unwrap_or(base);
    // `a-gem` is no member of a family `a`.
    if word.chars().count() < 2 { base } else { word }
}

/// What takes part in a choice: the benchmarks it stands on, and what was chosen for it.
struct Place {
    on: BTreeSet<usize>,
    choice: usize,
}

/// Of so many choices the one that meets itself on the fewest benchmarks, then the one that was taken least, then the first.
fn choose<'p>(choices: usize, on: &BTreeSet<usize>, taken: impl Iterator<Item = &'p Place>) -> usize {
    let mut cost = vec![(0, 0); choices];
    for place in taken {
        cost[place.choice].0 += place.on.intersection(on).count();
        cost[place.choice].1 += 1;
    }
    (0..choices).min_by_key(|choice| cost[*choice]).unwrap_or_default()
}

/// Colours of the methods that stand on each benchmark, by id.
pub(super) fn colors(benchmarks: &[Vec<String>]) -> BTreeMap<String, Color> {
    let mut order: Vec<&str> = Vec::new();
    let mut on: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (place, ids) in benchmarks.iter().enumerate() {
        for id in ids {
            if !on.contains_key(id.as_str()) {
                order.push(id);
            }
            on.entry(id).or_default().insert(place);
        }
    }
    let mut hues: BTreeMap<&str, Place> = BTreeMap::new();
    for id in &order {
        let name = family(id);
        if !hues.contains_key(name) {
            let relatives = order.iter().filter(|other| family(other) == name);
            let on: BTreeSet<usize> = relatives.flat_map(|other| on[other].iter().copied()).collect();
            let choice = choose(SERIES, &on, hues.values());
            hues.insert(name, Place { on, choice });
        }
    }
    let mut members: Vec<(usize, Place)> = Vec::new();
    let mut colors = BTreeMap::new();
    for id in order {
        let hue = hues[family(id)].choice;
        let on = on[id].clone();
        let choice =
            choose(SHAPES.len(), &on, members.iter().filter(|other| other.0 == hue).map(|other| &other.1));
        members.push((hue, Place { on, choice }));
        colors.insert(id.to_owned(), Color::Series(hue + SERIES * choice));
    }
    colors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(benchmarks: &[&[&str]]) -> Vec<Vec<String>> {
        benchmarks.iter().map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()).collect()
    }

    #[test]
    fn relatives_share_a_hue_and_nobody_shares_hue_and_shape() {
        let colors = colors(&lists(&[&["doya", "doya-no-ach", "ewc@lambda=1", "ewc", "a-gem", "si"]]));
        let hue = |id: &str| match colors[id] {
            Color::Series(i) => (i % SERIES, i / SERIES),
            _ => panic!("no series"),
        };
        assert_eq!(
            [hue("doya"), hue("doya-no-ach"), hue("ewc@lambda=1"), hue("ewc")],
            [(0, 0), (0, 1), (1, 0), (1, 1)]
        );
        assert_eq!([hue("a-gem"), hue("si")], [(2, 0), (3, 0)]);
    }

    #[test]
    fn where_hues_are_used_up_those_that_never_meet_share_one() {
        let first: Vec<String> = (0..SERIES).map(|i| format!("one{i}")).collect();
        let second: Vec<String> = (0..SERIES).map(|i| format!("two{i}")).collect();
        let colors = colors(&[first.clone(), second.clone()]);
        let distinct =
            |ids: &[String]| ids.iter().map(|id| colors[id].variable()).collect::<BTreeSet<_>>().len();
        assert_eq!((distinct(&first), distinct(&second)), (SERIES, SERIES));
    }
}
