//! Which column of a table is what: found in the first file, and by name in every file beside it.

use std::cell::OnceCell;

use super::table::{ColumnName, DataTable};

/// How a file's rows are cut, and what its first line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub separator: char,
    /// How many columns there are in all.
    pub width: usize,
    /// Names of all columns; `None`: no header.
    pub names: Option<Vec<String>>,
}

/// What a table is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    pub head: Head,
    /// Place of the class; `None`: there is none, beside numbers to be answered.
    pub label: Option<usize>,
    /// Place of the numbers to be answered.
    pub target: Option<usize>,
    /// Places of the inputs.
    pub inputs: Vec<usize>,
}

/// The first file of a table, by its path, and its columns: those that every other file must have.
#[derive(Debug, Default)]
pub(super) struct First(OnceCell<(String, Columns)>);

impl First {
    /// The columns of a file: the first one's by what the table says, the others' by the names of the first.
    ///
    /// # Errors
    /// In words: columns that the table cannot mean; another header than the first file's.
    pub fn columns(&self, path: &str, head: Head, table: &DataTable) -> Result<Columns, String> {
        if let Some((first, columns)) = self.0.get() {
            return columns.of_another(head, first);
        }
        let columns = Columns::of(head, table)?;
        Ok(self.0.get_or_init(|| (path.to_owned(), columns)).1.clone())
    }
}

impl Head {
    /// The place of a column that the table names under `data.KEY`.
    fn place(&self, key: &str, column: &ColumnName) -> Result<usize, String> {
        let width = self.width;
        match (column, &self.names) {
            (ColumnName::Place(place), _) if (1..=width).contains(place) => Ok(place - 1),
            (ColumnName::Place(place), _) => Err(format!("`data.{key}` = {place}: allowed are 1 to {width}")),
            (ColumnName::Name(name), Some(names)) => {
                names.iter().position(|other| other == name).ok_or_else(|| {
                    format!("`data.{key}` = {name:?}: no such column; there are {}", names.join(", "))
                })
            }
            (ColumnName::Name(name), None) => {
                Err(format!("`data.{key}` = {name:?}: there is no header, so say the column's place from 1"))
            }
        }
    }

    /// Places, from 0, of the columns that a header leaves without a name.
    pub fn unnamed(&self) -> Vec<usize> {
        let names = self.names.iter().flatten().enumerate();
        names.filter(|(_, name)| name.is_empty()).map(|(at, _)| at).collect()
    }
}

impl Columns {
    /// By what the table says.
    ///
    /// # Errors
    /// In words: a column that there is not, one that is two things, no inputs, an input without a name.
    pub fn of(head: Head, table: &DataTable) -> Result<Self, String> {
        let place = |key: &str, column: &ColumnName| head.place(key, column);
        let target = table.target.as_ref().map(|column| place("target", column)).transpose()?;
        let label = match &table.label {
            Some(column) => Some(place("label", column)?),
            None => target.is_none().then(|| head.width.saturating_sub(1)),
        };
        if label.is_some() && label == target {
            return Err("`data.label` and `data.target` name the same column".into());
        }
        let ignored: Vec<usize> =
            table.ignore.iter().map(|column| place("ignore", column)).collect::<Result<_, _>>()?;
        if [label, target].into_iter().flatten().any(|at| ignored.contains(&at)) {
            return Err("`data.ignore` holds the column of the class or of the target".into());
        }
        let inputs: Vec<usize> = (0..head.width)
            .filter(|at| ![label, target].contains(&Some(*at)) && !ignored.contains(at))
            .collect();
        if inputs.is_empty() {
            let hint = if head.separator == ',' { "; is the separator another one?" } else { "" };
            let width = head.width;
            return Err(format!("{width} columns: needs at least one input and the class or target{hint}"));
        }
        if let Some(at) = head.unnamed().into_iter().find(|at| inputs.contains(at)) {
            let place = at + 1;
            return Err(format!(
                "line 1: column {place} has no name (a row's number, as pandas writes its index?) and would be an input; say `ignore = [{place}]`, or give it a name"
            ));
        }
        Ok(Self { head, label, target, inputs })
    }

