use super::*;
use crate::registry::protocol;
use base::rng::Streams;
use base::source::Source;

fn preset(more: &str) -> MethodPreset {
    let text = format!(
        "schema = 1\nid = \"na\"\ntitle = \"NA\"\nparadigm = \"incremental\"\nkind = \"ewc\"\nprovenance = \"test\"\n{more}\
         [modulation.modulators.noradrenaline]\nsource = {{ kind = \"surprise\" }}\n\
         receptors = [{{ target = \"slope\", sensitivity = 0.5 }}, {{ target = \"bias\", sensitivity = 0.1 }}]\n"
    );
    MethodPreset::parse(Source { name: "na.toml".into(), text }).unwrap()
}

fn draw(preset: &MethodPreset, arm: Arm) -> Draw {
    Draw::new(protocol("incremental").unwrap(), preset, "any", arm).unwrap()
}

#[test]
fn a_mechanism_is_searched_together_with_its_optimiser_and_parameters() {
    let preset = preset("[space]\n\"parameters.lambda\" = { low = 0.01, high = 100.0 }\n");
    // λ, kind, rate, strength.
    let values = draw(&preset, Arm::Mechanism).values(&[0.5, 0.9, 0.5, 1.0]);
    assert_eq!(values["parameters.lambda"].as_float(), Some(1.0));
    assert_eq!(values["optimiser.kind"].as_str(), Some("adam"));
    // √(0.003 · 3) = 0.0949 for gradient descent, a hundredth for Adam.
    assert_eq!(values["optimiser.rate"].as_float(), Some(9.487e-4));
    // One factor for all receptors; what is stored is absolute: 0.5 · 16 and 0.1 · 16.
    assert_eq!(values[&sensitivity_of("noradrenaline", 0)].as_float(), Some(8.0));
    assert_eq!(values[&sensitivity_of("noradrenaline", 1)].as_float(), Some(1.6));
}

#[test]
fn a_constant_has_a_number_of_its_own_for_every_receptor() {
    let draw = draw(&preset(""), Arm::Constant);
    let values = draw.values(&[0.0, 0.5, 0.5, 0.75]);
    // A gain of 1 in the middle; a shift from −1 to 1.
    assert_eq!(values[&sensitivity_of("noradrenaline", 0)].as_float(), Some(0.0));
    assert_eq!(values[&sensitivity_of("noradrenaline", 1)].as_float(), Some(0.5));
    assert_eq!(draw.first[&sensitivity_of("noradrenaline", 0)].as_float(), Some(0.0));
}

#[test]
fn an_unmodulated_arm_searches_the_optimiser_alone_and_a_declared_one_replaces_it() {
    let keys = |preset: &MethodPreset| draw(preset, Arm::Optimiser).values(&[0.2; 3]).len();
    assert_eq!(keys(&preset("")), 2);
    let own = preset(
        "[space]\n\"optimiser.kind\" = { values = [\"sgd\"] }\n\"parameters.rate\" = { low = 0.01, high = 1.0 }\n",
    );
    let values = draw(&own, Arm::Optimiser).values(&[0.5, 0.5]);
    assert_eq!(values.keys().collect::<Vec<_>>(), ["optimiser.kind", "parameters.rate"]);
    // A rate among the parameters may be another one, of loss weights, say: the optimiser is searched all the same.
    assert_eq!(keys(&preset("[space]\n\"parameters.rate\" = { low = 0.01, high = 1.0 }\n")), 3);
}

#[test]
fn a_star_is_every_number_of_a_list_and_needs_a_list() {
    let starred = |key: &str| {
        preset(&format!(
            "parameters = {{ many = [0.5, 0.25], one = 1.0 }}\n[space]\n\"{key}\" = {{ low = 1.0, high = 3.0, scale = \"linear\" }}\n"
        ))
    };
    let values = draw(&starred("parameters.many.*"), Arm::Optimiser).values(&[0.0, 0.5, 0.5, 0.5]);
    assert_eq!(values["parameters.many.0"].as_float(), Some(1.0));
    assert_eq!(values["parameters.many.1"].as_float(), Some(2.0));
    for key in ["parameters.one.*", "parameters.none.*"] {
        let error = Draw::new(protocol("incremental").unwrap(), &starred(key), "any", Arm::Optimiser);
        let said = error.unwrap_err().to_string();
        assert!(said.contains(key) && said.contains("a list of numbers"), "{said}");
    }
}

#[test]
fn steps_stay_in_the_unit_cube_and_near() {
    let draw = draw(&preset(""), Arm::Constant);
    let mut random = Streams::new(3).get("steps");
    for _ in 0..1000 {
        let place = draw.near(&[0.99, 0.01, 0.5, 0.999], &mut random);
        assert!(place.iter().all(|u| (0.0..1.0).contains(u)), "{place:?}");
        assert!((place[2] - 0.5).abs() < 0.75);
    }
}

#[test]
fn a_declared_key_outside_the_tables_is_refused() {
    let wrong = preset("[space]\n\"title\" = { low = 0.01, high = 1.0 }\n");
    let error = Draw::new(protocol("incremental").unwrap(), &wrong, "any", Arm::Mechanism).unwrap_err();
    assert!(error.to_string().contains("space.title"), "{error}");
}
