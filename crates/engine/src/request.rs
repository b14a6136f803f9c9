//! What a run is given and what it gives back.

use crate::port::{Clock, Cloud, ImageBuilder, ImageRegistry, Journal, StateStore};
use crate::{Limits, NodeStatus, RunError, RunOutputs, RunStatus};
use slipway_plan::{NodeId, Plan};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything outside that a run touches.
#[derive(Clone)]
pub struct Ports {
    pub cloud: Arc<dyn Cloud>,
    pub builder: Arc<dyn ImageBuilder>,
    pub registry: Arc<dyn ImageRegistry>,
    pub state: Arc<dyn StateStore>,
    pub journal: Arc<dyn Journal>,
    pub clock: Arc<dyn Clock>,
}

/// One run of one approved plan.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Id of the run, unique, sortable by time; becomes the tag `slipway:run`.
    pub run: String,
    pub plan: Plan,
    /// The project folder, absolute.
    pub root: PathBuf,
    /// The fingerprint as it comes out of the design as it is now; the run is refused when it is
    /// not the plan's.
    pub fingerprint: String,
    pub options: RunOptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// How many nodes run at once.
    pub parallelism: NonZeroUsize,
    /// `None`: AWS's quotas for AWS, none for an emulator.
    pub limits: Option<Limits>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            parallelism: NonZeroUsize::new(8).expect("eight is not zero"),
            limits: None,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    pub run: String,
    pub status: RunStatus,
    /// The first failure, or why the run was refused or cancelled.
    pub error: Option<RunError>,
    pub outputs: RunOutputs,
    /// Empty when the run was refused.
    pub nodes: BTreeMap<NodeId, NodeStatus>,
    /// Of the state as it was saved last.
    pub serial: u64,
}
