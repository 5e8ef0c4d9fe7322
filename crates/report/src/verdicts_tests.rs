use super::*;
use crate::across::Across;
use crate::block::Block;
use crate::synthetic::records;
use crate::{Options, section};
use contract::definition::SearchNote;

/// `naive` as a mechanism and the four others as its required controls, `more` beside them; one benchmark, ten seeds, scores
/// far apart.
pub(crate) fn study(change: impl Fn(&mut Record)) -> Vec<Record> {
    let kinds =
        [("ewc", TUNED_OPTIMISER), ("si", TUNED_CONSTANT), ("frozen", "mean-gain"), ("joint", "shuffled")];
    let mut all: Vec<Record> = records(10);
    all.retain(|record| record.spec.benchmark == "split-digits-task");
    for record in &mut all {
        let method = record.spec.method.clone();
        record.titles.role = Some(match kinds.iter().find(|(id, _)| *id == method) {
            Some((_, kind)) => control(kind),
            None => Role::Mechanism,
        });
        let place = kinds.iter().position(|(id, _)| *id == method).map_or(9.0, |place| place as f64);
        let score = place + 0.01 * (record.spec.seed as f64);
        record.metrics.insert("average_accuracy".into(), score.into());
        change(record);
    }
    all
}

fn control(kind: &str) -> Role {
    Role::Control { of: Some("naive".into()), kind: kind.into(), also: None, shown: false }
}

/// The same as another method of that kind, with these scores.
pub(crate) fn copied(
    all: &[Record],
    from: &str,
    id: &str,
    kind: &str,
    score: impl Fn(u64) -> f64,
) -> Vec<Record> {
    let chosen = all.iter().filter(|record| record.spec.method == from).cloned();
    chosen
        .map(|mut record| {
            record.spec.method = id.into();
            // Names stay distinct: two methods of one title would be told apart by their ids.
            record.titles.method = id.into();
            record.titles.role = Some(control(kind));
            record.metrics.insert("average_accuracy".into(), score(record.spec.seed).into());
            record
        })
        .collect()
}

/// Words and sentence of the one verdict.
pub(crate) fn told(records: &[Record]) -> (String, String) {
    let results = Results::new(records, &[]);
    let judged = judged(&results);
    assert_eq!(judged.len(), 1);
    let blocks =
        section::build(&results, (&judged, &[]), &Across::new(&results, &judged), &Options::default());
    let lists = blocks.iter().filter_map(|block| match block {
        Block::List(items) => items.first().cloned(),
        _ => None,
    });
    let sentence = lists.into_iter().find(|item| item.starts_with("Fine-tuning on")).expect("a sentence");
    (judged[0].verdict.finding.words(), sentence)
}

fn acted(record: &mut Record, shares: &[(&str, f64)]) {
    if record.spec.method == "naive" {
        let scalars = shares.iter().map(|(name, share)| (format!("acted/{name}"), *share));
        record.log.scalars.extend(scalars);
    }
}

#[test]
fn a_mechanism_that_never_acted_has_no_verdict() {
    let (words, sentence) = told(&study(|record| acted(record, &[("dopamine", 0.0)])));
    assert_eq!(words, "never acted: no verdict");
    assert!(sentence.ends_with("never acted: no verdict (it acted in 0 of 10 seeds)."), "{sentence}");
    // One seed in which it acted for a moment is enough for a verdict; the number stands beside it.
    let once = study(|record| {
        let share = if record.spec.seed == 3 { 0.01 } else { 0.0 };
        acted(record, &[("dopamine", share), ("serotonin", 0.0)]);
    });
    let (words, sentence) = told(&once);
    assert_eq!(words, "helps");
    assert!(sentence.contains("it acted in 1 of 10 seeds; serotonin never acted"), "{sentence}");
}

#[test]
fn a_mechanism_that_changed_no_answer_has_no_verdict() {
    let mut all = study(|record| acted(record, &[("serotonin", 1.0)]));
    let twin = copied(&all, "naive", "naive+unmodulated", UNMODULATED, |_| 1.0);
    all.extend(twin);
    for record in all.iter_mut().filter(|record| record.spec.method == "naive+unmodulated") {
        record.log.scalars.clear();
    }
    assert_eq!(told(&all).0, "changed no answer: no verdict");
    // A single point of a single curve of a single seed.
    let changed = all.iter_mut().find(|record| record.spec.method == "naive+unmodulated").expect("there");
    changed.log.curves[0].y[5] = Some(0.123);
    let (words, sentence) = told(&all);
    assert_eq!(words, "helps");
    assert!(sentence.contains("it changed an answer in 1 of 10 seeds"), "{sentence}");
}

