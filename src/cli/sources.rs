//! Arguments that several commands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where definitions and data come from.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// Folder with data sets [default: $NEUROMOD_DATA, else the cache folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folders with definitions of your own (*.toml), on top of the embedded ones and of each other
    #[arg(long, value_name = "DIR")]
    pub benchmarks: Vec<PathBuf>,
    /// Refuse data of your own whose checksum does not stand in the definition
    #[arg(long)]
    pub strict: bool,
}

/// How a command that trains works, and what it says meanwhile.
#[derive(Debug, Clone, Args)]
pub struct Effort {
    /// Runs at the same time [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    jobs: Option<u64>,
    /// No progress on stderr
    #[arg(short, long)]
    pub quiet: bool,
}

impl Effort {
    /// Runs at the same time.
    pub fn jobs(&self) -> usize {
        self.jobs.map_or_else(crate::run::cores, |jobs| usize::try_from(jobs).unwrap_or(1))
    }

    /// The number that was asked for, if any.
    pub fn asked(&self) -> Option<u64> {
        self.jobs
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The answer for people; with --verbose the tables too
    Table,
    /// All records as JSON lines
    Json,
}

/// `2/3` as the second of three shares.
pub(super) fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let wrong = || format!("`{text}` is not K/N with 1 <= K <= N <= 10000, e.g. 2/3");
    let (share, count) = text.split_once('/').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| wrong());
    let (share, count) = (number(share)?, number(count)?);
    if (1..=count).contains(&share) && count <= 10_000 { Ok((share, count)) } else { Err(wrong()) }
}
