//! A run as the window knows it: a fold over its events.

use indexmap::IndexMap;
use slipway_protocol::{
    ApiError, DeployEvent, NodeStatus, PartView, RunEventView, RunNode, RunOutputs, RunStatus,
};

/// How many lines of each log are kept.
const LOG_LINES: usize = 400;

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub id: String,
    /// Key of the card it belongs to.
    pub node: String,
    pub title: String,
    pub after: Vec<String>,
    pub status: NodeStatus,
    /// What it says about itself at the moment.
    pub message: Option<String>,
    pub parts: IndexMap<String, PartView>,
    pub millis: Option<u32>,
    /// When it was seen to start, in milliseconds of the page's clock; unknown for the past.
    pub seen_at: Option<f64>,
    pub unchanged: bool,
    pub error: Option<ApiError>,
    pub log_lines: usize,
}

impl Step {
    /// Bytes done and to do, over the parts whose size is known.
    pub fn bytes(&self) -> Option<(f64, f64)> {
        let mut sum = (0.0, 0.0);
        for part in self.parts.values() {
            if let Some(total) = part.total {
                sum.0 += part.done.min(total);
                sum.1 += total;
            }
        }
        (sum.1 > 0.0).then_some(sum)
    }

    /// How many parts are finished, how many of them came from a cache, and how many there are.
    pub fn parts_done(&self) -> (usize, usize, usize) {
        let finished = self.parts.values().filter(|part| part.finished).count();
        let cached = self.parts.values().filter(|part| part.cached).count();
        (finished, cached, self.parts.len())
    }
}

/// How far a cancel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stopping {
    #[default]
    No,
    /// Nothing more is started.
    Asked,
    /// Nothing is waited for any more.
    Now,
}

/// Everything known about a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    pub run: String,
    pub environment: String,
    pub steps: IndexMap<String, Step>,
    pub logs: IndexMap<String, Vec<String>>,
    pub status: Option<RunStatus>,
    pub error: Option<ApiError>,
    pub outputs: RunOutputs,
    pub stopping: Stopping,
    /// When it was seen to start; unknown for a run that was joined late.
    pub seen_at: Option<f64>,
    pub ended_at: Option<f64>,
    last_seq: Option<u32>,
}

/// What a card says while a run is at work and after it.
#[derive(Debug, Clone, PartialEq)]
pub enum CardState {
    Waiting,
    /// The step that is running, with bytes done and to do.
    Running {
        step: String,
        title: String,
        bytes: Option<(f64, f64)>,
    },
    Done {
        unchanged: bool,
    },
    Failed {
        step: String,
        title: String,
        reason: String,
    },
    Cancelled,
    Skipped,
}

impl RunRecord {
    pub fn new(run: String, environment: String) -> Self {
        Self {
            run,
            environment,
            steps: IndexMap::new(),
            logs: IndexMap::new(),
            status: None,
            error: None,
            outputs: RunOutputs::default(),
            stopping: Stopping::No,
            seen_at: None,
            ended_at: None,
            last_seq: None,
        }
    }

    pub fn is_finished(&self) -> bool {
        self.status.is_some()
    }

    /// Takes an event in; one that was taken before is ignored. `now` is the page's clock in
    /// milliseconds, `None` for events of the past.
    pub fn take(&mut self, event: DeployEvent, now: Option<f64>) {
        if self.last_seq.is_some_and(|last| event.seq <= last) {
            return;
        }
        self.last_seq = Some(event.seq);
        match event.event {
            RunEventView::RunStarted {
                run,
                environment,
                nodes,
            } => {
                self.run = run;
                self.environment = environment;
                self.seen_at = now;
                self.steps = nodes
                    .into_iter()
                    .map(|node| (node.id.clone(), step(node)))
                    .collect();
            }
            RunEventView::NodeStarted { id } => {
                if let Some(step) = self.steps.get_mut(&id) {
                    step.status = NodeStatus::Running;
                    step.seen_at = now;
                }
            }
            RunEventView::NodeMessage { id, message } => {
                if let Some(step) = self.steps.get_mut(&id) {
                    step.message = Some(message);
                }
            }
            RunEventView::NodePart { id, part, view } => {
                if let Some(step) = self.steps.get_mut(&id) {
                    step.parts.insert(part, view);
                }
            }
            RunEventView::NodeLog { id, lines } => {
                let log = self.logs.entry(id.clone()).or_default();
                log.extend(lines);
                let surplus = log.len().saturating_sub(LOG_LINES);
                log.drain(..surplus);
                if let Some(step) = self.steps.get_mut(&id) {
                    step.log_lines = log.len();
                }
            }
            RunEventView::NodeFinished {
                id,
                status,
                millis,
                unchanged,
                error,
            } => {
                if let Some(step) = self.steps.get_mut(&id) {
                    step.status = status;
                    step.millis = Some(millis);
                    step.unchanged = unchanged;
                    step.error = error;
                }
            }
            RunEventView::RunFinished {
                status,
                error,
                outputs,
            } => {
                self.status = Some(status);
                self.error = error;
                self.outputs = outputs;
                self.ended_at = now;
            }
        }
    }

    /// The steps by card, in the order in which cards first occur; a card that failed comes first.
    pub fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut groups: IndexMap<String, Vec<String>> = IndexMap::new();
        for step in self.steps.values() {
            groups
                .entry(step.node.clone())
                .or_default()
                .push(step.id.clone());
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        // Stable: what failed is what people look for.
        groups.sort_by_key(|(node, _)| {
            !matches!(self.card_state(node), Some(CardState::Failed { .. }))
        });
        groups
    }

