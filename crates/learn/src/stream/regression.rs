//! Streams in which numbers are answered instead of classes: which tasks may be made.

use super::scenario::Scenario;
use super::spec::{StreamKind, StreamSpec};
use base::error::DefinitionError;

impl StreamSpec {
    /// Checks the stream of a regression, whose tasks may be made of so many groups of samples. There is one output, which all
    /// tasks share.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check_regression(&self, groups: usize) -> Result<(), DefinitionError> {
        if self.scenario != Scenario::Domain {
            let allowed = "domain, where numbers are to be answered (`data.target`)";
            return Err(DefinitionError::range(
                "stream.scenario",
                format!("{:?}", self.scenario).to_lowercase(),
                allowed,
            ));
        }
        let StreamKind::Split { classes_per_task, sizes, .. } = &self.tasks else {
            return self.check(groups);
        };
        self.check_mix()?;
        let sum = sizes.as_ref().map_or(0, |sizes| sizes.iter().sum());
        let fits = match sizes {
            Some(sizes) => sizes.len() > 1 && !sizes.contains(&0) && sum == groups,
            None => {
                *classes_per_task > 0
                    && groups.is_multiple_of(*classes_per_task)
                    && groups > *classes_per_task
            }
        };
        if fits {
            return Ok(());
        }
        let (key, found) = match sizes {
            Some(sizes) => ("stream.tasks.sizes", format!("{sizes:?}")),
            None => ("stream.tasks.classes_per_task", classes_per_task.to_string()),
        };
        let allowed = format!(
            "at least two tasks of the {groups} groups of `data.label`; without groups `permuted`, `rotated` or `shards`"
        );
        Err(DefinitionError::range(key, found, &allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(tasks: &str, scenario: &str, groups: usize) -> Result<(), String> {
        let text = format!("tasks = {{ {tasks} }}\nscenario = \"{scenario}\"\nreveals = [\"boundary\"]");
        let spec: StreamSpec = toml::from_str(&text).expect("a stream");
        spec.check_regression(groups).map_err(|error| error.to_string())
    }

    #[test]
    fn a_group_alone_may_be_a_task_and_numbers_share_one_output() {
        assert_eq!(checked("kind = \"split\", classes_per_task = 1", "domain", 3), Ok(()));
        assert_eq!(checked("kind = \"split\", sizes = [2, 1]", "domain", 3), Ok(()));
        assert_eq!(checked("kind = \"permuted\"", "domain", 1), Ok(()));
        let one = checked("kind = \"split\", classes_per_task = 1", "domain", 1).expect_err("one group");
        assert!(one.contains("at least two tasks of the 1 groups"), "{one}");
        let sizes = checked("kind = \"split\", sizes = [2, 2]", "domain", 3).expect_err("too many");
        assert!(sizes.contains("`stream.tasks.sizes` = [2, 2]"), "{sizes}");
        let class = checked("kind = \"permuted\"", "class", 1).expect_err("no classes");
        assert!(class.contains("`stream.scenario` = class"), "{class}");
    }
}
