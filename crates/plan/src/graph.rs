//! The execution graph: small steps and what each waits for.

use crate::{Operation, ResourceAddr};
use serde::{Deserialize, Serialize};

/// Identity of a step in its plan: `create_function function:orders`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// One operation with an effect.
    Do(Operation),
    /// Waits until the resource can be used; no effect.
    Wait,
    /// Waits until what was deleted is gone; no effect.
    WaitGone,
}

impl Step {
    /// Whether it has no effect, and so leaves no record.
    pub fn waits(self) -> bool {
        matches!(self, Self::Wait | Self::WaitGone)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub id: NodeId,
    pub addr: ResourceAddr,
    pub step: Step,
    /// What people read: `Create function orders`.
    pub title: String,
    /// All of these must have succeeded.
    pub after: Vec<NodeId>,
    /// Id of a further copy of the resource (see [`crate::Observed::surplus`]) that this step
    /// deletes, in place of the resource itself: the call gets it as the output `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surplus: Option<String>,
}

/// Acyclic; every `after` names a node of the same graph; in an order that respects it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExecGraph {
    pub nodes: Vec<Node>,
}
