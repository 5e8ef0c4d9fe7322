//! What sets the noradrenaline level of a trial: the model's own locus coeruleus, or one of the controls.

use super::model::{LcDrive, ModelSettings, NoradrenalineSource};
use crate::spiking::locus_coeruleus::LocusCoeruleus;
use crate::spiking::predictive::Surprise;
use base::error::DefinitionError;

/// A source with its state.
#[derive(Debug, Clone)]
pub enum Noradrenaline {
    Surprise {
        lc: LocusCoeruleus,
        drive: LcDrive,
    },
    Constant(f64),
    /// A recorded trajectory, one level per trial; 0 beyond its end.
    Trace(Vec<f64>),
    Boundary {
        trials: usize,
    },
}

impl Noradrenaline {
    /// The source that the settings name; `trace` is the recording for the controls that replay one.
    ///
    /// # Errors
    /// Names the parameter that is out of range.
    pub fn new(model: &ModelSettings, trace: Option<Vec<f64>>) -> Result<Self, DefinitionError> {
        let settings = model.noradrenaline;
        Ok(match settings.source {
            NoradrenalineSource::Surprise => Self::Surprise {
                lc: LocusCoeruleus::new(model.locus_coeruleus, model.network.trial)?,
                drive: settings.drive,
            },
            NoradrenalineSource::None => Self::Constant(0.0),
            NoradrenalineSource::Constant => Self::Constant(settings.level),
            // The mean is a recording of one level for every trial.
            NoradrenalineSource::Shuffled | NoradrenalineSource::Mean => {
                Self::Trace(trace.unwrap_or_default())
            }
            NoradrenalineSource::Boundary => Self::Boundary { trials: settings.trials },
        })
    }

    /// The level during trial `trial`; only the oracle looks at `since_shift` (`None` before the first shift).
    pub fn level(&self, trial: usize, since_shift: Option<usize>) -> f64 {
        match self {
            Self::Surprise { lc, .. } => lc.noradrenaline.value(),
            Self::Constant(level) => *level,
            Self::Trace(levels) => levels.get(trial).copied().unwrap_or(0.0),
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
        let source = |source, trace| {
            let noradrenaline =
                NoradrenalineSettings { source, level: 0.4, trials: 2, drive: LcDrive::Absent };
            let model = ModelSettings { noradrenaline, ..ModelSettings::default() };
            let mut source = Noradrenaline::new(&model, trace).unwrap();
            source.observe(Surprise { absent: 1.0, total: 1.0 });
            source
        };
        assert_eq!(source(NoradrenalineSource::None, None).level(5, Some(0)), 0.0);
        assert_eq!(source(NoradrenalineSource::Constant, None).level(5, None), 0.4);
        let trace = source(NoradrenalineSource::Shuffled, Some(vec![0.1, 0.2]));
        assert_eq!([trace.level(1, None), trace.level(2, None)], [0.2, 0.0]);
        let oracle = source(NoradrenalineSource::Boundary, None);
        assert_eq!(
            [None, Some(0), Some(1), Some(2)].map(|since| oracle.level(0, since)),
            [0.0, 1.0, 1.0, 0.0]
        );
        assert!(source(NoradrenalineSource::Surprise, None).level(1, None) > 0.5);
    }
}
