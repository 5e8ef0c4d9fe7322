//! Measure, wait, go (after Costacurta et al. 2024): two pulses an interval apart, a wait of random length, a go cue;
//! the output must then ramp from −0.5 to 0.5 in the time that was measured. Trained on a few intervals, tested on
//! these, on some between and on some beyond. The numbers are ours.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::check::span;
use crate::sequence::episodes::{Episodes, Target};
use crate::sequence::lane::{LANES, Lane};
use base::error::DefinitionError;
use base::rng::{StreamRng, Streams};
use contract::{Curve, Mark, RunLog, allowed};

/// Output before the go cue; the ramp ends at its negative.
const LOW: f32 = -0.5;

/// The task. All times in steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MeasureWaitGo {
    /// Length of a trial, at most 500. Default 80.
    pub steps: usize,
    /// Intervals to learn from, drawn uniformly. Default 12, 14, 16, 18.
    pub trained: Vec<usize>,
    /// Intervals that only the test has. Default 8, 10, 13, 15, 17, 20, 22.
    pub untrained: Vec<usize>,
    /// First pulse, uniform between these, both included. Default 2 to 6.
    pub start: [usize; 2],
    /// From the second pulse to the go cue, uniform, both included. Default 8 to 18.
    pub wait: [usize; 2],
    /// Length of a pulse, 1 to 10. Default 2.
    pub pulse: usize,
    /// The output that counts as the end of the ramp, in (−0.5, 0.5); the produced interval is the time from the go cue
    /// to its first crossing, divided by threshold + 0.5. Default 0.4.
    pub threshold: f64,
}

impl Default for MeasureWaitGo {
    fn default() -> Self {
        Self {
            steps: 80,
            trained: vec![12, 14, 16, 18],
            untrained: vec![8, 10, 13, 15, 17, 20, 22],
            start: [2, 6],
            wait: [8, 18],
            pulse: 2,
            threshold: 0.4,
        }
    }
}

impl MeasureWaitGo {
    fn intervals(&self) -> impl Iterator<Item = usize> + '_ {
        self.trained.iter().chain(&self.untrained).copied()
    }

    /// Writes one trial into lane `b`.
    fn write(&self, episodes: &mut Episodes, b: usize, interval: usize, start: usize, wait: usize) {
        let go = start + interval + wait;
        for (channel, at) in [start, start + interval, go].into_iter().enumerate() {
            for t in at..(at + self.pulse).min(self.steps) {
                episodes.inputs[t * self.channels() + channel][b] = 1.0;
            }
        }
        let Target::Values(values) = &mut episodes.target else { return };
        for (t, value) in values.iter_mut().enumerate() {
            let since = t.saturating_sub(go) as f32;
            value[b] = LOW - 2.0 * LOW * (since / interval as f32).min(1.0);
        }
        let mark = |x: usize, label: &str| Mark { x: x as f64, label: label.into() };
        let trial = &mut episodes.trials[b];
        (trial.condition, trial.onset) = (interval, go);
        trial.marks = vec![mark(start, "start"), mark(start + interval, "end"), mark(go, "go")];
    }

    fn group(&self, rng: &mut StreamRng, interval: impl Fn(&mut StreamRng) -> usize) -> Episodes {
        let values = vec![[0.0; LANES]; self.steps];
        let mut episodes = Episodes::silent(self.steps, self.channels(), Target::Values(values));
        for b in 0..LANES {
            let interval = interval(rng);
            let start = rng.random_range(self.start[0]..=self.start[1]);
            let wait = rng.random_range(self.wait[0]..=self.wait[1]);
            self.write(&mut episodes, b, interval, start, wait);
        }
        episodes
    }

    /// Steps from the go cue to the first crossing of the threshold, scaled to the whole ramp; `None` where the output
    /// never crosses it.
    fn produced(&self, go: usize, output: impl Iterator<Item = f32>) -> Option<f64> {
        let mut before = None;
        for (since, out) in output.skip(go).map(f64::from).enumerate() {
            if out >= self.threshold {
                let part = before.map_or(0.0, |before: f64| (self.threshold - before) / (out - before));
                let at = if since == 0 { 0.0 } else { since as f64 - 1.0 + part };
                return Some(at / (self.threshold + 0.5));
            }
            before = Some(out);
        }
        None
    }
}

