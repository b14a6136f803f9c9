//! A run as it happens: one JSON event a line, a live tree on a terminal, plain lines elsewhere.

use crate::exit::Exit;
use crate::output;
use console::style;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use slipway_app::{App, RunLog};
use slipway_protocol::{
    ApiError, ErrorCode, NodeStatus, RunEventView, RunNode, RunOutputs, RunStatus,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Log lines shown of a step that failed.
const SHOWN_LINES: usize = 12;

/// Follows a run to its end. Ctrl-C once stops starting, twice gives up waiting.
pub(crate) async fn follow(app: &Arc<App>, run: &str, json: bool) -> Exit {
    let Some(log) = app.run_log(run) else {
        output::error(
            &ApiError::new(
                ErrorCode::Internal,
                "The run was lost: it is not known to this process",
            ),
            json,
        );
        return Exit::Failed;
    };
    let canceller = tokio::spawn(cancel_on_interrupt(log.clone()));
    let mut face = if json {
        Face::Json
    } else {
        Face::Tree(Tree::new())
    };
    let mut seq = 0;
    let mut exit = Exit::Failed;
    while let Some(events) = log.after(seq).await {
        for event in events {
            seq = event.seq;
            if let RunEventView::RunFinished { status, .. } = &event.event {
                exit = Exit::from(*status);
            }
            match &mut face {
                Face::Json => {
                    output::json(&event);
                }
                Face::Tree(tree) => tree.show(&event.event),
            }
        }
    }
    canceller.abort();
    exit
}

async fn cancel_on_interrupt(log: Arc<RunLog>) {
    for words in [
        "Stopping: what is at work ends, nothing more starts. Press Ctrl-C again to give up waiting.",
        "Giving up waiting. The next deploy goes on from what exists.",
    ] {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        log.cancel();
        output::say(words);
    }
}

enum Face {
    Json,
    Tree(Tree),
}

/// Steps with bars. Where standard error is no terminal, bars are hidden and results are lines.
struct Tree {
    bars: MultiProgress,
    nodes: BTreeMap<String, RunNode>,
    open: BTreeMap<String, Open>,
}

/// A step at work.
struct Open {
    bar: ProgressBar,
    parts: BTreeMap<String, Part>,
    lines: Vec<String>,
}

struct Part {
    title: String,
    done: f64,
    total: Option<f64>,
    finished: bool,
    cached: bool,
}

impl Tree {
    fn new() -> Self {
        Self {
            bars: MultiProgress::new(),
            nodes: BTreeMap::new(),
            open: BTreeMap::new(),
        }
    }

    fn say(&self, line: &str) {
        if self.bars.is_hidden() || self.bars.println(line).is_err() {
            output::say(line);
        }
    }

    fn show(&mut self, event: &RunEventView) {
        match event {
            RunEventView::RunStarted { nodes, .. } => {
                self.nodes = nodes
                    .iter()
                    .map(|node| (node.id.clone(), node.clone()))
                    .collect();
            }
            RunEventView::NodeStarted { id } => self.start(id),
            RunEventView::NodeMessage { id, message } => {
                if let Some(open) = self.open.get(id) {
                    open.bar.set_message(message.clone());
                }
            }
            RunEventView::NodePart {
                id,
                part,
                title,
                done,
                total,
                finished,
                cached,
            } => {
                if let Some(open) = self.open.get_mut(id) {
                    open.parts.insert(
                        part.clone(),
                        Part {
                            title: title.clone(),
                            done: *done,
                            total: *total,
                            finished: *finished,
                            cached: *cached,
                        },
                    );
                    open.refresh();
                }
            }
            RunEventView::NodeLog { id, lines } => {
                if let Some(open) = self.open.get_mut(id) {
                    open.lines.extend(lines.iter().cloned());
                    let surplus = open.lines.len().saturating_sub(SHOWN_LINES);
                    open.lines.drain(..surplus);
                }
            }
            RunEventView::NodeFinished {
                id,
                status,
                millis,
                unchanged,
                error,
            } => self.finish(id, *status, *millis, *unchanged, error.as_ref()),
            RunEventView::RunFinished {
                status,
                error,
                outputs,
            } => self.end(*status, error.as_ref(), outputs),
        }
    }

    fn start(&mut self, id: &str) {
        let title = self
            .nodes
            .get(id)
            .map_or_else(|| id.to_owned(), |node| node.title.clone());
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {prefix}  {msg}  {elapsed}")
                .expect("the template is ours and tested"),
        );
        bar.set_prefix(title);
        bar.enable_steady_tick(Duration::from_millis(120));
        self.open.insert(
            id.to_owned(),
            Open {
                bar,
                parts: BTreeMap::new(),
                lines: Vec::new(),
            },
        );
    }

    fn finish(
        &mut self,
        id: &str,
        status: NodeStatus,
        millis: u32,
        unchanged: bool,
        error: Option<&ApiError>,
    ) {
        let open = self.open.remove(id);
        if let Some(open) = &open {
            open.bar.finish_and_clear();
        }
        let title = self.nodes.get(id).map_or(id, |node| node.title.as_str());
        let seconds = format!("{:.1} s", f64::from(millis) / 1000.0);
        let line = match status {
            NodeStatus::Succeeded if unchanged => format!(
                "{} {title}  {}",
                style("✓").green(),
                style("already as wanted").dim()
            ),
            NodeStatus::Succeeded => {
                format!("{} {title}  {}", style("✓").green(), style(seconds).dim())
            }
            NodeStatus::Failed => format!(
                "{} {title}  {}",
                style("✗").red().bold(),
                style(seconds).dim()
            ),
            NodeStatus::Cancelled => format!("{} {title}  cancelled", style("–").yellow()),
            NodeStatus::Skipped => format!("{} {title}  skipped", style("–").dim()),
            NodeStatus::Waiting | NodeStatus::Running => return,
        };
        self.say(&line);
        let Some(error) = error else { return };
        for line in open.iter().flat_map(|open| &open.lines) {
            self.say(&format!("    │ {line}"));
        }
        self.say(&format!("    {}", error.message));
        if let Some(hint) = &error.hint {
            self.say(&format!("    {} {hint}", style("next:").cyan().bold()));
        }
    }

    fn end(&mut self, status: RunStatus, error: Option<&ApiError>, outputs: &RunOutputs) {
        if let Err(error) = self.bars.clear() {
            tracing::debug!("the terminal could not be cleared: {error}");
        }
        match status {
            RunStatus::Succeeded => output::say(&style("Done.").green().for_stderr().to_string()),
            RunStatus::Cancelled => output::say(
                "Cancelled. What exists is recorded; the next deploy goes on from there.",
            ),
            RunStatus::Failed => {
                output::say("Failed. What exists is recorded; the next deploy goes on from there.")
            }
            RunStatus::Refused => output::say("Refused. Nothing was changed."),
        }
        if let Some(error) = error {
            output::error(error, false);
        }
        for (api, output) in &outputs.apis {
            output::data(&format!("{api}  {}", output.url));
        }
    }
}

