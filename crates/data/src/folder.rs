//! Where data files lie, and reading them with their checksums verified.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::manifest::{Entry, FileEntry};
use base::digest::sha256_hex;
use base::error::{Error, Result};

/// Most bytes of a file of one's own, unpacked.
pub const MOST_OWN: u64 = 1 << 29;
const NO_SIZE: &str = "the manifest has no size for the unpacked file";
const NO_SUM: &str = "the manifest has no checksum for the unpacked file";

/// Environment variable that names the data folder.
pub const VARIABLE: &str = "NEUROMOD_DATA";

/// The data folder and how it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    pub path: PathBuf,
    /// `--data-dir`, `NEUROMOD_DATA` or `cache folder`, for messages.
    pub chosen_by: &'static str,
}

impl DataFolder {
    /// `explicit` (from `--data-dir`), else the environment variable, else a cache folder by the platform's convention.
    pub fn choose(explicit: Option<PathBuf>) -> Self {
        if let Some(path) = explicit {
            return Self { path, chosen_by: "--data-dir" };
        }
        if let Some(path) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            return Self { path: path.into(), chosen_by: VARIABLE };
        }
        Self { path: cache_folder().join("neuromod-bench"), chosen_by: "cache folder" }
    }

    /// Finds and reads a file of a data set, compressed or not, and verifies its checksum.
    /// Returns the decompressed bytes.
    ///
    /// # Errors
    /// A data error: missing (with the places searched and the mirrors), wrong size, wrong checksum, broken gzip.
    pub fn read(&self, dataset: &str, entry: &Entry, file: &FileEntry) -> Result<Vec<u8>> {
        let raw_name = file.name.strip_suffix(".gz").unwrap_or(&file.name);
        let shared = entry.folder.as_deref().unwrap_or(dataset);
        let candidates = [
            (self.path.join(dataset).join(&file.name), false),
            (self.path.join(dataset).join(raw_name), true),
            (self.path.join(shared).join(&file.name), false),
            (self.path.join(shared).join(raw_name), true),
            (self.path.join(&file.name), false),
            (self.path.join(raw_name), true),
        ];
        // Several data sets share file names, so a file outside the data set's own folder counts only if its
        // checksum is right; inside, a wrong checksum is an error.
        let packed = file.name != raw_name;
        for (at, (path, raw)) in candidates.iter().enumerate() {
            // What is not packed is the file as listed: there is no second form of it.
            if !path.is_file() || (*raw && !packed) {
                continue;
            }
            let refuse = |problem: String| Error::data(dataset, format!("{}: {problem}", path.display()));
            match read_verified(path, file, *raw)? {
                Ok(bytes) if *raw || !packed => return Ok(bytes),
                Ok(bytes) => {
                    let size = file.raw_bytes.ok_or_else(|| refuse(NO_SIZE.into()))?;
                    let unpacked = gunzip(dataset, path, &bytes, size)?;
                    verify(&unpacked, file, true)
                        .map_err(|problem| refuse(format!("unpacked: {problem}")))?;
                    return Ok(unpacked);
                }
                Err(_) if at >= 4 => {}
                Err(problem) => return Err(refuse(problem)),
            }
        }
        Err(Error::data(dataset, self.missing(dataset, entry, file)))
    }

    fn missing(&self, dataset: &str, entry: &Entry, file: &FileEntry) -> String {
        let mut text = format!(
            "{} not found in {} (chosen by {})",
            file.name,
            self.path.join(dataset).display(),
            self.chosen_by
        );
        if !entry.mirrors.is_empty() {
            let names: Vec<&str> = entry.file.iter().map(|file| file.name.as_str()).collect();
            text.push_str(&format!(
                "\n  put the files {} there, or point --data-dir or {VARIABLE} at a folder that has them\n  from: {}",
                names.join(", "),
                entry.mirrors.join(" or ")
            ));
        }
        text
    }
}

/// A file's bytes if they are the listed ones, else what is wrong with them. One of another size is not read.
fn read_verified(path: &Path, file: &FileEntry, raw: bool) -> Result<Result<Vec<u8>, String>> {
    let size = fs::metadata(path).map_err(Error::io("read", path))?.len();
    if let Err(problem) = verify_size(size, file, raw) {
        return Ok(Err(problem));
    }
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    Ok(verify(&bytes, file, raw).map(|()| bytes))
}

fn verify_size(found: u64, file: &FileEntry, raw: bool) -> Result<(), String> {
    let size = if raw { file.raw_bytes.ok_or(NO_SIZE)? } else { file.bytes };
    if found == size {
        return Ok(());
    }
    let word = if found < size { "truncated" } else { "too long" };
    Err(format!("{word}: {found} bytes, expected {size}"))
}

/// Whether bytes are those of the manifest. What the manifest does not say is no match.
fn verify(bytes: &[u8], file: &FileEntry, raw: bool) -> Result<(), String> {
    verify_size(bytes.len() as u64, file, raw)?;
    let sum = if raw { file.raw_sha256.as_ref().ok_or(NO_SUM)? } else { &file.sha256 };
    let found = sha256_hex(bytes);
    if found == *sum { Ok(()) } else { Err(format!("wrong checksum: SHA-256 {found}, expected {sum}")) }
}