impl Problem for MeasureWaitGo {
    fn check(&self) -> Result<(), DefinitionError> {
        allowed!(1 to 500).check("steps", self.steps)?;
        allowed!(1 to 10).check("pulse", self.pulse)?;
        span("start", self.start, 0, self.steps)?;
        span("wait", self.wait, 1, self.steps)?;
        allowed!(above -0.5 below 0.5).check("threshold", self.threshold)?;
        let room = self.steps.saturating_sub(self.start[1] + self.wait[1]) / 2;
        for (key, intervals) in [("trained", &self.trained), ("untrained", &self.untrained)] {
            if intervals.is_empty() {
                return Err(DefinitionError::range(key, "[]", "at least one interval"));
            }
            for interval in intervals {
                if *interval <= self.pulse || *interval > room {
                    let allowed = format!(
                        "{} to {room} steps: longer than a pulse, and twice the interval with the latest start and \
                         the longest wait fits into `steps` = {}",
                        self.pulse + 1,
                        self.steps
                    );
                    return Err(DefinitionError::range(key, interval, &allowed));
                }
            }
        }
        let both = self.untrained.iter().find(|interval| self.trained.contains(interval));
        both.map_or(Ok(()), |interval| {
            Err(DefinitionError::range("untrained", interval, "intervals that `trained` does not have"))
        })
    }

    fn channels(&self) -> usize {
        3
    }

    fn outputs(&self) -> usize {
        1
    }

    fn steps(&self) -> usize {
        self.steps
    }

    fn draw(&self, rng: &mut StreamRng) -> Episodes {
        self.group(rng, |rng| self.trained[rng.random_range(0..self.trained.len())])
    }

    fn test(&self, trials: usize, streams: &Streams) -> Vec<Episodes> {
        let mut groups = Vec::new();
        for interval in self.intervals() {
            // The same starts and waits for every interval.
            let mut rng = streams.get("test/trials");
            groups.extend((0..trials.div_ceil(LANES)).map(|_| self.group(&mut rng, |_| interval)));
        }
        groups
    }

    fn example(&self) -> usize {
        0
    }

