//! Numbers of tasks, of classes per task and of hidden states, checked.

use super::scenario::Scenario;
use base::error::DefinitionError;
use contract::allowed;

/// Classes per task where nothing else is said.
pub(super) const CLASSES_PER_TASK: usize = 2;

/// Hidden states of one kind that a stream goes through, at most.
pub const MOST_STATES: usize = 16;

pub(super) fn check_count(tasks: usize) -> Result<(), DefinitionError> {
    allowed!(2 to 100).check("stream.tasks.tasks", tasks)
}

pub(super) fn check_sizes(
    sizes: &[usize],
    classes_per_task: usize,
    classes: usize,
    scenario: Scenario,
) -> Result<(), DefinitionError> {
    // Of one class alone nothing can be told apart, unless those of other tasks compete.
    let least = if scenario == Scenario::Class { 1 } else { 2 };
    let fit =
        sizes.len() > 1 && sizes.iter().all(|size| *size >= least) && sizes.iter().sum::<usize>() == classes;
    if !fit {
        let allowed = format!("at least two numbers of at least {least} that sum to {classes}");
        return Err(DefinitionError::range("stream.tasks.sizes", format!("{sizes:?}"), &allowed));
    }
    if classes_per_task != CLASSES_PER_TASK {
        let allowed = "absent where `sizes` says it";
        return Err(DefinitionError::range("stream.tasks.classes_per_task", classes_per_task, allowed));
    }
    Ok(())
}
