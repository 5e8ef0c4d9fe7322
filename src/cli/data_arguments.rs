//! What can stand behind `bench data`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Clone, Subcommand)]
pub enum DataCommand {
    /// Say what a file or folder of your own holds, and print a ready [data] table for a benchmark
    Check(CheckArguments),
}

#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// .npz, .npy, IDX (…-ubyte), .csv, .tsv, .bin of CIFAR (each perhaps .gz), or a folder: of images with a folder per
    /// class (perhaps in train/ and test/), or of the files of MNIST or CIFAR
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
