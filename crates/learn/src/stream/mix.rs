//! Which training samples a task has: all of its own, a part of them, or some of other tasks too.

use rand::seq::SliceRandom;

use super::spec::{StreamKind, StreamSpec};
use super::view::View;
use base::rng::Streams;

/// What each task is trained on, given each one's whole data: one view, or with blurred boundaries one per task from which
/// samples come, its own first. Draws come from the streams `shards`, `few{i}` and `blur{i}`.
pub(super) fn mixed(spec: &StreamSpec, whole: Vec<View>, streams: &Streams) -> Vec<Vec<View>> {
    let mut own = whole;
    if let StreamKind::Shards { tasks } = spec.tasks {
        let shares = own.first().map_or_else(Vec::new, |all| dealt(&all.indices, tasks, "shards", streams));
        own.iter_mut().zip(shares).for_each(|(view, share)| view.indices = share.into());
    }
    if let Some(samples) = spec.samples_per_task {
        for (task, view) in own.iter_mut().enumerate() {
            view.indices = drawn(&view.indices, samples, &format!("few{task}"), streams).0.into();
        }
    }
    match spec.blur {
        Some(blur) => blurred(&own, blur, streams),
        None => own.into_iter().map(|view| vec![view]).collect(),
    }
}

/// `parts` shares of these indices, equal but for one sample, each in their order.
fn dealt(indices: &[u32], parts: usize, name: &str, streams: &Streams) -> Vec<Vec<u32>> {
    let mut order = indices.to_vec();
    order.shuffle(&mut streams.get(name));
    let share = |part: usize| {
        let mut share: Vec<u32> = order.iter().skip(part).step_by(parts).copied().collect();
        share.sort_unstable();
        share
    };
    (0..parts).map(share).collect()
}

/// So many of these indices, in their order, and the others as they were drawn.
fn drawn(indices: &[u32], count: usize, name: &str, streams: &Streams) -> (Vec<u32>, Vec<u32>) {
    let mut order = indices.to_vec();
    order.shuffle(&mut streams.get(name));
    let rest = order.split_off(count.min(order.len()));
    order.sort_unstable();
    (order, rest)
}

fn blurred(own: &[View], blur: f32, streams: &Streams) -> Vec<Vec<View>> {
    let with = |view: &View, indices: Vec<u32>| View { indices: indices.into(), ..view.clone() };
    let mut tasks: Vec<Vec<View>> = Vec::with_capacity(own.len());
    let mut given = Vec::with_capacity(own.len());
    for (task, view) in own.iter().enumerate() {
        let kept = view.len() - (f64::from(blur) * view.len() as f64).round() as usize;
        let (stays, goes) = drawn(&view.indices, kept, &format!("blur{task}"), streams);
        tasks.push(vec![with(view, stays)]);
        given.push(goes);
    }
    let others = own.len().saturating_sub(1).max(1);
    for (from, goes) in given.iter().enumerate() {
        for (place, to) in (0..own.len()).filter(|to| *to != from).enumerate() {
            let mut share: Vec<u32> = goes.iter().skip(place).step_by(others).copied().collect();
            share.sort_unstable();
            if !share.is_empty() {
                tasks[to].push(with(&own[from], share));
            }
        }
    }
    tasks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::PixelMap;
    use crate::stream::scenario::Scenario;
    use data::Split;

    /// Three tasks of 10, 20 and 30 samples that share nothing.
    fn whole() -> Vec<View> {
        let split = Split::labelled(vec![0u8; 60].into(), vec![0; 60].into());
        let view = |range: std::ops::Range<u32>| View {
            split: split.clone(),
            indices: range.collect(),
            map: PixelMap::Identity,
            outputs: vec![0].into(),
        };
        vec![view(0..10), view(10..30), view(30..60)]
    }

    fn spec(more: &str) -> StreamSpec {
        let text = format!("scenario = \"domain\"\nreveals = [\"boundary\"]\n{more}");
        let spec: StreamSpec = toml::from_str(&text).expect("a stream");
        assert_eq!(spec.scenario, Scenario::Domain);
        spec.check(6).expect("valid");
        spec
    }

    fn indices(views: &[Vec<View>]) -> Vec<Vec<Vec<u32>>> {
        let of = |views: &Vec<View>| views.iter().map(|view| view.indices.to_vec()).collect();
        views.iter().map(of).collect()
    }

    const SPLIT: &str = "tasks = { kind = \"split\", classes_per_task = 2 }\n";

    #[test]
    fn blurred_boundaries_deal_a_share_of_each_task_out_over_the_others_and_lose_none() {
        let found = indices(&mixed(&spec(&format!("{SPLIT}blur = 0.2")), whole(), &Streams::new(1)));
        // 2, 4 and 6 samples leave; each of the two others gets half of them.
        let sizes: Vec<Vec<usize>> = found.iter().map(|task| task.iter().map(Vec::len).collect()).collect();
        assert_eq!(sizes, [vec![8, 2, 3], vec![16, 1, 3], vec![24, 1, 2]]);
        assert!(
            found[0][0].iter().all(|index| *index < 10) && found[0][1].iter().all(|i| (10..30).contains(i))
        );
        let mut all: Vec<u32> = found.concat().concat();
        all.sort_unstable();
        assert_eq!(all, (0..60).collect::<Vec<u32>>());
    }

    #[test]
    fn few_samples_are_drawn_by_each_seed() {
        let few = |seed| {
            indices(&mixed(&spec(&format!("{SPLIT}samples_per_task = 12")), whole(), &Streams::new(seed)))
        };
        let found = few(1);
        assert_eq!(found.iter().map(|task| task[0].len()).collect::<Vec<_>>(), [10, 12, 12]);
        assert!(found[2][0].is_sorted() && found[2][0].iter().all(|index| *index >= 30));
        assert_ne!(found, few(2));
        assert_eq!(found, few(1));
    }

    #[test]
    fn shards_are_disjoint_equal_and_together_everything() {
        let spec = spec("tasks = { kind = \"shards\", tasks = 4 }\n");
        let all = vec![whole()[2].clone(); 4];
        let found = indices(&mixed(&spec, all, &Streams::new(1)));
        assert_eq!(found.iter().map(|task| task[0].len()).collect::<Vec<_>>(), [8, 8, 7, 7]);
        let mut all: Vec<u32> = found.concat().concat();
        all.sort_unstable();
        assert_eq!(all, (30..60).collect::<Vec<u32>>());
    }
}
