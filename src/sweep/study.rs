//! The runs of a sweep and what they say: scores per point, the best, the plateau around it.

use std::collections::BTreeMap;

use super::over::{Over, Spacing};
use crate::registry::protocol;
use crate::run::{Plan, Selection};
use crate::tune::FIRST_SEED;
use base::error::{DefinitionError, Result};
use base::stats::{Interval, mean, mean_interval};
use contract::definition::Library;
use contract::{MetricValue, Record, Status};
use report::metric;

/// How far below the best a point of the plateau may be: one point of a hundred.
const WITHIN: f64 = 0.01;

/// What is asked.
#[derive(Debug)]
pub struct Sweep<'a> {
    pub library: &'a Library,
    pub benchmark: &'a str,
    pub method: &'a str,
    /// One or two settings.
    pub over: &'a [Over],
    /// Validation seeds per point.
    pub seeds: u64,
}

/// One value of each setting, and how it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The method's id with these values.
    pub method: String,
    /// Place in the values of each setting.
    pub at: Vec<usize>,
    /// Score per seed; a run that diverged counts as chance.
    pub scores: Vec<f64>,
    pub diverged: usize,
}

/// Neighbours of the best along one setting that are within one point of it, without a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    pub low: f64,
    pub high: f64,
    /// How many values it holds.
    pub values: usize,
    /// Decades of a logarithmic setting, otherwise units.
    pub width: f64,
    /// Whether it reaches the first or the last value: then it may be wider.
    pub at_an_end: bool,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Study {
    pub metric: String,
    pub higher: bool,
    pub over: Vec<Over>,
    /// The last setting runs fastest.
    pub points: Vec<Point>,
}

impl Sweep<'_> {
    /// Every point on validation data, on the seeds of searches.
    ///
    /// # Errors
    /// Definition errors; a method that is a control.
    pub fn plan(&self) -> Result<Plan> {
        let mut library = self.library.clone();
        let benchmark = library.benchmark(self.benchmark)?;
        let protocol = protocol(&benchmark.header.paradigm)?;
        if self.method.contains('+') {
            let allowed = "a method; what follows from one by `+` is not swept";
            return Err(DefinitionError::range("--method", self.method, allowed).into());
        }
        if let Some(benchmark) = library.benchmarks.get_mut(self.benchmark) {
            protocol.judge_on_validation(benchmark);
        }
        let mut plan =
            self.runs(&library, self.points().into_iter().map(|(method, _)| method).collect(), self.seeds)?;
        for run in &mut plan.runs {
            run.spec.seed += FIRST_SEED;
            run.key = Record::key_of(&run.spec, &run.data)?;
        }
        Ok(plan)
    }

    /// One point on test data, on the seeds of results.
    ///
    /// # Errors
    /// Definition errors.
    pub fn test_plan(&self, method: &str, seeds: u64) -> Result<Plan> {
        self.runs(self.library, vec![method.to_owned()], seeds)
    }

    fn runs(&self, library: &Library, methods: Vec<String>, seeds: u64) -> Result<Plan> {
        let selection = Selection {
            targets: vec![self.benchmark.to_owned()],
            methods,
            seeds: Some(seeds),
            ..Selection::default()
        };
        Plan::new(library, &selection)
    }

    /// Ids of the points, and where they lie.
    fn points(&self) -> Vec<(String, Vec<usize>)> {
        let mut points = vec![(self.method.to_owned(), Vec::new())];
        for over in self.over {
            let with = |(method, at): &(String, Vec<usize>)| {
                let of = |(place, text): (usize, &String)| {
                    (format!("{method}@{}={text}", over.key), at.iter().copied().chain([place]).collect())
                };
                over.texts.iter().enumerate().map(of).collect::<Vec<_>>()
            };
            points = points.iter().flat_map(with).collect();
        }
        points
    }

    /// What the records of [`Sweep::plan`] say.
    ///
    /// # Errors
    /// An unknown metric; a point with a run that failed or is missing.
    pub fn study(&self, records: &[Record]) -> Result<Study> {
        let score = &self.library.benchmark(self.benchmark)?.header.score;
        let mut scores: BTreeMap<&str, (Vec<f64>, usize)> = BTreeMap::new();
        for record in records {
            let value = match record.status {
                Status::Ok => record.metrics.get(&score.metric).and_then(MetricValue::value),
                Status::Diverged => None,
                _ => continue,
            };
            let of = scores.entry(record.spec.method.as_str()).or_default();
            of.0.push(value.unwrap_or(score.chance));
            of.1 += usize::from(value.is_none());
        }
        let mut points = Vec::new();
        for (method, at) in self.points() {
            let Some((scores, diverged)) = scores.remove(method.as_str()) else {
                let problem = "no run of it has ended; the records say why".to_owned();
                return Err(DefinitionError { found: method, problem, ..DefinitionError::default() }.into());
            };
            points.push(Point { method, at, scores, diverged });
        }
        let higher = metric::higher_is_better(&score.metric);
        Ok(Study { metric: score.metric.clone(), higher, over: self.over.to_vec(), points })
    }
}

