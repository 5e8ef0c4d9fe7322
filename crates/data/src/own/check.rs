//! The rules of the `[data]` table: which keys go together, which values are allowed.

use super::table::{ColumnName, DataTable, FileLayout, MOST_CLASSES, Normalise, Part};
use base::allowed::Allowed;
use base::error::DefinitionError;

impl DataTable {
    /// Checks what can be checked without the files.
    ///
    /// # Errors
    /// The first value out of range, or a key that does not belong here.
    pub fn check(&self) -> Result<(), DefinitionError> {
        match (&self.set, self.layout) {
            (Some(_), None) => self.check_set()?,
            (None, Some(layout)) => self.check_files(layout)?,
            (set, _) => {
                let found = if set.is_some() { "both" } else { "neither" };
                let allowed = "one of `set` (a data set of the manifest) and `layout` (files of your own)";
                return Err(DefinitionError::range("data", found, allowed));
            }
        }
        let positive = Allowed::above(0.0, f64::INFINITY);
        positive.check("data.scale", self.scale.unwrap_or(1.0))?;
        if let Some(Normalise::By([mean, deviation])) = self.normalise {
            positive.check("data.normalise", deviation)?;
            Allowed::FINITE.check("data.normalise", mean)?;
        }
        Allowed::within(0.0, 64.0).check("data.pad", self.pad)?;
        DefinitionError::check_count("data.limit", self.limit.unwrap_or(1), 100_000_000)?;
        let digits =
            |sum: &String| sum.len() == 64 && sum.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        match self.sha256.as_ref().filter(|sum| !digits(sum)) {
            Some(sum) => Err(DefinitionError::range("data.sha256", sum, "64 digits 0 to 9, a to f")),
            None => Ok(()),
        }
    }

    fn check_set(&self) -> Result<(), DefinitionError> {
        if let Some(target) =
            self.target.as_ref().filter(|target| **target != ColumnName::Name("class".into()))
        {
            let allowed = "\"class\", the number of the class: a set of the manifest has no columns";
            return Err(DefinitionError::range("data.target", format!("{target:?}"), allowed));
        }
        let given = self.given();
        match given.iter().find(|(key, given, of)| *given && *of != Of::Set && *key != "target") {
            Some((key, ..)) => Err(not_here(key, "set", "files of your own")),
            None => Ok(()),
        }
    }

    fn check_files(&self, layout: FileLayout) -> Result<(), DefinitionError> {
        let wanted = match layout {
            FileLayout::Images => Of::Images,
            FileLayout::Csv => Of::Csv,
            _ => Of::Files,
        };
        for (key, given, of) in self.given() {
            if given && of != Of::Set && of != Of::Files && of != wanted {
                return Err(not_here(key, "layout", if of == Of::Images { "images" } else { "csv" }));
            }
        }
        if self.train.is_none() {
            return Err(DefinitionError {
                key: "data.train".into(),
                problem: "is missing".into(),
                ..DefinitionError::default()
            });
        }
        for (name, part) in self.parts() {
            check_part(layout, &format!("data.{name}"), part)?;
        }
        if let Some([height, width]) = self.size {
            DefinitionError::check_count("data.size", height.max(width), 1024)?;
            DefinitionError::check_count("data.size", height.min(width), 1024)?;
        }
        if let Some(channels) = self.channels.filter(|channels| ![1, 3].contains(channels)) {
            return Err(DefinitionError::range("data.channels", channels, "1 (grey) or 3 (colour)"));
        }
        if self.shape.is_some_and(|shape| shape.contains(&0)) {
            return Err(DefinitionError::range("data.shape", 0, "channels, height and width ≥ 1"));
        }
        let separator = self.separator.filter(|c| !c.is_ascii() || "\"\r\n".contains(*c));
        if let Some(separator) = separator {
            return Err(DefinitionError::range(
                "data.separator",
                format!("{separator:?}"),
                "one ASCII character other than a quote",
            ));
        }
        self.check_classes()?;
        self.check_rule()
    }

    fn check_classes(&self) -> Result<(), DefinitionError> {
        let Some(classes) = &self.classes else { return Ok(()) };
        let least = if self.target.is_some() { 1 } else { 2 };
        if !(least..=MOST_CLASSES).contains(&classes.len()) {
            let allowed = format!("2 to {MOST_CLASSES} names");
            return Err(DefinitionError::range("data.classes", format!("{} names", classes.len()), &allowed));
        }
        let twice = classes.iter().enumerate().find(|(at, name)| classes[..*at].contains(name));
        match twice {
            Some((_, name)) => {
                Err(DefinitionError::range("data.classes", format!("{name:?} twice"), "different names"))
            }
            None => Ok(()),
        }
    }

    fn check_rule(&self) -> Result<(), DefinitionError> {
        let Some(rule) = self.split else { return Ok(()) };
        let shares = [("test", rule.test, &self.test), ("validation", rule.validation, &self.validation)];
        for (name, share, file) in shares {
            let key = format!("data.split.{name}");
            let Some(share) = share else { continue };
            if file.is_some() {
                return Err(DefinitionError::range(
                    &key,
                    share,
                    &format!("no share: `data.{name}` names files"),
                ));
            }
            if !(share > 0.0 && share < 1.0) {
                return Err(DefinitionError::range(&key, share, "a share in (0, 1)"));
            }
        }
        let sum = self.test_share() + self.validation_share();
        if sum >= 1.0 {
            return Err(DefinitionError::range(
                "data.split",
                format!("{sum} held out"),
                "less than 1 in all",
            ));
        }
        Ok(())
    }

    /// Which keys are given, and where they belong.
    fn given(&self) -> [(&'static str, bool, Of); 13] {
        [
            ("train", self.train.is_some(), Of::Files),
            ("validation", self.validation.is_some(), Of::Files),
            ("test", self.test.is_some(), Of::Files),
            ("split", self.split.is_some(), Of::Files),
            ("shape", self.shape.is_some(), Of::Files),
            ("classes", self.classes.is_some(), Of::Files),
            ("sha256", self.sha256.is_some(), Of::Files),
            ("size", self.size.is_some(), Of::Images),
            ("channels", self.channels.is_some(), Of::Images),
            ("label", self.label.is_some(), Of::Csv),
            ("target", self.target.is_some(), Of::Csv),
            ("ignore", !self.ignore.is_empty(), Of::Csv),
            ("separator", self.separator.is_some() || self.header.is_some(), Of::Csv),
        ]
    }
}

/// Where a key belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Set,
    Files,
    Images,
    Csv,
}

fn not_here(key: &str, beside: &str, of: &str) -> DefinitionError {
    DefinitionError {
        key: format!("data.{key}"),
        problem: format!("has no meaning with this `{beside}`; it belongs to {of}"),
        ..DefinitionError::default()
    }
}

fn check_part(layout: FileLayout, key: &str, part: &Part) -> Result<(), DefinitionError> {
    let refuse = |allowed: &str| Err(DefinitionError::range(key, "these files", allowed));
    if part.paths().is_empty() || part.paths().iter().any(|path| path.is_empty()) {
        return refuse("at least one path, none empty");
    }
    match (layout, part) {
        (FileLayout::Npy | FileLayout::Idx, Part::One(_) | Part::Many(_)) => {
            refuse("{ inputs = \"…\", labels = \"…\" }: this layout keeps them in two files")
        }
        (
            FileLayout::Images | FileLayout::Csv | FileLayout::Cifar10 | FileLayout::Cifar100,
            Part::Pair(_),
        ) => refuse("a path, or a list of paths: this layout keeps inputs and labels together"),
        _ => Ok(()),
    }
}
