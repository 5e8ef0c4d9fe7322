//! Controls by name: `mean-gain`, `without:NAME`, … in both directions.

use std::fmt;
use std::str::FromStr;

use super::control::{CONTROLS, Control};
use super::target::TARGETS;
use base::error::DefinitionError;

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmodulated => f.write_str("unmodulated"),
            Self::MeanGain => f.write_str("mean-gain"),
            Self::MeanGainRescaled => f.write_str("mean-gain-rescaled"),
            Self::Shuffled => f.write_str("shuffled"),
            Self::Yoked => f.write_str("yoked"),
            Self::MatchedNoise => f.write_str("matched-noise"),
            Self::Oracle => f.write_str("oracle"),
            Self::Schedule => f.write_str("schedule"),
            Self::SignFlip => f.write_str("sign-flip"),
            Self::OtherUnits => f.write_str("other-units"),
            Self::Without(name) => write!(f, "without:{name}"),
            Self::WithoutTarget(target) => write!(f, "without-target:{}", target.entry().name),
            Self::Only(names) => write!(f, "only:{}", names.join(",")),
            Self::Wider => f.write_str("wider"),
            Self::ContextInput => f.write_str("context-input"),
        }
    }
}

impl FromStr for Control {
    type Err = DefinitionError;

    fn from_str(text: &str) -> Result<Self, DefinitionError> {
        let unknown = || {
            let known = CONTROLS.iter().map(|(name, _)| *name);
            DefinitionError { key: "controls".into(), ..DefinitionError::unknown("control", text, known) }
        };
        Ok(match text.split_once(':') {
            None => match text {
                "unmodulated" => Self::Unmodulated,
                "mean-gain" => Self::MeanGain,
                "mean-gain-rescaled" => Self::MeanGainRescaled,
                "shuffled" => Self::Shuffled,
                "yoked" => Self::Yoked,
                "matched-noise" => Self::MatchedNoise,
                "oracle" => Self::Oracle,
                "schedule" => Self::Schedule,
                "sign-flip" => Self::SignFlip,
                "other-units" => Self::OtherUnits,
                "wider" => Self::Wider,
                "context-input" => Self::ContextInput,
                _ => return Err(unknown()),
            },
            Some(("without", name)) => Self::Without(name.to_owned()),
            Some(("without-target", name)) => {
                let entry = TARGETS.iter().find(|entry| entry.name == name).ok_or_else(|| {
                    let known = TARGETS.iter().map(|entry| entry.name);
                    DefinitionError {
                        key: "controls".into(),
                        ..DefinitionError::unknown("target", name, known)
                    }
                })?;
                Self::WithoutTarget(entry.kind)
            }
            Some(("only", names)) => {
                Self::Only(names.split(',').map(|name| name.trim().to_owned()).collect())
            }
            Some(_) => return Err(unknown()),
        })
    }
}