    fn score(&self, test: &[Episodes], outputs: &[Vec<Lane>], log: &mut RunLog) {
        let mut produced = Curve::new("interval/produced");
        let mut errors = Curve::new("interval/error");
        let mut crossed = 0.0;
        let mut means = [(0.0, 0.0); 2];
        let mut squares = [(0.0, 0.0); 2];
        let mut intervals: Vec<usize> = self.intervals().collect();
        intervals.sort_unstable();
        for interval in &intervals {
            let kind = usize::from(!self.trained.contains(interval));
            let (mut time, mut error, mut square, mut count, mut found) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (episodes, outputs) in test.iter().zip(outputs) {
                for (b, trial) in episodes.trials.iter().enumerate().filter(|(_, t)| t.condition == *interval)
                {
                    let wanted = *interval as f64;
                    count += 1.0;
                    let output = outputs.iter().map(|o| o[b]);
                    // Never answering is as wrong as answering after twice the time.
                    let miss = self.produced(trial.onset, output).map_or(1.0, |at| {
                        found += 1.0;
                        time += at;
                        ((at - wanted).abs() / wanted).min(1.0)
                    });
                    error += miss;
                    if let Target::Values(values) = &episodes.target {
                        let all = values.iter().zip(outputs).map(|(z, o)| f64::from(o[b] - z[b]).powi(2));
                        square += all.sum::<f64>() / values.len() as f64;
                    }
                }
            }
            produced.push(*interval as f64, time / found);
            errors.push(*interval as f64, error / count);
            crossed += found / count / intervals.len() as f64;
            means[kind] = (means[kind].0 + error / count, means[kind].1 + 1.0);
            squares[kind] = (squares[kind].0 + square / count, squares[kind].1 + 1.0);
        }
        for (kind, name) in ["trained", "untrained"].into_iter().enumerate() {
            log.scalars.insert(format!("interval_error_{name}"), means[kind].0 / means[kind].1);
            log.scalars.insert(format!("squared_error_{name}"), squares[kind].0 / squares[kind].1);
        }
        log.scalars.insert("answered".into(), crossed);
        log.curves.extend([produced, errors]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> MeasureWaitGo {
        let (trained, untrained) = (vec![4], vec![6]);
        MeasureWaitGo {
            steps: 30,
            trained,
            untrained,
            start: [1, 1],
            wait: [3, 3],
            ..MeasureWaitGo::default()
        }
    }

    #[test]
    fn a_trial_has_three_pulses_and_a_ramp_of_the_measured_length() {
        let task = tiny();
        let mut rng = Streams::new(1).get("trials");
        let episodes = task.draw(&mut rng);
        let on = |channel: usize| -> Vec<usize> {
            (0..30).filter(|t| episodes.inputs[t * 3 + channel][7] == 1.0).collect()
        };
        assert_eq!([on(0), on(1), on(2)], [vec![1, 2], vec![5, 6], vec![8, 9]]);
        let Target::Values(values) = &episodes.target else { panic!("values") };
        let ramp: Vec<f32> = values.iter().map(|z| z[7]).collect();
        assert_eq!(&ramp[7..14], &[-0.5, -0.5, -0.25, 0.0, 0.25, 0.5, 0.5]);
        assert_eq!((episodes.trials[7].condition, episodes.trials[7].onset), (4, 8));
    }

    #[test]
    fn the_produced_interval_is_read_from_the_crossing() {
        let task = tiny();
        // The wanted ramp of 4 steps from a go cue at 2 crosses 0.4 after 3.6 steps: 4 steps in all.
        let ramp = [-0.5, -0.5, -0.5, -0.25, 0.0, 0.25, 0.5, 0.5];
        assert!((task.produced(2, ramp.into_iter()).unwrap() - 4.0).abs() < 1e-6);
        assert_eq!(task.produced(2, [0.0; 8].into_iter()), None);
        assert_eq!(task.produced(2, [0.5; 8].into_iter()), Some(0.0));
    }

    #[test]
    fn a_perfect_output_has_no_error_and_a_silent_one_all_of_it() {
        let task = tiny();
        let test = task.test(16, &Streams::new(3));
        assert_eq!(test.len(), 2);
        let perfect: Vec<Vec<Lane>> = test
            .iter()
            .map(|e| if let Target::Values(values) = &e.target { values.clone() } else { Vec::new() })
            .collect();
        let mut log = RunLog::default();
        task.score(&test, &perfect, &mut log);
        assert!(log.scalars["interval_error_untrained"] < 1e-6 && log.scalars["answered"] == 1.0);
        let silent = vec![vec![[0.0; LANES]; 30]; 2];
        task.score(&test, &silent, &mut log);
        assert_eq!((log.scalars["interval_error_trained"], log.scalars["answered"]), (1.0, 0.0));
    }

    #[test]
    fn impossible_tasks_are_refused_by_key() {
        let message = |task: MeasureWaitGo| task.check().unwrap_err().to_string();
        let long = message(MeasureWaitGo { untrained: vec![40], ..MeasureWaitGo::default() });
        assert!(long.starts_with("`untrained` = 40: out of range"), "{long}");
        assert!(message(MeasureWaitGo { trained: vec![], ..tiny() }).contains("`trained` = []"));
        assert!(message(MeasureWaitGo { untrained: vec![4], ..tiny() }).contains("`untrained` = 4"));
        assert!(message(MeasureWaitGo { threshold: f64::NAN, ..tiny() }).contains("`threshold` = NaN"));
        assert!(message(MeasureWaitGo { wait: [5, 2], ..tiny() }).contains("`wait` = [5, 2]"));
        assert!(MeasureWaitGo::default().check().is_ok() && tiny().check().is_ok());
    }
}
