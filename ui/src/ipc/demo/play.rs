//! A run that is only played: the steps of a real plan, with made-up times.

use super::scenario::Scenario;
use super::{pause, sample, script};
use indexmap::IndexMap;
use slipway_plan::Operation;
use slipway_protocol::{
    ApiError, ApiOutput, DeployEvent, ErrorCode, NodeStatus, PartView, PlanView, RunEventView,
    RunNode, RunOutputs, RunSnapshot, RunStatus,
};
use std::cell::RefCell;
use std::collections::VecDeque;

/// The name of the one run.
pub(super) const RUN: &str = "demo-run";

/// How much faster than told a played run goes.
const HASTE: i32 = 6;

pub(super) struct Play {
    environment: String,
    /// What happened.
    past: Vec<DeployEvent>,
    /// What will happen, with the time that it takes.
    future: VecDeque<(i32, RunEventView)>,
    cancelled: bool,
}

/// The next event, after its time; `None` at the end.
pub(super) async fn next(play: &RefCell<Option<Play>>) -> Option<DeployEvent> {
    let wait = play.borrow().as_ref()?.future.front()?.0;
    pause(wait / HASTE).await;
    let mut play = play.borrow_mut();
    let play = play.as_mut()?;
    let (_, event) = play.future.pop_front()?;
    Some(play.happened(event))
}

impl Play {
    /// A run of a plan that was approved.
    pub(super) fn live(scenario: Scenario, plan: &PlanView) -> Self {
        let steps: Vec<Step> = plan
            .changes
            .iter()
            .filter(|change| change.action != slipway_plan::Action::NoOp)
            .flat_map(|change| {
                change.operations.iter().map(|operation| Step {
                    id: format!("{} {}", crate::words::operation(*operation), change.address),
                    address: change.address.clone(),
                    node: change.node.clone(),
                    operation: Some(*operation),
                    title: format!("{} {}", crate::words::operation(*operation), change.name),
                    after: Vec::new(),
                })
            })
            .collect();
        let fails = scenario == Scenario::DeployFails;
        Self {
            environment: plan.scope.environment.clone(),
            past: Vec::new(),
            future: script_of(&plan.scope.environment, steps, fails).into(),
            cancelled: false,
        }
    }

    /// A run that began before the window did.
    pub(super) fn of_past(scenario: Scenario, path: &str, environment: &str) -> Self {
        let text = sample::project(scenario, path, true).text;
        let steps = match script::from_nothing(&text, environment) {
            Ok(plan) => plan
                .graph
                .nodes
                .into_iter()
                .map(|node| Step {
                    id: node.id.0,
                    address: node.addr.to_string(),
                    node: node.addr.owner_key().to_owned(),
                    operation: match node.step {
                        slipway_plan::Step::Do(operation) => Some(operation),
                        slipway_plan::Step::Wait | slipway_plan::Step::WaitGone => None,
                    },
                    title: node.title,
                    after: node.after.into_iter().map(|id| id.0).collect(),
                })
                .collect(),
            Err(error) => {
                leptos::logging::error!("the sample has no plan: {error}");
                Vec::new()
            }
        };
        let events = script_of(environment, steps, scenario == Scenario::RunFailed);
        let mut play = Self {
            environment: environment.to_owned(),
            past: Vec::new(),
            future: events.into(),
            cancelled: false,
        };
        let middle = play.future.len() * 2 / 5;
        let until = match scenario {
            Scenario::Running | Scenario::RunCancelled => middle,
            _ => play.future.len(),
        };
        for _ in 0..until {
            if let Some((_, event)) = play.future.pop_front() {
                play.happened(event);
            }
        }
        match scenario {
            // The rest is never played, so that the picture stands still.
            Scenario::Running => play.future.clear(),
            Scenario::RunCancelled => {
                play.cancel();
                while let Some((_, event)) = play.future.pop_front() {
                    play.happened(event);
                }
            }
            _ => {}
        }
        play
    }

