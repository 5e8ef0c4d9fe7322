//! What was found, for people and for programs: a table, `headroom.csv`, `scores.csv`, `headroom.json`, and the values of
//! every arm as tuned values that `bench run` can use.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::answer::{Answer, Searched, Tried};
use super::earlier::{Earlier, FILES};
use super::question::Question;
use super::study::Plan;
use crate::tune::{self, Kept};
use base::atomic;
use base::error::Result;
use base::stats::{DELTA, Difference, KAPPA_ERRORS, Scores};
use contract::definition::Arm;

/// One answer with its question.
pub struct Told<'a> {
    pub question: &'a Question<'a>,
    pub plan: &'a Plan,
    pub answer: &'a Answer,
    /// The confirmation seeds had been looked at before.
    pub exploratory: bool,
    /// The command that finds it again.
    pub command: &'a str,
}

/// Columns of `headroom.csv`.
const COLUMNS: &str = "benchmark,version,target,base,blind,schedule,H,H_low,H_high,H_error,p,above_constant,H_at_half_the_trials,\
                       outcome,mechanism,above_blind,above_blind_low,above_blind_high,kappa,kappa_low,kappa_high,exploratory";

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}

fn ends(difference: &Difference) -> [Option<f64>; 2] {
    let interval = difference.interval;
    [interval.map(|interval| interval.low), interval.map(|interval| interval.high)]
}

