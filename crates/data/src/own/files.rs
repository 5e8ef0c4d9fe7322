//! Finding and reading files of one's own: within the data folder or the folder of the benchmark's file, bounded, every one
//! with its checksum.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::folder::{MOST_OWN, gunzip};
use base::digest::sha256_hex;
use base::error::{Error, Result};

/// Most images of a folder.
const MOST_ENTRIES: usize = 1_000_000;

/// Places in which files are looked for, in this order, and what was read from them.
#[derive(Debug)]
pub struct Files {
    /// Folder, and what it is, for messages.
    places: Vec<(PathBuf, String)>,
    sums: RefCell<BTreeMap<String, String>>,
}

impl Files {
    pub fn new(places: Vec<(PathBuf, String)>) -> Self {
        Self { places, sums: RefCell::default() }
    }

    /// The first place that holds this path.
    ///
    /// # Errors
    /// A path that could leave the places; one that is nowhere.
    pub fn find(&self, path: &str) -> Result<PathBuf> {
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if path.is_empty() || !Path::new(path).components().all(inside) {
            let allowed = "a path within the data folder or the folder of the benchmark's file, without `..`";
            return Err(Error::data(path, format!("leaves the data folder; allowed is {allowed}")));
        }
        let found = self.places.iter().map(|(folder, _)| folder.join(path)).find(|path| path.exists());
        found.ok_or_else(|| {
            let places: Vec<String> =
                self.places.iter().map(|(folder, what)| format!("{} ({what})", folder.display())).collect();
            Error::data(path, format!("not found in {}", places.join(" or in ")))
        })
    }

    /// Where a path leads, however it is spelt; itself where it leads nowhere.
    pub fn place(&self, path: &str) -> PathBuf {
        let found = self.find(path).ok().and_then(|place| place.canonicalize().ok());
        found.unwrap_or_else(|| PathBuf::from(path))
    }

    /// A file's bytes, unpacked where its name ends in `.gz`.
    ///
    /// # Errors
    /// As [`Files::find`]; a folder; more than is allowed; damaged gzip.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        let place = self.find(path)?;
        if place.is_dir() {
            return Err(Error::data(path, "is a folder, expected a file"));
        }
        let size = fs::metadata(&place).map_err(Error::input("read", &place))?.len();
        if size > MOST_OWN {
            return Err(Error::data(path, format!("{size} bytes; allowed are at most {MOST_OWN}")));
        }
        let bytes = fs::read(&place).map_err(Error::input("read", &place))?;
        self.sums.borrow_mut().insert(path.to_owned(), sha256_hex(&bytes));
        if path.ends_with(".gz") { gunzip(path, Path::new(path), &bytes, MOST_OWN) } else { Ok(bytes) }
    }

    /// Names in a folder by letters, and whether each is a folder; those that begin with a dot are left out.
    ///
    /// # Errors
    /// As [`Files::find`]; no folder; too many entries; names that are no text.
    pub fn list(&self, path: &str) -> Result<Vec<(String, bool)>> {
        let place = self.find(path)?;
        if !place.is_dir() {
            return Err(Error::data(path, "is a file, expected a folder with a folder per class"));
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&place).map_err(Error::input("list", &place))? {
            let entry = entry.map_err(Error::input("list", &place))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let problem = format!("holds the name {:?}, which is not a text in UTF-8", entry.file_name());
                return Err(Error::data(path, problem));
            };
            if name.starts_with('.') {
                continue;
            }
            if names.len() >= MOST_ENTRIES {
                return Err(Error::data(path, format!("holds more than the {MOST_ENTRIES} names allowed")));
            }
            names.push((name.to_owned(), entry.path().is_dir()));
        }
        names.sort();
        Ok(names)
    }

    /// The checksum of all that was read: a single file's own SHA-256 as it lies on the disk, or that of the list which
    /// `sha256sum` prints of the files by path.
    pub fn checksum(&self) -> String {
        let sums = self.sums.borrow();
        match sums.values().next() {
            Some(only) if sums.len() == 1 => only.clone(),
            _ => {
                let lines: String = sums.iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect();
                sha256_hex(lines.as_bytes())
            }
        }
    }

    /// Checksum of each file that was read, by path.
    pub fn sums(&self) -> BTreeMap<String, String> {
        self.sums.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_its_places_and_the_first_that_has_it_wins() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (path, text) in [("a/x", "in a"), ("b/x", "in b"), ("b/y", "y"), ("secret", "s")] {
            fs::create_dir_all(folder.path().join(path).parent().expect("a parent")).expect("create");
            fs::write(folder.path().join(path), text).expect("write");
        }
        let place = |name: &str| (folder.path().join(name), format!("place {name}"));
        let files = Files::new(vec![place("a"), place("b")]);
        assert_eq!(
            (files.read("x").expect("in a"), files.read("./y").expect("in b")),
            (b"in a".into(), b"y".into())
        );
        let absolute = folder.path().join("secret").display().to_string();
        for outside in ["../secret", "x/../../secret", &absolute, ""] {
            let error = files.read(outside).expect_err("outside").to_string();
            assert!(error.contains("leaves the data folder"), "{error}");
        }
        let error = files.read("z").expect_err("nowhere").to_string();
        assert!(error.contains("place a") && error.contains("place b"), "{error}");
        assert!(files.list("x").is_err() && files.read(".").is_err());
    }

    #[test]
    fn the_checksum_is_what_sha256sum_says() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("b"), "abc").expect("write");
        fs::write(folder.path().join("a"), "").expect("write");
        let files = Files::new(vec![(folder.path().into(), "the test".into())]);
        files.read("b").expect("there");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(files.checksum(), abc);
        files.read("a").expect("there");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(files.checksum(), sha256_hex(format!("{empty}  a\n{abc}  b\n").as_bytes()));
    }
}