#[test]
fn a_sentence_names_the_comparison_that_its_p_comes_from() {
    // Ten equal differences of 6: p 2/2¹⁰; the closest control is the one with the highest score.
    let (words, sentence) = told(&study(|_| ()));
    assert_eq!(words, "helps");
    let against = "against shuffled, the least certain of the required controls: +6.000 ";
    assert!(sentence.contains(against) && sentence.contains("p 0.0020, corrected 0.0020"), "{sentence}");
    // Of two tuned constants the one that is not beaten counts, and is named.
    let mut all = study(|_| ());
    all.extend(copied(&all, "si", "naive-constant-2", TUNED_CONSTANT, |seed| 8.0 + 0.5 * seed as f64));
    let (words, sentence) = told(&all);
    assert_eq!(words, "better than a tuned optimiser, not better than a tuned constant");
    assert!(
        sentence.contains("not better: against tuned constant (naive-constant-2): −1.205 "),
        "{sentence}"
    );
}

#[test]
fn without_an_unmodulated_run_nothing_hurts() {
    let worse = |record: &mut Record| {
        if record.spec.method == "naive" {
            record.metrics.insert("average_accuracy".into(), (-5.0).into());
        }
    };
    let (words, sentence) = told(&study(worse));
    assert_eq!(words, "worse than a tuned constant and a tuned optimiser");
    assert!(
        sentence.contains("against tuned constant: −6.045")
            && sentence.contains("against tuned optimiser: −5.045")
    );
    let mut all = study(worse);
    all.extend(copied(&all, "si", "naive+unmodulated", UNMODULATED, |_| 1.0));
    let (words, sentence) = told(&all);
    assert_eq!(words, "hurts");
    assert!(sentence.contains("(against unmodulated: −6.000 "), "{sentence}");
}

#[test]
fn a_mechanism_and_its_tuned_controls_are_searched_alike_or_there_is_no_verdict() {
    let note = |trials, restarts, tied| Some(SearchNote { trials, restarts, seeds: 5, tied });
    let searched = |own: Option<SearchNote>, constant: Option<SearchNote>, optimiser: Option<SearchNote>| {
        told(&study(|record| {
            record.titles.search = match record.spec.method.as_str() {
                "naive" => own.clone(),
                "si" => constant.clone(),
                "ewc" => optimiser.clone(),
                _ => None,
            };
        }))
    };
    assert!(searched(None, None, None).1.contains("search not recorded"));
    let even = searched(note(15, 4, false), note(15, 4, false), note(60, 1, false));
    assert_eq!(even.0, "helps");
    assert!(!even.1.contains("search not recorded"));
    let unsearched = searched(None, note(15, 4, false), note(15, 4, false)).0;
    assert_eq!(unsearched, "no verdict: the mechanism was not searched");
    let unequal = searched(note(15, 4, false), note(15, 1, false), note(15, 4, false)).0;
    let words = "no verdict: unequal searches (trials: mechanism 60, tuned optimiser 60, tuned constant 15)";
    assert_eq!(unequal, words);
    // What has no number to search is as good as searched.
    assert_eq!(searched(note(0, 1, false), note(15, 4, false), note(15, 4, false)).0, "helps");
    assert_eq!(
        searched(note(15, 4, true), note(15, 4, false), note(15, 4, false)).0,
        "all trials tie: no verdict"
    );
}

/// A mechanism on the learning rate that is no better than its constant, beside arms of headroom of which the schedule is
/// better than the blind one by so much.
pub(crate) fn with_headroom(advantage: f64) -> Vec<Record> {
    let mut all = study(|record| {
        let receptors = serde_json::json!([{ "target": "learning-rate" }]);
        if record.spec.method == "naive" {
            record.spec.settings["modulation"] =
                serde_json::json!({ "modulators": { "noradrenaline": { "receptors": receptors } } });
            record.metrics.insert("average_accuracy".into(), (2.0 + 0.001 * record.spec.seed as f64).into());
        }
    });
    for (arm, above) in [("constant", 0.0), ("change-blind", 0.001), ("event-locked", 0.001 + advantage)] {
        let kind = format!("headroom:learning-rate:{arm}");
        let wobble = if arm == "event-locked" { 0.001 } else { 0.0 };
        let score = |seed: u64| 2.0 + above + 0.01 * seed as f64 + wobble * ((seed % 3) as f64 - 1.0);
        all.extend(copied(&all, "ewc", &format!("latest+{kind}"), &kind, score));
    }
    all
}

