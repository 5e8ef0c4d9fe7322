//! Methods over several benchmarks at once: inter-quartile means, probability of improvement, profiles and ranks; and what the
//! tests of this report could find at all. Numbers come from [`crate::across`], as `across.csv` does.

use super::paradigm::paradigm_title;
use crate::across::{Across, Entry, Family, Group};
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{
    Axis, Color, LineChart, LinePoint, LineSeries, Panel, RankDiagram, Ranked, SmallMultiples,
};
use crate::number::{count, number, p_value, value_with_interval};
use base::stats;
use base::stats::{Friedman, LEVEL, POWER, ProfilePoint, VERDICT_SEEDS};
use contract::Role;

pub(super) fn build(across: &Across<'_, '_>) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Across benchmarks")];
    if !across.groups.is_empty() {
        blocks.push(Block::paragraph(WHAT));
        blocks.push(profiles(&across.groups));
    }
    across.groups.iter().for_each(|group| blocks.extend(of_group(group)));
    blocks.extend(apart(across));
    blocks.extend(reach(&across.families));
    blocks
}

const WHAT: &str = "Scores from chance (0) to ceiling (1), all seeds. Inter-quartile mean: the mean of the middle half of all \
    runs; intervals by bootstrap within benchmarks. P(better): how often a run of the method beats a run of the reference on the \
    same benchmark, ties half, mean over benchmarks. Ranks are those of the mean scores on each benchmark. How each is defined, \
    and how it differs from rliable's: docs/across.md.";

/// What cannot be compared, in one sentence.
fn apart(across: &Across<'_, '_>) -> Option<Block> {
    let item = |(paradigm, why): &(&str, String)| format!("{} ({why})", paradigm_title(paradigm));
    let items: Vec<String> = across.apart.iter().map(item).collect();
    (!items.is_empty()).then(|| {
        Block::paragraph(format!(
            "Not compared across benchmarks, for which it takes two methods that finished all runs on two benchmarks or more: {}.",
            items.join("; ")
        ))
    })
}

fn of_group(group: &Group<'_, '_>) -> Vec<Block> {
    let title = paradigm_title(group.paradigm);
    let mut blocks =
        vec![Block::heading(3, format!("{title}: {} together", count(group.blocks.len(), "benchmark")))];
    blocks.push(Block::Table(table(group)));
    let names: Vec<&str> = group.blocks.iter().map(|one| one.name()).collect();
    let mut words = format!("Benchmarks: {}.", names.join("; "));
    for (names, why) in &group.left_out {
        words += &format!(" Left out: {} ({why}).", names.join("; "));
    }
    blocks.push(Block::paragraph(words));
    blocks.push(Block::paragraph(ranks_in_words(group)));
    blocks.extend(diagram(group, &title));
    blocks
}

fn table(group: &Group<'_, '_>) -> Table {
    let versus = group.reference.map(|own| format!(">P(better than {})", own.title));
    let mut headings = vec!["method", ">inter-quartile mean"];
    headings.extend(versus.as_deref());
    headings.extend([">average rank", ">runs"]);
    let mut table = Table::new("All benchmarks together, 95 % intervals", headings);
    for entry in &group.entries {
        let mut row: Vec<Cell> = vec![
            Cell::colored(&entry.method.title, entry.method.color),
            value_with_interval(Some(entry.iqm), entry.iqm_interval).into(),
        ];
        if group.reference.is_some() {
            let told = |(value, interval)| value_with_interval(Some(value), interval);
            row.push(entry.better.map_or_else(|| "reference".into(), told).into());
        }
        row.push(entry.rank.map_or_else(|| "–".into(), |rank| format!("{rank:.2}")).into());
        row.push(entry.runs().to_string().into());
        table.row(row);
    }
    table
}

/// Friedman's test, the critical difference, and what so few benchmarks cannot say.
fn ranks_in_words(group: &Group<'_, '_>) -> String {
    let (blocks, methods) = (group.blocks.len(), group.entries.len());
    let no_reference = "There is no common reference method, so no probability of improvement. ";
    let mut words = if group.reference.is_none() { no_reference.to_owned() } else { String::new() };
    let Some(test) = &group.friedman else {
        return words + "All methods tie on every benchmark: there are no ranks.";
    };
    let f = if test.f.is_finite() {
        format!("; Iman–Davenport F {}, p {}", number(test.f), p_value(test.p_f))
    } else {
        "; all benchmarks rank alike, so that F is infinite".into()
    };
    words += &format!(
        "Friedman's test of {methods} methods on {blocks} benchmarks: χ² {}, p {}{f}. The smallest p of χ² that {blocks} \
         benchmarks can reach is {}.",
        number(test.chi_squared),
        p_value(test.p),
        p_value(Friedman::smallest_p(blocks, methods))
    );
    words += &match group.critical {
        Some(critical) if critical >= methods as f64 - 1.0 => format!(
            " Average ranks would have to differ by {critical:.2} (Nemenyi, {LEVEL}), more than {methods} methods can: with so few \
             benchmarks no two are told apart."
        ),
        Some(critical) => format!(
            " Average ranks that differ by less than {critical:.2} (Nemenyi, {LEVEL}) are not told apart."
        ),
        None => format!(" Above {} methods there is no critical difference.", stats::MOST_RANKED),
    };
    words
}

