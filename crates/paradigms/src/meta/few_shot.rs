//! Few-shot classification: a task is to tell a few characters apart that were never seen before.

use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::episode::{Answers, Episode, Phase, Set};
use base::error::DefinitionError;
use data::{Dataset, Split, omniglot};
use learn::stream::EvaluateOn;

/// N-way, K-shot episodes from Omniglot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FewShot {
    /// Classes per episode, 2 to the number of test classes: 248 with rotations, 62 without.
    pub ways: usize,
    /// Support samples per class, at least 1; with `queries` at most the 20 drawings of a character.
    pub shots: usize,
    /// Query samples per class, at least 1. Default 15.
    #[serde(default = "fifteen")]
    pub queries: usize,
    /// Each character turned by 90°, 180° and 270° counts as three more classes. Default true.
    #[serde(default = "base::written::yes")]
    pub rotations: bool,
    /// Which characters adaptation is measured on: `test` (default) or `validation`, which training then leaves out.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

fn fifteen() -> usize {
    15
}
impl FewShot {
    /// Checks that as many classes and samples exist as an episode asks for.
    pub(super) fn check(&self, at: &str) -> Result<(), DefinitionError> {
        let characters = match self.evaluate {
            EvaluateOn::Test => omniglot::TEST_CHARACTERS,
            EvaluateOn::Validation => omniglot::VALIDATION_CHARACTERS,
        };
        let classes = characters * self.turns();
        if !(2..=classes).contains(&self.ways) {
            let rule = format!("2 to {classes}: that many classes exist ({characters} characters)");
            return Err(DefinitionError::range(&format!("{at}.ways"), self.ways, &rule));
        }
        for (key, count) in [("shots", self.shots), ("queries", self.queries)] {
            if count == 0 {
                return Err(DefinitionError::range(&format!("{at}.{key}"), count, "at least 1"));
            }
        }
        let drawings = omniglot::DRAWINGS;
        if self.shots.saturating_add(self.queries) > drawings {
            let found = format!("{} with {} queries", self.shots, self.queries);
            let rule = format!("shots + queries at most {drawings}: that many drawings of a character exist");
            return Err(DefinitionError::range(&format!("{at}.shots"), found, &rule));
        }
        Ok(())
    }

    /// Shape of an input: channels, height, width.
    pub(super) fn shape(&self) -> [usize; 3] {
        [1, omniglot::EDGE, omniglot::EDGE]
    }

    fn turns(&self) -> usize {
        if self.rotations { 4 } else { 1 }
    }

    fn split<'d>(&self, dataset: &'d Dataset, phase: Phase) -> &'d Split {
        match (phase, self.evaluate) {
            (Phase::Training, EvaluateOn::Test) => &dataset.train_full,
            (Phase::Training, EvaluateOn::Validation) => &dataset.train,
            (Phase::Test, EvaluateOn::Test) => &dataset.test,
            (Phase::Test, EvaluateOn::Validation) => &dataset.validation,
        }
    }

    /// One task. Samples stand class by class; classes are numbered in the order drawn, so labels mean nothing beyond
    /// their episode.
    pub(super) fn draw(&self, dataset: &Dataset, phase: Phase, random: &mut impl Rng) -> Episode {
        let split = self.split(dataset, phase);
        let classes = split.len() / omniglot::DRAWINGS * self.turns();
        let chosen = rand::seq::index::sample(random, classes, self.ways);
        let mut episode = Episode::default();
        (episode.support.answers, episode.query.answers) =
            (Answers::Labels(Vec::new()), Answers::Labels(Vec::new()));
        for (label, class) in (0u32..).zip(chosen) {
            let (character, turn) = (class / self.turns(), class % self.turns());
            let mut drawings: Vec<usize> = (0..omniglot::DRAWINGS).collect();
            let (drawings, _) = drawings.partial_shuffle(random, self.shots + self.queries);
            for (position, drawing) in drawings.iter().enumerate() {
                let set = if position < self.shots { &mut episode.support } else { &mut episode.query };
                push(split, character * omniglot::DRAWINGS + drawing, turn, dataset.scale, set, label);
            }
        }
        episode
    }
}