    /// The same columns in a file beside the first: by name where both have headers, else by place.
    ///
    /// # Errors
    /// In words: another number of columns, other names, a header in one file alone.
    fn of_another(&self, head: Head, first: &str) -> Result<Self, String> {
        let way_out = "give every file the same header line, or none of them";
        let (known, own) = match (&self.head.names, &head.names) {
            (Some(known), Some(own)) => (known, own),
            (Some(_), None) => return Err(format!("has no header, but {first} has one; {way_out}")),
            (None, Some(_)) => return Err(format!("has a header, but {first} has none; {way_out}")),
            (None, None) if head.width != self.head.width => {
                return Err(format!("{} columns, but {first} has {}", head.width, self.head.width));
            }
            (None, None) => return Ok(Self { head, ..self.clone() }),
        };
        if known == own {
            return Ok(Self { head, ..self.clone() });
        }
        if let Some(name) = known.iter().find(|name| !own.contains(name)) {
            return Err(format!("has no column `{name}`, which {first} has; there are {}", own.join(", ")));
        }
        if let Some(name) = own.iter().find(|name| !known.contains(name)) {
            let all = known.join(", ");
            return Err(format!("has the column `{name}`, which {first} has not; there are {all}"));
        }
        let twice = |names: &[String]| {
            names
                .iter()
                .enumerate()
                .find(|(at, name)| names[..*at].contains(name))
                .map(|(_, name)| name.clone())
        };
        if let Some(name) = twice(own).or_else(|| twice(known)) {
            return Err(format!(
                "two columns are called `{name}`, so that their order must be that of {first}"
            ));
        }
        // Every name is there, and once.
        let place = |at: usize| own.iter().position(|name| *name == known[at]).unwrap_or(at);
        let (label, target) = (self.label.map(place), self.target.map(place));
        let inputs = self.inputs.iter().map(|at| place(*at)).collect();
        Ok(Self { label, target, inputs, head })
    }

    /// What a column is called in messages.
    pub fn name(&self, place: usize) -> String {
        self.head
            .names
            .as_ref()
            .map_or_else(|| format!("column {}", place + 1), |names| format!("column `{}`", names[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(names: &[&str]) -> Head {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Head { separator: ',', width: names.len(), names: Some(names) }
    }

    fn bare(width: usize) -> Head {
        Head { separator: ',', width, names: None }
    }

    /// The columns of the second file, after the first.
    fn second(first: Head, second: Head, table: &DataTable) -> Result<Columns, String> {
        let agreed = First::default();
        agreed.columns("one.csv", first, table).expect("the first file");
        agreed.columns("two.csv", second, table)
    }

    #[test]
    fn columns_in_another_order_are_found_by_name() {
        // The class is the last column of the first file, wherever it stands in the second.
        let found = second(head(&["a", "b", "kind"]), head(&["kind", "b", "a"]), &DataTable::default());
        let found = found.expect("the same names");
        assert_eq!((found.label, found.inputs), (Some(0), vec![2, 1]));
        let table = DataTable {
            target: Some(ColumnName::Place(1)),
            ignore: vec![ColumnName::Place(2)],
            ..DataTable::default()
        };
        let found = second(head(&["y", "id", "a", "b"]), head(&["a", "b", "id", "y"]), &table);
        let found = found.expect("the same names");
        assert_eq!((found.target, found.label, found.inputs), (Some(3), None, vec![0, 1]));
        // Two of one name may stay where they are.
        let same = second(head(&["a", "a", "k"]), head(&["a", "a", "k"]), &DataTable::default());
        assert_eq!(same.expect("the same line").inputs, [0, 1]);
        assert_eq!(second(bare(3), bare(3), &DataTable::default()).expect("by place").inputs, [0, 1]);
    }

    #[test]
    fn other_columns_are_refused_by_name() {
        let refused = |one: Head, two: Head| second(one, two, &DataTable::default()).expect_err("refused");
        assert_eq!(
            refused(head(&["a", "b", "k"]), head(&["a", "c", "k"])),
            "has no column `b`, which one.csv has; there are a, c, k"
        );
        assert_eq!(
            refused(head(&["a", "b", "k"]), head(&["a", "b", "c", "k"])),
            "has the column `c`, which one.csv has not; there are a, b, k"
        );
        assert!(refused(head(&["a", "b", "a"]), head(&["b", "a", "a"])).contains("are called `a`"));
        assert!(refused(head(&["a", "b", "k"]), bare(3)).contains("has no header, but one.csv has one"));
        assert!(refused(bare(3), head(&["a", "b", "k"])).contains("has a header, but one.csv has none"));
        assert_eq!(refused(bare(3), bare(4)), "4 columns, but one.csv has 3");
    }

    #[test]
    fn a_column_without_a_name_is_no_input_by_accident() {
        let of = |ignore: Vec<ColumnName>| {
            let table = DataTable { ignore, ..DataTable::default() };
            Columns::of(head(&["", "a", "b", "species"]), &table)
        };
        assert!(of(Vec::new()).expect_err("unnamed").contains("column 1 has no name"));
        assert!(of(Vec::new()).expect_err("unnamed").contains("say `ignore = [1]`"));
        assert_eq!(of(vec![ColumnName::Place(1)]).expect("left out").inputs, [1, 2]);
        assert_eq!(of(vec![ColumnName::Name(String::new())]).expect("left out").inputs, [1, 2]);
    }
}
