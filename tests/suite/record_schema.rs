//! The published schema holds for what runs really leave: every protocol, role and end.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::Library;
use neuromod_bench::contract::{Record, Role, Status};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::PROTOCOLS;
use neuromod_bench::report::metric;
use neuromod_bench::run::{Executor, Journal, Listener, Plan, Selection, environment};

use crate::tiny::library;

/// The published schema of a record.
pub struct Published(boon::Schemas, boon::SchemaIndex);

impl Published {
    pub fn read() -> Self {
        let text = include_str!("../../results/schema/record.json");
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        let schema = serde_json::from_str(text).expect("JSON");
        compiler.add_resource("record.json", schema).expect("a resource");
        let index = compiler.compile("record.json", &mut schemas).expect("a valid schema");
        Self(schemas, index)
    }

    /// What of a record the schema refuses, and where.
    pub fn check(&self, record: &serde_json::Value) -> Result<(), String> {
        self.0.validate(record, self.1).map_err(|problems| problems.to_string())
    }
}

struct Silent;
impl Listener for Silent {}

/// The methods that run on each short benchmark.
const SHORT: &[(&str, &[&str])] = &[
    (
        "split-digits-domain",
        &["naive", "joint", "noradrenaline", "noradrenaline+tuned-constant", "noradrenaline+tuned-optimiser"],
    ),
    ("sinusoid-10shot-quick", &["fomaml", "nmn", "nmn-shuffled"]),
    ("omniglot-sequential", &["oml"]),
    ("sine", &["oracle-reset", "dopamine"]),
    ("digits-even-to-odd", &["scratch", "l2-sp"]),
    ("digits-attributes", &["equal", "pc-grad"]),
    ("go-nogo-example", &["full", "shuffled-na"]),
    ("opposed-light", &["gain-100", "no-modulation"]),
    ("switching-bandit", &["doya", "doya-rotated", "constants", "doya-no-na"]),
    ("change-point", &["observer", "observer-rotated", "observer-mean"]),
    ("goal-switching-85", &["ach-ne", "ach-ne-rotated", "goal-observer"]),
    ("cue-binding-light", &["backpropamine", "backpropamine-mean"]),
    ("measure-wait-go", &["nm-rnn", "nm-rnn-input"]),
];

fn records(library: &Library, selection: &Selection, limit: Option<Duration>) -> Vec<Record> {
    let plan = Plan::new(library, selection).expect("a valid plan");
    let dir = tempfile::tempdir().expect("temporary folder");
    let (mut journal, _) = Journal::open(dir.path()).expect("journal");
    let executor = Executor {
        data: &Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" }),
        jobs: 1,
        time_limit: limit,
        env: environment(1),
        scorer: metric::score_all,
        traces: Default::default(),
        interrupt: &AtomicBool::new(false),
    };
    executor.execute(&plan.runs, &mut journal, &Silent).expect("journal can be written").records
}

fn selection(target: &str, methods: &[&str]) -> Selection {
    let methods = methods.iter().map(|method| (*method).to_owned()).collect();
    Selection { targets: vec![target.to_owned()], methods, seeds: Some(1), ..Selection::default() }
}

/// Every control that the suite derives, of one mechanism with two modulators.
fn derived(library: &mut Library) -> Vec<Record> {
    let mechanism = "schema = 1\nid = \"two\"\ntitle = \"Two\"\nparadigm = \"incremental\"\nkind = \"naive\"\n\
         provenance = \"for tests\"\n[modulation.modulators.noradrenaline]\nsource = { kind = \"surprise\" }\n\
         receptors = [{ target = \"slope\", sensitivity = 0.5 }]\n[modulation.modulators.serotonin]\n\
         source = { kind = \"reward-rate\" }\nreceptors = [{ target = \"learning-rate\", sensitivity = 0.2, scope = \"unit\", layers = [0], \
         local = { kind = \"activity\" } }]\n";
    let suite = "schema = 1\nid = \"derived\"\ntitle = \"Derived\"\nsummary = \"For tests.\"\nseeds = 2\n[[cell]]\n\
         benchmarks = [\"split-digits-domain\"]\nmethods = [\"two\"]\ncontrols = [\"all\", \"factorial\"]\n";
    for (name, text) in [("two.toml", mechanism), ("derived.toml", suite)] {
        library.add(Source { name: name.into(), text: text.into() }).expect("valid");
    }
    records(library, &Selection { seeds: Some(2), ..selection("derived", &[]) }, None)
}

