//! What the journal says about the run before.

use crate::event::RunStatus;
use crate::port::{Journal, JournalError, Record, RecordEntry};
use slipway_plan::{NodeId, Operation, ResourceAddr};
use std::collections::BTreeMap;

/// A call that was announced and of which no outcome is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCall {
    pub node: NodeId,
    pub operation: Operation,
    pub addr: ResourceAddr,
    /// Physical name, as far as it was known.
    pub name: String,
    /// Milliseconds since 1970.
    pub at: u64,
}

/// A run that did not come to its end, or left calls without a known outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    pub run: String,
    pub destroy: bool,
    /// Milliseconds since 1970.
    pub started_at: u64,
    pub last_at: u64,
    /// Nodes with a good outcome, in the order in which they ended.
    pub done: Vec<NodeId>,
    /// Settled by looking when the next plan is made.
    pub unknown: Vec<UnknownCall>,
    /// `None`: the program ended in the middle.
    pub ended: Option<String>,
}

impl Interrupted {
    /// One sentence for people.
    pub fn sentence(&self) -> String {
        let how = match &self.ended {
            None => "was interrupted".to_owned(),
            Some(status) => format!("ended ({status}) with calls whose outcome is unknown"),
        };
        match self.done.last() {
            Some(node) => format!("The last run {how} after {}; this one goes on.", node.0),
            None => format!("The last run {how} before its first step ended; this one goes on."),
        }
    }
}

/// Folds the entries of one run, oldest first; `None` when nothing was left open.
pub fn fold(entries: &[RecordEntry]) -> Option<Interrupted> {
    let first = entries.first()?;
    let mut interrupted = Interrupted {
        run: first.run.clone(),
        destroy: false,
        started_at: first.at,
        last_at: first.at,
        done: Vec::new(),
        unknown: Vec::new(),
        ended: None,
    };
    let mut open: BTreeMap<NodeId, UnknownCall> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.run == first.run) {
        interrupted.last_at = entry.at;
        match &entry.record {
            Record::RunStarted { destroy, .. } => interrupted.destroy = *destroy,
            Record::Intent {
                node,
                operation,
                addr,
                name,
                attempt: _,
            } => {
                open.insert(
                    node.clone(),
                    UnknownCall {
                        node: node.clone(),
                        operation: *operation,
                        addr: addr.clone(),
                        name: name.clone(),
                        at: entry.at,
                    },
                );
            }
            Record::Outcome { node, settled } => {
                open.remove(node);
                if settled.is_done() {
                    interrupted.done.push(node.clone());
                }
            }
            Record::RunFinished { status } => interrupted.ended = Some(status.clone()),
        }
    }
    interrupted.unknown = open.into_values().collect();
    let complete = interrupted.ended.is_some() && interrupted.unknown.is_empty();
    let succeeded = interrupted.ended.as_deref() == Some(RunStatus::Succeeded.as_str());
    (!complete && !succeeded).then_some(interrupted)
}

/// What the newest run left open, if anything.
pub async fn unfinished(journal: &dyn Journal) -> Result<Option<Interrupted>, JournalError> {
    Ok(fold(&journal.last_run().await?))
}