    pub(super) fn snapshot(&mut self, path: &str) -> RunSnapshot {
        RunSnapshot {
            run: RUN.to_owned(),
            environment: self.environment.clone(),
            path: path.to_owned(),
            events: self.past.clone(),
            finished: self
                .past
                .iter()
                .any(|event| matches!(event.event, RunEventView::RunFinished { .. })),
        }
    }

    /// What runs ends, nothing more starts.
    pub(super) fn cancel(&mut self) {
        if std::mem::replace(&mut self.cancelled, true) {
            return;
        }
        let mut open: Vec<String> = Vec::new();
        for event in &self.past {
            match &event.event {
                RunEventView::NodeStarted { id } => open.push(id.clone()),
                RunEventView::NodeFinished { id, .. } => open.retain(|other| other != id),
                _ => {}
            }
        }
        self.future = open
            .into_iter()
            .map(|id| (2000, finished(id, NodeStatus::Succeeded, 900, None)))
            .chain([(
                600,
                RunEventView::RunFinished {
                    status: RunStatus::Cancelled,
                    error: None,
                    outputs: RunOutputs::default(),
                },
            )])
            .collect();
    }

    fn happened(&mut self, event: RunEventView) -> DeployEvent {
        let event = DeployEvent {
            seq: u32::try_from(self.past.len()).unwrap_or(u32::MAX),
            event,
        };
        self.past.push(event.clone());
        event
    }
}

/// Events, each with the time before it in milliseconds.
type Acts = Vec<(i32, RunEventView)>;

/// A step to be played.
struct Step {
    id: String,
    address: String,
    node: String,
    operation: Option<Operation>,
    title: String,
    after: Vec<String>,
}

fn finished(id: String, status: NodeStatus, millis: u32, error: Option<ApiError>) -> RunEventView {
    RunEventView::NodeFinished {
        id,
        status,
        millis,
        unchanged: false,
        error,
    }
}

/// Two steps at a time, one begun before the last has ended.
fn script_of(environment: &str, steps: Vec<Step>, fails: bool) -> Acts {
    let mut events = vec![(
        0,
        RunEventView::RunStarted {
            run: RUN.to_owned(),
            environment: environment.to_owned(),
            nodes: steps
                .iter()
                .map(|step| RunNode {
                    id: step.id.clone(),
                    address: step.address.clone(),
                    node: step.node.clone(),
                    title: step.title.clone(),
                    after: step.after.clone(),
                })
                .collect(),
        },
    )];
    let mut late: Option<Acts> = None;
    for (index, step) in steps.iter().enumerate() {
        let (begin, end) = acts(step);
        events.extend(begin);
        if fails && step.operation == Some(Operation::BuildImage) && index > 0 {
            events.extend(late.take().unwrap_or_default());
            events.extend(failure(step, &steps[index + 1..]));
            return events;
        }
        events.extend(late.replace(end).unwrap_or_default());
    }
    events.extend(late.unwrap_or_default());
    let mut apis = IndexMap::new();
    if steps
        .iter()
        .any(|step| step.operation == Some(Operation::CreateApi))
    {
        let url = if environment == "emulator" {
            sample::EMULATOR_URL
        } else {
            sample::URL
        };
        apis.insert(
            "public".to_owned(),
            ApiOutput {
                url: url.to_owned(),
            },
        );
    }
    events.push((
        300,
        RunEventView::RunFinished {
            status: RunStatus::Succeeded,
            error: None,
            outputs: RunOutputs { apis },
        },
    ));
    events
}

