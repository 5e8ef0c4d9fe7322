//! What was run under one name. A benchmark's id and version are a promise that a definition did not change; records hold
//! what was really run, so the promise is checked: records of one id and version whose definitions differ stand apart, and
//! so do runs of one method with different settings. Nothing is ever paired across them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::Value;

use base::plain;
use contract::{Paradigm, Record};

/// Leaves of resolved settings: dotted path → value as JSON.
pub(super) type Leaves = BTreeMap<String, String>;

/// Where one of several stands among those that share a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Variant {
    /// From 0, in the order of what they say; the same whatever the order of the records.
    pub place: usize,
    pub count: usize,
    /// What tells it from the others: `stream.source.noise 0.1`.
    pub words: String,
}

impl Variant {
    /// `text`, or `text [definition 1 of 2: stream.source.noise 0.1]`.
    pub fn told(&self, text: &str, what: &str) -> String {
        if self.count < 2 {
            return text.to_owned();
        }
        format!("{text} [{what} {} of {}: {}]", self.place + 1, self.count, self.words)
    }

    /// `id`, or `id [1 of 2]`.
    pub fn id(&self, id: &str) -> String {
        if self.count < 2 { id.to_owned() } else { format!("{id} [{} of {}]", self.place + 1, self.count) }
    }
}

/// Per record the definition of its benchmark and the settings of its method, and what does not fit together in words.
#[derive(Debug, Default)]
pub(super) struct Identities {
    pub benchmark: Vec<Variant>,
    pub method: Vec<Variant>,
    pub conflicts: Vec<String>,
}

/// What a record says of itself.
struct Said {
    /// The benchmark's settings and the data's fingerprints.
    shared: Leaves,
    /// What the benchmark says of settings that methods replace; absent in records of older programs.
    base: Option<Leaves>,
    /// The method's own settings.
    own: Leaves,
}

fn said(record: &Record, paradigms: &[Paradigm]) -> Said {
    // A paradigm that this program does not know counts as one with the usual tables.
    let known = paradigms.iter().find(|paradigm| paradigm.name == record.spec.paradigm);
    let of_method = known.map_or(Paradigm::usual("").settings_of_method, |known| known.settings_of_method);
    let (mut shared, mut own, mut base) = (Leaves::new(), Leaves::new(), Leaves::new());
    match &record.spec.settings {
        Value::Object(settings) => {
            for (key, value) in settings {
                leaves(key, value, if of_method.contains(&key.as_str()) { &mut own } else { &mut shared });
            }
        }
        other => leaves("settings", other, &mut own),
    }
    for (name, fingerprint) in &record.data {
        shared.insert(format!("data set {name}"), fingerprint.clone());
    }
    // Another version of the program may compute something else from the same settings.
    shared.insert("program version".into(), record.env.version.clone());
    record.base.iter().for_each(|(key, value)| leaves(key, value, &mut base));
    Said { shared, base: (!base.is_empty()).then_some(base), own }
}

/// What every record says: runs that differ in their seed alone say the same, which is held once.
fn all_said(records: &[Record], paradigms: &[Paradigm]) -> Vec<Rc<Said>> {
    let mut known: HashMap<String, Rc<Said>> = HashMap::new();
    let one = |record: &Record| {
        let (spec, version) = (&record.spec, &record.env.version);
        let text =
            format!("{}\n{}\n{version}\n{:?}\n{:?}", spec.paradigm, spec.settings, record.data, record.base);
        known.entry(text).or_insert_with(|| Rc::new(said(record, paradigms))).clone()
    };
    records.iter().map(one).collect()
}

/// Adds the leaves of a value below `path`.
pub(super) fn leaves(path: &str, value: &Value, into: &mut Leaves) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(key, field)| leaves(&format!("{path}.{key}"), field, into));
        }
        other => drop(into.insert(path.to_owned(), plain::narrowed(other).to_string())),
    }
}

