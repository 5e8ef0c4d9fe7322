//! Printing: results to stdout, everything else to stderr.

use std::io::{IsTerminal, Write};

use base::error::{DefinitionError, Error, Result};
use base::plain;
use contract::definition::{Library, MethodPreset};
use data::{Data, DataFolder};

use super::sources::Sources;

/// Prints text to stdout, free text in it made harmless. See [`print_styled`].
///
/// # Errors
/// Other failures than a closed pipe.
pub fn print(text: &str) -> Result<()> {
    print_styled(&plain::text(text))
}

/// Prints to stdout as it is. A closed pipe (`bench list | head`) is no error: nobody wants the rest.
///
/// # Errors
/// Other failures, e.g. a full disk.
pub fn print_styled(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to", "stdout")(error))
        }
        _ => Ok(()),
    }
}

/// Prints lines to stderr, free text in them made harmless. What stands there is advice: a stream that is closed or full
/// changes nothing.
pub fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain::text(text));
}

/// Whether stdout takes colours: a terminal that is not dumb, and `NO_COLOR` not set.
pub fn colour() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    !dumb
        && std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Embedded definitions plus the user's folder.
pub fn library(sources: &Sources) -> Result<Library> {
    let mut library = crate::definitions::shipped()?;
    for folder in &sources.benchmarks {
        library.add_folder(folder)?;
    }
    Ok(library)
}

/// The same with the data folder, and with what files of one's own say filled into the benchmarks that targets reach.
pub fn library_and_data(sources: &Sources, targets: &[String]) -> Result<(Library, Data)> {
    let (mut library, data) = (library(sources)?, data(sources));
    crate::own_data::complete(&mut library, targets, &data, sources.strict)?;
    Ok((library, data))
}

/// The preset that `--method` names in a paradigm.
pub fn method<'l>(library: &'l Library, paradigm: &str, name: &str) -> Result<&'l MethodPreset> {
    library.method(paradigm, name).map_err(|error| match error {
        Error::Definition(error) if error.place.is_empty() => {
            DefinitionError { key: "--method".into(), found: format!("{name:?}"), ..*error }.into()
        }
        other => other,
    })
}

/// The data sets of this session.
pub fn data(sources: &Sources) -> Data {
    Data::new(DataFolder::choose(sources.data_dir.clone()))
}

/// Lines of `left` and `right`, the right column aligned and wrapped at 80 columns.
pub fn columns(rows: &[(String, String)]) -> String {
    const WIDTH: usize = 80;
    let left = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0).min(34);
    let mut text = String::new();
    for (name, about) in rows {
        let (name, about) = (plain::line(name), plain::line(about));
        let mut line = format!("  {name:left$}");
        for word in about.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && line.trim() != "" {
                text.push_str(line.trim_end());
                text.push('\n');
                line = format!("  {:left$}", "");
            }
            line.push(' ');
            line.push_str(word);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Seconds as people say them.
pub fn seconds(value: f64) -> String {
    // Adding 0 makes a negative zero a plain one, which `max` may keep.
    match value.max(0.0) + 0.0 {
        v if v < 9.95 => format!("{v:.1} s"),
        v if v < 119.5 => format!("{v:.0} s"),
        v if v < 7200.0 => format!("{} min {:02} s", (v / 60.0) as u64, (v % 60.0) as u64),
        v => format!("{} h {:02} min", (v / 3600.0) as u64, (v % 3600.0 / 60.0) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_wrap_below_themselves_at_80_columns() {
        let rows = [("a".to_owned(), "word ".repeat(40)), ("longer".to_owned(), "x".to_owned())];
        let text = columns(&rows);
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert!(text.lines().nth(1).expect("wrapped").starts_with("         word"));
    }

    #[test]
    fn times_read_naturally() {
        assert_eq!([0.26, 61.0, 150.0, 9000.0].map(seconds), ["0.3 s", "61 s", "2 min 30 s", "2 h 30 min"]);
        assert_eq!([-2.3, -0.0].map(seconds), ["0.0 s", "0.0 s"], "no time is less than none");
    }
}
