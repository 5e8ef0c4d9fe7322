//! Everything that can stand on the command line; help texts come from here.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::data_arguments::DataCommand;
use super::headroom_arguments::HeadroomArguments;
use super::sources::{Effort, Format, Sources, parse_shard};
use super::sweep_arguments::SweepArguments;
use super::travel::{CompareArguments, ExportArguments, JudgeArguments, StudyArguments};
use super::validate_arguments::ValidateArguments;

/// Benchmarks for neuromodulated and continual learning: many seeds, paired statistics, charts.
///
/// Without a command: `bench run core`, the default suite on embedded data.
#[derive(Debug, Parser)]
#[command(name = "bench", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArguments,
}

const EXIT_CODES: &str = "Exit codes: 0 all runs fine, 1 some runs failed or are missing (the report exists), \
2 wrong usage, definition, data or records, 75 interrupted (repeat the command to go on).";

const VALIDATE_CODES: &str = "Exit codes: 0 all rows are within tolerance, 1 a run failed, 2 wrong usage or data, \
3 a row misses, 75 interrupted (repeat the command to go on).";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train suites or benchmarks, then print the answer and write the report
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
    /// List what there is: suites, benchmarks, methods, modulators, metrics, data sets
    List(ListArguments),
    /// Show a resolved definition: settings, formula, source, expected cost
    Show(ShowArguments),
    /// Search strengths of a mechanism, and the constant and the optimiser it must beat, with equal budgets
    #[command(after_help = EXIT_CODES)]
    Tune(TuneArguments),
    /// Search what timing a gain can gain on a benchmark at all, with equal budgets, and what of it mechanisms capture
    #[command(after_help = EXIT_CODES)]
    Headroom(HeadroomArguments),
    /// A method over a grid of one or two settings: the curve, the best on validation data, the width of its plateau
    #[command(after_help = EXIT_CODES)]
    Sweep(SweepArguments),
    /// Published numbers: ours, theirs, tolerance, verdict
    #[command(after_help = VALIDATE_CODES)]
    Validate(ValidateArguments),
    /// Rebuild tables, charts and HTML from records, without training
    Report(ReportArguments),
    /// All that a claim about a mechanism needs: search with equal budgets, every required control, verdict, one page
    #[command(after_help = EXIT_CODES)]
    Study(StudyArguments),
    /// Hold two sets of records against each other: what changed, what is only in one, which settings differ
    #[command(after_help = super::travel::COMPARE_CODES)]
    Compare(CompareArguments),
    /// Judge results made elsewhere, from a table, by the same rules as the suite's own
    #[command(after_help = EXIT_CODES)]
    Judge(JudgeArguments),
    /// Write results, or a benchmark's stream, as files for other programs
    Export(ExportArguments),
    /// Look at data of your own
    #[command(subcommand)]
    Data(DataCommand),
}

#[derive(Debug, Clone, Args)]
pub struct TuneArguments {
    /// The benchmark; its validation data and other seeds than the reported ones are used
    #[arg(value_name = "BENCHMARK")]
    pub benchmark: String,
    /// Methods to tune [default: those that the benchmark lists]
    #[arg(short, long, value_name = "M1,M2,…", value_delimiter = ',')]
    pub method: Vec<String>,
    /// Which of the three searches of a mechanism
    #[arg(long, value_enum, default_value_t = TunePart::All)]
    pub part: TunePart,
    /// How the search looks
    #[arg(long, value_enum, default_value_t = TuneBy::Draws)]
    pub by: TuneBy,
    /// Instead: scores of single values of one key, e.g. parameters.lambda=1,10,100; writes no
    /// values
    #[arg(long = "try", value_name = "KEY=V1,V2,…")]
    pub values: Option<String>,
    /// Trials per restart
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u64).range(2..=10_000))]
    pub trials: u64,
    /// Independent restarts of each search; every restart's constant is a control
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub restarts: u64,
    /// Validation seeds per trial
    #[arg(short, long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Further validation seeds on which the best are scored again
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub confirm: u64,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for what is found, one file per paradigm [default: results/tuned]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder for the search's records; repeated, a command that was stopped goes on there [default:
    /// results/local/tune/BENCHMARK]
    #[arg(long, value_name = "DIR")]
    pub records: Option<PathBuf>,
    /// Salvage a damaged journal: it is kept, and what can be read of it goes on
    #[arg(long)]
    pub salvage: bool,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TunePart {
    /// All of them, one after another
    All,
    /// Strengths of the modulators, with parameters and optimiser
    Mechanism,
    /// A constant effect for every receptor, with parameters and optimiser
    Constant,
    /// The method without modulation: parameters and optimiser
    Optimiser,
    /// On everything that the mechanism acts on a decay in training time that is blind to changes, with
    /// parameters and optimiser
    Decay,
}

