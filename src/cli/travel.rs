//! Arguments of the commands by which results leave and come in.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::sources::{Effort, Format, Sources};

pub const COMPARE_CODES: &str = "Exit codes: 0 every run is in both and bit-identical, under the same settings, 1 something \
differs, 2 wrong usage or records.";

#[derive(Debug, Clone, Args)]
pub struct StudyArguments {
    /// A method with a modulation table, or one whose modulation is built in
    #[arg(value_name = "MECHANISM")]
    pub mechanism: String,
    /// Benchmarks of its paradigm
    #[arg(required = true, value_name = "BENCHMARK")]
    pub asked: Vec<String>,
    /// Seeds on which the mechanism and its controls are judged
    #[arg(short, long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seeds: u64,
    /// Trials per restart of each search
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u64).range(2..=10_000))]
    pub trials: u64,
    /// Independent restarts of each search
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub restarts: u64,
    /// Validation seeds per trial
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub validation_seeds: u64,
    /// Further validation seeds on which the best are scored again
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub confirm: u64,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for what is found, records, report and the page [default: results/local/study/MECHANISM]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Say the cost, do nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Args)]
pub struct CompareArguments {
    /// Folder or file with records: before
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// Folder or file with records: after
    #[arg(value_name = "B")]
    pub after: PathBuf,
    /// Of damaged records, compare what can be read
    #[arg(long)]
    pub salvage: bool,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Clone, Args)]
pub struct JudgeArguments {
    /// Tables of results: comma-separated values (.csv) or JSON lines (.jsonl)
    #[arg(required_unless_present = "template", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Folders (or files) with records of this program, to be judged together
    #[arg(long = "with", value_name = "DIR")]
    pub with: Vec<PathBuf>,
    /// Folder for records, tables and charts [default: results/local/judged]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Instead: write an example table to FILE (.csv or .jsonl) and say what its columns mean
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "with", "out"])]
    pub template: Option<PathBuf>,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Args)]
pub struct ExportArguments {
    #[command(subcommand)]
    pub what: Export,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Export {
    /// runs.csv (one row a run; it stands beside every report too) and raw-curves.csv (one row a point of a run)
    Csv(ResultsArguments),
    /// A table for each benchmark, ready for a paper: booktabs, mean ± standard deviation over seeds, bounds
    Latex(ResultsArguments),
    /// Event files of TensorBoard: curves, signals and metrics of every run, in DIR/tensorboard/BENCHMARK/METHOD/seedN
    Tensorboard(ResultsArguments),
    /// Croissant metadata of data sets and generators, with the fields for responsible use
    Croissant(CroissantArguments),
    /// A benchmark's samples, order, masks and initial weights, so that a learner of your own meets the same stream
    Stream(StreamArguments),
}

#[derive(Debug, Clone, Args)]
pub struct ResultsArguments {
    /// Folders (or files) with records; several are merged by key
    #[arg(required = true, value_name = "DIR")]
    pub from: Vec<PathBuf>,
    /// Of damaged records, export what can be read
    #[arg(long)]
    pub salvage: bool,
    /// Where the files go [default: the first folder]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct CroissantArguments {
    /// Ids of data sets and generators [default: all that need no data folder]
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Folder for ID.json
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub struct StreamArguments {
    /// An incremental or online benchmark with an mlp
    #[arg(value_name = "BENCHMARK")]
    pub benchmark: String,
    /// Seed of the stream and of the initial weights
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// The method whose network and optimiser are written [default: the paradigm's plain method]
    #[arg(short, long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Test samples with their labels and tasks too; the file then says so
    #[arg(long)]
    pub with_answers: bool,
    /// The stream for searching settings: scored on validation data, which hold nothing of what is reported
    #[arg(long)]
    pub validation: bool,
    /// Folder for BENCHMARK-seedN.npz and .json
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    #[command(flatten)]
    pub sources: Sources,
}
