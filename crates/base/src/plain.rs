//! Free text made harmless: the one place where control characters are taken out of titles, summaries, names, paths and
//! error messages, which come from definitions, records and file names and end on terminals, in Markdown, HTML, SVG and CSV.
//! It is not about markup: each writer escapes what its own format would read as such.

use std::borrow::Cow;

/// What stands for a character that was taken out.
const REPLACEMENT: char = '\u{FFFD}';

/// Characters that no reader sees and that steer whatever shows the text: control characters (escape sequences begin with
/// one), and marks that turn the direction of writing or break lines.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text of several lines: line breaks and tabs stay.
pub fn text(text: &str) -> Cow<'_, str> {
    let out = |c: char| steers(c) && !matches!(c, '\n' | '\t');
    if text.contains(out) {
        text.replace("\r\n", "\n").replace(out, &REPLACEMENT.to_string()).into()
    } else {
        text.into()
    }
}

/// Text of one line: what breaks a line becomes a space.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return text.into();
    }
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c if steers(c) => REPLACEMENT,
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect::<String>().into()
}

/// A line of JSON in which such characters, which can only stand inside strings, are written as escapes.
pub fn json(line: &str) -> Cow<'_, str> {
    if !line.contains(steers) {
        return line.into();
    }
    let mut safe = String::with_capacity(line.len());
    for c in line.chars() {
        if steers(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe.into()
}

/// Settings as indented JSON with numbers as they were written: an f32 that was widened on its way into a record (0.15 as
/// 0.15000000596046448) is shown as the f32 that it is.
pub fn settings(settings: &serde_json::Value) -> String {
    // A value that came from JSON can be written as JSON.
    serde_json::to_string_pretty(&narrowed(settings)).unwrap_or_default()
}

/// The same value with each number in the shortest form that means it.
pub fn narrowed(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => number
            .as_f64()
            .filter(|_| number.is_f64())
            .map_or_else(|| value.clone(), |wide| narrow(wide).into()),
        Value::Array(items) => items.iter().map(narrowed).collect(),
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), narrowed(field))).collect(),
        other => other.clone(),
    }
}

/// A number that has more digits than an f32 holds and yet is one: the number that was meant.
fn narrow(wide: f64) -> f64 {
    /// Nine digits tell every f32 apart; a widened one has fifteen or more.
    const DIGITS: usize = 11;
    let single = wide as f32;
    let digits = format!("{wide:e}").chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).count();
    if digits > DIGITS && f64::from(single).to_bits() == wide.to_bits() {
        return single.to_string().parse().unwrap_or(wide);
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_line_breaks_and_turned_text_do_not_get_through() {
        let wild = "first\nsecond\r\n\u{1b}[31mred\u{7}\u{9b}2J\u{202e}abc";
        assert_eq!(line(wild), "first second \u{FFFD}[31mred\u{FFFD}\u{FFFD}2J\u{FFFD}abc");
        assert_eq!(text("a\r\n\tb\u{1b}c"), "a\n\tb\u{FFFD}c");
        assert_eq!(line("plain λ · “text”"), "plain λ · “text”");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "title": "a\u{9b}b\u{7f}\u{202e}c" });
        let printed = json(&value.to_string()).into_owned();
        assert!(printed.is_ascii(), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("JSON"), value);
    }

    #[test]
    fn a_widened_single_is_shown_as_it_was_written_and_no_other_number_changes() {
        let wide = |single: f32| f64::from(single);
        assert_eq!([narrow(wide(0.15)), narrow(wide(1e-7)), narrow(wide(-0.3))], [0.15, 1e-7, -0.3]);
        for kept in [0.15, 0.1 + 0.2, 0.125, 1e10, 123_456_792.0, 16_777_216.0, 0.0, 1.0 / 3.0] {
            assert_eq!(narrow(kept).to_bits(), kept.to_bits(), "{kept}");
        }
        let value = serde_json::json!({ "rate": wide(0.15), "steps": 3, "list": [wide(0.7)] });
        assert_eq!(settings(&value), "{\n  \"list\": [\n    0.7\n  ],\n  \"rate\": 0.15,\n  \"steps\": 3\n}");
    }
}
