//! Many lines in one chart: the best, the yardsticks and the mechanisms keep their colour, the rest is grey.

use crate::answer::is_yardstick;
use crate::chart::{Color, LineSeries};
use crate::results::{BenchmarkResults, MethodResults};
use contract::Role;

/// Lines up to which all keep their colour, and the most that keep it where there are more.
const LINES: usize = 8;

/// The lines of methods, which their titles label, so that a chart can be read however many there are.
pub(super) fn focused(benchmark: &BenchmarkResults<'_>, lines: Vec<LineSeries>) -> Vec<LineSeries> {
    let of = |line: &LineSeries| benchmark.methods.iter().find(|method| method.title == line.label);
    let Some(methods) = lines.iter().map(of).collect::<Option<Vec<_>>>() else { return lines };
    let loud = loud(benchmark, &methods);
    let quiet = |(line, loud)| if loud { line } else { LineSeries { color: Color::Quiet, ..line } };
    lines.into_iter().zip(loud).map(quiet).collect()
}

/// Which of the methods keep their colour: reference, yardsticks, the three best, then mechanisms, as far as there is room.
fn loud(benchmark: &BenchmarkResults<'_>, methods: &[&MethodResults<'_>]) -> Vec<bool> {
    let mut loud = vec![methods.len() <= LINES; methods.len()];
    if methods.len() <= LINES {
        return loud;
    }
    let ranked = benchmark.ranked();
    let reference = benchmark.reference().map(|own| own.id.as_str());
    let best = |own: &MethodResults<'_>| {
        ranked.iter().filter(|other| !is_yardstick(benchmark, other)).take(3).any(|other| other.id == own.id)
    };
    let rank = |own: &MethodResults<'_>| ranked.iter().position(|other| other.id == own.id);
    let order = |own: &MethodResults<'_>| match own {
        own if reference == Some(own.id.as_str()) => 0,
        own if is_yardstick(benchmark, own) => 1,
        own if best(own) => 2,
        own if matches!(own.role, Some(Role::Mechanism)) => 3,
        _ => 4,
    };
    let mut places: Vec<usize> = (0..methods.len()).filter(|at| order(methods[*at]) < 4).collect();
    places.sort_by_key(|at| (order(methods[*at]), rank(methods[*at])));
    places.into_iter().take(LINES).for_each(|at| loud[at] = true);
    loud
}
