//! Tests on MNIST and its relatives. They need the data folder in `NEUROMOD_DATA` and are ignored by default:
//! `NEUROMOD_DATA=DIR cargo test --test big_data -- --include-ignored`.

use neuromod_bench::base::rng::Streams;
use neuromod_bench::contract::Unwatched;
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::stream::online::{OnlineStream, OnlineStreamSpec};
use neuromod_bench::learn::stream::{EvaluateOn, TaskStream};
use neuromod_bench::registry::protocol;
use neuromod_bench::report::metric;
use neuromod_bench::run::{Plan, Selection};

fn data() -> Data {
    assert!(std::env::var_os("NEUROMOD_DATA").is_some(), "set NEUROMOD_DATA to the folder that holds mnist/");
    Data::new(DataFolder::choose(None))
}

#[test]
#[ignore = "needs MNIST and Fashion-MNIST in NEUROMOD_DATA"]
fn both_sets_load_verified_with_their_published_sizes() {
    let data = data();
    for id in ["mnist", "fashion-mnist"] {
        let set = data.get(id).expect("loads");
        assert_eq!((set.train_full.len(), set.test.len(), set.features()), (60_000, 10_000, 784));
        assert_eq!((set.train.len(), set.validation.len()), (50_000, 10_000));
    }
    // The first ten test labels of MNIST, known to everyone who has opened it.
    let mnist = data.get("mnist").expect("loads");
    assert_eq!(mnist.test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
}

#[test]
#[ignore = "needs MNIST in NEUROMOD_DATA"]
fn tasks_are_views_that_share_the_pixels() {
    let mnist = data().get("mnist").expect("loads");
    let library = crate::common::shipped();
    let spec = library.benchmark("permuted-mnist-domain").expect("known").body["stream"].clone();
    let spec = spec.try_into().expect("stream");
    let before = shares(&mnist.train_full);
    let stream = TaskStream::new(&spec, &mnist, EvaluateOn::Test, &Streams::new(0)).expect("stream");
    assert_eq!(stream.len(), 10);
    assert_eq!(shares(&mnist.train_full), before + 10);
}

/// Images and labels of a stream are the set's own; the validation stream draws from other images.
#[test]
#[ignore = "needs Fashion-MNIST in NEUROMOD_DATA"]
fn a_stream_of_fashion_mnist_has_its_images() {
    let (data, library) = (data(), crate::common::shipped());
    let spec: OnlineStreamSpec = library.benchmark("fashion-steady").expect("known").body["stream"]
        .clone()
        .try_into()
        .expect("stream");
    let stream = OnlineStream::new(&spec, &data, EvaluateOn::Test, &Streams::new(0)).expect("stream");
    assert_eq!((stream.len(), stream.features(), stream.classes()), (6_000, 784, 10));
    let counts: Vec<usize> =
        (0..10).map(|class| stream.labels().iter().filter(|own| **own == class).count()).collect();
    // 600 of each on average; five standard deviations are 116.
    assert!(counts.iter().all(|count| count.abs_diff(600) < 116), "{counts:?}");
}

/// A tenth of the updates of the published protocol: enough to see that nothing leaks and everything learns.
#[test]
#[ignore = "needs MNIST in NEUROMOD_DATA"]
fn split_mnist_in_short_lands_where_it_must() {
    let mut library = crate::common::shipped().clone();
    let data = data();
    let mut score = |id: &str, method: &str| {
        let benchmark = library.benchmarks.get_mut(id).expect("known");
        let budget = benchmark.body["budget"].as_table_mut().expect("table");
        budget.insert("updates_per_task".into(), 200.into());
        let selection = Selection {
            targets: vec![id.into()],
            methods: vec![method.into()],
            seeds: Some(1),
            ..Selection::default()
        };
        let plan = Plan::new(&library, &selection).expect("plan");
        let spec = &plan.runs[0].spec;
        let log = protocol("incremental").expect("known").run(spec, &data, &mut Unwatched).expect("runs");
        metric::score_all("incremental", &log)["average_accuracy"].value().expect("defined")
    };
    assert!(score("split-mnist-task", "ewc") > 0.97);
    assert!(score("split-mnist-task", "joint") > 0.98);
    let naive = score("split-mnist-class", "naive");
    assert!((0.15..0.22).contains(&naive), "class-incremental fine-tuning keeps only the last task: {naive}");
    assert!(score("split-mnist-class", "joint") > 0.93);
}

/// The first prediction counts as wrong, a tie goes to the class seen first.
#[test]
#[ignore = "needs Elec2 in NEUROMOD_DATA"]
fn elec2_has_its_published_no_change_and_majority_accuracies() {
    let data = data();
    let table = data.table("elec2").expect("loads");
    assert_eq!((table.len(), table.columns.len(), table.labels[0]), (45_312, 6, 1));
    let library = crate::common::shipped();
    let scores = |benchmark: &str, method: &str| {
        let selection = Selection {
            targets: vec![benchmark.into()],
            methods: vec![method.into()],
            seeds: Some(1),
            ..Selection::default()
        };
        let plan = Plan::new(library, &selection).expect("plan");
        plan.load_data(&data).expect("data");
        let log =
            protocol("online").expect("known").run(&plan.runs[0].spec, &data, &mut Unwatched).expect("runs");
        metric::score_all("online", &log)
    };
    let five_digits =
        |value: &neuromod_bench::contract::MetricValue| format!("{:.5}", value.value().expect("defined"));
    let persistent = scores("elec2-whole", "no-change");
    assert_eq!(five_digits(&persistent["prequential_accuracy"]), "0.85328");
    assert_eq!(persistent["kappa_temporal"].value(), Some(0.0));
    let majority = scores("elec2-whole", "majority");
    assert_eq!(five_digits(&majority["prequential_accuracy"]), "0.57532");
    assert_eq!(five_digits(&majority["no_change_accuracy"]), "0.85328");
    // Rows 4,532 to 45,312, counted by hand from the table: 34,863 of 40,781 labels equal the one before, the first has
    // none; the majority of the labels so far, starting afresh, is right 23,333 times.
    assert_eq!(five_digits(&scores("elec2", "no-change")["prequential_accuracy"]), "0.85488");
    assert_eq!(five_digits(&scores("elec2", "majority")["prequential_accuracy"]), "0.57215");
}

/// How many share the bytes of a split.
fn shares(split: &neuromod_bench::data::Split) -> usize {
    let neuromod_bench::data::Pixels::Bytes(bytes) = &split.pixels else { return 0 };
    std::sync::Arc::strong_count(bytes)
}
