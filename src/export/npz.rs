//! NumPy's `.npz`: a zip archive of `.npy` files, stored without compression and without a time, so that the same arrays are
//! the same bytes.

use std::io::{Result, Seek, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use contract::exported::Array;

/// Writes all arrays.
///
/// # Errors
/// What the writer says.
pub fn write<W: Write + Seek>(arrays: &[&Array], out: W) -> Result<()> {
    let mut archive = ZipWriter::new(out);
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for array in arrays {
        archive.start_file(format!("{}.npy", array.name), options)?;
        archive.write_all(&header(array))?;
        archive.write_all(&array.bytes())?;
    }
    archive.finish()?.flush()
}

/// Version 1.0 of the format: a magic word, and a dictionary in Python's notation, padded to a multiple of 64 bytes.
fn header(array: &Array) -> Vec<u8> {
    let axes: String = array.shape.iter().map(|size| format!("{size}, ")).collect();
    let mut text =
        format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", array.kind(), axes.trim_end());
    // Magic word, version and length take 10 bytes, the line's end one.
    let padding = (64 - (text.len() + 11) % 64) % 64;
    text.push_str(&" ".repeat(padding));
    text.push('\n');
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::exported::Numbers;

    #[test]
    fn a_header_is_what_numpy_writes() {
        let array = Array::new("x", &[2, 3], Numbers::F32(vec![0.0; 6]), "");
        let header = header(&array);
        assert_eq!(header.len() % 64, 0);
        let expected =
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }";
        assert!(
            header.starts_with(expected) && header.ends_with(b" \n"),
            "{}",
            String::from_utf8_lossy(&header)
        );
    }
}
