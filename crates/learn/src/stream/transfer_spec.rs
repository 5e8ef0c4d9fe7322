//! A source and a target as a setting.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use base::error::{DefinitionError, Error};
use data::entry;

/// Images of some classes of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Id of a data set.
    pub data: String,
    /// Classes that take part. Default: all.
    #[serde(default)]
    pub classes: Vec<usize>,
    /// Degrees by which every image is turned. Default 0.
    #[serde(default)]
    pub rotate: f32,
}

/// Which outputs the target uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heads {
    /// The target has outputs of its own, untrained at first; only the outputs of the domain at hand compete.
    Separate,
    /// Source and target share the outputs: the classes mean the same.
    Shared,
}

/// What is learned first, and what then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TransferSpec {
    /// Classification of images.
    Images { source: Domain, target: Domain, heads: Heads },
    /// Regression of y = A sin(x + φ) on x in [−5, 5]; A from U[0.1, 5], φ from U[0, π] per seed. The target's phase is
    /// φ + shift. One shared output.
    Sinusoid {
        /// Radians. Default 1.
        #[serde(default = "one")]
        shift: f32,
        /// Source samples, ≥ 1. Default 1,000.
        #[serde(default = "thousand")]
        samples: usize,
    },
}

fn one() -> f32 {
    1.0
}

fn thousand() -> usize {
    1000
}

impl Domain {
    pub(super) fn class_list(&self, available: usize) -> Vec<usize> {
        if self.classes.is_empty() { (0..available).collect() } else { self.classes.clone() }
    }

    fn check(&self, at: &str) -> Result<usize> {
        let available = entry(&self.data)
            .map_err(|error| match error {
                Error::Definition(e) => DefinitionError { key: format!("{at}.data"), ..*e }.into(),
                other => other,
            })?
            .classes;
        let classes = self.class_list(available);
        let mut distinct = classes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != classes.len() || classes.len() < 2 || distinct.iter().any(|c| *c >= available) {
            let allowed = format!("at least two different classes from 0 to {}", available - 1);
            let key = format!("{at}.classes");
            return Err(DefinitionError::range(&key, format!("{classes:?}"), &allowed).into());
        }
        if !self.rotate.is_finite() {
            let key = format!("{at}.rotate");
            return Err(DefinitionError::range(&key, self.rotate, "a finite angle in degrees").into());
        }
        Ok(classes.len())
    }
}

impl TransferSpec {
    /// Whether targets are numbers instead of labels.
    pub fn is_regression(&self) -> bool {
        matches!(self, Self::Sinusoid { .. })
    }

    /// Ids of the data sets, each once.
    pub fn datasets(&self) -> Vec<String> {
        match self {
            Self::Images { source, target, .. } if source.data == target.data => vec![source.data.clone()],
            Self::Images { source, target, .. } => vec![source.data.clone(), target.data.clone()],
            Self::Sinusoid { .. } => Vec::new(),
        }
    }

    /// Checks everything that needs no data; returns the input shape and the number of outputs.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<([usize; 3], usize)> {
        match self {
            Self::Images { source, target, heads } => {
                let (a, b) = (source.check("task.source")?, target.check("task.target")?);
                let (shape, other) = (entry(&source.data)?.shape, entry(&target.data)?.shape);
                if shape != other {
                    let allowed = format!("a data set of the source's shape {shape:?}");
                    let found = format!("{} of shape {other:?}", target.data);
                    return Err(DefinitionError::range("task.target.data", found, &allowed).into());
                }
                if *heads == Heads::Shared && a != b {
                    let allowed = format!("as many classes as the source, {a}, where heads are shared");
                    return Err(DefinitionError::range("task.target.classes", b, &allowed).into());
                }
                Ok((shape, if *heads == Heads::Shared { a } else { a + b }))
            }
            Self::Sinusoid { shift, samples } => {
                if !shift.is_finite() {
                    return Err(
                        DefinitionError::range("task.shift", shift, "a finite angle in radians").into()
                    );
                }
                if !(1..=1_000_000).contains(samples) {
                    return Err(DefinitionError::range("task.samples", samples, "1 to 1000000").into());
                }
                Ok(([1, 1, 1], 1))
            }
        }
    }
}
