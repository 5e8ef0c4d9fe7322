//! Tables on top of tables.

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

/// Takes a dotted key away; false where there is none. Keys may hold dots themselves (`space."parameters.rate"`): the longest
/// that fits is taken. A table that loses its last key goes too.
pub(super) fn remove(table: &mut Table, dotted: &str) -> bool {
    if table.remove(dotted).is_some() {
        return true;
    }
    let fits = |key: &&String| dotted.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let Some(key) = table.keys().filter(fits).max_by_key(|key| key.len()).cloned() else { return false };
    let Some(Value::Table(inner)) = table.get_mut(&key) else { return false };
    let found = remove(inner, &dotted[key.len() + 1..]);
    if found && inner.is_empty() {
        table.remove(&key);
    }
    found
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
}
