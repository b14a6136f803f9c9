//! A plan: one change for each address, and the graph that carries them out.

use crate::{AttributeChange, ExecGraph, Observed, Operation, ResourceAddr, ResourceSpec};
use serde::{Deserialize, Serialize};

/// Where a plan applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub project: String,
    pub environment: String,
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Registry of this account and region as Docker must name it: `host` or `host:port`.
    pub registry: String,
    pub emulator: bool,
}

/// What a destroy takes away beside all that costs nothing to make again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DestroyOptions {
    /// Repositories with their images.
    pub images: bool,
    /// Log groups with their events.
    pub logs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    NoOp,
    Create,
    Update,
    /// Deleted and created anew, because an attribute can't be changed in place.
    Replace,
    Delete,
    /// Left as it is in AWS, and no longer ours to manage.
    Forget,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub addr: ResourceAddr,
    pub action: Action,
    /// Physical name or key in AWS, as far as it is known.
    pub name: String,
    /// Why the action is this one; for a replacement, which attribute forces it.
    pub reason: String,
    /// Which element of the design implies the resource.
    pub because: String,
    pub attributes: Vec<AttributeChange>,
    /// Everything with an effect that this change does, in order.
    pub operations: Vec<Operation>,
    /// `None` for a delete.
    pub desired: Option<ResourceSpec>,
    /// `None` for a create. Holds no tag that somebody else put there.
    pub observed: Option<Observed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    pub create: u32,
    pub update: u32,
    pub replace: u32,
    pub delete: u32,
}

impl Summary {
    /// Counts the actions; `NoOp` and `Forget` count nowhere.
    pub fn of(changes: &[Change]) -> Self {
        let mut summary = Self::default();
        for change in changes {
            match change.action {
                Action::Create => summary.create += 1,
                Action::Update => summary.update += 1,
                Action::Replace => summary.replace += 1,
                Action::Delete => summary.delete += 1,
                Action::NoOp | Action::Forget => {}
            }
        }
        summary
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// What will happen, completely: what is approved is what runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub scope: Scope,
    /// Whether this takes everything away.
    pub destroy: bool,
    /// By address; `NoOp` included.
    pub changes: Vec<Change>,
    pub graph: ExecGraph,
    /// SHA-256 in hex over design, build fingerprints and scope.
    pub fingerprint: String,
    /// Serial of the state it was made from.
    pub serial: u64,
    pub summary: Summary,
}
