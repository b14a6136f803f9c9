//! A run as it is followed: a snapshot and a stream of events.

use crate::ApiError;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Succeeded,
    Failed,
    Cancelled,
    /// Nothing was started.
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeStatus {
    Waiting,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Skipped,
}

/// URLs and other results by API name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunOutputs {
    pub apis: IndexMap<String, ApiOutput>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiOutput {
    pub url: String,
}

/// A step as it is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNode {
    pub id: String,
    /// `function:orders`
    pub address: String,
    /// Key of the function, service or API it belongs to.
    pub node: String,
    pub title: String,
    pub after: Vec<String>,
}

/// One line of `deploy --json`; `seq` grows by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeployEvent {
    pub seq: u32,
    #[serde(flatten)]
    pub event: RunEventView,
}

/// A part of a step that counts bytes: an image layer, a build step. They fit a double exactly up to 2^53.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartView {
    pub title: String,
    /// Bytes.
    pub done: f64,
    pub total: Option<f64>,
    pub finished: bool,
    pub cached: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEventView {
    RunStarted {
        run: String,
        environment: String,
        nodes: Vec<RunNode>,
    },
    NodeStarted {
        id: String,
    },
    NodeMessage {
        id: String,
        message: String,
    },
    NodePart {
        id: String,
        /// Tells it from the other parts of the step.
        part: String,
        #[serde(flatten)]
        view: PartView,
    },
    /// A batch of log lines.
    NodeLog {
        id: String,
        lines: Vec<String>,
    },
    NodeFinished {
        id: String,
        status: NodeStatus,
        millis: u32,
        /// Nothing had to be changed.
        unchanged: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ApiError>,
    },
    RunFinished {
        status: RunStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ApiError>,
        outputs: RunOutputs,
    },
}

/// Everything about a run up to event `seq`; a late view takes it first and follows from there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSnapshot {
    pub run: String,
    pub environment: String,
    /// Path of the project.
    pub path: String,
    /// All events so far, logs cut to their last lines.
    pub events: Vec<DeployEvent>,
    pub finished: bool,
}

/// `status --json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusView {
    pub apis: IndexMap<String, ApiOutput>,
    /// How many resources are ours there.
    pub resources: u32,
    /// An earlier run that did not end, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
}
