//! Curves of a session, and the same aligned at the shifts (the review's Figure 4 C, D, E).

use super::session::Session;
use super::task::ShiftKind;
use contract::{Curve, Mark};

/// Trials before and after a shift.
const BEFORE: usize = 20;
const AFTER: usize = 80;
/// Session curves hold one point per this many trials: their mean.
const BIN: usize = 5;

/// One value per trial, `NaN` where undefined.
pub struct Series {
    pub name: &'static str,
    pub values: Vec<f64>,
}

/// Performance, noradrenaline, dopamine, value, surprise, attention and rates.
pub fn series(session: &Session) -> Vec<Series> {
    let trials = &session.trials;
    let of = |name, read: &dyn Fn(&super::trial::Trial) -> f64| Series {
        name,
        values: trials.iter().map(read).collect(),
    };
    vec![
        of("performance", &|t| f64::from(u8::from(t.correct()))),
        of("noradrenaline", &|t| f64::from(t.noradrenaline)),
        of("dopamine", &|t| f64::from(t.dopamine)),
        of("prediction_error", &|t| f64::from((t.reward - t.value).abs())),
        of("value", &|t| f64::from(t.value)),
        of("surprise", &|t| f64::from(t.absent)),
        of("attention", &|t| f64::from(t.attention)),
        of("go_rate", &|t| f64::from(t.rates[0])),
        of("no_go_rate", &|t| f64::from(t.rates[2])),
    ]
}

/// A curve over trials relative to the shift (x = 0 is the first trial of the new rule): the mean over the session's
/// shifts of one kind, or of all with `kind = None`. `None` when there is no such shift.
pub fn align_at_shifts(session: &Session, series: &Series, kind: Option<ShiftKind>) -> Option<Curve> {
    let shifts: Vec<_> = session
        .blocks
        .iter()
        .filter(|block| !matches!(block.shift(), ShiftKind::Start | ShiftKind::Same))
        .filter(|block| kind.is_none_or(|kind| block.shift() == kind))
        .collect();
    if shifts.is_empty() {
        return None;
    }
    let name = kind.map_or_else(
        || format!("aligned/{}", series.name),
        |kind| format!("aligned/{}/{}", kind.name(), series.name),
    );
    let mut curve = Curve::new(name);
    for x in -(BEFORE as i64)..AFTER as i64 {
        let (mut sum, mut count) = (0.0, 0);
        for block in &shifts {
            let at = block.start as i64 + x;
            let first = session.blocks.iter().rfind(|b| b.end == block.start).map_or(0, |b| b.start as i64);
            if at < first || at >= block.end as i64 {
                continue;
            }
            let value = series.values[at as usize];
            if value.is_finite() {
                sum += value;
                count += 1;
            }
        }
        curve.push(x as f64, if count > 0 { sum / f64::from(count) } else { f64::NAN });
    }
    Some(curve)
}

/// The whole session in bins.
pub fn session_curve(series: &Series) -> Curve {
    let mut curve = Curve::new(format!("session/{}", series.name));
    for (bin, values) in series.values.chunks(BIN).enumerate() {
        let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        curve.push((bin * BIN) as f64 + 0.5 * (values.len() - 1) as f64, mean);
    }
    curve
}

/// Spikes of the recorded trials: x in ms from the stimulus, y the neuron.
pub fn rasters(session: &Session) -> Vec<Curve> {
    let curve = |raster: &super::session::RasterTrial| {
        let mut curve = Curve::new(format!("raster/trial{}", raster.trial));
        for &(ms, neuron) in &raster.spikes {
            curve.push(f64::from(ms), f64::from(neuron));
        }
        curve
    };
    session.raster.iter().map(curve).collect()
}

/// One mark per shift.
pub fn marks(session: &Session) -> Vec<Mark> {
    session
        .blocks
        .iter()
        .filter_map(|block| {
            let before = String::from(block.before?);
            let label = format!("{} {before}→{}", block.shift().name(), String::from(block.cue));
            Some(Mark { x: block.start as f64, label })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go_nogo::task::COMPOUNDS;
    use crate::go_nogo::{Block, Cue, Trial};

    /// 40 trials of A, then 40 of B; always right; every compound in turn.
    fn session() -> Session {
        let cue = |element| Cue { element, novel: false };
        let trials = (0..80)
            .map(|t| {
                let cue = usize::from(t >= 40);
                let present = COMPOUNDS[t % 4].contains(&cue);
                Trial { compound: t % 4, cue, present, go: present, ..Trial::default() }
            })
            .collect();
        let blocks = vec![
            Block { start: 0, end: 40, cue: cue(0), before: None },
            Block { start: 40, end: 80, cue: cue(1), before: Some(cue(0)) },
        ];
        Session { trials, blocks, ..Session::default() }
    }

    #[test]
    fn aligned_curves_start_before_the_shift_and_end_with_the_block() {
        let series = Series { name: "t", values: (0..80).map(f64::from).collect() };
        let curve = align_at_shifts(&session(), &series, Some(ShiftKind::Reversal)).unwrap();
        assert_eq!(curve.name, "aligned/reversal/t");
        assert_eq!((curve.x[0], curve.y[0]), (-20.0, Some(20.0)));
        assert_eq!((curve.x[20], curve.y[20]), (0.0, Some(40.0)));
        assert_eq!((curve.x[59], curve.y[59], curve.y[60]), (39.0, Some(79.0), None));
        assert!(align_at_shifts(&session(), &series, Some(ShiftKind::Extradimensional)).is_none());
    }
}
