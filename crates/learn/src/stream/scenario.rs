//! What is known of the task, and which outputs compete.

use serde::{Deserialize, Serialize};

/// The three scenarios of van de Ven, Tuytelaars & Tolias 2022.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// The task is known: each task has its own outputs, only those compete.
    Task,
    /// The task is not known: all tasks share the same outputs.
    Domain,
    /// The task must be inferred: all classes seen so far compete.
    Class,
}
