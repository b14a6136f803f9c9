//! The icon set, drawn for this project on a grid of 20: one stroke path each.

use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{ElementKind, New};
use slipway_protocol::{CheckStatus, NodeStatus};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Logo,
    Design,
    HttpApi,
    WebSocketApi,
    Route,
    Lambda,
    Service,
    Folder,
    FolderOpen,
    New,
    Search,
    Settings,
    Deploy,
    Run,
    Check,
    Warning,
    Error,
    Info,
    Waiting,
    Running,
    Skipped,
    Stopped,
    ChevronDown,
    ChevronRight,
    Copy,
    Open,
    Close,
    Minus,
    Plus,
    Fit,
    Tidy,
    Layers,
    Undo,
    Redo,
    Again,
    Trash,
    Lock,
    Sun,
    Moon,
    Screen,
    Back,
    Clock,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Logo => "M2 15.5h16M4 15.5L13 6.5h3.5v9M13 6.5v9M8.5 11v4.5",
            Self::Design => "M2.5 4.5h5.5v4.5H2.5zM12 11h5.5v4.5H12zM8 6.75h3.25a2 2 0 0 1 2 2V11",
            Self::HttpApi => "M3 7h12.5M12.5 4l3 3-3 3M17 13H4.5M7.5 10l-3 3 3 3",
            Self::WebSocketApi => "M10 17V9M7 12.5a4 4 0 1 1 6 0M4.4 14.4a7.5 7.5 0 1 1 11.2 0",
            Self::Route => "M4 5v4a3 3 0 0 0 3 3h9M13 9l3 3-3 3",
            Self::Lambda => "M6 4h2.2c.8 0 1.2.4 1.5 1.2L13.6 15c.3.8.7 1 1.4 1H16M9.3 8.3L5 16",
            Self::Service => "M3 6.5L10 3l7 3.5v7L10 17l-7-3.5zM3 6.5l7 3.5 7-3.5M10 10v7",
            Self::Folder => {
                "M2.5 5.5a1 1 0 0 1 1-1H8l1.8 2h6.7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1z"
            }
            Self::FolderOpen => {
                "M2.5 15V5.5a1 1 0 0 1 1-1H8l1.8 2h5.7a1 1 0 0 1 1 1V9M2.5 15.5L5 9h13l-2.5 6.5z"
            }
            Self::New => {
                "M5 2.5h6.5L15.5 6.5V17a.5.5 0 0 1-.5.5H5a.5.5 0 0 1-.5-.5V3a.5.5 0 0 1 .5-.5zM10 8.5v5M7.5 11h5"
            }
            Self::Search => "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4",
            Self::Settings => "M3 6h6M13 6h4M11 4v4M3 14h3M10 14h7M8 12v4",
            Self::Deploy => "M10 14V4M5.5 8.5L10 4l4.5 4.5M4 17h12",
            Self::Run => "M6 4l10 6-10 6z",
            Self::Check => "M4 10.5l4 4 8-9",
            Self::Warning => "M10 3.2L18 16.5H2zM10 8v4M10 14.2v.1",
            Self::Error => {
                "M6.7 2.8h6.6L17.2 6.7v6.6l-3.9 3.9H6.7l-3.9-3.9V6.7zM7.4 7.4l5.2 5.2M12.6 7.4l-5.2 5.2"
            }
            Self::Info => "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4zM10 9.2v4.3M10 6.4v.1",
            Self::Waiting => "M10 4.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z",
            Self::Running => "M10 3.5a6.5 6.5 0 0 1 6.5 6.5M10 16.5A6.5 6.5 0 0 1 3.5 10",
            Self::Skipped => "M5 10h10",
            Self::Stopped => "M5.5 5.5h9v9h-9z",
            Self::ChevronDown => "M5.5 8l4.5 4.5L14.5 8",
            Self::ChevronRight => "M8 5.5l4.5 4.5L8 14.5",
            Self::Copy => "M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4",
            Self::Open => "M11.5 3.5h5v5M16.5 3.5L9 11M14.5 11.5v5h-11v-11h5",
            Self::Close => "M5 5l10 10M15 5L5 15",
            Self::Minus => "M4.5 10h11",
            Self::Plus => "M10 4.5v11M4.5 10h11",
            Self::Undo => "M7.5 4.5L4 8l3.5 3.5M4 8h8a4 4 0 0 1 0 8H8",
            Self::Redo => "M12.5 4.5L16 8l-3.5 3.5M16 8H8a4 4 0 0 0 0 8h4",
            Self::Fit => "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
            Self::Tidy => {
                "M3 3.5h5v4H3zM3 12.5h5v4H3zM13 8h4v4h-4zM8 5.5h1.5a2 2 0 0 1 2 2V10H13M8 14.5h1.5a2 2 0 0 0 2-2V10"
            }
            Self::Layers => "M10 3l7 4-7 4-7-4zM3 10.5l7 4 7-4M3 14l7 4 7-4",
            Self::Again => "M16 10a6 6 0 1 1-1.8-4.3L16.5 8M16.5 3.8V8h-4.2",
            Self::Trash => "M3.5 5.5h13M8 5V3.5h4V5M5.5 5.5l.7 11h7.6l.7-11M8.5 8.5v5M11.5 8.5v5",
            Self::Lock => "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
            Self::Sun => {
                "M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1"
            }
            Self::Moon => "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
            Self::Screen => "M2.5 4h15v9.5h-15zM7 17h6M10 13.5V17",
            Self::Back => "M9 5l-5 5 5 5M4.5 10H16",
            Self::Clock => "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 6v4.2l2.8 1.8",
        }
    }

    pub(crate) fn of_kind(kind: ElementKind, websocket: bool) -> Self {
        match kind {
            ElementKind::Api if websocket => Self::WebSocketApi,
            ElementKind::Api => Self::HttpApi,
            ElementKind::Route => Self::Route,
            ElementKind::Function => Self::Lambda,
            ElementKind::Service => Self::Service,
        }
    }

    pub(crate) fn of_new(what: New) -> Self {
        match what {
            New::Image => Self::Layers,
            _ => Self::of_kind(what.kind(), what == New::WebsocketApi),
        }
    }

    pub(crate) fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Info,
        }
    }

    pub(crate) fn of_check(status: CheckStatus) -> Self {
        match status {
            CheckStatus::Ok => Self::Check,
            CheckStatus::Warning => Self::Warning,
            CheckStatus::Failed => Self::Error,
            CheckStatus::Skipped => Self::Skipped,
        }
    }

    pub(crate) fn of_step(status: NodeStatus) -> Self {
        match status {
            NodeStatus::Waiting => Self::Waiting,
            NodeStatus::Running => Self::Running,
            NodeStatus::Succeeded => Self::Check,
            NodeStatus::Failed => Self::Error,
            NodeStatus::Cancelled => Self::Stopped,
            NodeStatus::Skipped => Self::Skipped,
        }
    }
}

/// An icon beside words that say the same, so it is hidden from screen readers.
#[component]
pub(crate) fn IconView(icon: Icon, #[prop(optional)] class: &'static str) -> impl IntoView {
    let class = format!("icon {class}");
    view! {
        <svg class=class viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=icon.path()/>
        </svg>
    }
}

/// The class that colours a severity.
pub(crate) fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "err",
        Severity::Warning => "warn",
        Severity::Info => "info",
    }
}

/// The class that colours a check.
pub(crate) fn check_class(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Ok => "ok",
        CheckStatus::Warning => "warn",
        CheckStatus::Failed => "err",
        CheckStatus::Skipped => "faint",
    }
}

/// The class that colours a step.
pub(crate) fn step_class(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Waiting | NodeStatus::Skipped => "faint",
        NodeStatus::Running => "accent turning",
        NodeStatus::Succeeded => "ok",
        NodeStatus::Failed => "err",
        NodeStatus::Cancelled => "warn",
    }
}
