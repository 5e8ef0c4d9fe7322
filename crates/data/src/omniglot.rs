//! Omniglot (Lake, Salakhutdinov & Tenenbaum 2015), the two small background sets: handwritten characters, 20 drawings
//! each, split by character.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use super::dataset::{Dataset, Split};
use super::folder::DataFolder;
use super::manifest::Entry;
use super::{png, zip};
use base::error::{Error, Result};
use base::rng::Streams;

/// Distinct characters in the two archives together (five alphabets each, two of them in both, some in part).
pub const CHARACTERS: usize = 242;
/// Characters that are never trained on.
pub const TEST_CHARACTERS: usize = 62;
/// Characters held out of the other 180 for choosing hyper-parameters.
pub const VALIDATION_CHARACTERS: usize = 30;
/// Drawings of each character, one per person.
pub const DRAWINGS: usize = 20;
/// Edge of the images after reduction.
pub const EDGE: usize = 28;
/// Edge of the images in the archives.
const FULL_EDGE: usize = 105;

/// Most bytes of one drawing's file: a bit per pixel and room for what else a PNG holds.
const MOST_DRAWING: usize = 1 << 16;

/// Reads both archives. A label is a character's rank by alphabet and number. Which characters are held out is decided
/// by one fixed shuffle.
///
/// # Errors
/// Missing or damaged files.
pub fn load(folder: &DataFolder, entry: &Entry) -> Result<Dataset> {
    let mut characters: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for file in &entry.file {
        let archive = folder.read("omniglot", entry, file)?;
        let refuse = |problem: String| Error::data("omniglot", format!("{}: {problem}", file.name));
        for packed in zip::files(&archive).map_err(refuse)? {
            // images_background_small1/Greek/character01/0394_01.png
            let parts: Vec<&str> = packed.name.split('/').collect();
            let [_, alphabet, character, drawing] = parts[..] else { continue };
            let drawings = characters.entry(format!("{alphabet}/{character}")).or_default();
            if drawing.ends_with(".png") && !drawings.contains_key(drawing) {
                let pixels = packed
                    .unpack(MOST_DRAWING)
                    .and_then(|png| reduced(&png))
                    .map_err(|problem| refuse(format!("{}: {problem}", packed.name)))?;
                drawings.insert(drawing.to_owned(), pixels);
            }
        }
    }
    let counts = characters.values().map(BTreeMap::len);
    if characters.len() != CHARACTERS || counts.into_iter().any(|count| count != DRAWINGS) {
        let problem =
            format!("{} characters, expected {CHARACTERS} of {DRAWINGS} drawings", characters.len());
        return Err(Error::data("omniglot", problem));
    }
    let mut order: Vec<usize> = (0..CHARACTERS).collect();
    order.shuffle(&mut Streams::new(0).get("omniglot-split"));
    let drawings: Vec<&BTreeMap<String, Vec<u8>>> = characters.values().collect();
    let split = |chosen: &[usize]| {
        let mut chosen = chosen.to_vec();
        chosen.sort_unstable();
        let pixels = chosen.iter().flat_map(|c| drawings[*c].values().flatten().copied()).collect();
        let labels = chosen.iter().flat_map(|c| [u8::try_from(*c).unwrap_or(u8::MAX); DRAWINGS]).collect();
        Split::labelled(pixels, labels)
    };
    let (test, train_full) = order.split_at(TEST_CHARACTERS);
    let (validation, train) = train_full.split_at(VALIDATION_CHARACTERS);
    of_splits([train, validation, train_full, test].map(split)).check()
}

/// The data set with these characters to train on, to validate with, both, and to test with.
pub(super) fn of_splits([train, validation, train_full, test]: [Split; 4]) -> Dataset {
    Dataset {
        id: "omniglot".into(),
        shape: [1, EDGE, EDGE],
        classes: CHARACTERS,
        scale: 1.0 / 255.0,
        offset: 0.0,
        names: None,
        train,
        validation,
        train_full,
        test,
    }
}

/// Appends a drawing of a split of this data set, turned counter-clockwise by quarter turns (0 to 3), scaled.
pub fn append_turned(split: &Split, drawing: usize, turns: usize, scale: f32, to: &mut Vec<f32>) {
    let image = &split.pixels.bytes()[drawing * EDGE * EDGE..(drawing + 1) * EDGE * EDGE];
    let last = EDGE - 1;
    for y in 0..EDGE {
        to.extend((0..EDGE).map(|x| {
            let (from_y, from_x) = match turns {
                0 => (y, x),
                1 => (x, last - y),
                2 => (last - y, last - x),
                _ => (last - x, y),
            };
            f32::from(image[from_y * EDGE + from_x]) * scale
        }));
    }
}

/// Ink (0 to 255) in each of 28 × 28 squares of 3.75 × 3.75 pixels, by area.
fn reduced(image: &[u8]) -> Result<Vec<u8>, String> {
    let (width, height, white) = png::bits(image)?;
    if (width, height) != (FULL_EDGE, FULL_EDGE) {
        return Err(format!("{width} x {height} pixels, expected {FULL_EDGE} x {FULL_EDGE}"));
    }
    // In quarters of a pixel everything is whole: 105 pixels are 420 quarters, a square is 15 quarters wide.
    let mut ink = vec![0; EDGE * EDGE];
    for (y, row) in white.chunks_exact(FULL_EDGE).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, white)| **white == 0) {
            for (square_y, tall) in overlaps(y) {
                for (square_x, wide) in overlaps(x) {
                    ink[square_y * EDGE + square_x] += tall * wide;
                }
            }
        }
    }
    Ok(ink.into_iter().map(|count| u8::try_from(count * 255 / 225).unwrap_or(u8::MAX)).collect())
}

/// The one or two squares that a pixel lies in, with how many of its four quarters lie in each.
fn overlaps(pixel: usize) -> [(usize, u32); 2] {
    let first = 4 * pixel / 15;
    let inside = (15 * (first + 1) - 4 * pixel).min(4) as u32;
    [(first, inside), ((first + 1).min(EDGE - 1), 4 - inside)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_lies_in_the_squares_with_all_its_quarters() {
        assert_eq!(overlaps(0), [(0, 4), (1, 0)]);
        // Pixel 3 covers quarters 12 to 15: three in square 0, one in square 1.
        assert_eq!(overlaps(3), [(0, 3), (1, 1)]);
        assert_eq!(overlaps(104), [(27, 4), (27, 0)]);
        let mut quarters = [0; EDGE];
        (0..FULL_EDGE).flat_map(overlaps).for_each(|(square, count)| quarters[square] += count);
        assert_eq!(quarters, [15; EDGE]);
    }

    /// Needs Omniglot in the data folder: `NEUROMOD_DATA=… cargo test --release -- --ignored omniglot`.
    #[test]
    #[ignore = "needs the data folder"]
    fn omniglot_splits_by_character() {
        let data = crate::Data::new(DataFolder::choose(None));
        let omniglot = data.get("omniglot").expect("Omniglot");
        let sizes =
            [&omniglot.train, &omniglot.validation, &omniglot.train_full, &omniglot.test].map(Split::len);
        assert_eq!(sizes, [150 * 20, 30 * 20, 180 * 20, 62 * 20]);
        assert!(omniglot.test.labels.iter().all(|label| !omniglot.train_full.labels.contains(label)));
    }
}