/// Decompresses gzip, to at most so many bytes.
///
/// # Errors
/// A data error when the stream is damaged or longer.
pub fn gunzip(dataset: &str, path: &Path, bytes: &[u8], most: u64) -> Result<Vec<u8>> {
    let refuse = |problem: String| Error::data(dataset, format!("{}: {problem}", path.display()));
    let mut out = Vec::new();
    let stream = flate2::read::GzDecoder::new(bytes);
    // One byte more than is allowed tells that there is more.
    let read = stream.take(most.saturating_add(1)).read_to_end(&mut out);
    read.map_err(|error| refuse(format!("broken gzip: {error}")))?;
    if out.len() as u64 > most {
        return Err(refuse(format!("unpacks to more than the {most} bytes allowed")));
    }
    Ok(out)
}

fn cache_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return from("LOCALAPPDATA").unwrap_or_else(std::env::temp_dir);
    }
    if cfg!(target_os = "macos") {
        return from("HOME").map_or_else(std::env::temp_dir, |home| home.join("Library/Caches"));
    }
    from("XDG_CACHE_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests {
    use super::super::manifest;
    use super::*;

    fn toy_folder(bytes: &[u8]) -> (tempfile::TempDir, &'static Entry) {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("mnist")).expect("create");
        fs::write(folder.path().join("mnist/t10k-labels-idx1-ubyte.gz"), bytes).expect("write");
        (folder, manifest::entry("mnist").expect("known"))
    }

    fn message(folder: &tempfile::TempDir, entry: &Entry, at: usize) -> String {
        let folder = DataFolder { path: folder.path().into(), chosen_by: "--data-dir" };
        folder.read("mnist", entry, &entry.file[at]).expect_err("must be refused").to_string()
    }

    #[test]
    fn a_missing_file_says_where_it_was_looked_for_and_where_to_get_it() {
        let (folder, entry) = toy_folder(b"");
        let message = message(&folder, entry, 0);
        assert!(message.contains("train-images-idx3-ubyte.gz not found in"), "{message}");
        assert!(message.contains("--data-dir") && message.contains("https://"), "{message}");
    }

    #[test]
    fn a_truncated_file_and_a_wrong_checksum_are_told_apart() {
        let (folder, entry) = toy_folder(&[0; 10]);
        assert!(message(&folder, entry, 3).contains("truncated: 10 bytes, expected 4542"));
        let (folder, entry) = toy_folder(&[0; 4542]);
        assert!(message(&folder, entry, 3).contains("wrong checksum"));
    }

    #[test]
    fn broken_gzip_is_a_data_error() {
        let error = gunzip("toy", Path::new("a.gz"), b"not gzip", 9).expect_err("damaged");
        assert!(error.to_string().contains("broken gzip"));
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, bytes).expect("in memory");
        packed.finish().expect("in memory")
    }

    #[test]
    fn unpacking_stops_at_what_is_allowed() {
        let packed = gzip(&[0; 10_000]);
        let unpack = |most| gunzip("toy", Path::new("a.gz"), &packed, most);
        assert_eq!(unpack(10_000).expect("as long as allowed").len(), 10_000);
        let error = unpack(9_999).expect_err("longer").to_string();
        assert!(error.contains("more than the 9999 bytes"), "{error}");
    }

    #[test]
    fn an_altered_archive_is_refused_wherever_it_lies() {
        let entry = manifest::entry("omniglot").expect("known");
        for place in ["", "omniglot"] {
            let folder = tempfile::tempdir().expect("temporary folder");
            let dir = folder.path().join(place);
            fs::create_dir_all(&dir).expect("create");
            // Of the right size, so that only the checksum can tell.
            let file = FileEntry { bytes: 4, ..entry.file[0].clone() };
            fs::write(dir.join(&file.name), b"zip!").expect("write");
            let data = DataFolder { path: folder.path().into(), chosen_by: "the test" };
            let error = data.read("omniglot", entry, &file).expect_err("altered").to_string();
            let told = if place.is_empty() { "not found in" } else { "wrong checksum" };
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn an_unpacked_file_that_the_manifest_does_not_describe_is_no_match() {
        let (folder, entry) = toy_folder(b"");
        let packed = gzip(b"abc");
        fs::write(folder.path().join("mnist/t10k-labels-idx1-ubyte"), b"abc").expect("write");
        fs::remove_file(folder.path().join("mnist/t10k-labels-idx1-ubyte.gz")).expect("remove");
        let known = FileEntry {
            name: "t10k-labels-idx1-ubyte.gz".into(),
            bytes: packed.len() as u64,
            sha256: sha256_hex(&packed),
            raw_bytes: Some(3),
            raw_sha256: Some(sha256_hex(b"abc")),
        };
        let data = DataFolder { path: folder.path().into(), chosen_by: "the test" };
        assert_eq!(data.read("mnist", entry, &known).expect("as listed"), b"abc");
        let message = |file: &FileEntry| data.read("mnist", entry, file).expect_err("refused").to_string();
        assert!(message(&FileEntry { raw_sha256: None, ..known.clone() }).contains("no checksum"));
        assert!(message(&FileEntry { raw_bytes: None, ..known.clone() }).contains("no size"));
        // The packed file is as listed, and what is in it is not.
        fs::write(folder.path().join("mnist/t10k-labels-idx1-ubyte.gz"), &packed).expect("write");
        let other = FileEntry { raw_sha256: Some(sha256_hex(b"abd")), ..known.clone() };
        assert!(message(&other).contains("unpacked: wrong checksum"));
        assert!(message(&FileEntry { raw_bytes: Some(2), ..known }).contains("more than the 2 bytes"));
    }
}
