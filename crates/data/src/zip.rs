//! Reading the files in a ZIP archive, as far as archives of data sets need it: stored and deflated entries.

use std::io::Read;

/// One file of an archive, still compressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed<'a> {
    pub name: &'a str,
    deflated: bool,
    size: usize,
    /// CRC-32 of the unpacked bytes.
    sum: u32,
    body: &'a [u8],
}

impl Packed<'_> {
    /// The file's bytes, at most so many, if they are those that the archive took the checksum of.
    ///
    /// # Errors
    /// In words, with the file's name: too many bytes, others than the archive says.
    pub fn unpack(&self, most: usize) -> Result<Vec<u8>, String> {
        if self.size.max(if self.deflated { 0 } else { self.body.len() }) > most {
            return Err(format!("{}: {} bytes, allowed are at most {most}", self.name, self.size));
        }
        if !self.deflated {
            return self.checked(self.body.to_vec());
        }
        let mut out = Vec::with_capacity(self.size);
        // What the archive says of itself is not believed: one byte more tells that there is more.
        flate2::read::DeflateDecoder::new(self.body)
            .take(self.size as u64 + 1)
            .read_to_end(&mut out)
            .map_err(|error| format!("{}: broken deflate: {error}", self.name))?;
        if out.len() != self.size {
            let found = if out.len() > self.size { "more".into() } else { format!("{} bytes", out.len()) };
            return Err(format!("{}: {found}, the archive says {}", self.name, self.size));
        }
        self.checked(out)
    }

    fn checked(&self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut sum = flate2::Crc::new();
        sum.update(&bytes);
        if sum.sum() == self.sum {
            return Ok(bytes);
        }
        Err(format!("{}: damaged: CRC-32 {:08x}, the archive says {:08x}", self.name, sum.sum(), self.sum))
    }
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<usize, String> {
    let field = bytes.get(at..at + width).ok_or("the archive ends in the middle of a header")?;
    Ok(field.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

/// All files in the order of the archive's directory; folders are left out.
pub(super) fn files(archive: &[u8]) -> Result<Vec<Packed<'_>>, String> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    let last = archive.len().saturating_sub(22);
    let lowest = last.saturating_sub(65_536);
    let end = (lowest..=last).rev().find(|at| archive[*at..].starts_with(END)).ok_or_else(|| {
        let began = archive.starts_with(b"PK\x03\x04");
        if began {
            "not a ZIP archive any more: cut short, its directory at the end is missing"
        } else {
            "not a ZIP archive"
        }
    })?;
    let (count, mut at) = (number(archive, end + 10, 2)?, number(archive, end + 16, 4)?);
    let mut files = Vec::with_capacity(count);
    for _ in 0..count {
        if !archive.get(at..).is_some_and(|rest| rest.starts_with(ENTRY)) {
            return Err("the archive's directory is damaged".into());
        }
        let method = number(archive, at + 10, 2)?;
        let (packed, size) = (number(archive, at + 20, 4)?, number(archive, at + 24, 4)?);
        let sum = u32::try_from(number(archive, at + 16, 4)?).unwrap_or_default();
        let (name_length, extra) = (number(archive, at + 28, 2)?, number(archive, at + 30, 2)?);
        let (comment, local) = (number(archive, at + 32, 2)?, number(archive, at + 42, 4)?);
        let name = archive.get(at + 46..at + 46 + name_length).unwrap_or_default();
        let name = std::str::from_utf8(name).map_err(|_| "a file's name is not UTF-8")?;
        at += 46 + name_length + extra + comment;
        if name.ends_with('/') {
            continue;
        }
        if method != 0 && method != 8 {
            return Err(format!("{name}: compression method {method}, only 0 and 8 are read"));
        }
        let start = local + 30 + number(archive, local + 26, 2)? + number(archive, local + 28, 2)?;
        let body = archive.get(start..start + packed).ok_or_else(|| format!("{name}: truncated"))?;
        files.push(Packed { name, deflated: method == 8, size, sum, body });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_unpacks_to_what_is_allowed_and_the_archive_says_and_to_no_more() {
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut deflated, &[0; 1_000_000]).expect("in memory");
        let body = deflated.finish().expect("in memory");
        // CRC-32 of a million zeros, as Python's zlib.crc32 says.
        let packed = |size| Packed { name: "bomb", deflated: true, size, sum: 0x1279cb9e, body: &body };
        assert_eq!(packed(1_000_000).unpack(1_000_000).expect("as said").len(), 1_000_000);
        let error = packed(1_000_000).unpack(999_999).expect_err("too large");
        assert!(error.contains("allowed are at most 999999"), "{error}");
        assert_eq!(packed(10).unpack(999_999).expect_err("a lie"), "bomb: more, the archive says 10");
        let stored = Packed { name: "stored", deflated: false, size: 1, sum: 0, body: &[0; 9] };
        assert!(stored.unpack(8).is_err());
    }

    #[test]
    fn bytes_that_are_not_those_of_the_checksum_are_refused() {
        // The check value of CRC-32.
        let stored = |body| Packed { name: "x.npy", deflated: false, size: 9, sum: 0xcbf4_3926, body };
        assert_eq!(stored(b"123456789").unpack(9).expect("whole"), b"123456789");
        let error = stored(b"123456780").unpack(9).expect_err("one bit");
        assert!(error.starts_with("x.npy: damaged: CRC-32 ") && error.ends_with("says cbf43926"), "{error}");
    }

    #[test]
    fn what_is_no_archive_is_refused_in_words() {
        assert_eq!(files(b"hello").expect_err("text"), "not a ZIP archive");
        assert_eq!(files(b"").expect_err("nothing"), "not a ZIP archive");
        // An end record that promises one entry where there is none.
        let mut lie = b"PK\x05\x06".to_vec();
        lie.resize(22, 0);
        lie[10] = 1;
        assert_eq!(files(&lie).expect_err("no entry"), "the archive's directory is damaged");
    }
}
