use super::super::super::finding::{CHANGE_BLIND, INFORMATION};
use super::super::{Case, judge};
use super::{case, words};

#[test]
fn nothing_helps_without_a_decay_where_one_is_asked_for() {
    let decay = "better than each control, but not than a decay that is blind to changes";
    assert_eq!(words([0.01; 4], &[(CHANGE_BLIND, 0.01)]), "helps");
    assert_eq!(words([0.01; 4], &[(CHANGE_BLIND, 0.2)]), decay);
    // Of two targets each has a decay: the least certain counts.
    assert_eq!(words([0.01; 4], &[(CHANGE_BLIND, 0.01), (CHANGE_BLIND, 0.2)]), decay);
    let lacking = |required, more: &[(&str, f64)]| {
        let undecayed = vec!["learning-rate".to_owned(), "bias".to_owned()];
        judge(vec![Case { undecayed, ..case(required, more) }]).remove(0).finding.words()
    };
    let not_run =
        "better than each control, but a decay that is blind to changes was not run (learning rate, bias)";
    assert_eq!(lacking([0.01; 4], &[]), not_run);
    assert_eq!(lacking([0.01; 4], &[(CHANGE_BLIND, 0.01), (INFORMATION, 0.2)]), not_run);
    // One that was run and is not beaten is told first; what does not help needs none.
    assert_eq!(lacking([0.01; 4], &[(CHANGE_BLIND, 0.2)]), decay);
    assert_eq!(lacking([0.3, 0.2, 0.2, 0.5], &[]), "no difference found");
}