/// How a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TuneBy {
    /// Half of the trials anywhere, half near the best of those
    Draws,
    /// The tree-structured Parzen estimator of `bench headroom`: for many numbers
    Estimator,
}

#[derive(Debug, Clone, Args)]
pub struct RunArguments {
    /// Suites and benchmarks to run (see `bench list`) [default: core]
    #[arg(value_name = "SUITE|BENCHMARK")]
    pub targets: Vec<String>,
    /// Only these methods (repeat, or separate by commas); METHOD@TABLE.KEY=VALUE varies one, e.g.
    /// naive@optimiser.rate=0.03
    #[arg(short, long = "method", value_name = "METHOD")]
    pub methods: Vec<String>,
    /// Beside every mechanism these controls (repeat, or separate by commas): `required` are those of its verdict, as far as searches
    /// have found them, `all` every one that fits it
    #[arg(long, value_name = "CONTROL")]
    pub controls: Vec<String>,
    /// Seeds per benchmark and method [default: what the suite says]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seeds: Option<u64>,
    #[command(flatten)]
    pub effort: Effort,
    /// Folder for records, tables and charts [default: results/local/NAME]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Stop a run after this wall time, e.g. 90s, 10m, 1.5h; it is recorded as timed out
    #[arg(long, value_name = "D", value_parser = parse_duration)]
    pub time_limit: Option<Duration>,
    /// Of a damaged journal, keep what can be read and go on; the whole is kept beside it
    #[arg(long, conflicts_with = "fresh")]
    pub salvage: bool,
    /// Go on with records that are already in the folder (this is the default)
    #[arg(long, conflicts_with = "fresh")]
    pub resume: bool,
    /// Put existing records aside and start again
    #[arg(long)]
    pub fresh: bool,
    /// Only the K-th of N shares of the runs, each for a machine of its own; `bench report DIR…` puts them together
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    pub shard: Option<(usize, usize)>,
    /// Print the plan and its expected cost, run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Every benchmark's table on stdout before the answer
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Args)]
pub struct ListArguments {
    /// Only one kind
    #[arg(value_enum)]
    pub kind: Option<Kind>,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Suites,
    Benchmarks,
    Methods,
    Modulators,
    Metrics,
    Datasets,
}

#[derive(Debug, Clone, Args)]
pub struct ShowArguments {
    /// Id of a suite, benchmark, method, metric or data set
    pub id: String,
    /// Resolve a benchmark with this method
    #[arg(short, long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Of a method that several paradigms have, only this one's preset
    #[arg(long, value_name = "PARADIGM")]
    pub paradigm: Option<String>,
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Debug, Clone, Args)]
pub struct ReportArguments {
    /// Folders (or files) with records; several are merged by key
    #[arg(required = true, value_name = "DIR")]
    pub from: Vec<PathBuf>,
    /// Of damaged records, report what can be read
    #[arg(long)]
    pub salvage: bool,
    /// Where the report goes [default: the first folder]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Every benchmark's table on stdout before the answer
    #[arg(short, long)]
    pub verbose: bool,
}

/// `90`, `90s`, `10m`, `1.5h` as a duration.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let allowed = "a time > 0 such as 90s, 10m or 1.5h";
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit `{unit}`; allowed is {allowed}")),
    };
    let number: f64 =
        number.trim().parse().map_err(|_| format!("not a number: `{number}`; allowed is {allowed}"))?;
    let total = number * seconds;
    if !(total > 0.0 && total < 1e8) {
        return Err(format!("out of range; allowed is {allowed}"));
    }
    Ok(Duration::from_secs_f64(total))
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
