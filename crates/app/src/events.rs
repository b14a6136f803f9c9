//! From the engine's events to those on the wire: log lines in batches, bytes as doubles.

use crate::runs::RunLog;
use slipway_engine::{
    FailureCode, NodeStatus, NumberedEvent, PlannedNode, RunError, RunEvent, RunStatus,
};
use slipway_protocol as wire;
use slipway_protocol::{ApiError, ErrorCode, PartView, RunEventView};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// Log lines wait this long for company: about 20 batches a second.
const BATCH_FOR: Duration = Duration::from_millis(50);
/// A batch stays below the size that crosses into the webview without a detour, in bytes.
const BATCH_BYTES: usize = 6_000;
/// A longer line is cut: nobody reads it, and it would fill the window's memory.
const LINE_BYTES: usize = 2_000;
/// What a line costs in a batch beside its letters: quotes, a comma, a few escapes.
const LINE_COST: usize = 8;

/// Moves events into the log of the run until the engine has ended it.
pub(crate) async fn forward(mut events: UnboundedReceiver<NumberedEvent>, log: Arc<RunLog>) {
    let mut batches = Batches::default();
    loop {
        let received = match batches.due() {
            Some(due) => match tokio::time::timeout_at(due, events.recv()).await {
                Ok(received) => received,
                Err(_) => {
                    batches.flush_all(&log);
                    continue;
                }
            },
            None => events.recv().await,
        };
        let Some(NumberedEvent { event, .. }) = received else {
            break;
        };
        match event {
            RunEvent::NodeLog { node, line } => batches.add(node.0, &line, &log),
            other => {
                // Order within a step: what it logged comes before what it did next.
                batches.flush_all(&log);
                log.tell(view(other, &log.environment));
            }
        }
    }
    batches.flush_all(&log);
}

#[derive(Default)]
struct Batches {
    lines: BTreeMap<String, (usize, Vec<String>)>,
    since: Option<Instant>,
}

impl Batches {
    fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + BATCH_FOR)
    }

    fn add(&mut self, id: String, line: &str, log: &RunLog) {
        let line = readable(line);
        let (bytes, lines) = self.lines.entry(id.clone()).or_default();
        *bytes += line.len() + LINE_COST;
        lines.push(line);
        self.since.get_or_insert_with(Instant::now);
        if *bytes >= BATCH_BYTES
            && let Some((_, lines)) = self.lines.remove(&id)
        {
            log.tell(RunEventView::NodeLog { id, lines });
        }
    }

    fn flush_all(&mut self, log: &RunLog) {
        for (id, (_, lines)) in std::mem::take(&mut self.lines) {
            log.tell(RunEventView::NodeLog { id, lines });
        }
        self.since = None;
    }
}

/// A line as text alone: without the sequences that colour it or move the cursor, and cut.
fn readable(line: &str) -> String {
    let mut text = String::with_capacity(line.len().min(LINE_BYTES));
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if text.len() >= LINE_BYTES {
            text.push('…');
            break;
        }
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\t' => text.push(' '),
            letter if letter.is_control() => {}
            letter => text.push(letter),
        }
    }
    text
}

/// Skips what follows an escape: `[…m` and its kind up to the final letter, `]…` up to its end.
fn skip_sequence(letters: &mut std::str::Chars<'_>) {
    match letters.next() {
        Some('[') => {
            letters.find(|letter| ('@'..='~').contains(letter));
        }
        Some(']') => {
            letters.find(|letter| matches!(letter, '\u{7}' | '\\'));
        }
        _ => {}
    }
}

pub(crate) fn node(node: PlannedNode) -> wire::RunNode {
    wire::RunNode {
        id: node.id.0,
        node: node.addr.owner_key().to_owned(),
        address: node.addr.to_string(),
        title: node.title,
        after: node.after.into_iter().map(|id| id.0).collect(),
    }
}

/// Counts of bytes stay below 2^53, so that a double holds them exactly.
#[expect(
    clippy::cast_precision_loss,
    reason = "nothing built or pushed comes near 2^53 bytes"
)]
fn bytes(count: u64) -> f64 {
    count as f64
}

fn view(event: RunEvent, environment: &str) -> RunEventView {
    match event {
        RunEvent::RunStarted { run, nodes, .. } => RunEventView::RunStarted {
            run,
            environment: environment.to_owned(),
            nodes: nodes.into_iter().map(node).collect(),
        },
        RunEvent::NodeStarted { node } => RunEventView::NodeStarted { id: node.0 },
        RunEvent::NodeMessage { node, message } => RunEventView::NodeMessage {
            id: node.0,
            message,
        },
        RunEvent::NodePart {
            node,
            part,
            title,
            done,
            total,
            finished,
            cached,
        } => RunEventView::NodePart {
            id: node.0,
            part,
            view: PartView {
                title,
                done: bytes(done),
                total: total.map(bytes),
                finished,
                cached,
            },
        },
        RunEvent::NodeLog { node, line } => RunEventView::NodeLog {
            id: node.0,
            lines: vec![line],
        },
        RunEvent::NodeFinished { node, end } => RunEventView::NodeFinished {
            id: node.0,
            status: node_status(end.status),
            millis: end.duration_ms,
            unchanged: end.unchanged,
            error: end.error.map(error),
        },
        RunEvent::RunFinished {
            status,
            error: failure,
            outputs,
            ..
        } => RunEventView::RunFinished {
            status: run_status(status),
            error: failure.map(error),
            outputs: self::outputs(outputs),
        },
    }
}

