//! Parts that are put together: disjoint, complete, with the classes in the order that is promised.

use std::fs;
use std::path::Path;

use super::assemble::assemble;
use super::files::Files;
use super::table::{DataTable, FileLayout, Part, SplitBy, SplitRule};
use crate::dataset::{Dataset, Split};
use crate::pixels::Pixels;
use base::error::Result;

fn files(folder: &Path) -> Files {
    Files::new(vec![(folder.to_owned(), "the test".into())])
}

fn csv(train: &str) -> DataTable {
    DataTable { layout: Some(FileLayout::Csv), train: Some(Part::One(train.into())), ..DataTable::default() }
}

/// Fifty rows, each with a number of its own; three in five are `b`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    let rows = |range: std::ops::Range<u32>| -> String {
        range.map(|i| format!("{i},{}\n", if i % 5 < 3 { "b" } else { "a" })).collect()
    };
    fs::write(folder.path().join("all.csv"), rows(0..50)).expect("write");
    fs::write(folder.path().join("more.csv"), rows(100..110)).expect("write");
    folder
}

fn read(folder: &Path, table: &DataTable) -> Result<(Dataset, DataTable)> {
    assemble(table, &files(folder))
}

fn refused(folder: &Path, table: &DataTable) -> String {
    read(folder, table).expect_err("refused").to_string()
}

fn numbers(split: &Split) -> Vec<f32> {
    match &split.pixels {
        Pixels::Numbers(all) => all.to_vec(),
        Pixels::Bytes(_) => Vec::new(),
    }
}

#[test]
fn what_is_held_out_by_rule_is_disjoint_whole_and_in_proportion() {
    let folder = folder();
    for by in [SplitBy::Class, SplitBy::Random, SplitBy::Last] {
        let table =
            DataTable { split: Some(SplitRule { test: None, validation: Some(0.3), by }), ..csv("all.csv") };
        let (set, complete) = read(folder.path(), &table).expect("a set");
        assert_eq!(
            (set.test.len(), set.validation.len(), set.train.len(), set.train_full.len()),
            (10, 15, 25, 40)
        );
        let mut all = [numbers(&set.train), numbers(&set.validation), numbers(&set.test)].concat();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, (0..50u8).map(f32::from).collect::<Vec<_>>());
        assert_eq!(complete.classes.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        match by {
            SplitBy::Class => assert_eq!(set.test.labels.iter().filter(|label| **label == 1).count(), 6),
            SplitBy::Last => assert_eq!(numbers(&set.test), (40..50u8).map(f32::from).collect::<Vec<_>>()),
            SplitBy::Random => {}
        }
        let again = read(folder.path(), &table).expect("a set").0;
        assert_eq!(numbers(&again.test), numbers(&set.test), "one split for all seeds");
    }
}

#[test]
fn parts_with_files_of_their_own_are_taken_whole() {
    let folder = folder();
    let of = |name: &str| Some(Part::One(name.into()));
    let (set, _) = read(folder.path(), &DataTable { test: of("more.csv"), ..csv("all.csv") }).expect("a set");
    assert_eq!((set.test.len(), set.validation.len(), set.train_full.len()), (10, 5, 50));
    let table = DataTable { validation: of("more.csv"), ..csv("all.csv") };
    let (set, _) = read(folder.path(), &table).expect("a set");
    // What has a file of its own never becomes part of what is trained on.
    assert_eq!((set.test.len(), set.validation.len(), set.train_full.len()), (10, 10, 40));
    let twice = DataTable { test: of("all.csv"), ..csv("all.csv") };
    assert!(refused(folder.path(), &twice).contains("stands in `data.train` and in `data.test`"));
    let list = DataTable { train: Some(Part::Many(vec!["all.csv".into(), "more.csv".into()])), ..csv("") };
    assert_eq!(read(folder.path(), &list).expect("a set").0.train_full.len(), 48);
}

