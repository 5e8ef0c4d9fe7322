//! Text in charts: how wide it is, how it is wrapped, and how it is cut where nothing else is left.

/// Distance of lines in text sizes.
pub(super) const LEADING: f64 = 1.2;
/// Bold text is this much wider.
pub(super) const BOLD: f64 = 1.1;
/// Lines that one name may take; a name of several hundred letters is cut.
const MOST: usize = 12;

/// Estimated width of a text in a usual sans-serif face, on the generous side.
pub fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' => 0.30,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' ' | '\u{a0}' | '-' | '/' => 0.38,
            'm' | 'w' | 'M' | 'W' | '%' => 0.92,
            c if c.is_uppercase() => 0.70,
            // Scripts whose signs fill a square.
            '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{FFDC}' | '\u{1F000}'.. => 1.05,
            _ => 0.60,
        })
        .sum();
    em * size
}

/// The text in lines of at most `room` pixels, broken between words, and inside a word only where it is wider than a line.
pub(super) fn flowed(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if text_width(&joined, size) <= room {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        // A word that is too wide breaks behind a dash where it has one.
        let parts: Vec<&str> = word.split_inclusive('-').collect();
        if parts.len() > 1 && parts.iter().all(|part| text_width(part, size) <= room) {
            for part in parts {
                if text_width(&format!("{line}{part}"), size) > room {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(part);
            }
            continue;
        }
        for letter in word.chars() {
            line.push(letter);
            if text_width(&line, size) > room && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    lines.push(line);
    lines
}

/// The same for one name, which takes no more than so many lines.
pub(super) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = flowed(text, size, room);
    if lines.len() > MOST {
        let end = lines.pop().unwrap_or_default();
        lines.truncate(MOST - 1);
        lines.push(fitted(&format!("…{end}"), size, room));
    }
    lines
}

/// The narrowest room in which a text takes no more lines than in `room`: lines of like length read better.
pub(super) fn balanced(text: &str, size: f64, room: f64) -> Vec<String> {
    let lines = wrapped(text, size, room);
    let count = lines.len();
    if count < 2 {
        return lines;
    }
    // No word is broken for the sake of balance.
    let longest = text.split(' ').map(|word| text_width(word, size)).fold(0.0, f64::max);
    let rooms = (5..10).map(|tenth| room * f64::from(tenth) / 10.0).filter(|room| *room >= longest);
    rooms.map(|room| wrapped(text, size, room)).find(|other| other.len() == count).unwrap_or(lines)
}

/// A short name that is not broken between its words, for lists of names.
pub(super) fn joined(name: &str) -> String {
    if name.chars().count() < 40 { name.replace(' ', "\u{a0}") } else { name.to_owned() }
}

/// Labels as they fit: themselves, or numbers with a key that says which number is which, where one of them has no room.
pub(super) fn keyed(labels: &[&str], size: f64, room: f64) -> (Vec<String>, Option<String>) {
    if labels.iter().all(|label| text_width(label, size) <= room) {
        return (labels.iter().map(|label| (*label).to_owned()).collect(), None);
    }
    let numbers: Vec<String> = (1..=labels.len()).map(|number| number.to_string()).collect();
    let entries =
        numbers.iter().zip(labels).map(|(number, label)| format!("{number}\u{a0}{}", joined(label)));
    let key = entries.collect::<Vec<_>>().join(" · ");
    (numbers, Some(key))
}

/// Height of so many lines.
pub(super) fn height(lines: usize, size: f64) -> f64 {
    lines as f64 * size * LEADING
}

/// Width of the widest line.
pub(super) fn widest(lines: &[String], size: f64) -> f64 {
    lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max)
}

/// Shortens a text with an ellipsis in the middle until it fits into `room` pixels: variants of one method often
/// differ at the end of their names.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (0..letters.len()).rev() {
        let head: String = letters[..kept.div_ceil(2)].iter().collect();
        let tail: String = letters[letters.len() - kept / 2..].iter().collect();
        let short = format!("{}…{}", head.trim_end(), tail.trim_start());
        if text_width(&short, size) <= room {
            return short;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_and_no_letter_is_lost() {
        let name = "DER++ [settings 2 of 2: parameters.alpha 0.5, optimiser.rate 0.1]";
        for room in [60.0, 110.0, 400.0] {
            let lines = wrapped(name, 12.0, room);
            assert!(lines.iter().all(|line| text_width(line, 12.0) <= room), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(name));
        }
    }

    #[test]
    fn a_word_without_spaces_is_broken_and_one_without_end_is_cut() {
        let lines = wrapped(&"x".repeat(200), 12.0, 300.0);
        assert_eq!((lines.len(), lines.concat().len()), (5, 200));
        assert_eq!(wrapped(&"x".repeat(5000), 12.0, 300.0).len(), MOST);
        assert_eq!(wrapped("", 12.0, 300.0), [""]);
    }
}
