//! Cue binding (ours): pairs of a cue and a label come one after another, some followed by *store*, others, with the
//! same cues and wrong labels, by *ignore*; then every cue is asked for its stored label. Cues and labels are drawn
//! afresh for every episode, so nothing can be learned about them across episodes.

use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::sequence::episodes::{Episodes, Target};
use crate::sequence::lane::{LANES, Lane, ZERO};
use base::error::DefinitionError;
use base::rng::{StreamRng, Streams};
use contract::{Curve, Mark, RunLog, allowed};

/// The task. All times in steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CueBinding {
    /// Pairs to store, K, 1 to 2^bits. Default 4.
    pub pairs: usize,
    /// Pairs to ignore, 0 to 64; the stored cues in turn, each with a wrong label. Default 4.
    pub distractors: usize,
    /// A cue is a pattern of this many ±1, 1 to 16; the cues of an episode differ. Default 6.
    pub bits: usize,
    /// Labels, 2 to 16. Default 4.
    pub labels: usize,
    /// Steps from a pair's end to its flag: 0, the flag is on during the pair; 1 to 4, it comes that many steps later,
    /// alone. Default 1.
    pub flag_delay: usize,
    /// Steps that a pair or a question lasts, 1 to 10; the answer counts at a question's last. Default 2.
    pub hold: usize,
}

impl Default for CueBinding {
    fn default() -> Self {
        Self { pairs: 4, distractors: 4, bits: 6, labels: 4, flag_delay: 1, hold: 2 }
    }
}

/// A pair as it is shown.
#[derive(Debug, Clone, Copy)]
struct Pair {
    cue: usize,
    label: usize,
    store: bool,
}

impl CueBinding {
    fn cues(&self) -> usize {
        1 << self.bits.min(16)
    }

    fn shown(&self) -> usize {
        self.hold + self.flag_delay
    }

    fn question(&self, index: usize) -> usize {
        (self.pairs + self.distractors) * self.shown() + index * self.hold
    }

    /// `number` different cues.
    fn draw_cues(&self, rng: &mut StreamRng) -> Vec<usize> {
        let mut cues: Vec<usize> = Vec::with_capacity(self.pairs);
        while cues.len() < self.pairs {
            let cue = rng.random_range(0..self.cues());
            if !cues.contains(&cue) {
                cues.push(cue);
            }
        }
        cues
    }

    fn put_cue(&self, episodes: &mut Episodes, b: usize, t: usize, cue: usize) {
        for bit in 0..self.bits {
            let sign = if cue >> bit & 1 == 1 { 1.0 } else { -1.0 };
            episodes.inputs[t * self.channels() + bit][b] = sign;
        }
    }

    fn write(&self, episodes: &mut Episodes, b: usize, rng: &mut StreamRng) {
        let channels = self.channels();
        let cues = self.draw_cues(rng);
        let label_of: Vec<usize> = cues.iter().map(|_| rng.random_range(0..self.labels)).collect();
        let stored = (0..self.pairs).map(|k| Pair { cue: cues[k], label: label_of[k], store: true });
        let mut pairs: Vec<Pair> = stored.collect();
        for k in 0..self.distractors {
            let k = k % self.pairs;
            let label = (label_of[k] + rng.random_range(1..self.labels)) % self.labels;
            pairs.push(Pair { cue: cues[k], label, store: false });
        }
        pairs.shuffle(rng);
        for (index, pair) in pairs.iter().enumerate() {
            let from = index * self.shown();
            let flag = self.bits + self.labels + usize::from(!pair.store);
            for t in from..from + self.hold {
                self.put_cue(episodes, b, t, pair.cue);
                episodes.inputs[t * channels + self.bits + pair.label][b] = 1.0;
                if self.flag_delay == 0 {
                    episodes.inputs[t * channels + flag][b] = 1.0;
                }
            }
            let at = from + self.shown() - 1;
            episodes.inputs[at * channels + flag][b] = 1.0;
            let label = if pair.store { "store" } else { "ignore" };
            episodes.trials[b].marks.push(Mark { x: at as f64, label: label.into() });
        }
        episodes.trials[b].onset = self.question(0);
        let mut order: Vec<usize> = (0..self.pairs).collect();
        order.shuffle(rng);
        for (index, k) in order.into_iter().enumerate() {
            let from = self.question(index);
            for t in from..from + self.hold {
                self.put_cue(episodes, b, t, cues[k]);
                episodes.inputs[t * channels + channels - 1][b] = 1.0;
            }
            let at = from + self.hold - 1;
            if let Target::Labels(labels) = &mut episodes.target {
                labels[at][b] = Some(label_of[k]);
            }
            episodes.trials[b].marks.push(Mark { x: at as f64, label: "ask".into() });
        }
    }
}

impl Problem for CueBinding {
    fn check(&self) -> Result<(), DefinitionError> {
        allowed!(1 to 16).check("bits", self.bits)?;
        if self.pairs == 0 || self.pairs > self.cues().min(64) {
            let allowed = format!("1 to {}: at most 64, and 2^bits different cues", self.cues().min(64));
            return Err(DefinitionError::range("pairs", self.pairs, &allowed));
        }
        allowed!(0 to 64).check("distractors", self.distractors)?;
        allowed!(2 to 16).check("labels", self.labels)?;
        allowed!(0 to 4).check("flag_delay", self.flag_delay)?;
        allowed!(1 to 10).check("hold", self.hold)
    }

