//! What is there, as the cloud answered.

use crate::{ResourceAddr, ResourceSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a resource tells after it exists: `id`, `arn`, `url` …, named on each spec.
pub type Outputs = BTreeMap<String, String>;

/// Whose resource it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Carries our tags with this project, environment and address, or hangs from what does.
    Ours,
    /// Has the name we want, and not our tags; it is never changed or deleted.
    Foreign {
        /// What was found instead of our tags, for the message.
        found: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    pub addr: ResourceAddr,
    /// Every text known.
    pub spec: ResourceSpec,
    pub outputs: Outputs,
    pub ownership: Ownership,
    /// Further copies of the same address (a lost reply can leave one): ids to delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surplus: Vec<String>,
}
