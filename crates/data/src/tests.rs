use super::*;
use base::digest::sha256_hex;

/// A third set in the layout of MNIST: 12 training and 2 test images of 2 × 3 pixels, three classes.
fn write_third_set(folder: &std::path::Path) -> Entry {
    let idx = |dimensions: &[u32], body: &[u8]| {
        let magic = 0x0800 + u32::try_from(dimensions.len()).expect("few");
        let header = std::iter::once(magic).chain(dimensions.iter().copied()).flat_map(u32::to_be_bytes);
        header.chain(body.iter().copied()).collect::<Vec<u8>>()
    };
    let pixels: Vec<u8> = (0..72).collect();
    let labels: Vec<u8> = (0..12).map(|i| i % 3).collect();
    let files = [
        ("train-images", idx(&[12, 2, 3], &pixels)),
        ("train-labels", idx(&[12], &labels)),
        ("test-images", idx(&[2, 2, 3], &[200; 12])),
        ("test-labels", idx(&[2], &[2, 1])),
    ];
    std::fs::create_dir(folder.join("third")).expect("create");
    let file = files.map(|(name, bytes)| {
        std::fs::write(folder.join("third").join(name), &bytes).expect("write");
        FileEntry {
            name: name.into(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
            raw_bytes: None,
            raw_sha256: None,
        }
    });
    Entry { classes: 3, shape: [1, 2, 3], file: file.into(), ..entry("mnist").expect("known").clone() }
}

#[test]
fn any_idx_set_of_the_manifest_is_read_from_its_own_folder() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let third = write_third_set(folder.path());
    let data = Data::new(DataFolder { path: folder.path().into(), chosen_by: "the test" });
    let set = data.read("third", &third).expect("no code of its own is needed");
    assert_eq!((set.id.as_str(), set.classes, set.shape), ("third", 3, [1, 2, 3]));
    assert_eq!((set.train.len(), set.validation.len(), set.train_full.len()), (10, 2, 12));
    assert_eq!((set.test.labels[..].to_vec(), set.test.pixels.bytes()[0]), (vec![2, 1], 200));
    // What goes wrong is said of this set, not of another one.
    std::fs::remove_file(folder.path().join("third/test-labels")).expect("remove");
    let message = data.read("third", &third).expect_err("a file is missing").to_string();
    let place = folder.path().join("third").display().to_string();
    assert!(message.starts_with("data set `third`: test-labels not found in"), "{message}");
    assert!(message.contains(&place), "{message}");
}

#[test]
fn an_entry_that_is_not_what_its_files_hold_is_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let third = write_third_set(folder.path());
    let data = Data::new(DataFolder { path: folder.path().into(), chosen_by: "the test" });
    let message = |entry: &Entry| data.read("third", entry).expect_err("refused").to_string();
    let turned = Entry { shape: [1, 3, 2], ..third.clone() };
    assert!(message(&turned).contains("images of [2, 3], but the manifest says [1, 3, 2]"));
    let narrow = Entry { classes: 2, ..third.clone() };
    assert!(message(&narrow).contains("train holds the label 2; allowed are 0 to 1"));
    let short = Entry { file: third.file[..3].to_vec(), ..third.clone() };
    assert!(message(&short).contains("3 files in the manifest, but the IDX layout has 4"));
}

#[test]
fn every_idx_set_of_the_manifest_has_its_four_files() {
    for (id, entry) in manifest().expect("valid") {
        if entry.layout == Layout::Images && !entry.embedded {
            assert_eq!(entry.file.len(), 4, "{id}");
        }
    }
}
