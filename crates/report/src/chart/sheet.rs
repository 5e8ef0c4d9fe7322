//! Styles of a page's charts, each written once: in the page a class stands for its attributes, which follow the page's colours.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::palette::variable_of;

/// The styles that the charts of one page have, in the order in which they were met.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// Attributes, as in ` fill="#1B1F24" font-size="110"`, and their place.
    known: BTreeMap<String, usize>,
    rules: String,
}

impl Sheet {
    /// The attribute that stands for these attributes.
    pub fn class(&mut self, attributes: &str) -> String {
        let next = self.known.len();
        let place = *self.known.entry(attributes.to_owned()).or_insert(next);
        let name = name(place);
        if place == next {
            let _ = writeln!(self.rules, ".{name}{{{}}}", declarations(attributes));
        }
        format!(" class=\"{name}\"")
    }

    /// The rules of all classes.
    pub fn css(&self) -> &str {
        &self.rules
    }
}

/// `_` and a number in 36 digits: no other class of the page begins so.
fn name(mut place: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[place % 36]));
        place /= 36;
        if place == 0 {
            break;
        }
    }
    format!("_{}", digits.iter().rev().collect::<String>())
}

/// Attributes as declarations: a colour of the theme is its variable, a size of text has a unit.
fn declarations(attributes: &str) -> String {
    let mut parts = attributes.split('"');
    let mut css = String::new();
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        let name = name.trim().trim_end_matches('=');
        let value = match name {
            "font-size" => format!("{value}px"),
            _ => variable_of(value).unwrap_or_else(|| value.to_owned()),
        };
        let gap = if css.is_empty() { "" } else { ";" };
        let _ = write!(css, "{gap}{name}:{value}");
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_has_one_class_with_the_colours_of_the_page() {
        let mut sheet = Sheet::default();
        let ink = " fill=\"#1B1F24\" font-size=\"110\"";
        assert_eq!(sheet.class(ink), " class=\"_0\"");
        assert_eq!(sheet.class(" stroke=\"#239989\" stroke-dasharray=\"50 40\""), " class=\"_1\"");
        assert_eq!(sheet.class(ink), " class=\"_0\"");
        let css = "._0{fill:var(--ink);font-size:110px}\n._1{stroke:#239989;stroke-dasharray:50 40}\n";
        assert_eq!(sheet.css(), css);
        assert_eq!([name(35), name(36), name(36 * 36)], ["_z", "_10", "_100"]);
    }
}