impl Open {
    /// What its parts come to, as one message.
    fn refresh(&self) {
        let done = self.parts.values().filter(|part| part.finished).count();
        let cached = self.parts.values().filter(|part| part.cached).count();
        let bytes: f64 = self.parts.values().map(|part| part.done).sum();
        let total: Option<f64> = self
            .parts
            .values()
            .map(|part| {
                if part.finished {
                    Some(part.done)
                } else {
                    part.total
                }
            })
            .sum();
        let current = self
            .parts
            .values()
            .find(|part| !part.finished)
            .map(|part| part.title.as_str())
            .unwrap_or_default();
        let mut message = format!("{done} of {} done", self.parts.len());
        if cached > 0 {
            message.push_str(&format!(", {cached} from cache"));
        }
        if bytes > 0.0 {
            message.push_str(&format!(", {}", megabytes(bytes)));
            if let Some(total) = total {
                message.push_str(&format!(" of {}", megabytes(total)));
            }
        }
        self.bar.set_message(format!("{message}  {current}"));
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_run_can_be_shown() {
        let mut tree = Tree::new();
        let node = RunNode {
            id: "n".into(),
            address: "image:a".into(),
            node: "a".into(),
            title: "Push a".into(),
            after: vec![],
        };
        for event in [
            RunEventView::RunStarted {
                run: "r".into(),
                environment: "dev".into(),
                nodes: vec![node],
            },
            RunEventView::NodeStarted { id: "n".into() },
            RunEventView::NodePart {
                id: "n".into(),
                part: "l".into(),
                title: "layer".into(),
                done: 1.5e6,
                total: Some(3e6),
                finished: false,
                cached: false,
            },
        ] {
            tree.show(&event);
        }
        assert_eq!(
            tree.open["n"].bar.message(),
            "0 of 1 done, 1.5 MB of 3.0 MB  layer"
        );
        tree.show(&RunEventView::NodeFinished {
            id: "n".into(),
            status: NodeStatus::Succeeded,
            millis: 5,
            unchanged: false,
            error: None,
        });
        assert!(tree.open.is_empty());
    }
}
