use super::*;
use base::source::Source;

fn read(text: &str) -> base::error::Result<ModelSpec> {
    let source = Source { name: "mine.toml".into(), text: text.into() };
    source.table().and_then(|table| source.read(table.into(), ""))
}

#[test]
fn an_mlp_needs_only_its_kind() {
    let spec = read("kind = \"mlp\"").expect("spec");
    assert_eq!(spec, ModelSpec::default());
    let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
    assert_eq!(model.layer_units(), [100, 100, 10]);
    assert_eq!(model.parameters().count(), 64 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10);
}

#[test]
fn a_cnn_and_an_rnn_need_only_their_kind() {
    let spec = read("kind = \"cnn\"").expect("spec");
    spec.check("model").expect("in range");
    let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
    assert_eq!(model.layer_units(), [16, 32, 100, 10]);
    let count = (9 * 16 + 16) + (9 * 16 * 32 + 32) + (2 * 2 * 32 * 100 + 100) + (100 * 10 + 10);
    assert_eq!(model.parameters().count(), count);
    let spec = read("kind = \"rnn\"\nunits = 20").expect("spec");
    spec.check("model").expect("in range");
    let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
    assert_eq!(model.layer_units(), [20, 10]);
    assert_eq!(model.parameters().count(), (8 * 20 + 20 * 20 + 20) + (20 * 10 + 10));
}

#[test]
fn an_unknown_key_and_an_unknown_kind_are_named() {
    let error = read("kind = \"mlp\"\nhiden = [3]").expect_err("typo").to_string();
    assert!(error.contains("hiden") && error.contains("did you mean `hidden`"), "{error}");
    let error = read("kind = \"mpl\"").expect_err("typo").to_string();
    assert!(error.contains("mpl") && error.contains("did you mean `mlp`"), "{error}");
}

#[test]
fn values_out_of_range_are_named_with_what_is_allowed() {
    let spec = read("kind = \"mlp\"\nhidden = [10, 0]").expect("spec");
    let error = spec.check("model").expect_err("zero units").to_string();
    assert_eq!(error, "`model.hidden` = 0: out of range\n  allowed: sizes from 1 to 65536");
    let spec = read("kind = \"mlp\"\ninit = { kind = \"normal\", sd = -1.0 }").expect("spec");
    assert!(spec.check("model").expect_err("sd").to_string().contains("`model.init.sd` = -1"));
    let spec = read("kind = \"cnn\"\nkernel = 3\npadding = 3").expect("spec");
    let error = spec.check("model").expect_err("padding").to_string();
    assert_eq!(error, "`model.padding` = 3: out of range\n  allowed: 0 to 2");
    let spec = read("kind = \"rnn\"\nunits = 0").expect("spec");
    assert!(spec.check("model").expect_err("units").to_string().contains("`model.units` = 0"));
    assert!(ModelSpec::default().check("model").is_ok());
}

#[test]
fn a_network_whose_weights_are_not_drawn_is_as_large_as_one_whose_are_and_refuses_the_same() {
    for text in ["kind = \"mlp\"\nhidden = [7, 5]", "kind = \"cnn\"", "kind = \"rnn\""] {
        let spec = read(text).expect("spec");
        let [drawn, undrawn] = [spec.build([1, 8, 8], 10, &Streams::new(1)), spec.undrawn([1, 8, 8], 10)];
        let [drawn, undrawn] = [drawn.expect("model"), undrawn.expect("model")];
        assert_eq!(undrawn.layer_units(), drawn.layer_units());
        assert_eq!(undrawn.multiply_adds(), drawn.multiply_adds());
        assert_eq!(undrawn.parameters().count(), drawn.parameters().count());
        assert!(
            undrawn.parameters().snapshot().expect("values").iter().flatten().all(|weight| *weight == 0.0)
        );
    }
    let refused = read("kind = \"cnn\"").expect("spec");
    let [drawn, undrawn] = [refused.build([1, 1, 1], 10, &Streams::new(1)), refused.undrawn([1, 1, 1], 10)];
    assert_eq!(drawn.err().expect("too small").to_string(), undrawn.err().expect("too small").to_string());
}
