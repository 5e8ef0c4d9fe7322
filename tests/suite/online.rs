//! The online paradigm from definition to numbers. The reference values of Elec2 are in `tests/suite/big_data.rs`.

use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{RunLog, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use neuromod_bench::report::metric;
use neuromod_bench::run::{Plan, Selection};

fn run(data: &Data, benchmark: &str, method: &str) -> RunLog {
    let library = crate::common::shipped();
    let selection = Selection {
        targets: vec![benchmark.into()],
        methods: vec![method.into()],
        seeds: Some(1),
        ..Selection::default()
    };
    let plan = Plan::new(library, &selection).expect("a valid plan");
    plan.load_data(data).expect("data");
    let spec = &plan.runs[0].spec;
    protocol(&spec.paradigm).expect("known").run(spec, data, &mut Unwatched).expect("runs")
}

fn score(log: &RunLog, name: &str) -> f64 {
    metric::score_all("online", log)[name].value().expect("defined")
}

#[test]
fn elec2_without_its_file_says_where_it_was_looked_for_before_anything_trains() {
    let library = crate::common::shipped();
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    let selection = Selection {
        targets: vec!["elec2".into()],
        methods: Vec::new(),
        seeds: Some(1),
        ..Selection::default()
    };
    let plan = Plan::new(library, &selection).expect("definitions are valid");
    let message = plan.load_data(&data).expect_err("no file").to_string();
    assert!(message.starts_with("data set `elec2`: elec.csv.gz not found in"), "{message}");
}

#[test]
fn a_table_is_refused_where_images_are_needed() {
    let mut library = crate::common::shipped().clone();
    let mut text = library.benchmark("split-digits-domain").expect("known").origin.text();
    text =
        text.replace("data = \"digits\"", "data = \"elec2\"").replace("split-digits-domain", "split-elec2");
    library.add(Source { name: "mine.toml".into(), text }).expect("parses");
    let selection = Selection { targets: vec!["split-elec2".into()], ..Selection::default() };
    let message = Plan::new(&library, &selection).expect_err("a table").to_string();
    assert!(
        message.starts_with("mine.toml:") && message.contains("only for the online paradigm"),
        "{message}"
    );
}

#[test]
fn nobody_beats_the_noise_ceiling_of_sea_and_learners_beat_the_baselines() {
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    let learner = run(&data, "sea", "sgd-0-1");
    let majority = run(&data, "sea", "majority");
    let ceiling = score(&learner, "ideal_accuracy");
    // 5,000 samples with 10 % noise: 3 standard errors are 0.0127.
    assert!((ceiling - 0.9).abs() < 0.0127, "{ceiling}");
    let accuracy = score(&learner, "prequential_accuracy");
    assert!(accuracy < ceiling && accuracy > score(&majority, "prequential_accuracy") + 0.1, "{accuracy}");
}
