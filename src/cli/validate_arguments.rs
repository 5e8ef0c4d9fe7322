//! What can stand behind `bench validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::sources::{Effort, Sources};

#[derive(Debug, Clone, Args)]
pub struct ValidateArguments {
    /// Sources (see `bench validate --dry-run`), or benchmarks or methods of their rows; a row has to fit one name of each
    /// kind that is given [default: all rows]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// One seed, and bands twice as wide
    #[arg(long, conflicts_with = "seeds")]
    pub quick: bool,
    /// Seeds per row
    #[arg(short, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for records; repeated, the command goes on there [default: results/local/validate]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = ValidateFormat::Table)]
    pub format: ValidateFormat,
    /// Print the rows and their expected cost, run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Salvage a damaged journal: it is kept, and what can be read of it goes on
    #[arg(long)]
    pub salvage: bool,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ValidateFormat {
    /// Text for people
    Table,
    /// One array, an object per row
    Json,
    /// Tables for the documentation
    Markdown,
}