#[test]
fn classes_are_ordered_and_may_be_given() {
    let folder = folder();
    let rows = |names: [&str; 3]| -> String { (0..30).map(|i| format!("{i},{}\n", names[i % 3])).collect() };
    fs::write(folder.path().join("n.csv"), rows(["10", "9", "-1"])).expect("write");
    let (set, complete) = read(folder.path(), &csv("n.csv")).expect("a set");
    let words = |all: &[&str]| Some(all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(complete.classes, words(&["-1", "9", "10"]));
    assert_eq!((set.class_name(2), set.train.labels[0] <= 2), ("10".into(), true));
    fs::write(folder.path().join("k.csv"), rows(["0", "2", "1"])).expect("write");
    let named = DataTable { classes: words(&["ant", "bee", "cat"]), ..csv("k.csv") };
    assert_eq!(read(folder.path(), &named).expect("a set").0.class_name(2), "cat");
    let order = DataTable { classes: words(&["b", "a"]), ..csv("all.csv") };
    assert_eq!(read(folder.path(), &order).expect("a set").0.class_name(0), "b");
    let few = DataTable { classes: words(&["a", "c"]), ..csv("all.csv") };
    assert!(refused(folder.path(), &few).contains("holds the class \"b\"; `data.classes` allows a, c"));
    let absent = DataTable { classes: words(&["a", "b", "c"]), ..csv("all.csv") };
    assert!(refused(folder.path(), &absent).contains("no sample of the class \"c\" is left for train"));
    fs::write(folder.path().join("one.csv"), "1,x\n2,x\n").expect("write");
    assert!(refused(folder.path(), &csv("one.csv")).contains("holds only the class x"));
    let many: String = (0..300).map(|i| format!("1,{i}\n")).collect();
    fs::write(folder.path().join("many.csv"), many).expect("write");
    assert!(refused(folder.path(), &csv("many.csv")).contains("more than 256 classes"));
}

#[test]
fn shape_and_checksum_are_checked_and_told() {
    let folder = folder();
    fs::write(folder.path().join("four.csv"), "1,2,3,4,a\n5,6,7,8,b\n".repeat(10)).expect("write");
    let image = DataTable { shape: Some([1, 2, 2]), ..csv("four.csv") };
    let (set, complete) = read(folder.path(), &image).expect("a set");
    assert_eq!(set.shape, [1, 2, 2]);
    let wrong = DataTable { shape: Some([1, 2, 3]), ..csv("four.csv") };
    assert!(refused(folder.path(), &wrong).contains("samples of [1, 1, 4], but `data.shape` says [1, 2, 3]"));
    // What was completed reads back as the same.
    assert_eq!(read(folder.path(), &complete).expect("a set").1, complete);
    let other = DataTable { sha256: Some("0".repeat(64)), ..csv("four.csv") };
    assert!(refused(folder.path(), &other).contains("but `data.sha256` says 000"));
}

fn draw(path: &Path, edge: u32, colour: [u8; 3]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("create");
    image::RgbImage::from_pixel(edge, edge, image::Rgb(colour)).save(path).expect("an image");
}

#[test]
fn a_folder_of_images_has_a_folder_per_class() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let at = |name: &str| folder.path().join("pets").join(name);
    for i in 0..10u8 {
        draw(&at(&format!("cat/{i}.png")), 4, [i, i, i]);
        draw(&at(&format!("dog/{i}.JPG")), 4, [200, 200, 200]);
    }
    let table = DataTable { layout: Some(FileLayout::Images), ..csv("pets") };
    let set = |table: &DataTable| read(folder.path(), table).expect("a set").0;
    // Stored in colours, so three channels, unless the table asks for grey.
    let grey = set(&DataTable { channels: Some(1), ..table.clone() });
    assert_eq!((grey.shape, grey.class_name(1), grey.scale), ([1, 4, 4], "dog".into(), 1.0 / 255.0));
    let cats: Vec<u8> = (0..grey.train_full.len())
        .filter(|at| grey.train_full.labels[*at] == 0)
        .map(|at| grey.train_full.pixels.bytes()[at * 16])
        .collect();
    assert!(cats.len() == 8 && cats.iter().all(|value| *value < 10), "{cats:?}");
    assert_eq!(set(&table).shape, [3, 4, 4]);
    draw(&at("cat/10.png"), 6, [1, 1, 1]);
    let message = refused(folder.path(), &table);
    assert!(message.contains("pets/cat/10.png") && message.contains("6 x 6 pixels"), "{message}");
    assert_eq!(set(&DataTable { size: Some([2, 3]), ..table.clone() }).shape, [3, 2, 3]);
    fs::write(at("cat/notes.txt"), "x").expect("write");
    assert!(refused(folder.path(), &table).contains("pets/cat/notes.txt`: is not an image"));
    fs::remove_file(at("cat/notes.txt")).expect("remove");
    fs::write(at("cat/0.png"), "x").expect("write");
    assert!(
        refused(folder.path(), &table).contains("pets/cat/0.png`: not a PNG or JPEG image, or a damaged one")
    );
    fs::write(folder.path().join("pets/notes.txt"), "x").expect("write");
    assert!(refused(folder.path(), &table).contains("beside the folders of the classes"));
    assert!(
        refused(folder.path(), &DataTable { layout: Some(FileLayout::Images), ..csv("pest") })
            .contains("not found")
    );
}
