//! Decoding PNG images of one bit per pixel, the format of Omniglot.

use std::io::Read;

/// Most pixels in a row or column.
const MOST_EDGE: usize = 4096;

/// Width, height, and one byte per pixel: 1 where the bit is set (white).
pub(super) fn bits(png: &[u8]) -> Result<(usize, usize, Vec<u8>), String> {
    let rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").ok_or("not a PNG image")?;
    let (mut at, mut size, mut packed) = (0, None, Vec::new());
    while let Some(header) = rest.get(at..at + 8) {
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let body = rest.get(at + 8..at + 8 + length).ok_or("the image is truncated")?;
        match &header[4..] {
            b"IHDR" => {
                let [.., depth, colour, _, _, interlace] = body else { return Err("no header".into()) };
                if (*depth, *colour, *interlace, body.len()) != (1, 0, 0, 13) {
                    return Err("only plain images of 1 bit per pixel, in grey, are read".into());
                }
                let edge = |i: usize| u32::from_be_bytes([body[i], body[i + 1], body[i + 2], body[i + 3]]);
                size = Some((edge(0) as usize, edge(4) as usize));
            }
            b"IDAT" => packed.extend_from_slice(body),
            _ => {}
        }
        at += 12 + length;
    }
    let (width, height) = size.ok_or("the image has no header")?;
    if width.max(height) > MOST_EDGE {
        return Err(format!("{width} x {height} pixels; allowed are at most {MOST_EDGE} each way"));
    }
    let stride = width.div_ceil(8);
    let mut rows = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice())
        // One byte more than the image has tells that there is more.
        .take((height * (stride + 1) + 1) as u64)
        .read_to_end(&mut rows)
        .map_err(|error| format!("broken image data: {error}"))?;
    if rows.len() != height * (stride + 1) {
        return Err(format!("{} bytes of image data, expected {}", rows.len(), height * (stride + 1)));
    }
    let mut pixels = Vec::with_capacity(width * height);
    let mut above = vec![0; stride];
    for row in rows.chunks_exact_mut(stride + 1) {
        let (filter, row) = (row[0], &mut row[1..]);
        undo(filter, row, &above)?;
        pixels.extend((0..width).map(|x| row[x / 8] >> (7 - x % 8) & 1));
        above.copy_from_slice(row);
    }
    Ok((width, height, pixels))
}

/// The row filters of PNG; at one bit per pixel the left neighbour is the byte before.
fn undo(filter: u8, row: &mut [u8], above: &[u8]) -> Result<(), String> {
    let (mut left, mut corner) = (0u8, 0u8);
    for (byte, up) in row.iter_mut().zip(above) {
        let predicted = match filter {
            0 => 0,
            1 => left,
            2 => *up,
            3 => u8::midpoint(left, *up),
            4 => paeth(left, *up, corner),
            other => return Err(format!("unknown row filter {other}")),
        };
        *byte = byte.wrapping_add(predicted);
        (left, corner) = (*byte, *up);
    }
    Ok(())
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |of: u8| (estimate - i16::from(of)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn image(rows: &[u8], width: u8, height: u8) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(rows).expect("pack");
        let packed = packer.finish().expect("pack");
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        let header = [0, 0, 0, width, 0, 0, 0, height, 1, 0, 0, 0, 0];
        for (name, body) in [(b"IHDR", header.as_slice()), (b"IDAT", &packed), (b"IEND", &[])] {
            png.extend(u32::try_from(body.len()).expect("small").to_be_bytes());
            png.extend(name);
            png.extend(body);
            png.extend([0; 4]);
        }
        png
    }

    #[test]
    fn rows_unfold_from_the_highest_bit_through_every_filter() {
        // 9 wide: 2 bytes per row. Row 0 plain; row 1 = row above + (0, 0x80); row 2 left: 0x40, then + 0x80.
        let rows = [0, 0b1010_0000, 0x80, 2, 0, 0x80, 1, 0x40, 0x40];
        let (width, height, pixels) = bits(&image(&rows, 9, 3)).expect("image");
        assert_eq!((width, height), (9, 3));
        assert_eq!(pixels[..9], [1, 0, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(pixels[9..18], [1, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(pixels[18..], [0, 1, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(bits(b"GIF89a").expect_err("other format"), "not a PNG image");
        let whole = image(&[0, 0, 0], 9, 1);
        assert!(bits(&whole[..40]).is_err());
        assert!(bits(&image(&[9, 0, 0], 9, 1)).expect_err("filter").contains("unknown row filter 9"));
        assert!(bits(&image(&[0, 0], 9, 1)).expect_err("short").contains("expected 3"));
    }
}
