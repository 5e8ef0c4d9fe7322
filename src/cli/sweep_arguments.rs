//! What can stand behind `bench sweep`.

use std::path::PathBuf;

use clap::Args;

use super::sources::{Effort, Sources};

#[derive(Debug, Clone, Args)]
pub struct SweepArguments {
    /// The benchmark; its validation data and other seeds than the reported ones are used
    #[arg(value_name = "BENCHMARK")]
    pub benchmark: String,
    /// The method
    #[arg(short, long, value_name = "METHOD")]
    pub method: String,
    /// Setting and values: KEY=A..B:log:N, KEY=A..B:lin:N or KEY=V1,V2,…, KEY a parameter, or with its table
    /// `optimiser.`, `model.`, `modulation.`; of a setting that takes whole numbers a range is rounded; twice for a grid
    #[arg(long, required = true, value_name = "KEY=VALUES")]
    pub over: Vec<String>,
    /// Validation seeds per point
    #[arg(short, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Seeds of the best on test data; 0: none
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub test: u64,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for records, sweep.csv and sweep.svg; repeated, the command goes on there [default: results/local/sweep]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the number of runs and their expected cost, run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Salvage a damaged journal: it is kept, and what can be read of it goes on
    #[arg(long)]
    pub salvage: bool,
    #[command(flatten)]
    pub sources: Sources,
}
