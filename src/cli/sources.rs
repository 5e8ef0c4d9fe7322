//! Where definitions and data come from: flags of every command that trains.

use std::path::PathBuf;

use clap::Args;

/// Where definitions and data come from.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// Folder with data sets [default: $NEUROMOD_DATA, else the cache folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder with definitions of your own (*.toml), on top of the embedded ones
    #[arg(long, value_name = "DIR")]
    pub benchmarks: Option<PathBuf>,
    /// Refuse data of your own whose checksum does not stand in the definition
    #[arg(long)]
    pub strict: bool,
}
