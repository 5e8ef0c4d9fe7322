//! Measures or tunes the spiking Go/No-Go model: how the method presets of the case study were found.
//!
//! ```text
//! go_nogo_search <cues> <first seed> <seeds> [trials=120] [criterion=N] [key=value …] [/ key=value …]…
//! ```
//!
//! Each group of `key=value` (separated by `/`) is one configuration; a value may be a list `a,b,c`, and a group then
//! stands for every combination. One line per configuration: accuracy, then per kind of shift trials to criterion, share
//! of solved blocks and accuracy; then the accuracy's paired difference to the first configuration with the two-sided p of
//! the sign-flip test (Holm's correction over all of them at the end). Example: `go_nogo_search A,B,X,Y,A 1000 16 noradrenaline.source=none relaxation.constant=0.02,0.05`.

use std::collections::BTreeMap;

use neuromod_bench::base::stats::{SignFlip, holm};
use neuromod_bench::cases::go_nogo::{RunSettings, run_session, scalars};
use neuromod_bench::contract::Unwatched;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cues, first, seeds, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: go_nogo_search <cues> <first seed> <seeds> [trials=N] [key=value …] [/ …]");
    };
    let (first, seeds): (u64, u64) = (first.parse()?, seeds.parse()?);
    let mut task = serde_json::json!({ "cues": cues.split(',').collect::<Vec<_>>() });
    let mut groups = vec![Vec::new()];
    for argument in rest {
        if argument == "/" {
            groups.push(Vec::new());
            continue;
        }
        let (key, value) =
            argument.split_once('=').ok_or_else(|| anyhow::anyhow!("`{argument}` is no key=value"))?;
        match key {
            "trials" => task["block"] = value.parse::<u64>()?.into(),
            "reward" => task["reward"] = value.into(),
            "criterion" => {
                task["schedule"] = "criterion".into();
                task["criterion"] = value.parse::<u64>()?.into();
            }
            _ => groups.last_mut().expect("never empty").push((key.to_owned(), value.to_owned())),
        }
    }
    let mut first_accuracies: Vec<f64> = Vec::new();
    let mut tests = Vec::new();
    for group in groups {
        for configuration in combinations(&group) {
            let model = model(&configuration)?;
            let settings: RunSettings =
                serde_json::from_value(serde_json::json!({ "task": task, "model": model }))?;
            settings.model.check()?;
            let start = std::time::Instant::now();
            let mut all = measured(&settings, first..first + seeds)?;
            let name: Vec<String> =
                configuration.iter().map(|(key, value)| format!("{key}={value}")).collect();
            print_line(&name.join(" "), &all, start.elapsed().as_secs_f64() / seeds as f64);
            let accuracies = all.remove("accuracy").unwrap_or_default();
            if first_accuracies.is_empty() {
                first_accuracies = accuracies;
            } else {
                let differences: Vec<f64> =
                    first_accuracies.iter().zip(&accuracies).map(|(first, this)| first - this).collect();
                if let Some(test) = SignFlip::new(&differences) {
                    println!("    first − this: {:+.4}, p = {:.2e}", test.mean(), test.p());
                    tests.push(test.p());
                }
            }
        }
    }
    if tests.len() > 1 {
        let corrected: Vec<String> = holm(&tests).iter().map(|p| format!("{p:.2e}")).collect();
        println!("Holm over these comparisons, in order: {}", corrected.join(", "));
    }
    Ok(())
}

/// Every number of the sessions of these seeds.
fn measured(
    settings: &RunSettings,
    seeds: std::ops::Range<u64>,
) -> anyhow::Result<BTreeMap<String, Vec<f64>>> {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for seed in seeds {
        let session = run_session(&settings.task, &settings.model, seed, &mut Unwatched)?;
        for (name, value) in scalars(&session) {
            all.entry(name).or_default().push(value);
        }
    }
    Ok(all)
}

/// A configuration as the model's settings.
fn model(configuration: &[(String, String)]) -> anyhow::Result<serde_json::Value> {
    let mut model = serde_json::json!({});
    for (key, value) in configuration {
        let value = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::from(value.as_str()));
        let pointer = key.split('.').try_fold(&mut model, |at, part| {
            at.as_object_mut().map(|table| table.entry(part).or_insert_with(|| serde_json::json!({})))
        });
        *pointer.ok_or_else(|| anyhow::anyhow!("`{key}` passes through a value"))? = value;
    }
    Ok(model)
}

fn combinations(group: &[(String, String)]) -> Vec<Vec<(String, String)>> {
    group.iter().fold(vec![Vec::new()], |all, (key, values)| {
        let extended = all.iter().flat_map(|configuration| {
            values.split(',').map(move |value| {
                let mut longer: Vec<(String, String)> = configuration.clone();
                longer.push((key.clone(), value.to_owned()));
                longer
            })
        });
        extended.collect()
    })
}

fn print_line(name: &str, all: &BTreeMap<String, Vec<f64>>, seconds: f64) {
    let mean = |key: &str| all.get(key).map(|values| values.iter().sum::<f64>() / values.len() as f64);
    let error = |key: &str| {
        let (Some(values), Some(mean)) = (all.get(key), mean(key)) else { return 0.0 };
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (square / (values.len() * (values.len() - 1).max(1)) as f64).sqrt()
    };
    let get = |key: &str| mean(key).unwrap_or(f64::NAN);
    print!("acc {:.3}±{:.3} NA {:.2}", get("accuracy"), error("accuracy"), get("mean_noradrenaline"));
    for kind in ["start", "reversal", "intradimensional", "extradimensional"] {
        let key = |measure: &str| format!("{measure}/{kind}");
        if mean(&key("accuracy")).is_none() {
            continue;
        }
        let short = if kind == "start" { "start" } else { &kind[..2] };
        print!(
            " | {short} ttc {:.1}±{:.1} solved {:.2} acc {:.3} pers {:.1} det {:.2} fa {:.2}",
            get(&key("trials_to_criterion")),
            error(&key("trials_to_criterion")),
            get(&key("solved")),
            get(&key("accuracy")),
            get(&key("perseverative_errors")),
            get(&key("detected")),
            get(&key("false_alarms")),
        );
    }
    println!(" | {:.0} Hz {seconds:.2} s | {name}", get("actor_rate"));
}
