//! Records, grouped for reading: benchmark → method → seed.

use std::collections::BTreeMap;

use super::chart::Color;
use super::difference::Difference;
use super::missing::Missing;
use super::options::Options;
use crate::metric;
use base::stats;
use base::stats::Interval;
use contract::definition::{Ceiling, Score, SearchNote};
use contract::{MetricValue, Record, Role, Status};

/// Everything the report talks about.
#[derive(Debug)]
pub struct Results<'a> {
    /// In order of paradigm and id.
    pub benchmarks: Vec<BenchmarkResults<'a>>,
    /// Records that a later one of the same benchmark, method and seed replaced.
    pub superseded: usize,
    /// What was run under one name and is not the same, in words: such records stand apart.
    pub conflicts: Vec<String>,
    /// What was planned and has no record.
    pub missing: Missing,
}

/// One benchmark at one version.
#[derive(Debug)]
pub struct BenchmarkResults<'a> {
    pub id: String,
    pub title: String,
    pub summary: String,
    pub paradigm: String,
    pub score: &'a Score,
    /// In order of id; without controls.
    pub methods: Vec<MethodResults<'a>>,
    /// Controls of mechanisms, in order of id: they have their own part of the report.
    pub controls: Vec<MethodResults<'a>>,
    /// Planned runs without a record, those of methods without any record included.
    pub missing: usize,
}

/// All runs of one method on one benchmark.
#[derive(Debug)]
pub struct MethodResults<'a> {
    pub id: String,
    pub title: String,
    /// The same on every benchmark.
    pub color: Color,
    /// By seed; every status.
    pub records: Vec<&'a Record>,
    /// Part in the question whether a mechanism helps.
    pub role: Option<&'a Role>,
    /// Planned runs without a record.
    pub missing: usize,
}

impl<'a> Results<'a> {
    /// Groups records and holds them against what was asked for.
    pub fn of(records: &'a [Record], options: &Options) -> Self {
        let mut results = Self::new(records, &options.paradigms);
        let missing = Missing::new(records, &options.planned);
        for benchmark in &mut results.benchmarks {
            for method in benchmark.methods.iter_mut().chain(&mut benchmark.controls) {
                let Some(record) = method.records.first() else { continue };
                benchmark.missing = missing.on_benchmark(record);
                method.missing = missing.of_method(record);
            }
        }
        results.missing = missing;
        results
    }

    /// All records that count.
    pub fn records(&self) -> impl Iterator<Item = &'a Record> + '_ {
        let methods = self.benchmarks.iter().flat_map(|b| b.methods.iter().chain(&b.controls));
        methods.flat_map(|m| m.records.iter().copied())
    }
}

impl<'a> BenchmarkResults<'a> {
    /// A method by id.
    pub fn method(&self, id: &str) -> Option<&MethodResults<'a>> {
        self.methods.iter().chain(&self.controls).find(|method| method.id == id)
    }

    /// What an interval over seeds leaves out, in words: data that all seeds have in common. `None` where each seed draws
    /// its own.
    pub fn shared_data(&self) -> Option<&'static str> {
        let record = self.methods.iter().chain(&self.controls).find_map(|method| method.records.first())?;
        let settings = &record.spec.settings;
        if settings["stream"]["source"]["kind"].as_str().is_some_and(|kind| matches!(kind, "table" | "elec2"))
        {
            return Some("over seeds only: all seeds share one table of data");
        }
        let own = settings["split"] == "per-seed" || record.data.is_empty();
        (!own).then_some("over seeds only: all seeds share one split of the data")
    }

    /// Name for headings: the title, or the id where records have none.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.id } else { &self.title }
    }

    /// Whether more of the score is better.
    pub fn higher_is_better(&self) -> bool {
        metric::higher_is_better(&self.score.metric)
    }

    /// The methods, best mean score first, those without a score last.
    pub fn ranked(&self) -> Vec<&MethodResults<'a>> {
        let sign = if self.higher_is_better() { -1.0 } else { 1.0 };
        let key = |m: &MethodResults<'_>| self.scores(m).mean().map_or(f64::INFINITY, |mean| sign * mean);
        let mut methods: Vec<&MethodResults<'a>> = self.methods.iter().collect();
        methods.sort_by(|a, b| key(a).total_cmp(&key(b)));
        methods
    }

    /// Values of a metric over the seeds that finished; intransigence is taken against the ceiling method.
    pub fn values(&self, method: &MethodResults<'_>, metric: &str) -> Values {
        let mut values = Values { share: metric::is_share(metric), ..Values::default() };
        for record in method.ok() {
            match self.value(record, metric) {
                Some(MetricValue::Value(v)) if v.is_finite() => values.by_seed.push((record.spec.seed, v)),
                Some(MetricValue::Undefined { undefined }) => values.undefined.push(undefined),
                _ => {}
            }
        }
        values
    }

    /// A metric of one run; those that need another method's run are taken against it.
    pub(crate) fn value(&self, record: &Record, name: &str) -> Option<MetricValue> {
        if name == metric::REGRET {
            let oracle = self.method(metric::ORACLE)?.ok().find(|other| other.spec.seed == record.spec.seed);
            return Some(oracle.map_or_else(
                || MetricValue::undefined("the oracle has no finished run with this seed"),
                |oracle| metric::regret(&record.log, &oracle.log),
            ));
        }
        if name != metric::INTRANSIGENCE {
            return record.metrics.get(name).cloned();
        }
        let Ceiling::Method(joint) = &self.score.ceiling else { return None };
        let joint = self.method(joint)?.ok().find(|other| other.spec.seed == record.spec.seed);
        Some(joint.map_or_else(
            || MetricValue::undefined("joint training has no finished run with this seed"),
            |joint| metric::intransigence(&record.log, &joint.log),
        ))
    }

    /// Values of the benchmark's score.
    pub fn scores(&self, method: &MethodResults<'_>) -> Values {
        self.values(method, &self.score.metric)
    }

    /// The value that counts as 1 on the normalised scale.
    pub fn ceiling(&self) -> Option<f64> {
        match &self.score.ceiling {
            Ceiling::Value(value) => Some(*value),
            Ceiling::Method(id) => self.scores(self.method(id)?).mean(),
        }
    }

    /// Scores with chance at 0 and the ceiling at 1; `None` when the ceiling is unknown or equals chance.
    pub fn normalised(&self, method: &MethodResults<'_>) -> Option<Values> {
        let (chance, ceiling) = (self.score.chance, self.ceiling()?);
        let span = ceiling - chance;
        if !span.is_finite() || span.abs() < 1e-9 {
            return None;
        }
        let mut values = self.scores(method);
        for (_, value) in &mut values.by_seed {
            *value = (*value - chance) / span;
        }
        Some(values)
    }

    /// The reference method, if the benchmark names one that ran.
    pub fn reference(&self) -> Option<&MethodResults<'a>> {
        self.method(self.score.reference.as_deref()?)
    }

    /// Whether a method's settings were searched as the reference's were: a p only between such rows.
    pub fn fair(&self, method: &MethodResults<'_>) -> bool {
        self.reference().is_some_and(|own| SearchNote::fair(method.search(), own.search()))
    }

    /// Differences of a metric, method − other: over common seeds where those are pairs, else of the two means.
    pub fn difference(
        &self,
        method: &MethodResults<'_>,
        other: &MethodResults<'_>,
        metric: &str,
    ) -> Option<Difference> {
        let (ours, theirs) = (self.values(method, metric), self.values(other, metric));
        if method.paired_with(other) {
            Difference::paired(&ours.by_seed, &theirs.by_seed)
        } else {
            Difference::of_samples(&ours.numbers(), &theirs.numbers())
        }
    }
}

