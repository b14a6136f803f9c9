//! What we believe is there. A cache: tags in AWS are the truth.

use crate::{Outputs, ResourceAddr, ResourceSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the state file's format.
pub const STATE_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub version: u32,
    pub project: String,
    pub environment: String,
    /// Grows by one at every save.
    pub serial: u64,
    pub resources: BTreeMap<ResourceAddr, StateEntry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateEntry {
    /// As last applied or seen; every text known.
    pub spec: ResourceSpec,
    pub outputs: Outputs,
    /// The run that wrote it last.
    pub run: String,
}
