use super::*;

fn refusal(change: impl Fn(&mut ModelSettings)) -> String {
    let mut settings = ModelSettings::default();
    change(&mut settings);
    settings.check().unwrap_err().to_string()
}

#[test]
fn the_defaults_are_allowed() {
    ModelSettings::default().check().unwrap();
}

#[test]
fn bad_parameters_are_refused_by_their_dotted_name() {
    assert!(refusal(|s| s.plasticity.tau_pre = -20.0).starts_with("`plasticity.tau_pre` = -20"));
    assert!(refusal(|s| s.network.rate_on = 1200.0).contains("1/dt = 1000 Hz"));
    assert!(
        refusal(|s| {
            s.network.rate_on = 700.0;
            s.attention.enabled = true;
        })
        .starts_with("`network.rate_on` = 1190")
    );
    assert!(refusal(|s| s.network.excitatory = 0).starts_with("`network.excitatory` = 0"));
    assert!(refusal(|s| s.network.noise = f32::NAN).starts_with("`network.noise` = NaN"));
    assert!(refusal(|s| s.locus_coeruleus.width = 0.0).starts_with("`locus_coeruleus.width` = 0"));
    assert!(refusal(|s| s.predictive.population = 0).starts_with("`predictive.population` = 0"));
    assert!(refusal(|s| s.noradrenaline.level = 1.5).starts_with("`noradrenaline.level` = 1.5"));
}
