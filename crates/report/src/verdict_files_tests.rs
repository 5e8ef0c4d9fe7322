use super::*;

#[test]
fn verdicts_before_and_after_stand_side_by_side() {
    let heading = COLUMNS.join(",");
    let before = format!(
        "{heading}\ns,online,drift,\"a,b\",hurts,0.5,1,x\n{heading}\ns,online,drift,old,helps,0.002,0.01,x\n"
    );
    let after = format!("{heading}\ns,online,drift,\"a,b\",never acted: no verdict,,,\n");
    let expected = "| suite | benchmark | mechanism | before | after |\n| --- | --- | --- | --- | --- |\n\
                    | s | `drift` | a,b | hurts (p 0.500, corrected 1.000) | never acted: no verdict |\n\
                    | s | `drift` | old | helps (p 0.0020, corrected 0.0100) | – |\n";
    assert_eq!(joined(&before, &after), expected);
}

/// `docs/verdicts.md` is made from two files of verdicts, see there.
#[test]
fn the_page_of_verdicts_is_what_the_two_files_say() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("readable");
    let page = read("docs/verdicts.md");
    let mark = "<!-- from here on made by UPDATE_DOCS=1 cargo test --lib verdicts -->\n";
    let (text, _) = page.split_once(mark).expect("the mark");
    let table =
        joined(&read("results/reference/verdicts/before.csv"), &read("results/reference/verdicts/after.csv"));
    let expected = format!("{text}{mark}\n{table}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root.join("docs/verdicts.md"), &expected).expect("writable");
        return;
    }
    assert!(page == expected, "docs/verdicts.md is stale: UPDATE_DOCS=1 cargo test --lib verdicts");
}
