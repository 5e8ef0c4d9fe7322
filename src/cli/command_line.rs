//! The command that made a report, so that it can be pasted into a shell.

use std::ffi::{OsStr, OsString};

/// What ran this program, as `cargo` would.
pub fn of_this_process() -> String {
    joined(std::env::args_os().skip(1))
}

fn joined(arguments: impl IntoIterator<Item = OsString>) -> String {
    let mut words: Vec<String> = arguments.into_iter().map(|argument| quoted(&argument)).collect();
    if !words.is_empty() {
        words.insert(0, "--".into());
    }
    std::iter::once("cargo run --release --bin bench".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// An argument as one word of a POSIX shell; one that holds what is no text, or steers terminals, in the form `$'\\xe9'`,
/// which bash, zsh and ksh read.
fn quoted(argument: &OsStr) -> String {
    let bytes = argument.as_encoded_bytes();
    let text = std::str::from_utf8(bytes).ok().filter(|text| base::plain::line(text) == *text);
    let Some(text) = text else { return format!("$'{}'", escaped(bytes)) };
    let harmless = |c: char| c.is_alphanumeric() || "%+,-./:=@_".contains(c);
    if !text.is_empty() && text.chars().all(harmless) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\\' | b'\'' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            // Octal: it ends after three digits, whatever follows.
            other => text.push_str(&format!("\\{other:03o}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_words_of_a_shell() {
        let words = ["run", "", "my run", "it's", "naive@model.hidden=[8,9]", "$HOME", "a;b", "é", "~"];
        let text = joined(words.map(OsString::from));
        assert_eq!(
            text,
            "cargo run --release --bin bench -- run '' 'my run' 'it'\\''s' 'naive@model.hidden=[8,9]' '$HOME' 'a;b' é '~'"
        );
        assert_eq!(joined([]), "cargo run --release --bin bench");
    }

    /// A shell reads back what was quoted.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        use std::os::unix::ffi::OsStrExt;
        let arguments: [&[u8]; 6] =
            [b"caf\xe9", b"a b", b"it's", b"line\nline", b"\x1b[31m\\'7", b"tab\t\xc2\x9b1"];
        for bytes in arguments {
            let word = quoted(OsStr::from_bytes(bytes));
            let script = format!("printf %s {word}");
            let output = std::process::Command::new("bash").args(["-c", &script]).output().expect("bash");
            assert_eq!(output.stdout, bytes, "{word}");
            assert!(!word.contains('\n') && !word.contains('\u{1b}'), "{word}");
        }
    }
}
