use super::tests::*;
use super::*;

#[test]
fn updates_without_a_network_say_what_they_have() {
    let refuse = |target: &str, momentum: bool| {
        let text = format!("[modulators.a]\n{SURPRISE}receptors = [{{ target = \"{target}\" }}]\n");
        let mut spec: ModulationSpec = toml::from_str(&text).expect("parses");
        let anatomy = super::super::Anatomy { momentum, ..Default::default() };
        spec.resolve(&anatomy).expect_err("refused").to_string()
    };
    assert!(refuse("slope", true).contains("only the learning rate and the momentum of updates"));
    assert!(refuse("momentum", false).contains("only the learning rate of updates"));
}

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
    let error = receptor("target = \"dropout\", limits = [0.0, 1.0]");
    assert!(
        error.contains("[0, 1]") && error.contains("both limits from 0 to below 1 for `dropout`"),
        "{error}"
    );
    assert!(receptor("target = \"bias\", limits = [nan, 1.0]").contains("low <= high"));
    assert!(receptor("target = \"slope\", limits = [-1.0, inf]").contains("at least 0"));
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

#[test]
fn what_units_do_themselves_counts_for_the_rates_of_hidden_units_alone() {
    let anatomy = super::super::Anatomy {
        layers: vec![4, 3, 2],
        terms: vec!["task".into()],
        activations: true,
        states: true,
        ..Default::default()
    };
    let refuse = |anatomy: &super::super::Anatomy, receptor: &str| {
        let text = format!("[modulators.a]\n{SURPRISE}receptors = [{{ {receptor} }}]\n");
        let mut spec: ModulationSpec = toml::from_str(&text).expect("parses");
        spec.resolve(anatomy).expect_err("refused").to_string()
    };
    let unit = |rest: &str| format!("target = \"learning-rate\", scope = \"unit\", {rest}");
    let active = "local = { kind = \"activity\" }";
    let state = "layers = [0], local = { kind = \"state\" }";
    let cases = [
        (format!("target = \"slope\", scope = \"unit\", layers = [0], {active}"), "`learning-rate`"),
        (format!("target = \"learning-rate\", {active}"), "scope `unit`"),
        (unit(active), "from 0 to 1"),
        (unit(&format!("layers = [2], {active}")), "from 0 to 1"),
        (unit("layers = [0], local = { kind = \"gradient\", rate = 0.0 }"), "local.rate"),
        (unit("layers = [0], local = { kind = \"activity\", slow = 2.0 }"), "local.slow"),
        (unit("layers = [0], local = { kind = \"state\", share = 1.5 }"), "local.share"),
        (unit("layers = [0], local = { kind = \"state\", depth = inf }"), "local.depth"),
    ];
    for (receptor, words) in cases {
        let said = refuse(&anatomy, &receptor);
        assert!(said.contains(words), "{receptor}: {said}");
    }
    let hidden = super::super::Anatomy { states: false, activations: false, ..anatomy.clone() };
    assert!(refuse(&hidden, &unit(state)).contains("has not"));
    assert!(refuse(&hidden, &unit(&format!("layers = [0], {active}"))).contains("does not show"));
    let flat = super::super::Anatomy { layers: vec![2], ..anatomy };
    assert!(refuse(&flat, &unit(&format!("layers = [0], {active}"))).contains("no hidden layer"));
}
