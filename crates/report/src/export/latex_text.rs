//! Text for LaTeX: what LaTeX would read as a command is written as the character that it is.

use base::plain;

/// Characters outside ASCII that the fonts of pdfLaTeX have under another name.
const NAMED: &[(char, &str)] = &[
    ('–', "--"),
    ('—', "---"),
    ('−', "$-$"),
    ('±', "$\\pm$"),
    ('×', "$\\times$"),
    ('·', "$\\cdot$"),
    ('…', "\\ldots{}"),
    ('°', "$^\\circ$"),
    ('→', "$\\rightarrow$"),
    ('≤', "$\\leq$"),
    ('≥', "$\\geq$"),
    ('∞', "$\\infty$"),
    ('²', "$^2$"),
    ('³', "$^3$"),
    ('α', "$\\alpha$"),
    ('β', "$\\beta$"),
    ('γ', "$\\gamma$"),
    ('δ', "$\\delta$"),
    ('ε', "$\\varepsilon$"),
    ('η', "$\\eta$"),
    ('θ', "$\\theta$"),
    ('κ', "$\\kappa$"),
    ('λ', "$\\lambda$"),
    ('μ', "$\\mu$"),
    ('σ', "$\\sigma$"),
    ('τ', "$\\tau$"),
    ('ω', "$\\omega$"),
    ('Δ', "$\\Delta$"),
    ('Σ', "$\\Sigma$"),
    ('Ω', "$\\Omega$"),
];

/// One line of free text as LaTeX text. Letters of other scripts stay: XeLaTeX and LuaLaTeX read them.
pub(super) fn text(free: &str) -> String {
    let mut safe = String::with_capacity(free.len());
    for c in plain::line(free).chars() {
        match c {
            '\\' => safe.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => safe.extend(['\\', c]),
            '^' => safe.push_str("\\textasciicircum{}"),
            '~' => safe.push_str("\\textasciitilde{}"),
            '<' => safe.push_str("\\textless{}"),
            '>' => safe.push_str("\\textgreater{}"),
            '|' => safe.push_str("\\textbar{}"),
            '"' => safe.push_str("\\textquotedbl{}"),
            // Would join into other characters: ?` and !`.
            '`' => safe.push_str("\\textasciigrave{}"),
            c => match NAMED.iter().find(|(known, _)| *known == c) {
                Some((_, name)) => safe.push_str(name),
                None => safe.push(c),
            },
        }
    }
    safe
}

/// One line of free text inside a comment: it cannot end the comment.
pub(super) fn comment(free: &str) -> String {
    plain::line(free).into_owned()
}

/// A label's name: letters, digits and dashes.
pub(super) fn label(free: &str) -> String {
    free.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_latex_reads_as_a_command_is_left() {
        let hostile = "a_b & 50 % #1 $x$ {\\input{/etc/passwd}} ~^\n\u{1b}[31m λ ± <b>";
        let safe = text(hostile);
        assert_eq!(
            safe,
            "a\\_b \\& 50 \\% \\#1 \\$x\\$ \\{\\textbackslash{}input\\{/etc/passwd\\}\\} \\textasciitilde{}\\textasciicircum{} \
             \u{FFFD}[31m $\\lambda$ $\\pm$ \\textless{}b\\textgreater{}"
        );
        assert_eq!(comment("one\n\\input{x}"), "one \\input{x}");
        assert_eq!(label("split-digits@1 [1 of 2]"), "split-digits-1--1-of-2-");
    }
}