    /// Steps that ended well or had nothing to do, and all steps.
    pub fn progress(&self) -> (usize, usize) {
        let done = |step: &&Step| step.status == NodeStatus::Succeeded;
        (self.steps.values().filter(done).count(), self.steps.len())
    }

    /// What the card `node` says; `None` when the run does nothing for it.
    pub fn card_state(&self, node: &str) -> Option<CardState> {
        let steps = || self.steps.values().filter(|step| step.node == node);
        steps().next()?;
        let find = |status| steps().find(|step| step.status == status);
        if let Some(step) = find(NodeStatus::Failed) {
            return Some(CardState::Failed {
                step: step.id.clone(),
                title: step.title.clone(),
                reason: step
                    .error
                    .as_ref()
                    .map(|error| error.message.clone())
                    .unwrap_or_default(),
            });
        }
        if let Some(step) = find(NodeStatus::Running) {
            return Some(CardState::Running {
                step: step.id.clone(),
                title: step.title.clone(),
                bytes: step.bytes(),
            });
        }
        Some(if find(NodeStatus::Cancelled).is_some() {
            CardState::Cancelled
        } else if find(NodeStatus::Skipped).is_some() {
            CardState::Skipped
        } else if find(NodeStatus::Waiting).is_some() {
            if self.is_finished() {
                CardState::Cancelled
            } else {
                CardState::Waiting
            }
        } else {
            CardState::Done {
                unchanged: steps().all(|step| step.unchanged),
            }
        })
    }
}

fn step(node: RunNode) -> Step {
    Step {
        id: node.id,
        node: node.node,
        title: node.title,
        after: node.after,
        status: NodeStatus::Waiting,
        message: None,
        parts: IndexMap::new(),
        millis: None,
        seen_at: None,
        unchanged: false,
        error: None,
        log_lines: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_protocol::ErrorCode;

    fn node(id: &str, node: &str) -> RunNode {
        RunNode {
            id: id.into(),
            address: format!("function:{node}"),
            node: node.into(),
            title: format!("Do {id}"),
            after: Vec::new(),
        }
    }

    fn record(events: Vec<RunEventView>) -> RunRecord {
        let mut record = RunRecord::new("r1".into(), "dev".into());
        for (seq, event) in (0u32..).zip(events) {
            record.take(DeployEvent { seq, event }, Some(f64::from(seq)));
        }
        record
    }

    fn started() -> RunEventView {
        RunEventView::RunStarted {
            run: "r1".into(),
            environment: "dev".into(),
            nodes: vec![
                node("build", "orders"),
                node("push", "orders"),
                node("api", "public"),
            ],
        }
    }

    fn finished(id: &str, status: NodeStatus, error: Option<ApiError>) -> RunEventView {
        RunEventView::NodeFinished {
            id: id.into(),
            status,
            millis: 40,
            unchanged: false,
            error,
        }
    }

    #[test]
    fn a_card_follows_its_steps() {
        let mut events = vec![started()];
        assert_eq!(
            record(events.clone()).card_state("orders"),
            Some(CardState::Waiting)
        );
        assert_eq!(record(events.clone()).card_state("other"), None);

        events.push(RunEventView::NodeStarted { id: "build".into() });
        events.push(RunEventView::NodePart {
            id: "build".into(),
            part: "layer".into(),
            view: PartView {
                title: "layer".into(),
                done: 30.0,
                total: Some(60.0),
                finished: false,
                cached: false,
            },
        });
        assert_eq!(
            record(events.clone()).card_state("orders"),
            Some(CardState::Running {
                step: "build".into(),
                title: "Do build".into(),
                bytes: Some((30.0, 60.0))
            })
        );

        events.push(finished("build", NodeStatus::Succeeded, None));
        assert_eq!(
            record(events.clone()).card_state("orders"),
            Some(CardState::Waiting)
        );
        events.push(finished(
            "push",
            NodeStatus::Failed,
            Some(ApiError::new(ErrorCode::Push, "refused")),
        ));
        let failed = record(events);
        assert_eq!(
            failed.card_state("orders"),
            Some(CardState::Failed {
                step: "push".into(),
                title: "Do push".into(),
                reason: "refused".into()
            })
        );
        assert_eq!(failed.progress(), (1, 3));
    }

    #[test]
    fn an_event_that_comes_twice_counts_once() {
        let mut record = record(vec![started()]);
        let line = DeployEvent {
            seq: 1,
            event: RunEventView::NodeLog {
                id: "build".into(),
                lines: vec!["a".into()],
            },
        };
        record.take(line.clone(), None);
        record.take(line, None);
        assert_eq!(record.logs["build"], ["a"]);
    }

    #[test]
    fn a_long_log_keeps_its_end() {
        let lines: Vec<String> = (0..1000).map(|line| line.to_string()).collect();
        let record = record(vec![
            started(),
            RunEventView::NodeLog {
                id: "build".into(),
                lines,
            },
        ]);
        assert_eq!(record.logs["build"].len(), LOG_LINES);
        assert_eq!(record.logs["build"].last().unwrap(), "999");
        assert_eq!(record.steps["build"].log_lines, LOG_LINES);
    }

    #[test]
    fn steps_are_grouped_by_card() {
        let groups = record(vec![started()]).groups();
        assert_eq!(
            groups,
            [
                (
                    "orders".to_owned(),
                    vec!["build".to_owned(), "push".to_owned()]
                ),
                ("public".to_owned(), vec!["api".to_owned()]),
            ]
        );
    }
}
