use super::tests::*;
use super::*;

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refuse = |text: &str| {
        let mut spec: ModulationSpec = toml::from_str(text).expect("parses");
        let anatomy =
            super::super::Anatomy { layers: vec![4, 2], terms: vec!["task".into()], ..Default::default() };
        spec.resolve(&anatomy).expect_err("refused").to_string()
    };
    let receptor =
        |receptor: &str| refuse(&format!("[modulators.a]\n{SURPRISE}receptors = [{{ {receptor} }}]\n"));
    let error = receptor("target = \"recurrent-weight\"");
    assert!(error.contains("no recurrent layer") && error.contains("slope"), "{error}");
    assert!(receptor("target = \"replay\"").contains("no replay"));
    let error = receptor("target = \"loss-weight\", term = \"ewk\"");
    assert!(error.contains("ewk") && error.contains("task"), "{error}");
    assert!(receptor("target = \"slope\", limits = [2.0, 3.0]").contains("limits"));
    assert!(receptor("target = \"temperature\", scope = \"unit\"").contains("global"));
    assert!(receptor("target = \"slope\", scope = \"layer\", layers = [2]").contains("0 to 1"));
    assert!(
        refuse("[modulators.a]\nsource = { kind = \"boundary\" }\nreceptors = [{ target = \"slope\" }]\n")
            .contains("hides")
    );
    assert!(
        refuse(&format!(
            "clamp = [2.0, 3.0]\n[modulators.a]\n{SURPRISE}receptors = [{{ target = \"slope\" }}]\n"
        ))
        .contains("clamp")
    );
}

#[test]
fn what_would_never_say_or_move_anything_is_refused_in_words() {
    let refuse = |anatomy: &super::super::Anatomy, source: &str, target: &str| {
        let text = format!(
            "[modulators.a]\nsource = {{ kind = \"{source}\" }}\nreceptors = [{{ target = \"{target}\" }}]\n"
        );
        let mut spec: ModulationSpec = toml::from_str(&text).expect("parses");
        spec.resolve(anatomy).expect_err("refused").to_string()
    };
    // Answers are numbers: no distribution to take the entropy of, no softmax to divide.
    let numbers = super::super::Anatomy {
        layers: vec![4, 2],
        terms: vec!["task".into()],
        inputs: true,
        ..Default::default()
    };
    let error = refuse(&numbers, "predictive-entropy", "slope");
    assert!(error.contains("answers are numbers") && error.contains("surprise"), "{error}");
    assert!(refuse(&numbers, "surprise", "temperature").contains("no softmax"));
    // The outer loop shows no inputs.
    let outer = super::super::Anatomy::default();
    for source in ["novelty", "familiarity", "novelty-familiarity"] {
        assert!(refuse(&outer, source, "learning-rate").contains("outer loop"), "{source}");
    }
    assert!(refuse(&outer, "predictive-entropy", "learning-rate").contains("outer loop"));
}