/// Appends a drawing, turned counter-clockwise by quarter turns.
fn push(split: &Split, sample: usize, turn: usize, scale: f32, set: &mut Set, label: u32) {
    omniglot::append_turned(split, sample, turn, scale, &mut set.inputs);
    if let Answers::Labels(labels) = &mut set.answers {
        labels.push(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    /// Characters whose pixels say who they are: value = 20 · character + drawing in the top left corner, else 0.
    fn toy() -> Dataset {
        let split = |characters: std::ops::Range<u8>| {
            let (mut pixels, mut labels) = (Vec::new(), Vec::new());
            for character in characters {
                for drawing in 0..omniglot::DRAWINGS {
                    let mut image = vec![0; omniglot::EDGE * omniglot::EDGE];
                    image[0] = 20 * character + u8::try_from(drawing).expect("small");
                    pixels.extend(image);
                    labels.push(character);
                }
            }
            Split::labelled(pixels.into(), labels.into())
        };
        Dataset {
            id: "toy".into(),
            shape: [1, omniglot::EDGE, omniglot::EDGE],
            classes: 9,
            scale: 1.0,
            offset: 0.0,
            names: None,
            train: split(1..3),
            validation: split(3..5),
            train_full: split(1..5),
            test: split(5..9),
        }
    }

    fn few_shot(ways: usize, shots: usize) -> FewShot {
        FewShot { ways, shots, queries: 5, rotations: true, evaluate: EvaluateOn::Test }
    }

    /// Class (character and turn) and drawing of every image of a set: the corner that holds ink tells the turn.
    fn seen(set: &Set) -> Vec<(u32, usize, u8, u8)> {
        let Answers::Labels(labels) = &set.answers else { panic!("labels") };
        let last = omniglot::EDGE - 1;
        let corners = [(0, 0), (last, 0), (last, last), (0, last)];
        let images = set.inputs.chunks(omniglot::EDGE * omniglot::EDGE).zip(labels);
        images
            .map(|(image, label)| {
                let ink = |(y, x): &(usize, usize)| image[y * omniglot::EDGE + x];
                let turn = corners.iter().position(|corner| ink(corner) > 0.0).expect("ink in a corner");
                let value = ink(&corners[turn]) as u8;
                (*label, turn, value / 20, value % 20)
            })
            .collect()
    }

    #[test]
    fn episodes_hold_distinct_classes_and_support_and_query_share_no_drawing() {
        let (dataset, few_shot) = (toy(), few_shot(6, 3));
        let mut random = Streams::new(1).fast("episodes");
        for _ in 0..50 {
            let episode = few_shot.draw(&dataset, Phase::Test, &mut random);
            let (support, query) = (seen(&episode.support), seen(&episode.query));
            assert_eq!((support.len(), query.len()), (18, 30));
            let mut classes = std::collections::BTreeMap::new();
            let mut drawings = std::collections::BTreeSet::new();
            for (label, turn, character, drawing) in support.into_iter().chain(query) {
                assert!((5..9).contains(&character), "test characters only");
                assert_eq!(*classes.entry(label).or_insert((turn, character)), (turn, character));
                assert!(drawings.insert((label, drawing)), "a drawing twice");
            }
            let distinct: std::collections::BTreeSet<_> = classes.values().collect();
            assert_eq!((classes.len(), distinct.len()), (6, 6));
        }
    }

    #[test]
    fn training_never_meets_the_characters_that_are_measured() {
        let dataset = toy();
        let mut random = Streams::new(2).fast("episodes");
        let mut characters = |evaluate, phase| {
            let few_shot = FewShot { evaluate, ..few_shot(4, 1) };
            let episodes = (0..40).map(|_| few_shot.draw(&dataset, phase, &mut random));
            let all: std::collections::BTreeSet<u8> =
                episodes.flat_map(|episode| seen(&episode.support)).map(|(_, _, c, _)| c).collect();
            all.into_iter().collect::<Vec<u8>>()
        };
        assert_eq!(characters(EvaluateOn::Test, Phase::Training), [1, 2, 3, 4]);
        assert_eq!(characters(EvaluateOn::Test, Phase::Test), [5, 6, 7, 8]);
        assert_eq!(characters(EvaluateOn::Validation, Phase::Training), [1, 2]);
        assert_eq!(characters(EvaluateOn::Validation, Phase::Test), [3, 4]);
    }

    #[test]
    fn more_classes_or_shots_than_exist_are_refused() {
        let message = |few_shot: FewShot| few_shot.check("episodes").expect_err("refused").to_string();
        let text = message(few_shot(249, 1));
        assert!(text.contains("`episodes.ways` = 249") && text.contains("2 to 248"), "{text}");
        let text = message(FewShot { rotations: false, ..few_shot(63, 1) });
        assert!(text.contains("`episodes.ways` = 63") && text.contains("2 to 62"), "{text}");
        let text = message(FewShot { evaluate: EvaluateOn::Validation, ..few_shot(121, 1) });
        assert!(text.contains("2 to 120"), "{text}");
        assert!(message(few_shot(1, 1)).contains("`episodes.ways` = 1"));
        let text = message(few_shot(5, 16));
        assert!(text.contains("`episodes.shots` = 16 with 5 queries") && text.contains("20"), "{text}");
        assert!(message(few_shot(5, usize::MAX)).contains("`episodes.shots`"));
        assert!(message(few_shot(5, 0)).contains("`episodes.shots` = 0"));
        assert!(message(FewShot { queries: 0, ..few_shot(5, 1) }).contains("`episodes.queries` = 0"));
        assert!(few_shot(248, 15).check("episodes").is_ok());
    }
}
