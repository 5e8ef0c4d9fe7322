//! `across.csv`: every number that the report prints over benchmarks, for programs.

use super::group::Group;
use super::reach::Family;
use super::whole::Across;
use crate::chart::Csv;
use base::stats::{Friedman, Interval};

/// Columns. `group` is a paradigm or a family of tests, `at` the threshold of a profile; `n` counts runs, benchmarks or pairs.
const COLUMNS: [&str; 9] = ["group", "statistic", "method", "against", "value", "low", "high", "n", "at"];

/// The file's text.
pub(crate) fn csv(across: &Across<'_, '_>) -> String {
    let mut table = Csv::new(COLUMNS);
    across.groups.iter().for_each(|group| of_group(&mut table, group));
    across.families.iter().for_each(|family| of_family(&mut table, family));
    table.text()
}

/// A row; an interval or a value that is not there leaves its cells empty.
struct Line<'t> {
    group: &'t str,
    method: &'t str,
    against: &'t str,
    n: usize,
}

impl Line<'_> {
    fn write(&self, table: &mut Csv, statistic: &str, value: Option<f64>, interval: Option<Interval>) {
        self.write_at(table, statistic, value, interval, None);
    }

    fn write_at(
        &self,
        table: &mut Csv,
        statistic: &str,
        value: Option<f64>,
        interval: Option<Interval>,
        at: Option<f64>,
    ) {
        let cell = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let (low, high) = (interval.map(|own| own.low), interval.map(|own| own.high));
        let texts = [self.group, statistic, self.method, self.against].map(str::to_owned);
        table.row(texts.into_iter().chain([
            cell(value),
            cell(low),
            cell(high),
            self.n.to_string(),
            cell(at),
        ]));
    }
}

fn of_group(table: &mut Csv, group: &Group<'_, '_>) {
    let blocks = group.blocks.len();
    let reference = group.reference.map_or("", |method| &method.id);
    for entry in &group.entries {
        let line = |against, n| Line { group: group.paradigm, method: &entry.method.id, against, n };
        line("", entry.runs()).write(table, "inter_quartile_mean", Some(entry.iqm), entry.iqm_interval);
        if let Some((better, interval)) = entry.better {
            line(reference, entry.runs()).write(table, "probability_of_improvement", Some(better), interval);
        }
        line("", blocks).write(table, "average_rank", entry.rank, None);
    }
    for entry in &group.entries {
        let line = Line { group: group.paradigm, method: &entry.method.id, against: "", n: entry.runs() };
        for point in &entry.profile {
            let (share, at) = (Some(point.share), Some(point.threshold));
            line.write_at(table, "performance_profile", share, Some(point.band), at);
        }
    }
    let line = Line { group: group.paradigm, method: "", against: "", n: blocks };
    if let Some(test) = &group.friedman {
        line.write(table, "friedman_chi_squared", Some(test.chi_squared), None);
        line.write(table, "friedman_p", Some(test.p), None);
        // Where all benchmarks rank alike F is infinite, and its p says no more than that.
        let finite = |value: f64| test.f.is_finite().then_some(value);
        line.write(table, "iman_davenport_f", finite(test.f), None);
        line.write(table, "iman_davenport_p", finite(test.p_f), None);
    }
    line.write(table, "friedman_smallest_p", Some(Friedman::smallest_p(blocks, group.entries.len())), None);
    line.write(table, "critical_difference", group.critical, None);
}

fn of_family(table: &mut Csv, family: &Family) {
    let names = family.names.join("; ");
    let line = Line { group: family.what, method: "", against: &names, n: family.pairs };
    line.write(table, "tests", Some(family.tests as f64), None);
    line.write(table, "smallest_p", Some(family.smallest_p), None);
    line.write(table, "smallest_p_holm", Some(family.smallest_corrected), None);
    line.write(table, "detectable_effect", family.detectable, None);
    line.write(table, "detectable_effect_holm", family.detectable_corrected, None);
}
