//! Runs of other processes: a deploy started in a terminal shows in the window, through the
//! journal that it writes.

use crate::project::Opened;
use crate::runs::RunLog;
use crate::{App, error, events};
use slipway_engine::port::{Clock, Journal, Record, RecordEntry, Settled, StateError, StateStore};
use slipway_engine::{PlannedNode, RunOutputs};
use slipway_plan::NodeId;
use slipway_protocol::{ApiError, ErrorCode, NodeStatus, RunEventView, RunStatus};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Between two looks at a journal that somebody else writes.
const LOOK_EVERY: Duration = Duration::from_millis(300);

impl App {
    /// The run that another process is at work on in this project, followed from now on.
    pub(crate) async fn run_elsewhere(
        &self,
        opened: &Arc<Opened>,
    ) -> Result<Option<Arc<RunLog>>, ApiError> {
        let Some(design) = opened.document.design() else {
            return Ok(None);
        };
        for environment in design.environments.keys() {
            let entries = opened
                .journal(environment)
                .last_run()
                .await
                .map_err(error::journal)?;
            let Some(run) = entries.first().map(|entry| entry.run.clone()) else {
                continue;
            };
            if let Some(known) = self.runs.get(&run) {
                if !known.is_finished() {
                    return Ok(Some(known));
                }
                continue;
            }
            if ended(&entries) || !is_held(opened, environment).await? {
                continue;
            }
            let log = RunLog::elsewhere(
                run,
                environment.clone(),
                opened.folder.display().to_string(),
            );
            // Another view of this process may have found it meanwhile.
            if let Err(known) = self.runs.admit(log.clone()) {
                return Ok(Some(known));
            }
            tokio::spawn(follow(opened.clone(), log.clone(), self.adapters.clock()));
            return Ok(Some(log));
        }
        Ok(None)
    }
}

fn ended(entries: &[RecordEntry]) -> bool {
    entries
        .iter()
        .any(|entry| matches!(entry.record, Record::RunFinished { .. }))
}

/// Whether a run holds the environment. A lock that can be had is given back at once.
async fn is_held(opened: &Opened, environment: &str) -> Result<bool, ApiError> {
    holder(opened, environment)
        .await
        .map(|holder| holder.is_some())
        .map_err(error::state)
}

/// The run that holds the environment, in words, of this process or another.
pub(crate) async fn holder(
    opened: &Opened,
    environment: &str,
) -> Result<Option<String>, StateError> {
    match opened.state(environment).lock("a look").await {
        Ok(_given_back) => Ok(None),
        Err(StateError::Locked { holder }) => Ok(Some(holder)),
        Err(other) => Err(other),
    }
}

/// Tells what the journal says, until it says that the run ended or nobody holds it any more.
async fn follow(opened: Arc<Opened>, log: Arc<RunLog>, clock: Arc<dyn Clock>) {
    let journal = opened.journal(&log.environment);
    let mut story = Story::default();
    loop {
        // Looked at before the journal: what was written before the end is then still read.
        let held = is_held(&opened, &log.environment).await;
        match journal.last_run().await {
            Ok(entries) => {
                for entry in entries.iter().filter(|entry| entry.run == log.run) {
                    for event in story.take(entry, &log) {
                        log.tell(event);
                    }
                }
            }
            Err(failed) => {
                tracing::warn!("the journal of a run elsewhere could not be read: {failed}")
            }
        }
        if let Some(status) = story.ended {
            let outputs = match opened.state(&log.environment).load().await {
                Ok(Some(state)) => events::outputs(RunOutputs::of(&state)),
                _ => slipway_protocol::RunOutputs::default(),
            };
            log.tell(RunEventView::RunFinished {
                status,
                error: story.failure,
                outputs,
            });
            return;
        }
        if !matches!(held, Ok(true)) {
            let error = ApiError::new(
                ErrorCode::Internal,
                "The run broke off: its process is gone",
            )
            .with_hint("What was done is recorded. Deploy again to go on from there.");
            log.tell(RunEventView::RunFinished {
                status: RunStatus::Failed,
                error: Some(error),
                outputs: slipway_protocol::RunOutputs::default(),
            });
            return;
        }
        clock.sleep(LOOK_EVERY).await;
    }
}

/// What was read so far.
#[derive(Default)]
struct Story {
    /// Number of the newest record that was taken.
    seq: u64,
    nodes: Vec<PlannedNode>,
    /// When each step at work began, milliseconds since 1970.
    began: BTreeMap<NodeId, u64>,
    failure: Option<ApiError>,
    ended: Option<RunStatus>,
}

impl Story {
    fn take(&mut self, entry: &RecordEntry, log: &RunLog) -> Vec<RunEventView> {
        if entry.seq <= self.seq {
            return Vec::new();
        }
        self.seq = entry.seq;
        match &entry.record {
            Record::RunStarted { nodes, .. } => {
                self.nodes.clone_from(nodes);
                vec![RunEventView::RunStarted {
                    run: log.run.clone(),
                    environment: log.environment.clone(),
                    nodes: nodes.iter().cloned().map(events::node).collect(),
                }]
            }
            Record::Intent { node, .. } => {
                let mut told = self.waits_before(node);
                if self.began.insert(node.clone(), entry.at).is_none() {
                    told.push(RunEventView::NodeStarted { id: node.0.clone() });
                }
                told
            }
            Record::Outcome { node, settled } => {
                let began = self.began.remove(node).unwrap_or(entry.at);
                let (status, error) = match settled {
                    Settled::Done { .. } | Settled::Adopted { .. } => (NodeStatus::Succeeded, None),
                    Settled::Failed { code, message } => {
                        (NodeStatus::Failed, Some(failure(code, message)))
                    }
                    Settled::Cancelled => (NodeStatus::Cancelled, None),
                };
                if self.failure.is_none() {
                    self.failure.clone_from(&error);
                }
                vec![RunEventView::NodeFinished {
                    id: node.0.clone(),
                    status,
                    millis: u32::try_from(entry.at.saturating_sub(began)).unwrap_or(u32::MAX),
                    unchanged: false,
                    error,
                }]
            }
            Record::RunFinished { status } => {
                // The journal writes the same words as the wire.
                self.ended = serde_json::from_value(serde_json::Value::String(status.clone()))
                    .ok()
                    .or(Some(RunStatus::Failed));
                if self.ended == Some(RunStatus::Succeeded) {
                    return self
                        .nodes
                        .iter()
                        .filter(|node| node.step.waits())
                        .map(|node| over(&node.id))
                        .collect();
                }
                Vec::new()
            }
        }
    }

    /// Waits leave no record; that a step which comes after one began says that it is over.
    fn waits_before(&self, node: &NodeId) -> Vec<RunEventView> {
        let Some(begun) = self.nodes.iter().find(|planned| planned.id == *node) else {
            return Vec::new();
        };
        self.nodes
            .iter()
            .filter(|planned| planned.step.waits() && begun.after.contains(&planned.id))
            .map(|wait| over(&wait.id))
            .collect()
    }
}

fn over(id: &NodeId) -> RunEventView {
    RunEventView::NodeFinished {
        id: id.0.clone(),
        status: NodeStatus::Succeeded,
        millis: 0,
        unchanged: false,
        error: None,
    }
}

fn failure(code: &str, message: &str) -> ApiError {
    let code = serde_json::from_value(serde_json::Value::String(code.to_owned()))
        .unwrap_or(ErrorCode::Internal);
    ApiError::new(code, message).with_hint("Where the run was started stands more of it.")
}
