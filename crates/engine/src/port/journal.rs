//! The append-only record of a run: intent before each effect, outcome after.

use crate::PlannedNode;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use slipway_plan::{NodeId, Operation, Outputs, ResourceAddr};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Settled {
    Done {
        outputs: Outputs,
    },
    /// It had happened already: found by looking.
    Adopted {
        outputs: Outputs,
    },
    Failed {
        code: String,
        message: String,
    },
    /// Called off before it had an effect.
    Cancelled,
}

impl Settled {
    /// Whether the effect is there.
    pub fn is_done(&self) -> bool {
        self.outputs().is_some()
    }

    /// What came of it, where the effect is there.
    pub fn outputs(&self) -> Option<&Outputs> {
        match self {
            Self::Done { outputs } | Self::Adopted { outputs } => Some(outputs),
            Self::Failed { .. } | Self::Cancelled => None,
        }
    }
}

/// What is written. No secret is ever in one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    RunStarted {
        plan: String,
        destroy: bool,
        serial: u64,
        /// What the run is going to do, so that others can follow it.
        #[serde(default)]
        nodes: Vec<PlannedNode>,
    },
    /// About to do it; on disk before the call leaves.
    Intent {
        node: NodeId,
        operation: Operation,
        addr: ResourceAddr,
        name: String,
        attempt: u32,
    },
    Outcome {
        node: NodeId,
        settled: Settled,
    },
    RunFinished {
        status: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordEntry {
    pub run: String,
    /// Grows by one within a run, from 1.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    pub record: Record,
}

#[derive(Debug, thiserror::Error)]
#[error("the journal could not be {verb}: {source}")]
pub struct JournalError {
    /// `written` or `read`.
    pub verb: &'static str,
    pub source: std::io::Error,
}

#[async_trait]
pub trait Journal: Send + Sync {
    /// On stable storage when it returns.
    async fn append(&self, entry: &RecordEntry) -> Result<(), JournalError>;

    /// All entries of the newest run, oldest first; a torn last line is left out.
    async fn last_run(&self) -> Result<Vec<RecordEntry>, JournalError>;
}