#[test]
fn records_of_every_protocol_role_and_end_follow_the_published_schema() {
    let schema = Published::read();
    let mut library = library();
    let mut all: Vec<Record> =
        SHORT.iter().flat_map(|(id, methods)| records(&library, &selection(id, methods), None)).collect();
    all.extend(derived(&mut library));
    all.extend(records(&library, &selection("split-digits-domain", &["naive"]), Some(Duration::ZERO)));
    // A method whose own search does not replace that rate.
    let wild = "optimiser = { kind = \"sgd\", rate = 1e30 }".parse::<toml::Table>().expect("toml");
    library.benchmarks.get_mut("split-digits-domain").expect("known").body.extend(wild);
    all.extend(records(&library, &selection("split-digits-domain", &["ewc-true-label"]), None));
    let (mut protocols, mut kinds, mut ends) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in &all {
        let line = serde_json::to_string(record).expect("serialises");
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let name = (&record.spec.benchmark, &record.spec.method);
        schema.check(&value).unwrap_or_else(|problems| panic!("{name:?}: {problems}"));
        protocols.insert(record.spec.paradigm.as_str());
        ends.insert(record.status);
        kinds.insert(match &record.titles.role {
            None => "method".to_owned(),
            Some(Role::Mechanism) => "mechanism".to_owned(),
            Some(Role::Control { kind, .. }) => kind.clone(),
        });
    }
    let known: BTreeSet<&str> = PROTOCOLS.iter().map(|protocol| protocol.name()).collect();
    assert_eq!(protocols, known);
    // Omniglot is not embedded: the sequential one fails, and says so.
    assert_eq!(ends, [Status::Ok, Status::Diverged, Status::Failed, Status::Timeout].into());
    let failed: Vec<&str> =
        all.iter().filter(|r| r.status == Status::Failed).map(|r| r.spec.paradigm.as_str()).collect();
    assert_eq!(failed, ["meta-sequential"]);
    for kind in ["method", "mechanism", "tuned-optimiser", "tuned-constant", "mean-gain", "shuffled"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    for (control, _) in neuromod_bench::learn::modulation::CONTROLS {
        let name = control.split(':').next().expect("a name");
        assert!(kinds.iter().any(|kind| kind.starts_with(name)), "{control} is not among {kinds:?}");
    }
}

#[test]
fn the_schema_refuses_what_no_record_holds() {
    let schema = Published::read();
    let library = library();
    let record = records(&library, &selection("change-point", &["observer"]), None).remove(0);
    let fine = serde_json::to_value(&record).expect("serialises");
    assert!(schema.check(&fine).is_ok());
    for (pointer, wrong) in [
        ("/status", serde_json::json!("fine")),
        ("/key", serde_json::json!("short")),
        ("/schema", serde_json::json!(2)),
        ("/titles/role", serde_json::json!({ "controll": {} })),
        ("/curves/0/y", serde_json::json!(["a"])),
    ] {
        let mut record = fine.clone();
        *record.pointer_mut(pointer).expect("a field") = wrong;
        assert!(schema.check(&record).is_err(), "{pointer}");
    }
    for at in ["", "/titles", "/footprint", "/spec"] {
        let mut record = fine.clone();
        let fields = record.pointer_mut(at).and_then(|value| value.as_object_mut()).expect("an object");
        fields.insert("unheard_of".into(), serde_json::json!(1));
        assert!(schema.check(&record).is_err(), "a key that nobody knows in `{at}`");
    }
}
