//! What can stand behind `bench headroom`.

use std::path::PathBuf;

use clap::Args;

use super::sources::{Effort, Sources, parse_shard};

#[derive(Debug, Clone, Args)]
pub struct HeadroomArguments {
    /// Benchmarks whose changes come at the same time in every seed
    #[arg(required = true, value_name = "BENCHMARK")]
    pub asked: Vec<String>,
    /// What the gain acts on (see `bench list modulators`), e.g. learning-rate, slope, loss-weight.ewc
    #[arg(short, long, required = true, value_name = "T1,T2,…", value_delimiter = ',')]
    pub target: Vec<String>,
    /// The method to which the gains are added [default: the paradigm's plain method]
    #[arg(long, value_name = "METHOD")]
    pub base: Option<String>,
    /// Mechanisms to search with the same budget; the best of them is confirmed, and its share κ of the headroom told
    #[arg(short, long, value_name = "M1,M2,…", value_delimiter = ',')]
    pub method: Vec<String>,
    /// Methods without a gain that could do as well (input standardisation, say): searched with the same budget and asked beside it
    #[arg(long, value_name = "M1,M2,…", value_delimiter = ',')]
    pub rival: Vec<String>,
    /// Trials per restart of every arm
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..=10_000))]
    pub trials: u64,
    /// Independent restarts of every arm
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub restarts: u64,
    /// Validation seeds per trial
    #[arg(short, long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Further validation seeds on which the best are scored again
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub confirm: u64,
    /// Seeds on which the headroom is stated, and as many others to confirm a mechanism
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    pub qualify: u64,
    /// Which range of confirmation seeds, from 0: each candidate that is tried after another was confirmed needs a new one
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=50))]
    pub confirmation: u64,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for records and what is found; repeated, the command goes on there [default: results/local/headroom]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Salvage a damaged journal: it is kept, and what can be read of it goes on
    #[arg(long)]
    pub salvage: bool,
    /// Only the K-th of N shares of the questions (benchmark and target), each for a machine and folder of its own; a command
    /// without it in a folder that holds all their lines of `records.jsonl` trains nothing anew
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    pub shard: Option<(usize, usize)>,
    /// Print questions, arms and expected cost, run nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub sources: Sources,
}