impl Point {
    pub fn mean(&self) -> f64 {
        mean(&self.scores).unwrap_or(f64::NAN)
    }

    /// 95 %, over seeds; `None`: one seed.
    pub fn interval(&self) -> Option<Interval> {
        mean_interval(&self.scores)
    }
}

impl Study {
    /// The first of the points whose mean is best.
    pub fn best(&self) -> usize {
        let sign = if self.higher { 1.0 } else { -1.0 };
        let better = |best: usize, at: usize| sign * self.points[at].mean() > sign * self.points[best].mean();
        (0..self.points.len()).fold(0, |best, at| if better(best, at) { at } else { best })
    }

    /// Whether a point is within one point of the best.
    pub fn near(&self, at: usize) -> bool {
        (self.points[self.best()].mean() - self.points[at].mean()).abs() <= WITHIN + 1e-12
    }

    /// The plateau along each setting, the other one as the best has it.
    pub fn plateaus(&self) -> Vec<Plateau> {
        let best = &self.points[self.best()].at;
        let along = |(axis, over): (usize, &Over)| {
            let at = |place: usize| {
                let wanted: Vec<usize> =
                    best.iter().enumerate().map(|(i, at)| if i == axis { place } else { *at }).collect();
                self.points.iter().position(|point| point.at == wanted)
            };
            let near = |place: usize| at(place).is_some_and(|at| self.near(at));
            let first = (0..best[axis]).rev().take_while(|place| near(*place)).last().unwrap_or(best[axis]);
            let end = over.values.len();
            let last = (best[axis] + 1..end).take_while(|place| near(*place)).last().unwrap_or(best[axis]);
            let (low, high) = (over.values[first], over.values[last]);
            let width = over.place(high) - over.place(low);
            Plateau { low, high, values: last - first + 1, width, at_an_end: first == 0 || last + 1 == end }
        };
        self.over.iter().enumerate().map(along).collect()
    }

    /// What a width is counted in.
    pub fn unit(over: &Over) -> &'static str {
        if over.spacing == Spacing::Logarithmic { "decades" } else { "units" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(over: &[&str], means: &[f64]) -> Study {
        let over: Vec<Over> = over.iter().map(|text| text.parse().expect("a sweep")).collect();
        let width = over.last().expect("one").values.len();
        let at = |i: usize| if over.len() == 1 { vec![i] } else { vec![i / width, i % width] };
        let point = |(i, mean): (usize, &f64)| Point {
            method: format!("m{i}"),
            at: at(i),
            scores: vec![mean - 0.25, mean + 0.25],
            diverged: 0,
        };
        let points = means.iter().enumerate().map(point).collect();
        Study { metric: "average_accuracy".into(), higher: true, over, points }
    }

    #[test]
    fn the_plateau_is_what_is_near_the_best_without_a_gap() {
        let one = study(&["a.b=1..1e5:log:6"], &[0.8, 0.5, 0.795, 0.8, 0.79, 0.78]);
        assert_eq!((one.best(), one.near(4), one.near(5)), (0, true, false));
        let means = [0.5, 0.795, 0.8, 0.79, 0.78, 0.6];
        let one = study(&["a.b=1..1e5:log:6"], &means);
        let plateau = one.plateaus()[0];
        assert_eq!((plateau.low, plateau.high, plateau.values, plateau.at_an_end), (10.0, 1000.0, 3, false));
        assert!((plateau.width - 2.0).abs() < 1e-12);
        let lower = Study { higher: false, ..study(&["a.b=1..3:lin:3"], &[0.2, 0.3, 0.4]) };
        assert_eq!((lower.best(), lower.plateaus()[0].at_an_end), (0, true));
    }

    #[test]
    fn two_settings_have_a_plateau_each() {
        // Rows: a = 1, 2; columns: b = 1, 2, 3. The best stands in the second row's middle.
        let two = study(&["a.a=1,2", "a.b=1,2,3"], &[0.1, 0.895, 0.1, 0.5, 0.9, 0.893]);
        let plateaus = two.plateaus();
        assert_eq!((plateaus[0].values, plateaus[1].values, plateaus[1].low), (2, 2, 2.0));
    }
}
