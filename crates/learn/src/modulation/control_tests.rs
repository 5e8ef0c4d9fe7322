use super::*;

#[test]
fn every_control_is_read_as_it_is_written() {
    let all = [
        Control::Unmodulated,
        Control::MeanGain,
        Control::MeanGainRescaled,
        Control::Shuffled,
        Control::Yoked,
        Control::MatchedNoise,
        Control::Oracle,
        Control::Schedule,
        Control::SignFlip,
        Control::OtherUnits,
        Control::Without("dopamine".into()),
        Control::WithoutTarget(TargetKind::Slope),
        Control::Only(vec!["dopamine".into(), "serotonin".into()]),
        Control::Wider,
        Control::ContextInput,
    ];
    assert_eq!(all.len(), CONTROLS.len());
    for control in all {
        assert_eq!(control.to_string().parse::<Control>().unwrap(), control);
    }
    let error = "shufled".parse::<Control>().unwrap_err().to_string();
    assert!(error.contains("did you mean `shuffled`?"), "{error}");
}

#[test]
fn a_factorial_of_three_modulators_has_six_cells_beside_none_and_all() {
    let text = ["a", "b", "c"].map(|name| {
        format!("[modulators.{name}]\nsource = {{ kind = \"surprise\" }}\nreceptors = [{{ target = \"slope\" }}]\n")
    });
    let spec: ModulationSpec = toml::from_str(&text.concat()).unwrap();
    let cells = Control::expand(&["factorial".to_owned()], &spec, true).unwrap();
    assert_eq!(cells.len(), 7);
    assert!(
        cells.contains(&Control::Unmodulated) && cells.contains(&Control::Only(vec!["a".into(), "c".into()]))
    );
    let left = cells[1].apply(spec).unwrap().unwrap();
    assert_eq!(left.modulators.keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn other_units_take_a_mechanism_that_is_dealt_out() {
    let of = |local: &str| -> ModulationSpec {
        let receptor = format!("{{ target = \"learning-rate\", scope = \"unit\", layers = [0]{local} }}");
        toml::from_str(&format!(
            "[modulators.a]\nsource = {{ kind = \"surprise\" }}\nreceptors = [{receptor}]\n"
        ))
        .unwrap()
    };
    let dealt = of(", local = { kind = \"activity\" }");
    let left = Control::OtherUnits.apply(dealt.clone()).unwrap().unwrap();
    assert_eq!(left, of(", local = { kind = \"activity\", others = true }"));
    assert!(Control::expand(&["all".to_owned()], &dealt, true).unwrap().contains(&Control::OtherUnits));
    assert!(!Control::expand(&["all".to_owned()], &of(""), true).unwrap().contains(&Control::OtherUnits));
    let said = Control::OtherUnits.apply(of("")).unwrap_err().to_string();
    assert!(said.contains("other-units") && said.contains("local"), "{said}");
}
