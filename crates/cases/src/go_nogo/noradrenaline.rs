//! What sets the noradrenaline level of a trial: the model's own locus coeruleus, or one of the controls.

use super::model::{LcDrive, ModelSettings, NoradrenalineSource};
use crate::spiking::locus_coeruleus::LocusCoeruleus;
use crate::spiking::predictive::Surprise;
use base::error::DefinitionError;

/// A source with its state.
#[derive(Debug, Clone)]
pub enum Noradrenaline {
    Surprise { lc: LocusCoeruleus, drive: LcDrive },
    Constant(f64),
    Boundary { trials: usize },
}

impl Noradrenaline {
    /// The source that the settings name; that of a control is the one that it replays.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(model: &ModelSettings) -> Result<Self, DefinitionError> {
        let settings = model.noradrenaline;
        Ok(match settings.source {
            NoradrenalineSource::Surprise | NoradrenalineSource::Shuffled | NoradrenalineSource::Mean => {
                Self::Surprise {
                    lc: LocusCoeruleus::new(model.locus_coeruleus, model.network.trial)?,
                    drive: settings.drive,
                }
            }
            NoradrenalineSource::None => Self::Constant(0.0),
            NoradrenalineSource::Constant => Self::Constant(settings.level),
            NoradrenalineSource::Boundary => Self::Boundary { trials: settings.trials },
        })
    }

    /// The level of the next trial; only the oracle looks at `since_shift` (`None` before the first shift).
    pub fn level(&self, since_shift: Option<usize>) -> f64 {
        match self {
            Self::Surprise { lc, .. } => lc.noradrenaline.value(),
            Self::Constant(level) => *level,
            Self::Boundary { trials } => {
                f64::from(u8::from(since_shift.is_some_and(|since| since < *trials)))
            }
        }
    }

    /// The end of a trial: what the predictive network felt.
    pub fn observe(&mut self, surprise: Surprise) {
        if let Self::Surprise { lc, drive } = self {
            let signal = match drive {
                LcDrive::Absent => surprise.absent,
                LcDrive::Both => surprise.total,
            };
            let activity = lc.activity(f64::from(signal));
            lc.noradrenaline.step(activity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go_nogo::NoradrenalineSettings;

    #[test]
    fn controls_ignore_surprise_and_the_oracle_knows_only_boundaries() {
        let source = |source| {
            let noradrenaline =
                NoradrenalineSettings { source, level: 0.4, trials: 2, drive: LcDrive::Absent };
            let model = ModelSettings { noradrenaline, ..ModelSettings::default() };
            let mut source = Noradrenaline::new(&model).unwrap();
            source.observe(Surprise { absent: 1.0, total: 1.0 });
            source
        };
        assert_eq!(source(NoradrenalineSource::None).level(Some(0)), 0.0);
        assert_eq!(source(NoradrenalineSource::Constant).level(None), 0.4);
        let oracle = source(NoradrenalineSource::Boundary);
        assert_eq!([None, Some(0), Some(1), Some(2)].map(|since| oracle.level(since)), [0.0, 1.0, 1.0, 0.0]);
        assert!(source(NoradrenalineSource::Surprise).level(None) > 0.5);
    }
}