impl<'a> MethodResults<'a> {
    /// Runs that finished.
    pub fn ok(&self) -> impl Iterator<Item = &'a Record> + '_ {
        self.records.iter().copied().filter(|record| record.status == Status::Ok)
    }

    /// Runs with a record that did not end well.
    pub fn unfinished(&self) -> usize {
        self.records.len() - self.ok().count()
    }

    /// Whether runs of one seed met the same stream. Without a common seed nothing of this program's own contradicts it.
    pub fn paired_with(&self, other: &Self) -> bool {
        let declared = |method: &Self| method.records.iter().any(|record| record.judged.is_some());
        if !declared(self) && !declared(other) {
            return true;
        }
        let theirs: BTreeMap<u64, &Record> = other.ok().map(|record| (record.spec.seed, record)).collect();
        let mut common = self.ok().filter_map(|own| Some((own, *theirs.get(&own.spec.seed)?))).peekable();
        common.peek().is_some() && common.all(|(own, other)| own.paired_with(other))
    }

    /// How its settings were chosen; `None`: its records do not say.
    pub fn search(&self) -> Option<&'a SearchNote> {
        self.records.iter().find_map(|record| record.titles.search.as_ref())
    }

    /// `5 ok`, or `3 ok, 1 diverged, 1 failed, 2 missing`.
    pub fn statuses(&self) -> String {
        let count = |status| self.records.iter().filter(|record| record.status == status).count();
        let bad = [Status::Diverged, Status::Failed, Status::Timeout];
        std::iter::once(format!("{} ok", count(Status::Ok)))
            .chain(bad.into_iter().filter(|s| count(*s) > 0).map(|s| format!("{} {}", count(s), s.word())))
            .chain((self.missing > 0).then(|| format!("{} missing", self.missing)))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A metric over seeds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    pub by_seed: Vec<(u64, f64)>,
    /// They are shares, of samples say: none is below 0 or above 1.
    pub share: bool,
    /// Why the other seeds have no value.
    pub undefined: Vec<String>,
}

impl Values {
    /// The numbers alone.
    pub fn numbers(&self) -> Vec<f64> {
        self.by_seed.iter().map(|(_, value)| *value).collect()
    }

    /// Their mean.
    pub fn mean(&self) -> Option<f64> {
        stats::mean(&self.numbers())
    }

    /// 95 % interval of the mean, see `docs/intervals.md`; of shares what of it a share can be.
    pub fn interval(&self) -> Option<Interval> {
        let interval = stats::mean_interval(&self.numbers())?;
        let share = self.share && self.by_seed.iter().all(|(_, value)| (0.0..=1.0).contains(value));
        let Interval { low, high } = interval;
        Some(if share { Interval { low: low.max(0.0), high: high.min(1.0) } } else { interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_shares_ends_where_shares_end_and_one_of_other_numbers_does_not() {
        let scores = [0.253, 0.987, 0.988, 0.99, 0.99, 0.99, 0.99, 0.991, 0.991, 0.996];
        let by_seed: Vec<(u64, f64)> = (0..).zip(scores).collect();
        let of =
            |share| Values { by_seed: by_seed.clone(), share, ..Values::default() }.interval().expect("ten");
        let (free, share) = (of(false), of(true));
        assert!(free.low < 0.0 && free.high > 1.0, "{free:?}");
        assert_eq!((share.low, share.high), (0.0, 1.0));
        assert!(metric::is_share("average_accuracy") && !metric::is_share("learning_accuracy_slope"));
    }
}
