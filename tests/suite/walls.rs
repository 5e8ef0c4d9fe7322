//! The walls of the house: who may see whom, and that no two files of a member import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Members from the ground up, each with the members that it may name.
const MEMBERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("numeric", &[]),
    ("dynamics", &["base"]),
    ("data", &["base"]),
    ("contract", &["base", "data"]),
    ("learn", &["base", "numeric", "dynamics", "data", "contract"]),
    ("paradigms", &["base", "numeric", "dynamics", "data", "contract", "learn"]),
    ("cases", &["base", "numeric", "dynamics", "data", "contract"]),
    ("report", &["base", "contract"]),
];

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Names of what a member depends on, apart from its tests.
fn dependencies(member: &str) -> BTreeSet<String> {
    let path = root().join("crates").join(member).join("Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(path).expect("readable").parse().expect("a manifest");
    manifest["dependencies"].as_table().expect("a table").keys().cloned().collect()
}

#[test]
fn members_name_only_members_below_them() {
    for (member, allowed) in MEMBERS {
        for name in dependencies(member).iter().filter(|name| MEMBERS.iter().any(|(other, _)| other == name))
        {
            assert!(allowed.contains(&name.as_str()), "{member} names {name}");
        }
    }
    for entry in std::fs::read_dir(root().join("crates")).expect("readable").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let program = ["search", "speed"].contains(&name.as_str());
        assert!(program || MEMBERS.iter().any(|(member, _)| *member == name), "{name} has no place");
    }
}

#[test]
fn the_learners_and_the_paradigms_alone_know_the_tensor_engine() {
    // `..` is the program.
    let members = MEMBERS.iter().map(|(member, _)| *member).chain([".."]);
    for member in members.filter(|member| !["learn", "paradigms"].contains(member)) {
        let found = dependencies(member).into_iter().find(|name| name.starts_with("candle"));
        assert_eq!(found, None, "{member}");
    }
}

/// Module path below a member's `src`, e.g. `["nn", "dense"]`; a folder's is that of its `mod.rs`.
type Module = Vec<String>;

/// Every module of a member with the text that is compiled into the program: comments and tests taken out.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![source.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.extend((name != "tests").then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") && !name.ends_with("tests")
            {
                let below = path.strip_prefix(source).expect("below").with_extension("");
                let mut module: Module =
                    below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                if ["mod", "lib"].contains(&name.as_str()) {
                    module.pop();
                }
                let text = std::fs::read_to_string(&path).expect("readable");
                let compiled = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let lines = compiled.lines().map(|line| line.split("//").next().unwrap_or_default());
                found.insert(module, lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    found
}

fn in_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// The paths that a text names by `crate`, `self` or `super`, with groups in braces spelled out.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in
        ["crate::", "self::", "super::"].iter().flat_map(|word| text.match_indices(word)).map(|(at, _)| at)
    {
        if !text[..start].chars().next_back().is_some_and(|c| in_path(c) || c == '$') {
            spell_out(&[], &text[start..], &mut found);
        }
    }
    found
}

/// A path at the start of a text, or one for each that stands in its braces, below `head`.
fn spell_out(head: &[String], text: &str, found: &mut Vec<Vec<String>>) {
    let end = text.find(|c| !in_path(c)).unwrap_or(text.len());
    let parts = text[..end].split("::").filter(|part| !part.is_empty()).map(str::to_owned);
    let path: Vec<String> = head.iter().cloned().chain(parts).collect();
    if !(text[..end].ends_with("::") && text[end..].starts_with('{')) {
        found.push(path);
        return;
    }
    let mut depth = 0;
    let mut from = end + 1;
    for (at, c) in text[end..].char_indices().map(|(at, c)| (end + at, c)) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 || (depth == 1 && c == ',') {
            let name = text[from..at].trim();
            if !name.is_empty() {
                spell_out(&path, name, found);
            }
            from = at + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

/// Where a path leads that a module names: the whole of it, whether a module or what one passes on.
fn leads(me: &Module, path: &[String]) -> Module {
    let mut at: Module = match path[0].as_str() {
        "crate" => Vec::new(),
        "self" => me.clone(),
        _ => me[..me.len().saturating_sub(1)].to_vec(),
    };
    for part in &path[1..] {
        if part == "super" {
            at.pop();
        } else {
            at.push(part.clone());
        }
    }
    at
}

/// The module that a path leads to, or to which what it leads to belongs.
fn module_of(modules: &BTreeMap<Module, String>, mut at: Module) -> Module {
    while !modules.contains_key(&at) && !at.is_empty() {
        at.pop();
    }
    at
}

#[test]
fn no_file_imports_through_its_own_folder_and_none_in_a_circle() {
    let sources = MEMBERS.iter().map(|(member, _)| root().join("crates").join(member).join("src"));
    let mut found = Vec::new();
    for source in sources.chain([root().join("src")]) {
        let modules = modules(&source);
        let circles = neighbours_in_circles(&modules).into_iter();
        found.extend(circles.map(|pair| format!("{}: {pair}", source.display())));
        for (me, text) in &modules {
            for to in paths(text).iter().map(|path| module_of(&modules, leads(me, path))) {
                if !to.is_empty() && to != *me && me.starts_with(&to) {
                    let (from, named) = (me.join("/"), to.join("/"));
                    found
                        .push(format!("{}: {from} imports through its own folder {named}", source.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Files and folders side by side, each with all that lies in it, that name each other in a circle: through what a parent
/// passes on as well. A circle of any files is one of neighbours, in the folder that holds them all.
fn neighbours_in_circles(modules: &BTreeMap<Module, String>) -> Vec<String> {
    let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (me, text) in modules {
        for to in paths(text).iter().map(|path| leads(me, path)) {
            let common = me.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let [own, other] = [me, &to].map(|path| path.get(..=common).map(<[String]>::to_vec));
            if let Some((own, other)) = own.zip(other).filter(|(_, other)| modules.contains_key(other)) {
                graph.entry(own).or_default().insert(other);
            }
        }
    }
    let known: BTreeMap<&Module, BTreeSet<&Module>> =
        graph.iter().map(|(me, seen)| (me, seen.iter().collect())).collect();
    let pairs = known.iter().flat_map(|(me, seen)| seen.iter().map(move |to| (*me, *to)));
    let circles = pairs.filter(|(me, to)| reaches(&known, to, me));
    circles.map(|(me, to)| format!("{} and {} name each other", me.join("/"), to.join("/"))).collect()
}

/// Whether `to` can be reached from `from`.
fn reaches<'a>(graph: &BTreeMap<&'a Module, BTreeSet<&'a Module>>, from: &'a Module, to: &Module) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(graph.get(at).into_iter().flatten().copied());
        }
    }
    false
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let text = "use super::{a::{B, d::E}, c};\nuse crate::nn::dense::Dense;\nfn f() -> super::super::x::Y {}";
    let found: Vec<String> = paths(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        ["crate::nn::dense::Dense", "super::a::B", "super::a::d::E", "super::c", "super::super::x::Y"]
    );
}