impl Told<'_> {
    fn names(&self) -> (String, &str) {
        (self.question.target.to_string(), &self.question.benchmark.header.id)
    }

    fn rows(&self) -> Vec<String> {
        let (target, id) = self.names();
        let answer = self.answer;
        let h = &answer.headroom;
        let [low, high] = ends(h);
        let head = [
            id.to_owned(),
            self.question.benchmark.header.version.to_string(),
            target,
            self.question.base.header.id.clone(),
            answer.arms[answer.blind].name.clone(),
            answer.arms[answer.schedule].name.clone(),
            number(Some(h.mean)),
            number(low),
            number(high),
            number(Some(h.error)),
            number(h.p),
            number(Some(answer.above_constant.mean)),
            number(Some(answer.at_half.mean)),
            answer.outcome().word().to_owned(),
        ]
        .join(",");
        let of = |(what, tried): (&str, &Tried)| {
            let name = format!("{what}{}", tried.searched.name);
            let Some(confirmed) = &tried.confirmed else { return format!("{head},{name},,,,,,,") };
            let [low, high] = ends(&confirmed.above_blind);
            let kappa = confirmed.captured;
            let interval = kappa.and_then(|kappa| kappa.interval);
            let more = [Some(confirmed.above_blind.mean), low, high, kappa.map(|kappa| kappa.kappa)]
                .into_iter()
                .chain([interval.map(|interval| interval.low), interval.map(|interval| interval.high)])
                .map(number)
                .collect::<Vec<_>>()
                .join(",");
            format!("{head},{name},{more},{}", self.exploratory)
        };
        let rows: Vec<String> = answer.tried().map(of).collect();
        if rows.is_empty() { vec![format!("{head},,,,,,,,")] } else { rows }
    }

    /// Scores seed by seed: benchmark, target, range, arm, seed, score.
    fn scores(&self) -> String {
        let (target, id) = self.names();
        let answer = self.answer;
        let mut text = String::new();
        let mut add = |range: &str, arm: &str, scores: &Scores| {
            for (seed, score) in scores {
                let _ = writeln!(text, "{id},{target},{range},{arm},{seed},{score:.6}");
            }
        };
        let named = ["constant", "blind", "schedule"];
        named.iter().zip(&answer.qualification).for_each(|(arm, scores)| add("qualification", arm, scores));
        if let Some(joint) = &answer.joint {
            let named = ["noise", "speed", "both"];
            named.iter().zip(&joint.scores).for_each(|(arm, scores)| add("qualification", arm, scores));
        }
        for (_, tried) in answer.tried() {
            let Some(confirmed) = &tried.confirmed else { continue };
            let named = [tried.searched.name.as_str(), "blind", "schedule"];
            named.iter().zip(&confirmed.scores).for_each(|(arm, scores)| add("confirmation", arm, scores));
        }
        text
    }

    fn json(&self) -> serde_json::Value {
        let answer = self.answer;
        let arm = |searched: &Searched| {
            let ends = self.ends(searched);
            json!({
                "arm": searched.name, "validation": searched.validation(),
                "values": searched.found.winner().values, "at_an_end_of_what_was_tried": ends,
            })
        };
        let difference = |difference: &Difference| {
            let [low, high] = ends(difference);
            json!({
                "mean": difference.mean, "error": difference.error, "low": low, "high": high,
                "p": difference.p, "pairs": difference.pairs,
            })
        };
        let tried = |tried: &Tried| {
            let confirmed = tried.confirmed.as_ref().map(|confirmed| {
                let kappa = confirmed.captured.map(|captured| {
                    let ends = captured.interval.map(|interval| [interval.low, interval.high]);
                    json!({ "kappa": captured.kappa, "interval": ends })
                });
                let above = difference(&confirmed.above_blind);
                json!({ "above_blind": above, "captured": kappa, "exploratory": self.exploratory })
            });
            json!({ "mechanism": arm(&tried.searched), "development": tried.development, "confirmed": confirmed })
        };
        let (target, id) = self.names();
        let budget = self.plan.budget;
        let seeds: Vec<_> = (self.plan.seeds.table(&budget).iter())
            .map(|(what, data, range)| json!({ "what": what, "data": data, "first": range.start, "last": range.end - 1 }))
            .collect();
        json!({
            "benchmark": id, "version": self.question.benchmark.header.version, "target": target,
            "base": self.question.base.header.id, "command": self.command,
            "budget_of_every_arm": {
                "trials": budget.trials, "restarts": budget.restarts, "seeds": budget.seeds, "second_look": budget.confirm,
            },
            "seeds": seeds, "delta": DELTA,
            "arms": answer.arms.iter().map(arm).collect::<Vec<_>>(),
            "blind": answer.arms[answer.blind].name, "schedule": answer.arms[answer.schedule].name,
            "headroom": difference(&answer.headroom), "above_constant": difference(&answer.above_constant),
            "headroom_at_half_the_trials": difference(&answer.at_half), "settled": answer.settled(),
            "outcome": answer.outcome().word(),
            "joint": answer.joint.as_ref().map(|joint| joint.json(&difference)),
            "mechanisms": answer.mechanisms.iter().map(tried).collect::<Vec<_>>(),
            "rivals": answer.rivals.iter().map(tried).collect::<Vec<_>>(),
        })
    }

    fn ends(&self, searched: &Searched) -> Vec<String> {
        let place = &searched.found.winner().place;
        place.as_ref().map_or_else(Vec::new, |place| searched.draw.at_an_end(place))
    }

    /// The answer in words.
    pub fn words(&self) -> String {
        let (target, id) = self.names();
        let answer = self.answer;
        let text = |difference: &Difference| {
            let interval = difference.interval.map_or_else(
                || "too few seeds for an interval".to_owned(),
                |i| format!("{:+.4} to {:+.4}", i.low, i.high),
            );
            format!("{:+.4} ({interval}; {} seeds)", difference.mean, difference.pairs)
        };
        let mut lines = format!("{id} × {target}\n");
        for (at, arm) in answer.arms.iter().enumerate() {
            let mark = match at {
                at if at == answer.schedule => "S ",
                at if at == answer.blind => "C′",
                _ => "  ",
            };
            let values: Vec<String> = arm
                .found
                .winner()
                .values
                .iter()
                .map(|(key, value)| format!("{} = {value}", short(key)))
                .collect();
            let values =
                if values.is_empty() { "as the preset has it".to_owned() } else { values.join(", ") };
            let _ = writeln!(lines, "  {mark} {:12} validation {:.4}  {values}", arm.name, arm.validation());
            let ends = self.ends(arm);
            if !ends.is_empty() {
                let ends: Vec<&str> = ends.iter().map(|key| short(key)).collect();
                let _ = writeln!(lines, "     at an end of what was tried: {}", ends.join(", "));
            }
        }
        for (arm, why) in &self.question.left_out {
            let _ = writeln!(lines, "     {} is left out: {why}", arm.word());
        }
        let _ = writeln!(lines, "  H = S − C′   {}: {}", text(&answer.headroom), answer.outcome().word());
        let _ = writeln!(lines, "  S − C        {}", text(&answer.above_constant));
        let settled = if answer.settled() { "settled" } else { "not settled: search with more trials" };
        let _ = writeln!(lines, "  H at half the trials {:+.4}: {settled}", answer.at_half.mean);
        self.add_tried(&mut lines, &text);
        if let Some(joint) = &answer.joint {
            lines.push_str(&joint.words(&text));
        }
        lines
    }

    /// What mechanisms and rivals capture; `text` writes a difference.
    fn add_tried(&self, lines: &mut String, text: &dyn Fn(&Difference) -> String) {
        for (what, tried) in self.answer.tried() {
            let name = &tried.searched.name;
            let _ = writeln!(lines, "  {what}{name}: development {:.4}", tried.development);
            let Some(confirmed) = &tried.confirmed else { continue };
            let note = if self.exploratory { ", exploratory: these seeds were used before" } else { "" };
            let _ = writeln!(lines, "    confirmed{note}: M − C′ {}", text(&confirmed.above_blind));
            match confirmed.captured {
                Some(captured) => {
                    let interval = captured
                        .interval
                        .map_or_else(|| "unbounded".to_owned(), |i| format!("{:.2} to {:.2}", i.low, i.high));
                    let _ = writeln!(lines, "    κ = {:.2} ({interval})", captured.kappa);
                }
                None => {
                    let _ = writeln!(lines, "    no κ: H is below {KAPPA_ERRORS} standard errors");
                }
            }
        }
    }
}

