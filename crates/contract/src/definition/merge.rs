//! Tables on top of tables.

use base::error::DefinitionError;
use toml::{Table, Value};

/// Puts `top` over `base`, table by table: keys that only the base has stay; what is no table, an array too, replaces.
pub(super) fn merge(base: &mut Table, top: &Table) {
    for (key, value) in top {
        match (base.get_mut(key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// What follows a key in a dotted one; empty where it is that key itself.
pub(super) fn after<'k>(dotted: &'k str, key: &str) -> Option<&'k str> {
    dotted.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Takes a dotted key away; false where there is none. Keys may hold dots themselves (`space."parameters.rate"`): the longest
/// that fits is taken. A table that loses its last key goes too.
pub(super) fn remove(table: &mut Table, dotted: &str) -> bool {
    if table.remove(dotted).is_some() {
        return true;
    }
    let fits = |key: &&String| after(dotted, key).is_some();
    let Some(key) = table.keys().filter(fits).max_by_key(|key| key.len()).cloned() else { return false };
    let Some(Value::Table(inner)) = table.get_mut(&key) else { return false };
    let found = remove(inner, &dotted[key.len() + 1..]);
    if found && inner.is_empty() {
        table.remove(&key);
    }
    found
}

/// What is said of several names at once, `"a, b" = { … }`, said of each.
///
/// # Errors
/// A name left empty; a key that one name gets twice.
pub(super) fn share_out(table: &mut Table) -> Result<(), DefinitionError> {
    let lists: Vec<String> = table.keys().filter(|names| names.contains(',')).cloned().collect();
    for names in lists {
        let Some(said) = table.remove(&names) else { continue };
        for name in names.split(',').map(str::trim) {
            let wrong = |problem: String| DefinitionError {
                key: format!("on.{names:?}"),
                found: format!("{name:?}"),
                problem,
                ..DefinitionError::default()
            };
            if name.is_empty() {
                return Err(wrong("is no benchmark; allowed: ids with one comma between each two".into()));
            }
            match (table.get_mut(name), &said) {
                (None, said) => {
                    table.insert(name.to_owned(), said.clone());
                }
                (Some(Value::Table(before)), Value::Table(said)) => {
                    if let Some(key) = said.keys().find(|key| before.contains_key(*key)) {
                        return Err(wrong(format!("gets `{key}` twice")));
                    }
                    merge(before, said);
                }
                _ => return Err(wrong("is said twice".into())),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_away_with_the_tables_that_it_leaves_empty() {
        let text = "a.b.c = 1\na.d = 2\n[space]\n\"parameters.rate\" = 3\n";
        let mut table: Table = text.parse().unwrap();
        assert!(remove(&mut table, "a.b.c") && !remove(&mut table, "a.b"));
        assert!(remove(&mut table, "space.parameters.rate") && !remove(&mut table, "a.d.e"));
        assert_eq!(table, "a.d = 2\n".parse::<Table>().unwrap());
    }

    #[test]
    fn what_is_said_of_several_names_is_said_of_each_and_once() {
        let shared = |text: &str| {
            let mut table: Table = text.parse().unwrap();
            share_out(&mut table).map(|()| table).map_err(|error| error.to_string())
        };
        let whole = shared("\"a, b\".x = 1\n\"b,c\".y = 2\na.z = 3\n").unwrap();
        assert_eq!(whole, "a = { x = 1, z = 3 }\nb = { x = 1, y = 2 }\nc.y = 2\n".parse().unwrap());
        let twice = shared("\"a, b\".x = 1\nb.x = 1\n").unwrap_err();
        assert!(twice.contains("`x` twice") && twice.contains("\"b\""), "{twice}");
        let empty = shared("\"a,, b\".x = 1\n").unwrap_err();
        assert!(empty.contains("no benchmark"), "{empty}");
    }
}