/// Tells the records apart.
pub(super) fn identities(records: &[Record], paradigms: &[Paradigm]) -> Identities {
    let said = all_said(records, paradigms);
    let mut found = Identities {
        benchmark: vec![Variant::default(); records.len()],
        method: vec![Variant::default(); records.len()],
        conflicts: Vec::new(),
    };
    let mut benchmarks: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        let name = (record.spec.paradigm.as_str(), record.benchmark_at_version());
        benchmarks.entry(name).or_default().push(place);
    }
    let by_key: BTreeMap<&str, usize> =
        records.iter().enumerate().map(|(place, record)| (record.key.as_str(), place)).collect();
    for ((_, name), places) in benchmarks {
        let definitions = definitions(&said, &places);
        if let [(one, _), ..] = definitions.as_slice()
            && one.count > 1
        {
            let what = "definitions of the same version";
            found.conflicts.push(conflict(&name, what, definitions.iter().map(|(variant, _)| variant)));
        }
        for (variant, places) in definitions {
            places.iter().for_each(|place| found.benchmark[*place] = variant.clone());
            let mut methods: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for place in places {
                methods.entry(&records[place].spec.method).or_default().push(place);
            }
            for (method, places) in methods {
                let replayed = |place: &usize| {
                    let replays = records[*place].spec.replays.as_ref()?;
                    by_key.get(replays.key.as_str()).map(|place| &said[*place])
                };
                let alike = |place: &usize| (Rc::as_ptr(&said[*place]), replayed(place).map(Rc::as_ptr));
                let own = |place: &usize| {
                    let mut own = said[*place].own.clone();
                    if let Some(replayed) = replayed(place) {
                        own.extend(replayed.own.iter().map(|(k, v)| (format!("replayed {k}"), v.clone())));
                    }
                    own
                };
                let variants = apart(&places, alike, own);
                if variants.len() > 1 {
                    let name = format!("{} · {method}", variant.told(&name, "definition"));
                    let all = variants.iter().map(|(variant, _)| variant);
                    found.conflicts.push(conflict(&name, "settings under the same name", all));
                }
                for (variant, places) in variants {
                    places.into_iter().for_each(|place| found.method[place] = variant.clone());
                }
            }
        }
    }
    found
}

/// Records of one id and version by their definitions.
fn definitions(said: &[Rc<Said>], places: &[usize]) -> Vec<(Variant, Vec<usize>)> {
    // Where the benchmark's own model or optimiser is not recorded, it cannot contradict: it counts as the one there is.
    let mut bases: BTreeMap<&Leaves, BTreeSet<&Leaves>> = BTreeMap::new();
    for place in places {
        bases.entry(&said[*place].shared).or_default().extend(&said[*place].base);
    }
    let alike = |place: &usize| Rc::as_ptr(&said[*place]);
    apart(places, alike, |place| {
        let one = &said[*place];
        let mut whole = one.shared.clone();
        if bases.get(&one.shared).is_some_and(|bases| bases.len() > 1) {
            whole.extend(one.base.clone().unwrap_or_default());
        }
        whole
    })
}

/// Groups of equal leaves, in the order of what they say.
fn apart<K: Ord>(
    places: &[usize],
    alike: impl Fn(&usize) -> K,
    of: impl Fn(&usize) -> Leaves,
) -> Vec<(Variant, Vec<usize>)> {
    // Places that are alike say the same: their leaves are made once.
    let mut kinds: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for place in places {
        kinds.entry(alike(place)).or_default().push(*place);
    }
    let mut groups: BTreeMap<Leaves, Vec<usize>> = BTreeMap::new();
    for places in kinds.into_values() {
        let leaves = places.first().map(&of).unwrap_or_default();
        groups.entry(leaves).or_default().extend(places);
    }
    groups.values_mut().for_each(|places| places.sort_unstable());
    let all: Vec<&Leaves> = groups.keys().collect();
    let count = all.len();
    let differing: Vec<String> = all
        .iter()
        .flat_map(|leaves| leaves.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|path| all.iter().any(|leaves| leaves.get(*path) != all[0].get(*path)))
        .cloned()
        .collect();
    let words: Vec<String> = all.iter().map(|leaves| words(leaves, &differing)).collect();
    let variant = |(place, words)| Variant { place, count, words };
    words.into_iter().enumerate().map(variant).zip(groups.into_values()).collect()
}

/// The first three of the paths in which groups differ.
fn words(leaves: &Leaves, differing: &[String]) -> String {
    const SHOWN: usize = 3;
    let value = |path: &String| format!("{path} {}", leaves.get(path).map_or("absent", String::as_str));
    let mut told: Vec<String> = differing.iter().take(SHOWN).map(value).collect();
    if differing.len() > SHOWN {
        told.push(format!("{} more", differing.len() - SHOWN));
    }
    told.join(", ")
}

fn conflict<'v>(name: &str, what: &str, variants: impl Iterator<Item = &'v Variant>) -> String {
    let all: Vec<String> = variants.map(|one| format!("[{}] {}", one.place + 1, one.words)).collect();
    let count = if all.len() == 2 { "two".to_owned() } else { all.len().to_string() };
    format!("{name} was run under {count} {what}; they stand apart and are not compared: {}", all.join("; "))
}
