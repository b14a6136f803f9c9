//! The live tree: steps at work with their parts below, and a line for each step that has ended.

use crate::echo::ControlEcho;
use crate::output::{self, counted};
use console::{Term, style, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use slipway_protocol::{
    ApiError, NodeStatus, PartView, RunEventView, RunNode, RunOutputs, RunStatus,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Log lines shown of a step that failed.
const SHOWN_LINES: usize = 12;
/// Parts with a bar of their own, for each step.
const SHOWN_PARTS: usize = 4;
/// Columns of a line that its message must leave to what stands beside it.
const STEP_MARGIN: usize = 16;
const PART_MARGIN: usize = 28;
const TICK: Duration = Duration::from_millis(120);

/// Standard error, which the bars own while they are drawn. Clones share it.
#[derive(Clone)]
pub(crate) struct Screen {
    bars: MultiProgress,
    echo: Option<Arc<ControlEcho>>,
}

impl Screen {
    /// Without bars where there is no terminal, or where `plain` lines are wanted.
    pub(crate) fn new(plain: bool) -> Self {
        let bars = if plain {
            MultiProgress::with_draw_target(ProgressDrawTarget::hidden())
        } else {
            MultiProgress::new()
        };
        let echo = (!bars.is_hidden()).then(|| Arc::new(ControlEcho::off()));
        Self { bars, echo }
    }

    /// Leaves the terminal as it was.
    pub(crate) fn leave(&self) {
        if let Some(echo) = &self.echo {
            echo.restore();
        }
    }

    /// A line above the bars.
    pub(crate) fn say(&self, line: &str) {
        if self.bars.is_hidden() || self.bars.println(line).is_err() {
            output::say(line);
        }
    }
}

/// What is known of a run from its events.
pub(crate) struct Tree {
    screen: Screen,
    nodes: BTreeMap<String, RunNode>,
    open: BTreeMap<String, Step>,
    skipped: usize,
    /// What steps failed with, in order.
    failures: Vec<ApiError>,
    /// The log of a failed step was shown.
    log_shown: bool,
}

/// A step at work.
struct Step {
    title: String,
    bar: ProgressBar,
    parts: BTreeMap<String, Part>,
    lines: VecDeque<String>,
}

struct Part {
    view: PartView,
    bar: Option<ProgressBar>,
}

impl Tree {
    pub(crate) fn new(screen: Screen) -> Self {
        Self {
            screen,
            nodes: BTreeMap::new(),
            open: BTreeMap::new(),
            skipped: 0,
            failures: Vec::new(),
            log_shown: false,
        }
    }

    pub(crate) fn show(&mut self, event: &RunEventView) {
        match event {
            RunEventView::RunStarted { nodes, .. } => {
                self.nodes = nodes
                    .iter()
                    .map(|node| (node.id.clone(), node.clone()))
                    .collect();
            }
            RunEventView::NodeStarted { id } => self.start(id),
            RunEventView::NodeMessage { id, message } => {
                if let Some(step) = self.open.get(id) {
                    step.note(message);
                }
            }
            RunEventView::NodePart { id, part, view } => {
                if let Some(step) = self.open.get_mut(id) {
                    let bar = step.parts.remove(part).and_then(|known| known.bar);
                    let view = view.clone();
                    step.parts.insert(part.clone(), Part { view, bar });
                    step.refresh(part, &self.screen.bars);
                }
            }
            RunEventView::NodeLog { id, lines } => {
                if let Some(step) = self.open.get_mut(id) {
                    step.lines.extend(lines.iter().cloned());
                    let surplus = step.lines.len().saturating_sub(SHOWN_LINES);
                    step.lines.drain(..surplus);
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

    fn title<'a>(&'a self, id: &'a str) -> &'a str {
        self.nodes.get(id).map_or(id, |node| &node.title)
    }

    fn start(&mut self, id: &str) {
        let title = self.title(id).to_owned();
        let bar = self.screen.bars.add(ProgressBar::new_spinner());
        bar.set_style(styled("{spinner} {msg}  {elapsed:.dim}"));
        bar.set_message(fitting(&title, STEP_MARGIN));
        bar.enable_steady_tick(TICK);
        self.open.insert(
            id.to_owned(),
            Step {
                title,
                bar,
                parts: BTreeMap::new(),
                lines: VecDeque::new(),
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
        let step = self.open.remove(id);
        if let Some(step) = &step {
            step.clear();
        }
        let title = self.title(id);
        let took = style(duration(millis)).for_stderr().dim();
        let line = match status {
            NodeStatus::Succeeded if unchanged => format!(
                "{} {title}  {}",
                style("✓").for_stderr().green(),
                style("already as wanted").for_stderr().dim()
            ),
            NodeStatus::Succeeded => {
                format!("{} {title}  {took}", style("✓").for_stderr().green())
            }
            NodeStatus::Failed => {
                format!("{} {title}  {took}", style("✗").for_stderr().red().bold())
            }
            NodeStatus::Cancelled => {
                format!("{} {title}  cancelled", style("–").for_stderr().yellow())
            }
            NodeStatus::Skipped => {
                self.skipped += 1;
                return;
            }
            NodeStatus::Waiting | NodeStatus::Running => return,
        };
        self.screen.say(&line);
        let Some(error) = error else { return };
        for line in step.iter().flat_map(|step| &step.lines) {
            self.screen.say(&format!("    │ {line}"));
            self.log_shown = true;
        }
        self.failures.push(error.clone());
    }

    fn end(&mut self, status: RunStatus, error: Option<&ApiError>, outputs: &RunOutputs) {
        if let Err(error) = self.screen.bars.clear() {
            tracing::debug!("the terminal could not be cleared: {error}");
        }
        if self.skipped > 0 {
            output::say(&format!(
                "{} {} skipped",
                style("–").for_stderr().dim(),
                counted(self.skipped, "step")
            ));
        }
        output::say(&match status {
            RunStatus::Succeeded => style("Done.").for_stderr().green().to_string(),
            RunStatus::Cancelled => {
                "Cancelled. What exists is recorded; the next run goes on from there.".to_owned()
            }
            RunStatus::Failed => {
                "Failed. What exists is recorded; the next run goes on from there.".to_owned()
            }
            RunStatus::Refused => "Refused. Nothing was changed.".to_owned(),
        });
        for mut error in self.errors(error) {
            if self.log_shown {
                error.details.clear();
            }
            output::error(&error, false);
        }
        for (api, output) in &outputs.apis {
            output::data(&format!("{api}  {}", output.url));
        }
    }

    /// Each failure once, and that of the run itself last, where it is read first.
    fn errors(&self, of_run: Option<&ApiError>) -> Vec<ApiError> {
        let mut errors: Vec<ApiError> = Vec::new();
        for error in self.failures.iter().chain(of_run) {
            errors.retain(|known| known.message != error.message);
            errors.push(error.clone());
        }
        errors
    }
}

impl Step {
    /// What it does now, after its title.
    fn note(&self, note: &str) {
        self.bar
            .set_message(fitting(&format!("{}  {note}", self.title), STEP_MARGIN));
    }

    /// Takes it and its parts off the screen.
    fn clear(&self) {
        for bar in self.parts.values().filter_map(|part| part.bar.as_ref()) {
            bar.finish_and_clear();
        }
        self.bar.finish_and_clear();
    }

    /// What the parts come to, and a bar for the one that moved.
    fn refresh(&mut self, moved: &str, bars: &MultiProgress) {
        let shown = self
            .parts
            .values()
            .filter(|part| part.bar.is_some())
            .count();
        let own_bar = &self.bar;
        if let Some(part) = self.parts.get_mut(moved) {
            part.draw(shown < SHOWN_PARTS, |bar| bars.insert_after(own_bar, bar));
        }
        self.note(&self.sum());
    }

    fn sum(&self) -> String {
        let parts = || self.parts.values();
        let done = parts().filter(|part| part.view.finished).count();
        let cached = parts().filter(|part| part.view.cached).count();
        let bytes: f64 = parts().map(|part| part.view.done).sum();
        let total: Option<f64> = parts()
            .map(|part| {
                if part.view.finished {
                    Some(part.view.done)
                } else {
                    part.view.total
                }
            })
            .sum();
        let mut sum = format!("{done} of {} done", self.parts.len());
        if cached > 0 {
            sum.push_str(&format!(", {cached} from cache"));
        }
        if bytes > 0.0 {
            sum.push_str(&format!(", {}", megabytes(bytes)));
            if let Some(total) = total {
                sum.push_str(&format!(" of {}", megabytes(total)));
            }
        }
        // A part with a bar says itself what it is.
        if let Some(current) = parts().find(|part| !part.view.finished && part.bar.is_none()) {
            sum.push_str(&format!("  {}", current.view.title));
        }
        sum
    }
}

impl Part {
    /// A bar while it moves bytes of a known number.
    fn draw(&mut self, has_room: bool, add: impl FnOnce(ProgressBar) -> ProgressBar) {
        let total = self
            .view
            .total
            .filter(|total| *total > 0.0 && !self.view.finished);
        let Some(total) = total else {
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
            }
            return;
        };
        if self.bar.is_none() && has_room {
            let bar = add(ProgressBar::new(PERMILLE));
            bar.set_style(styled("    {bar:16} {msg}"));
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(permille(self.view.done / total));
            let message = format!(
                "{} of {}  {}",
                megabytes(self.view.done),
                megabytes(total),
                self.view.title
            );
            bar.set_message(fitting(&message, PART_MARGIN));
        }
    }
}

/// The length of a bar.
const PERMILLE: u64 = 1000;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the share is held between 0 and 1 first"
)]
fn permille(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1000.0) as u64
}

fn styled(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is ours and tested")
}

/// Cut to the terminal's width without `margin`, on one line.
fn fitting(message: &str, margin: usize) -> String {
    let (_, columns) = Term::stderr().size();
    let message = message.replace(['\n', '\r'], " ");
    truncate_str(&message, usize::from(columns).saturating_sub(margin), "…").into_owned()
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1_000_000.0)
}

/// As people say it: `40 ms`, `2.5 s`, `3 min 20 s`.
fn duration(millis: u32) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", f64::from(millis) / 1000.0),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_protocol::ErrorCode;

    fn started() -> Tree {
        let mut tree = Tree::new(Screen::new(true));
        let node = |id: &str, title: &str| RunNode {
            id: id.into(),
            address: "image:a".into(),
            node: "a".into(),
            title: title.into(),
            after: vec![],
        };
        tree.show(&RunEventView::RunStarted {
            run: "r".into(),
            environment: "dev".into(),
            nodes: vec![node("n", "Push a"), node("m", "Create a")],
        });
        tree.show(&RunEventView::NodeStarted { id: "n".into() });
        tree
    }

    fn part(id: &str, done: f64, total: Option<f64>, finished: bool) -> RunEventView {
        RunEventView::NodePart {
            id: "n".into(),
            part: id.into(),
            view: PartView {
                title: format!("layer {id}"),
                done,
                total,
                finished,
                cached: false,
            },
        }
    }

    fn finished(id: &str, status: NodeStatus, error: Option<&str>) -> RunEventView {
        RunEventView::NodeFinished {
            id: id.into(),
            status,
            millis: 5,
            unchanged: false,
            error: error.map(|message| ApiError::new(ErrorCode::Push, message)),
        }
    }

    #[test]
    fn parts_that_move_bytes_have_bars_and_the_step_sums_them_up() {
        let mut tree = started();
        tree.show(&part("1", 1.5e6, Some(3e6), false));
        tree.show(&part("2", 0.0, None, false));
        let step = &tree.open["n"];
        assert_eq!(step.bar.message(), "Push a  0 of 2 done, 1.5 MB  layer 2");
        let bar = step.parts["1"].bar.as_ref().unwrap();
        assert_eq!(
            (bar.position(), bar.message().as_str()),
            (500, "1.5 MB of 3.0 MB  layer 1")
        );
        tree.show(&part("1", 3e6, Some(3e6), true));
        tree.show(&part("2", 1e6, Some(1e6), true));
        let step = &tree.open["n"];
        assert_eq!(step.bar.message(), "Push a  2 of 2 done, 4.0 MB of 4.0 MB");
        assert!(step.parts.values().all(|part| part.bar.is_none()));
        tree.show(&finished("n", NodeStatus::Succeeded, None));
        assert!(tree.open.is_empty());
    }

    #[test]
    fn only_some_parts_of_a_step_have_bars() {
        let mut tree = started();
        for number in 0..20 {
            tree.show(&part(&number.to_string(), 1.0, Some(2.0), false));
        }
        let bars = tree.open["n"]
            .parts
            .values()
            .filter(|part| part.bar.is_some())
            .count();
        assert_eq!(bars, SHOWN_PARTS);
    }

    #[test]
    fn each_failure_is_said_once_and_that_of_the_run_last() {
        let mut tree = started();
        tree.show(&finished("n", NodeStatus::Failed, Some("one")));
        tree.show(&finished("m", NodeStatus::Failed, Some("two")));
        let of_run = ApiError::new(ErrorCode::Push, "one");
        let messages: Vec<String> = tree
            .errors(Some(&of_run))
            .into_iter()
            .map(|error| error.message)
            .collect();
        assert_eq!(messages, ["two", "one"]);
    }

    #[test]
    fn skipped_steps_are_counted() {
        let mut tree = started();
        tree.show(&finished("m", NodeStatus::Skipped, None));
        assert_eq!(tree.skipped, 1);
    }

    #[test]
    fn durations_read_as_people_say_them() {
        for (millis, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (2_540, "2.5 s"),
            (200_000, "3 min 20 s"),
        ] {
            assert_eq!(duration(millis), text);
        }
    }
}