fn short(key: &str) -> &str {
    key.strip_prefix("modulation.modulators.").unwrap_or(key)
}

/// Writes everything into a folder, beside what earlier commands found of other questions; returns where.
///
/// # Errors
/// Files that cannot be read or written.
pub fn write(folder: &Path, told: &[Told<'_>]) -> Result<Vec<PathBuf>> {
    let names: Vec<(String, String)> =
        told.iter().map(|told| (told.names().1.to_owned(), told.names().0)).collect();
    let mut all = Earlier::read(folder)?.without(&names);
    all.json.extend(told.iter().map(Told::json));
    all.rows.extend(told.iter().flat_map(Told::rows));
    all.scores
        .extend(told.iter().flat_map(|told| told.scores().lines().map(str::to_owned).collect::<Vec<_>>()));
    let lines = |heading: &str, rows: &[String]| format!("{heading}\n{}\n", rows.join("\n"));
    let texts = [
        lines(COLUMNS, &all.rows),
        lines("benchmark,target,seeds,arm,seed,score", &all.scores),
        serde_json::to_string_pretty(&all.json)? + "\n",
    ];
    let mut paths = Vec::new();
    for (name, text) in FILES.iter().zip(texts) {
        let path = folder.join(name);
        atomic::write(&path, &text)?;
        paths.push(path);
    }
    for told in told {
        let arms = told.answer.arms.iter().map(|arm| (arm, Arm::Method));
        let mechanisms = told.answer.mechanisms.iter().map(|tried| (&tried.searched, Arm::Mechanism));
        let rivals = told.answer.rivals.iter().map(|tried| (&tried.searched, Arm::Method));
        for (arm, kind) in arms.chain(mechanisms).chain(rivals) {
            let kept = Kept {
                benchmark: told.question.benchmark,
                preset: &arm.preset,
                arm: kind,
                found: &arm.found,
                budget: &told.plan.budget,
                command: told.command,
            };
            let path = tune::write(&folder.join("tuned"), &kept)?;
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}
