//! `bench tune`: equal-budget search on validation data.

use std::path::PathBuf;

use super::arguments::{TuneArguments, TunePart};
use super::exit;
use super::output::{data, library, method, print};
use crate::error::DefinitionError;
use crate::run;
use crate::tune::{FIRST_SEED, Part, Search, write};

pub fn run(arguments: &TuneArguments) -> anyhow::Result<u8> {
    let library = library(&arguments.sources)?;
    let data = data(&arguments.sources);
    method(&library, &library.benchmark(&arguments.benchmark)?.header.paradigm, &arguments.method)?;
    let search = Search {
        library: &library,
        data: &data,
        benchmark: &arguments.benchmark,
        method: &arguments.method,
        budget: usize::try_from(arguments.budget)?,
        seeds: arguments.seeds,
        jobs: arguments.jobs.map_or_else(run::cores, |jobs| usize::try_from(jobs).unwrap_or(1)),
    };
    let preset = search.preset()?;
    let folder = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/tuned"));
    let seeds = arguments.seeds;
    for part in parts(arguments)? {
        let (scored, best) = search.run(&part)?;
        let winner = &scored[best];
        let budget = scored.len();
        let provenance = format!(
            "{} searched by bench tune {} --method {} --budget {} --seeds {seeds}: {budget} trials on validation data, seeds {FIRST_SEED} to {}; best {} with {:.4}",
            part.word(),
            arguments.benchmark,
            arguments.method,
            arguments.budget,
            FIRST_SEED + seeds - 1,
            winner.trial.words,
            winner.score
        )
        .replace("; ", ", ");
        let mut text = format!("{} of {} on {}\n", part.word(), arguments.method, arguments.benchmark);
        for (place, one) in scored.iter().enumerate() {
            let mark = if place == best { '*' } else { ' ' };
            text.push_str(&format!(" {mark} {:.4}  {}\n", one.score, one.trial.words));
        }
        if winner.trial.edge {
            text.push_str("   the best value stands at the edge of what was tried\n");
        }
        let path = write(&folder, preset, &part, &arguments.benchmark, &winner.trial, &provenance)?;
        text.push_str(&format!("   written: {}\n", path.display()));
        print(&text)?;
    }
    print(&format!("use them: bench run {} --benchmarks {}\n", arguments.benchmark, folder.display()))?;
    Ok(exit::OK)
}

fn parts(arguments: &TuneArguments) -> anyhow::Result<Vec<Part>> {
    if let Some(text) = &arguments.values {
        let wrong = || DefinitionError {
            key: "--try".into(),
            found: text.clone(),
            problem: "not KEY=V1,V2,…".into(),
            allowed: vec!["e.g. lambda=1,10,100".into()],
            ..DefinitionError::default()
        };
        let (key, values) = text.split_once('=').ok_or_else(|| crate::Error::from(wrong()))?;
        let values: Result<Vec<f64>, _> =
            values.split(',').map(|value| value.trim().parse::<f64>()).collect();
        let values = values.map_err(|_| crate::Error::from(wrong()))?;
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return Err(crate::Error::from(wrong()).into());
        }
        return Ok(vec![Part::Parameter { key: key.trim().to_owned(), values }]);
    }
    Ok(match arguments.part {
        TunePart::All => vec![Part::Mechanism, Part::Constant, Part::Optimiser],
        TunePart::Mechanism => vec![Part::Mechanism],
        TunePart::Constant => vec![Part::Constant],
        TunePart::Optimiser => vec![Part::Optimiser],
    })
}
