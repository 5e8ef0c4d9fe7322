//! Data that stand in for a set that is not there: of its form, but nothing to learn a result from. For tests.

use std::array::from_fn;

use rand::RngExt;

use super::dataset::{Dataset, Split};
use super::omniglot::{CHARACTERS, DRAWINGS, EDGE, TEST_CHARACTERS, VALIDATION_CHARACTERS, of_splits};
use base::rng::Streams;

/// As many characters, drawings and pixels as Omniglot has: strokes between points, which every drawing moves a little.
pub fn characters() -> Dataset {
    let streams = Streams::new(0).within("made-up");
    let split = |characters: std::ops::Range<usize>| {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for character in characters {
            let mut random = streams.fast(&format!("character{character}"));
            let points: [[i32; 2]; 4] = from_fn(|_| from_fn(|_| random.random_range(4..24)));
            for _ in 0..DRAWINGS {
                let moved = points.map(|point| point.map(|at| at + random.random_range(-2..=2)));
                pixels.extend(drawn(&moved));
                labels.push(character as u8);
            }
        }
        Split::labelled(pixels.into(), labels.into())
    };
    let (train, full) = (CHARACTERS - TEST_CHARACTERS - VALIDATION_CHARACTERS, CHARACTERS - TEST_CHARACTERS);
    of_splits([0..train, train..full, 0..full, full..CHARACTERS].map(split))
}

/// Ink along the lines from each point to the next.
fn drawn(points: &[[i32; 2]]) -> Vec<u8> {
    let mut image = vec![0; EDGE * EDGE];
    for line in points.windows(2) {
        for step in 0..=EDGE as i32 {
            let [x, y] = from_fn(|axis| line[0][axis] + (line[1][axis] - line[0][axis]) * step / EDGE as i32);
            image[y as usize * EDGE + x as usize] = 255;
        }
    }
    image
}
