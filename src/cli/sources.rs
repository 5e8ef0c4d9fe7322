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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The answer for people; with --verbose the tables too
    Table,
    /// All records as JSON lines
    Json,
}