fn diagram(group: &Group<'_, '_>, title: &str) -> Option<Block> {
    let ranked = |entry: &Entry<'_, '_>| {
        Some(Ranked { label: entry.method.title.clone(), color: entry.method.color, rank: entry.rank? })
    };
    let mut methods: Vec<Ranked> = group.entries.iter().map(ranked).collect::<Option<_>>()?;
    methods.sort_by(|a, b| a.rank.total_cmp(&b.rank));
    let listed: Vec<String> = methods.iter().map(|one| format!("{} {:.2}", one.label, one.rank)).collect();
    let critical = group.critical.map_or_else(String::new, |own| format!(" Critical difference {own:.2}."));
    Some(Block::Chart(Chart {
        name: format!("ranks-{}", group.paradigm),
        title: format!("{title}: average ranks over {} benchmarks", group.blocks.len()),
        alt: format!("Average ranks, best first: {}.{critical}", listed.join(", ")),
        caption:
            "1 is best. A bar joins methods whose average ranks differ by less than the critical difference."
                .into(),
        figure: Box::new(RankDiagram { methods, critical: group.critical }),
    }))
}

/// Methods up to which all have a colour and a band.
const BANDS: usize = 4;
/// Lines that keep their colour.
const LINES: usize = 8;

fn profiles(groups: &[Group<'_, '_>]) -> Block {
    let panel = |group: &Group<'_, '_>| {
        let figure = LineChart {
            x: Axis::new("threshold τ (0 chance, 1 ceiling)"),
            y: Axis::percent("runs above τ (%)").over(0.0, 1.0),
            series: lines(group),
            plot_height: 190.0,
            legend_on_top: true,
            ..LineChart::default()
        };
        Panel { title: paradigm_title(group.paradigm), color: Color::Ink, figure: Box::new(figure) }
    };
    let panels: Vec<Panel> = groups.iter().map(panel).collect();
    let best = |group: &Group<'_, '_>| {
        let best = group.entries.first()?;
        Some(format!(
            "{}: {} (inter-quartile mean {})",
            paradigm_title(group.paradigm),
            best.method.title,
            number(best.iqm)
        ))
    };
    let best: Vec<String> = groups.iter().filter_map(best).collect();
    Block::Chart(Chart {
        name: "profiles".into(),
        title: "Performance profiles".into(),
        alt: format!("Share of runs above each threshold, by method. Best: {}.", best.join("; ")),
        caption: "Share of all runs, seeds and benchmarks together, whose score is above the threshold: a line that is nowhere \
                  below another is better. Bands: 95 % bootstrap within benchmarks, drawn for the reference and the best; \
                  across.csv holds those of all."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 300.0, legend: Vec::new() }),
    })
}

/// The profiles of a group's methods: reference, the three best and mechanisms in colour, the rest grey.
fn lines(group: &Group<'_, '_>) -> Vec<LineSeries> {
    let is_reference = |entry: &Entry<'_, '_>| group.reference.is_some_and(|own| own.id == entry.method.id);
    let few = group.entries.len() <= BANDS;
    let loud = |(place, entry): (usize, &Entry<'_, '_>)| {
        is_reference(entry) || place < 3 || matches!(entry.method.role, Some(Role::Mechanism))
    };
    let mut room = LINES;
    let line = |(place, entry): (usize, &Entry<'_, '_>)| {
        let colored =
            group.entries.len() <= LINES || is_reference(entry) || (loud((place, entry)) && room > 1);
        if colored && !is_reference(entry) {
            room = room.saturating_sub(1);
        }
        let banded = few || place == 0 || is_reference(entry);
        let point = |point: &ProfilePoint| LinePoint {
            x: point.threshold,
            y: Some(point.share),
            band: banded.then_some((point.band.low, point.band.high)),
            n: entry.runs(),
        };
        LineSeries {
            label: entry.method.title.clone(),
            color: if colored { entry.method.color } else { Color::Quiet },
            dashed: false,
            points: entry.profile.iter().map(point).collect(),
        }
    };
    group.entries.iter().enumerate().map(line).collect()
}

/// Smallest p and detectable effects of every family.
fn reach(families: &[Family]) -> Vec<Block> {
    let mut blocks = vec![Block::heading(3, "What these tests could find")];
    if families.is_empty() {
        blocks.push(Block::paragraph(format!(
            "No paired test with a p stands in this report: it takes {VERDICT_SEEDS} seeds and a reference or a mechanism with its \
             controls."
        )));
        return blocks;
    }
    let headings = [
        "family",
        "of",
        ">tests",
        ">pairs",
        ">smallest p",
        ">after Holm",
        ">effect found at 0.05",
        ">and after Holm",
    ];
    let mut table = Table::new("Families of paired tests", headings);
    for family in families {
        let effect =
            |effect: Option<f64>| effect.map_or_else(|| "none".into(), |effect| format!("{effect:.2} SD"));
        table.row([
            family.what.to_owned(),
            family.names.join("; "),
            family.tests.to_string(),
            family.pairs.to_string(),
            p_value(family.smallest_p),
            p_value(family.smallest_corrected),
            effect(family.detectable),
            effect(family.detectable_corrected),
        ]);
    }
    blocks.push(Block::Table(table));
    blocks.push(Block::paragraph(format!(
        "Smallest p: what the two-sided sign-flip test of so many pairs reaches where all differences have one sign; after Holm: \
         times the number of tests, the first step of the procedure. Effect found: the mean paired difference, in standard \
         deviations of the differences, that one test finds with a probability of {:.0} % where differences are normal. A verdict \
         needs all four required controls, so its own power is lower.",
        100.0 * POWER
    )));
    blocks
}
