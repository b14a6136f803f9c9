//! What a run tells while it goes on. Journal records are another type, on purpose: events are
//! for eyes, records are for resuming.

use crate::port::Progress;
use crate::{NodeStatus, RunError};
use serde::{Deserialize, Serialize};
use slipway_plan::{NodeId, ResourceAddr, ResourceKind, Scope, State, Step};
use std::collections::BTreeMap;

/// An event with its place in the stream: numbers grow by one, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedEvent {
    pub seq: u32,
    pub event: RunEvent,
}

/// Exactly one `RunFinished` ends a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    RunStarted {
        run: String,
        destroy: bool,
        scope: Scope,
        /// In an order that respects `after`.
        nodes: Vec<PlannedNode>,
    },
    NodeStarted {
        node: NodeId,
    },
    /// What the node does now, replacing what it did.
    NodeMessage {
        node: NodeId,
        message: String,
    },
    /// A part of the node (a build step, a layer) began, moved or ended.
    NodePart {
        node: NodeId,
        part: String,
        title: String,
        /// Bytes.
        done: u64,
        total: Option<u64>,
        finished: bool,
        cached: bool,
    },
    /// One line of the node's log, without its line end.
    NodeLog {
        node: NodeId,
        line: String,
    },
    NodeFinished {
        node: NodeId,
        end: NodeEnd,
    },
    RunFinished {
        status: RunStatus,
        error: Option<RunError>,
        outputs: RunOutputs,
        /// Milliseconds.
        duration_ms: u32,
    },
}

impl RunEvent {
    pub(crate) fn of_progress(node: NodeId, news: Progress) -> Self {
        match news {
            Progress::Message(message) => Self::NodeMessage { node, message },
            Progress::Part {
                id,
                title,
                done,
                total,
                finished,
                cached,
            } => Self::NodePart {
                node,
                part: id,
                title,
                done,
                total,
                finished,
                cached,
            },
            Progress::Log(line) => Self::NodeLog { node, line },
        }
    }
}

/// A node as it is announced at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedNode {
    pub id: NodeId,
    pub addr: ResourceAddr,
    pub step: Step,
    pub title: String,
    pub after: Vec<NodeId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NodeEnd {
    pub status: NodeStatus,
    /// It turned out that nothing had to be done, or that it had been done before.
    pub unchanged: bool,
    /// Milliseconds.
    pub duration_ms: u32,
    pub error: Option<RunError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunStatus {
    Succeeded,
    Failed,
    Cancelled,
    /// Nothing was begun.
    Refused,
}

impl RunStatus {
    /// As it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }
}

/// What people want to know of a finished run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunOutputs {
    /// By API key.
    pub apis: BTreeMap<String, ApiOutput>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiOutput {
    /// Without a final slash.
    pub url: String,
}

impl RunOutputs {
    /// What `state` knows to be served.
    pub fn of(state: &State) -> Self {
        let apis = state
            .resources
            .iter()
            .filter(|(addr, _)| addr.kind == ResourceKind::Stage)
            .filter_map(|(addr, entry)| {
                let url = entry.outputs.get("url")?.clone();
                Some((addr.owner_key().to_owned(), ApiOutput { url }))
            })
            .collect();
        Self { apis }
    }
}