#[test]
fn where_headroom_is_excluded_a_mechanism_cannot_show_and_where_it_is_established_its_share_is_told() {
    let text = |advantage: f64| {
        let records = with_headroom(advantage);
        let results = Results::new(&records, &[]);
        let judged = judged(&results);
        let blocks =
            section::build(&results, (&judged, &[]), &Across::new(&results, &judged), &Options::default());
        let tables = blocks.iter().filter_map(|block| match block {
            Block::Table(table) => {
                let cells = table.rows.iter().flatten().map(|cell| cell.text.clone());
                Some(format!("{}: {}", table.caption, cells.collect::<Vec<_>>().join(" | ")))
            }
            _ => None,
        });
        (judged[0].cannot_show.clone(), tables.collect::<Vec<_>>().join("\n"))
    };
    // Differences of −0.001, 0 and 0.001 over the seeds: all below 0.01, around 0.
    let (cannot, tables) = text(0.0);
    assert!(cannot.is_some_and(|words| words.contains("excluded (learning rate")), "{tables}");
    assert!(tables.contains("; cannot show here") && tables.contains("| excluded |"), "{tables}");
    assert!(!tables.contains("What mechanisms capture"), "{tables}");
    let (cannot, tables) = text(0.5);
    assert!(cannot.is_none() && tables.contains("| established |"), "{tables}");
    assert!(tables.contains("What mechanisms capture"), "{tables}");
}

/// The page of these records.
pub(crate) fn page(records: &[Record]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let written = crate::write_with(records, folder.path(), &Options::default(), |_| None).expect("a report");
    std::fs::read_to_string(written.html).expect("a page")
}

#[test]
fn the_page_begins_with_the_answer_and_every_cell_leads_to_its_evidence() {
    let html = page(&study(|_| ()));
    let place = |words: &str| html.find(words).unwrap_or_else(|| panic!("{words}: {html}"));
    let answer = place("1 of 1 verdict says that it helps: Fine-tuning on Split digits, task-incremental.");
    let cell =
        place("<a class=\"good\" href=\"#fine-tuning-on-split-digits-task-incremental-every-control\"");
    assert!(answer < cell && cell < place("<h2"), "the answer and the grid stand before every part");
    let target = place("<div id=\"fine-tuning-on-split-digits-task-incremental-every-control\">");
    assert!(html[target..].starts_with("<div") && html[..target].ends_with("</summary>"));
    assert!(
        html.contains("was not measured in these records"),
        "headroom is one line, not a sign in each cell"
    );
    // Four plain controls alone: no verdict, and the answer says so.
    let html = page(&study(|record| {
        if record.spec.method == "si" {
            record.titles.role = None;
        }
    }));
    assert!(html.contains("The one question has no verdict yet. Why: 1 controls missing."));
    assert!(html.contains("<a class=\"absent\""));
}

#[test]
fn a_sign_tells_of_headroom() {
    let sign = |advantage: f64| {
        let html = page(&with_headroom(advantage));
        let cell = html.split("<table class=\"board\">").nth(1).expect("a grid");
        let cell = cell.split("<td ").nth(1).expect("a cell").split("</td>").next().expect("its end");
        cell.split("<b>").nth(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned())
    };
    assert_eq!(sign(0.0).as_deref(), Some("⊘"));
    assert_eq!(sign(0.5), None, "established");
}

#[test]
fn a_mechanism_with_unfinished_runs_has_no_verdict_and_a_control_with_some_is_named() {
    let diverged = |method: &'static str| {
        page(&study(move |record| {
            if record.spec.method == method && record.spec.seed == 3 {
                record.status = contract::Status::Diverged;
            }
        }))
    };
    assert!(page(&study(|_| ())).contains("1 of 1 verdict says that it helps"));
    let html = diverged("naive");
    assert!(html.contains("no verdict: 1 run of the mechanism did not finish"), "{html}");
    let html = diverged("si");
    assert!(html.contains("compared over the seeds that both finished; unfinished runs of si (1)"), "{html}");
}
