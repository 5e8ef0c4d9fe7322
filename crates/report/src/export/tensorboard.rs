//! Event files of TensorBoard: a run's curves, signals and metrics as scalars. The format is a chain of records with checksums
//! (TFRecord), each a message of two or three fields (protocol buffers), written here by hand: the crates for it bring a
//! compiler of such messages.

use contract::Record;

/// Castagnoli's polynomial, bits reversed.
const POLYNOMIAL: u32 = 0x82F6_3B78;
/// Added to a checksum, so that one of data that hold checksums is not weak.
const MASK: u32 = 0xA282_EAD8;

/// CRC-32C, bit by bit: event files are short.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn masked(bytes: &[u8]) -> [u8; 4] {
    checksum(bytes).rotate_right(15).wrapping_add(MASK).to_le_bytes()
}

/// Length, its checksum, the message, its checksum.
fn push_record(out: &mut Vec<u8>, message: &[u8]) {
    let length = (message.len() as u64).to_le_bytes();
    out.extend(length);
    out.extend(masked(&length));
    out.extend(message);
    out.extend(masked(message));
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A field that holds bytes: text or another message.
fn push_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    push_varint(out, field << 3 | 2);
    push_varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// `Event { wall_time = 1, step = 2, … }`.
fn event(time: f64, step: u64) -> Vec<u8> {
    let mut event = vec![1 << 3 | 1];
    event.extend(time.to_le_bytes());
    event.push(2 << 3);
    push_varint(&mut event, step);
    event
}

/// `Event { summary = 5: Summary { value = 1: Value { tag = 1, simple_value = 2 } } }`.
fn scalar(time: f64, step: u64, tag: &str, value: f64) -> Vec<u8> {
    let mut inner = Vec::new();
    push_bytes(&mut inner, 1, tag.as_bytes());
    inner.push(2 << 3 | 5);
    inner.extend((value as f32).to_le_bytes());
    let mut summary = Vec::new();
    push_bytes(&mut summary, 1, &inner);
    let mut event = event(time, step);
    push_bytes(&mut event, 5, &summary);
    event
}

/// The event file of one run: curves and signals at their own x (rounded to whole steps), metrics at the last of them.
pub fn events(record: &Record) -> Vec<u8> {
    let time = record.time.started_unix as f64;
    let mut out = Vec::new();
    let mut version = event(time, 0);
    push_bytes(&mut version, 3, b"brain.Event:2");
    push_record(&mut out, &version);
    let step = |x: f64| x.max(0.0).round() as u64;
    let log = &record.log;
    let signals = log.signals.iter().map(|curve| ("signal/", curve));
    let mut last = 0;
    for (prefix, curve) in log.curves.iter().map(|curve| ("", curve)).chain(signals) {
        for (x, y) in curve.x.iter().zip(&curve.y) {
            last = last.max(step(*x));
            // TensorBoard knows no undefined points: they are left out.
            if let Some(y) = y {
                push_record(&mut out, &scalar(time, step(*x), &format!("{prefix}{}", curve.name), *y));
            }
        }
    }
    for (name, value) in &record.metrics {
        if let Some(value) = value.value() {
            push_record(&mut out, &scalar(time, last, &format!("metric/{name}"), value));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720, B.4: 32 bytes of zeros, and of ones.
        assert_eq!([checksum(&[0; 32]), checksum(&[0xFF; 32])], [0x8A91_36AA, 0x62A8_AB43]);
        assert_eq!(checksum(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn a_scalar_is_the_message_that_tensorboard_reads() {
        let message = scalar(2.0, 300, "a/b", 0.5);
        let expected: Vec<u8> = [
            [0x09].as_slice(),
            &2.0_f64.to_le_bytes(),
            &[0x10, 0xAC, 0x02], // step 300
            &[0x2A, 12, 0x0A, 10, 0x0A, 3],
            b"a/b",
            &[0x15],
            &0.5_f32.to_le_bytes(),
        ]
        .concat();
        assert_eq!(message, expected);
        let mut out = Vec::new();
        push_record(&mut out, b"123456789");
        assert_eq!(&out[..8], &9_u64.to_le_bytes());
        let crc = 0xE306_9283_u32;
        let masked = crc.rotate_right(15).wrapping_add(MASK);
        assert_eq!(&out[21..], &masked.to_le_bytes());
    }
}
