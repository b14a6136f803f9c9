//! Signs, style classes and names for tests: what goes with a word without being one.

use crate::run::{CardState, Stopping};
use slipway_editor::{ElementKind, New};
use slipway_plan::Action;
use slipway_protocol::{NodeStatus, RunStatus};

pub(crate) fn kind_class(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Api => "kind-api",
        ElementKind::Route => "kind-route",
        ElementKind::Function => "kind-function",
        ElementKind::Service => "kind-service",
    }
}

/// The name of something new in the page: `http-api`.
pub(crate) fn new_name(what: New) -> &'static str {
    match what {
        New::HttpApi => "http-api",
        New::WebsocketApi => "websocket-api",
        New::Function => "function",
        New::Service => "service",
        New::Image => "image",
    }
}

pub(crate) fn method_class(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" => "get",
        "POST" => "post",
        "PUT" | "PATCH" => "put",
        "DELETE" => "delete",
        _ => "any",
    }
}

pub(crate) fn action_class(action: Action) -> &'static str {
    match action {
        Action::NoOp | Action::Forget => "same",
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
    }
}

/// As on the wire, for tests of the window.
pub(crate) fn action_name(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no_op",
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Forget => "forget",
    }
}

pub(crate) fn action_sign(action: Action) -> &'static str {
    match action {
        Action::NoOp => "=",
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "−",
        Action::Forget => "○",
    }
}

pub(crate) fn run_status_name(status: Option<RunStatus>, stopping: Stopping) -> &'static str {
    match (status, stopping) {
        (None, Stopping::No) => "running",
        (None, _) => "stopping",
        (Some(RunStatus::Succeeded), _) => "succeeded",
        (Some(RunStatus::Failed), _) => "failed",
        (Some(RunStatus::Cancelled), _) => "cancelled",
        (Some(RunStatus::Refused), _) => "refused",
    }
}

pub(crate) fn step_status_name(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Waiting => "waiting",
        NodeStatus::Running => "running",
        NodeStatus::Succeeded => "succeeded",
        NodeStatus::Failed => "failed",
        NodeStatus::Cancelled => "cancelled",
        NodeStatus::Skipped => "skipped",
    }
}

pub(crate) fn card_state_name(state: &CardState) -> &'static str {
    match state {
        CardState::Waiting => "waiting",
        CardState::Running { .. } => "running",
        CardState::Done { .. } => "done",
        CardState::Failed { .. } => "failed",
        CardState::Cancelled => "cancelled",
        CardState::Skipped => "skipped",
    }
}
