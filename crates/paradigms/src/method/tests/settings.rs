//! What settings may be, and what lists tell of them.

use base::source::Source;
use contract::definition::MethodPreset;

use super::method;
use crate::method::METHODS;

#[test]
fn every_parameter_out_of_range_is_refused_by_name() {
    let cases = [
        ("ewc", "lambda = -1.0"),
        ("ewc", "discount = 1.5"),
        ("l2", "discount = -0.5"),
        ("mas", "discount = 2.0"),
        ("si", "discount = nan"),
        ("ewc", "fisher = { batch = 0 }"),
        ("online-ewc", "gamma = -0.1"),
        ("si", "xi = 0.0"),
        ("si", "proximal = true"),
        ("si", "c = nan"),
        ("mas", "batch = 0"),
        ("l2", "lambda = inf"),
        ("er", "memory = { samples = 0 }"),
        ("er", "lambda = -1.0"),
        ("der", "alpha = nan"),
        ("der", "memory = { draw = 0 }"),
        ("a-gem", "strength = 1.5"),
        ("gem", "margin = -0.1"),
        ("lwf", "temperature = 0.0"),
        ("stable-sgd", "decay = 0.0"),
        ("stable-sgd", "dropout = 1.0"),
        ("xdg", "off = 1.0"),
        ("scp", "alpha = 1.5"),
        ("rwalk", "interval = 0"),
        ("generative-replay", "generator = { hidden = [] }"),
        ("generative-replay", "temperature = -1.0"),
        ("rwalk", "epsilon = 0.0"),
    ];
    for (kind, line) in cases {
        let text = format!(
            "schema = 1\nid = \"x\"\ntitle = \"X\"\nparadigm = \"incremental\"\nkind = \"{kind}\"\nprovenance = \"test\"\n[parameters]\n{line}\n"
        );
        let preset = MethodPreset::parse(Source { name: "x.toml".into(), text }).expect("parses");
        let error = method(kind).expect("known").resolve(&preset, "any").expect_err(line).to_string();
        let key = line.split_once(" =").expect("a key").0;
        assert!(error.starts_with("x.toml:8: `parameters."), "{error}");
        assert!(error.contains(key) && error.contains("allowed"), "{line}: {error}");
    }
}

#[test]
fn lists_tell_the_defaults_that_settings_have() {
    let mut compared = 0;
    for entry in METHODS {
        let text = format!(
            "schema = 1\nid = \"x\"\ntitle = \"X\"\nparadigm = \"incremental\"\nkind = \"{}\"\nprovenance = \"test\"\n",
            entry.info.kind
        );
        let preset = MethodPreset::parse(Source { name: "x.toml".into(), text }).expect("parses");
        let settings = entry.means.resolve(&preset, "any").expect("defaults are in their ranges");
        for line in entry.info.parameters {
            let pointer = format!("/{}", line.name.replace('.', "/"));
            let Some(value) = settings.pointer(&pointer).filter(|value| !value.is_array()) else { continue };
            let told = match value {
                serde_json::Value::String(word) => word == line.default,
                serde_json::Value::Number(number) => {
                    let told = line.default.parse::<f64>().ok();
                    told.is_none_or(|told| Some(told as f32) == number.as_f64().map(|number| number as f32))
                }
                serde_json::Value::Bool(on) => line.default == if *on { "true" } else { "false" },
                _ => true,
            };
            assert!(told, "{} {}: told {}, is {value}", entry.info.kind, line.name, line.default);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}