    fn channels(&self) -> usize {
        // Cue, label, store, ignore, question.
        self.bits + self.labels + 3
    }

    fn outputs(&self) -> usize {
        self.labels
    }

    fn steps(&self) -> usize {
        self.question(self.pairs)
    }

    fn draw(&self, rng: &mut StreamRng) -> Episodes {
        let target = Target::Labels(vec![[None; LANES]; self.steps()]);
        let mut episodes = Episodes::silent(self.steps(), self.channels(), target);
        for b in 0..LANES {
            self.write(&mut episodes, b, rng);
        }
        episodes
    }

    fn test(&self, trials: usize, streams: &Streams) -> Vec<Episodes> {
        let mut rng = streams.get("test/trials");
        (0..trials.div_ceil(LANES)).map(|_| self.draw(&mut rng)).collect()
    }

    fn example(&self) -> usize {
        0
    }

    fn score(&self, test: &[Episodes], outputs: &[Vec<Lane>], log: &mut RunLog) {
        let mut right = vec![0.0; self.pairs];
        let mut loss = 0.0;
        let mut asked = 0.0;
        for (episodes, outputs) in test.iter().zip(outputs) {
            let Target::Labels(labels) = &episodes.target else { continue };
            loss += episodes.target.loss(outputs, 0.0, &mut vec![ZERO; outputs.len()]);
            for b in 0..episodes.trials.len() {
                asked += 1.0;
                let wanted = labels.iter().enumerate().filter_map(|(t, labels)| Some((t, labels[b]?)));
                for (query, (t, label)) in wanted.enumerate() {
                    let answers = &outputs[t * self.labels..(t + 1) * self.labels];
                    let best = (0..self.labels).max_by(|i, j| answers[*i][b].total_cmp(&answers[*j][b]));
                    right[query] += f64::from(u8::from(best == Some(label)));
                }
            }
        }
        let mut curve = Curve::new("query/accuracy");
        for (query, right) in right.iter().enumerate() {
            curve.push(query as f64 + 1.0, right / asked);
        }
        let mean = right.iter().sum::<f64>() / (asked * self.pairs as f64);
        log.scalars.insert("accuracy".into(), mean);
        log.scalars.insert("cross_entropy".into(), loss / test.len() as f64);
        log.curves.push(curve);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_shows_pairs_then_flags_then_asks_for_what_was_stored() {
        let task = CueBinding { pairs: 2, distractors: 3, ..CueBinding::default() };
        let episodes = task.draw(&mut Streams::new(4).get("trials"));
        assert_eq!((task.steps(), task.channels()), (5 * 3 + 2 * 2, 13));
        let at =
            |t: usize, b: usize| -> Vec<f32> { (0..13).map(|c| episodes.inputs[t * 13 + c][b]).collect() };
        let Target::Labels(labels) = &episodes.target else { panic!("labels") };
        for b in 0..LANES {
            let mut stored = Vec::new();
            for pair in 0..5 {
                let (shown, flag) = (at(pair * 3, b), at(pair * 3 + 2, b));
                assert_eq!(shown, at(pair * 3 + 1, b));
                assert_eq!(shown[6..10].iter().sum::<f32>(), 1.0);
                assert_eq!(flag[..10], [0.0; 10]);
                assert_eq!(flag[10] + flag[11], 1.0);
                let label = shown[6..10].iter().position(|x| *x == 1.0).unwrap();
                if flag[10] == 1.0 {
                    stored.push((shown[..6].to_vec(), label));
                }
            }
            assert_eq!(stored.len(), 2);
            for query in 0..2 {
                let t = 15 + 2 * query + 1;
                let question = at(t, b);
                assert_eq!(question[12], 1.0);
                let (_, label) = stored.iter().find(|(cue, _)| *cue == question[..6]).unwrap();
                assert_eq!(labels[t][b], Some(*label));
            }
        }
    }

    #[test]
    fn answers_are_counted_by_query() {
        let task = CueBinding { pairs: 2, distractors: 0, ..CueBinding::default() };
        let test = task.test(16, &Streams::new(5));
        let mut outputs = vec![ZERO; task.steps() * task.labels];
        let Target::Labels(labels) = &test[0].target else { panic!("labels") };
        // The first question is answered rightly, the second with the next label.
        for (t, wanted) in labels.iter().enumerate() {
            for (b, label) in wanted.iter().enumerate() {
                if let Some(label) = label {
                    let label = if t < task.question(1) { *label } else { (label + 1) % 4 };
                    outputs[t * 4 + label][b] = 1.0;
                }
            }
        }
        let mut log = RunLog::default();
        task.score(&test, &[outputs], &mut log);
        assert_eq!(log.scalars["accuracy"], 0.5);
        assert_eq!(log.curves[0].y, [Some(1.0), Some(0.0)]);
    }

    #[test]
    fn impossible_tasks_are_refused_by_key() {
        let message = |task: CueBinding| task.check().unwrap_err().to_string();
        let many = message(CueBinding { bits: 2, pairs: 5, ..CueBinding::default() });
        assert!(many.starts_with("`pairs` = 5: out of range\n  allowed: 1 to 4"), "{many}");
        assert!(message(CueBinding { pairs: 0, ..CueBinding::default() }).contains("`pairs` = 0"));
        assert!(message(CueBinding { labels: 1, ..CueBinding::default() }).contains("`labels` = 1"));
        assert!(message(CueBinding { hold: 0, ..CueBinding::default() }).contains("`hold` = 0"));
    }
}