/// What a step does, in two halves.
fn acts(step: &Step) -> (Acts, Acts) {
    let id = || step.id.clone();
    let mut begin = vec![(100, RunEventView::NodeStarted { id: id() })];
    let mut end = Vec::new();
    let part =
        |name: &str, title: &str, done: f64, total: f64, cached: bool| RunEventView::NodePart {
            id: id(),
            part: name.to_owned(),
            view: PartView {
                title: title.to_owned(),
                done,
                total: Some(total),
                finished: done >= total,
                cached,
            },
        };
    match step.operation {
        Some(Operation::BuildImage) => {
            begin.push((
                300,
                RunEventView::NodeLog {
                    id: id(),
                    lines: vec![
                        "#1 [internal] load build definition from Dockerfile".to_owned(),
                        "#2 [1/2] COPY target/service /service".to_owned(),
                    ],
                },
            ));
            begin.push((
                200,
                RunEventView::NodeMessage {
                    id: id(),
                    message: "2 steps, 1 from cache".to_owned(),
                },
            ));
            end.push((
                1400,
                RunEventView::NodeLog {
                    id: id(),
                    lines: vec![
                        "#2 DONE 0.4s".to_owned(),
                        "#3 exporting to image".to_owned(),
                        "#3 DONE 0.2s".to_owned(),
                    ],
                },
            ));
        }
        Some(Operation::PushImage) => {
            begin.push((
                200,
                part("sha256:41aa", "layer sha256:41aa7c02", 3.1e6, 3.1e6, true),
            ));
            begin.push((
                400,
                part(
                    "sha256:9f2c",
                    "layer sha256:9f2c001b",
                    12.0e6,
                    58.0e6,
                    false,
                ),
            ));
            begin.push((
                900,
                part(
                    "sha256:9f2c",
                    "layer sha256:9f2c001b",
                    41.0e6,
                    58.0e6,
                    false,
                ),
            ));
            end.push((
                1600,
                part(
                    "sha256:9f2c",
                    "layer sha256:9f2c001b",
                    58.0e6,
                    58.0e6,
                    false,
                ),
            ));
        }
        Some(Operation::CreateRole) => begin.push((
            300,
            RunEventView::NodeMessage {
                id: id(),
                message: "waiting until Lambda can assume it".to_owned(),
            },
        )),
        Some(Operation::CreateFunction) => begin.push((
            300,
            RunEventView::NodeMessage {
                id: id(),
                message: "Pending: Lambda is optimising the image".to_owned(),
            },
        )),
        _ => {}
    }
    let millis = match step.operation {
        Some(Operation::BuildImage) => 4100,
        Some(Operation::PushImage) => 5900,
        Some(Operation::CreateRole) => 6000,
        Some(Operation::CreateFunction) => 3400,
        _ => 240,
    };
    end.push((500, finished(id(), NodeStatus::Succeeded, millis, None)));
    (begin, end)
}

fn failure(step: &Step, rest: &[Step]) -> Acts {
    let log = [
        "#4 [2/3] RUN cargo build --release",
        "#4 12.31 error[E0425]: cannot find value `total` in this scope",
        "#4 12.31   --> src/main.rs:88:21",
        "#4 ERROR: process \"/bin/sh -c cargo build --release\" did not complete successfully: exit code: 101",
    ];
    let mut error = ApiError::new(
        ErrorCode::Build,
        format!(
            "The image of `{}` was not built: step `RUN cargo build --release` ended with code 101",
            step.node
        ),
    )
    .with_hint(
        "Correct src/main.rs:88, then deploy again: what is built already is not built again",
    );
    error.details = log[1..].iter().map(|line| (*line).to_owned()).collect();
    let mut events = vec![
        (
            600,
            RunEventView::NodeLog {
                id: step.id.clone(),
                lines: log.iter().map(|line| (*line).to_owned()).collect(),
            },
        ),
        (
            900,
            finished(
                step.id.clone(),
                NodeStatus::Failed,
                12_400,
                Some(error.clone()),
            ),
        ),
    ];
    events.extend(
        rest.iter()
            .map(|step| (20, finished(step.id.clone(), NodeStatus::Skipped, 0, None))),
    );
    error.details.clear();
    events.push((
        200,
        RunEventView::RunFinished {
            status: RunStatus::Failed,
            error: Some(error),
            outputs: RunOutputs::default(),
        },
    ));
    events
}
