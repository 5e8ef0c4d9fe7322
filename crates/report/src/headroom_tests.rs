//! What the report says of negative controls and of captured headroom.

use crate::across::Across;
use crate::block::Block;
use crate::results::Results;
use crate::verdict_files::csv;
use crate::verdicts::tests::{page, study, with_headroom};
use crate::verdicts::{judged, on_negative_controls};
use crate::{Options, section};
use contract::Record;

#[test]
fn mechanisms_on_negative_controls_are_a_family_of_their_own_and_false_alarms_are_counted() {
    let mut records = study(|_| ());
    let mut negative = study(|record| record.score.negative_of = Some("split-digits-task".into()));
    for record in &mut negative {
        record.spec.benchmark = "steady".into();
        record.titles.benchmark = "Steady".into();
        record.key += "steady";
    }
    records.extend(negative);
    let results = Results::new(&records, &[]);
    let (asked, apart) = (judged(&results), on_negative_controls(&results));
    assert_eq!((asked.len(), apart.len()), (1, 1), "each in its family");
    assert_eq!(csv(&asked, &apart).lines().count(), 3);
    let html = page(&records);
    assert!(html.contains("1 of 1 verdict says that it helps"), "the answer is about what can help");
    let words = "Of 1 verdict 1 is called helpful: 100.0 %, at most 100.0 % by resampling the seeds";
    assert!(html.contains("Where nothing can help") && html.contains(words), "{html}");
    // Alone they are what the report is about.
    let alone: Vec<Record> =
        records.into_iter().filter(|record| record.score.negative_of.is_some()).collect();
    let results = Results::new(&alone, &[]);
    assert_eq!((judged(&results).len(), on_negative_controls(&results).len()), (1, 1));
    assert_eq!(csv(&judged(&results), &on_negative_controls(&results)).lines().count(), 2);
}

#[test]
fn the_figure_of_headroom_says_where_there_is_nothing_to_divide_by() {
    let chart = |advantage: f64| {
        let records = with_headroom(advantage);
        let results = Results::new(&records, &[]);
        let judged = judged(&results);
        let blocks =
            section::build(&results, (&judged, &[]), &Across::new(&results, &judged), &Options::default());
        let found = blocks.into_iter().find_map(|block| match block {
            Block::Chart(chart) if chart.name == "captured-headroom" => Some(chart),
            _ => None,
        });
        let found = found.expect("a figure");
        (found.alt, found.figure.csv().text())
    };
    let (alt, table) = chart(0.0);
    assert_eq!(alt, "No headroom is certain enough to divide by.");
    assert!(!table.contains("seed"), "{table}");
    // The mechanism lies 0.01·seed below the blind arm on average 0.0415: of a headroom of 0.5 about −0.08.
    let (alt, table) = chart(0.5);
    assert!(alt.contains("Fine-tuning −0.08") || alt.contains("Fine-tuning -0.08"), "{alt}");
    assert_eq!(
        table.matches(",seed,").count(),
        20,
        "ten seeds of the schedule and of the mechanism: {table}"
    );
}
