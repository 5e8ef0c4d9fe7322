//! The `[data]` table of a benchmark: which files, how they are read, what is held out. Only keys and their rules; nothing
//! here opens a file.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;

/// Most classes: a label is a byte.
pub const MOST_CLASSES: usize = 256;

/// What has to be known of a data set before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Channels, height, width.
    pub shape: [usize; 3],
    pub classes: usize,
    /// Numbers are to be answered; the classes are groups by which tasks may be made.
    pub regression: bool,
}

/// What one may say of a data set. Keys that are left out have their defaults; `Data::complete` fills in what the files say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataTable {
    /// A set of the manifest, to be normalised, padded or cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// How files of one's own are laid out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<FileLayout>,
    /// What is trained on; what is held out by rule is taken from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Part>,
    /// What is held out of `train`, of what has no file of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitRule>,
    /// Channels, height, width. Default: what the files say; of a table `[1, 1, columns]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<[usize; 3]>,
    /// Names of the classes, in the order of the outputs. Default: those of the files, numbers by size, words by letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// Of image folders: height and width to which every image is brought. Default: all must have one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// Of image folders: 1 (grey) or 3 (colour). Default: 3 where any image has colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// Of tables: the column of the class, by name or place from 1. Default: the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<ColumnName>,
    /// Numbers to be answered, of tables their column; then `label` is the column of groups by which tasks may be made, and may
    /// be left out. Of a set: `"class"`, the number of the class. Default: classes are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<ColumnName>,
    /// Of tables: columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<ColumnName>,
    /// Of tables: one character. Default: the one of `,`, `;`, tab and `|` that the first line holds most of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Of tables: whether the first line holds names. Default: yes where it holds no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// What every number is multiplied with, > 0. Default: 1/255 of bytes, 1 of others, what the manifest says of its sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f32>,
    /// `[mean, sd]`: (scaled − mean) / sd; or `"columns"`: each by its own mean and sd over `train`. Default: neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalise: Option<Normalise>,
    /// Zeros on each of the four sides of an image, before it is normalised. Default 0.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub pad: usize,
    /// The first so many training samples are unused. Default 0.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub skip: usize,
    /// Only so many training samples, as they come. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Of the file, or over the list of all files (`bench data check` tells). Demanded with `--strict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Files of one's own into which nobody has looked yet.
pub(super) fn not_known() -> DefinitionError {
    DefinitionError {
        key: "data".into(),
        problem: "shape, classes and checksum of these files are not known yet: the program looks into them before it \
                  plans, a library's user calls `Data::complete`"
            .into(),
        ..DefinitionError::default()
    }
}

/// How files of one's own are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileLayout {
    /// Arrays of NumPy in one archive.
    #[serde(rename = "npz")]
    Npz,
    /// One array of NumPy per file.
    #[serde(rename = "npy")]
    Npy,
    /// The files of MNIST and its relatives.
    #[serde(rename = "idx")]
    Idx,
    /// A folder per class, PNG and JPEG.
    #[serde(rename = "images")]
    Images,
    /// Rows of numbers and a class, separated by commas, tabs, …
    #[serde(rename = "csv")]
    Csv,
    /// The binary files of CIFAR-10.
    #[serde(rename = "cifar-10")]
    Cifar10,
    /// The binary files of CIFAR-100, with the fine labels.
    #[serde(rename = "cifar-100")]
    Cifar100,
}

/// Samples of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a path, a list of paths, or { inputs = …, labels = … }")]
pub enum Part {
    /// One file or folder that holds both.
    One(String),
    /// Several, one after another.
    Many(Vec<String>),
    /// Two files (`file.npz:name` is one array of an archive).
    Pair(Pair),
}

/// Inputs and labels apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    pub inputs: String,
    pub labels: String,
}

/// What is held out of the training samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitRule {
    /// Share of all samples, in (0, 1); not where `test` has a file. Default 0.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<f64>,
    /// The same for choosing settings; not where `validation` has a file. Default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<f64>,
    /// Which samples. Default `class`.
    #[serde(default)]
    pub by: SplitBy,
}

/// Which samples are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The share of every class, drawn once for all seeds.
    #[default]
    Class,
    /// The share of all, drawn once for all seeds.
    Random,
    /// The last ones: for samples in the order of time.
    Last,
}

/// A column, by name or by place from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a column's name, or its place from 1")]
pub enum ColumnName {
    Place(usize),
    Name(String),
}

/// How numbers are brought to a common scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected [mean, standard deviation], or \"columns\"")]
pub enum Normalise {
    By([f32; 2]),
    Each(Each),
}

/// The word `columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    Columns,
}

impl Part {
    /// Every path of it.
    pub fn paths(&self) -> Vec<&str> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths.iter().map(String::as_str).collect(),
            Self::Pair(Pair { inputs, labels }) => vec![inputs, labels],
        }
    }
}

impl DataTable {
    /// The parts that have files, by name.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &Part)> {
        let all = [("train", &self.train), ("validation", &self.validation), ("test", &self.test)];
        all.into_iter().filter_map(|(name, part)| Some((name, part.as_ref()?)))
    }

    /// The set's id, or the first path that is trained on.
    pub fn name(&self) -> String {
        let file = || self.train.as_ref()?.paths().first().map(|path| (*path).to_owned());
        self.set.clone().or_else(file).unwrap_or_else(|| "data".into())
    }

    pub(super) fn facts(&self) -> Result<Facts, DefinitionError> {
        match (self.shape, &self.classes) {
            (Some([channels, height, width]), Some(classes)) => {
                let shape = [channels, height + 2 * self.pad, width + 2 * self.pad];
                Ok(Facts { shape, classes: classes.len(), regression: self.target.is_some() })
            }
            _ => Err(not_known()),
        }
    }

    /// Share of `train` that is for test; 0 where test has a file.
    pub(super) fn test_share(&self) -> f64 {
        if self.test.is_some() { 0.0 } else { self.split.and_then(|rule| rule.test).unwrap_or(0.2) }
    }

    /// The same for validation.
    pub(super) fn validation_share(&self) -> f64 {
        if self.validation.is_some() {
            0.0
        } else {
            self.split.and_then(|rule| rule.validation).unwrap_or(0.1)
        }
    }
}