pub(crate) fn outputs(outputs: slipway_engine::RunOutputs) -> wire::RunOutputs {
    wire::RunOutputs {
        apis: outputs
            .apis
            .into_iter()
            .map(|(api, output)| (api, wire::ApiOutput { url: output.url }))
            .collect(),
    }
}

/// The last event of a run that ended without one.
pub(crate) fn broken_off() -> RunEventView {
    let error = ApiError::new(ErrorCode::Internal, "The run broke off: a fault of Slipway")
        .with_hint("What was done is recorded. Deploy again to go on from there.");
    RunEventView::RunFinished {
        status: wire::RunStatus::Failed,
        error: Some(error),
        outputs: wire::RunOutputs::default(),
    }
}

fn node_status(status: NodeStatus) -> wire::NodeStatus {
    match status {
        NodeStatus::Waiting => wire::NodeStatus::Waiting,
        NodeStatus::Running => wire::NodeStatus::Running,
        NodeStatus::Succeeded => wire::NodeStatus::Succeeded,
        NodeStatus::Failed => wire::NodeStatus::Failed,
        NodeStatus::Cancelled => wire::NodeStatus::Cancelled,
        NodeStatus::Skipped => wire::NodeStatus::Skipped,
    }
}

fn run_status(status: RunStatus) -> wire::RunStatus {
    match status {
        RunStatus::Succeeded => wire::RunStatus::Succeeded,
        RunStatus::Failed => wire::RunStatus::Failed,
        RunStatus::Cancelled => wire::RunStatus::Cancelled,
        RunStatus::Refused => wire::RunStatus::Refused,
    }
}

pub(crate) fn error(from: RunError) -> ApiError {
    let code = match from.code {
        FailureCode::Engine => ErrorCode::Engine,
        FailureCode::Source => ErrorCode::Source,
        FailureCode::Build => ErrorCode::Build,
        FailureCode::Push => ErrorCode::Push,
        FailureCode::Credentials => ErrorCode::Credentials,
        FailureCode::WrongAccount => ErrorCode::WrongAccount,
        FailureCode::AccessDenied => ErrorCode::AccessDenied,
        FailureCode::Throttled => ErrorCode::Throttled,
        FailureCode::Cloud => ErrorCode::Cloud,
        FailureCode::Foreign => ErrorCode::Foreign,
        FailureCode::PlanStale => ErrorCode::PlanStale,
        FailureCode::Busy => ErrorCode::Busy,
        FailureCode::State => ErrorCode::State,
        FailureCode::Journal => ErrorCode::Storage,
        FailureCode::Cancelled => ErrorCode::Cancelled,
        FailureCode::Internal => ErrorCode::Internal,
    };
    let details = from.detail.into_iter().chain(from.log_tail).collect();
    ApiError {
        code,
        message: from.message,
        hint: Some(from.hint),
        details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_plan::NodeId;
    use tokio::sync::mpsc::unbounded_channel;

    #[test]
    fn a_line_is_text_and_nothing_else() {
        for (line, text) in [
            ("plain", "plain"),
            ("\u{1b}[1;31merror\u{1b}[0m: no", "error: no"),
            ("50%\r100%", "50%100%"),
            ("a\tb", "a b"),
            ("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\", "link"),
            ("ends in \u{1b}[", "ends in "),
            ("größe", "größe"),
        ] {
            assert_eq!(readable(line), text, "{line:?}");
        }
        assert!(readable(&"ü".repeat(5000)).len() < LINE_BYTES + 8);
    }

    #[tokio::test]
    async fn lines_cross_in_batches_in_order_and_cut() {
        let log = RunLog::new("r".into(), "dev".into(), "/p".into());
        let (send, receive) = unbounded_channel();
        let node = NodeId("n".into());
        let numbered = |event| NumberedEvent { seq: 0, event };
        for number in 0..1000 {
            send.send(numbered(RunEvent::NodeLog {
                node: node.clone(),
                line: format!("line {number}"),
            }))
            .unwrap();
        }
        send.send(numbered(RunEvent::NodeLog {
            node: node.clone(),
            line: "ü".repeat(5000),
        }))
        .unwrap();
        send.send(numbered(RunEvent::RunFinished {
            status: RunStatus::Succeeded,
            error: None,
            outputs: slipway_engine::RunOutputs::default(),
            duration_ms: 1,
        }))
        .unwrap();
        drop(send);
        forward(receive, log.clone()).await;
        let events = log.snapshot().events;
        assert!(events.len() < 12, "{} events", events.len());
        let lines = events
            .iter()
            .filter_map(|event| match &event.event {
                RunEventView::NodeLog { lines, .. } => Some(lines.len()),
                _ => None,
            })
            .sum::<usize>();
        assert_eq!(lines, 400, "the last lines are kept");
        for event in &events {
            assert!(serde_json::to_string(event).unwrap().len() < 8_192);
        }
        assert!(matches!(
            events.last().unwrap().event,
            RunEventView::RunFinished { .. }
        ));
    }
}
