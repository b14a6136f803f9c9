//! Projects, environments and settings.

use serde::{Deserialize, Serialize};

/// An open project. The webview parses `text` itself: the design's rules are the same code there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectView {
    /// Project folder, absolute.
    pub path: String,
    /// The exact text of `slipway.toml`.
    pub text: String,
    /// Changes whenever the text on disk does.
    pub revision: String,
    /// Problems that only the disk knows: a missing Dockerfile, a context outside the project.
    pub disk_problems: Vec<crate::DiagnosticView>,
    /// The environment chosen last for this project, if it still exists.
    pub environment: Option<String>,
    /// Where an emulator environment really goes, when the process was told so.
    pub emulator: Option<EmulatorView>,
    /// A run that is at work or was interrupted.
    pub run: Option<RunRef>,
}

/// Overrides of the endpoint and registry of emulator environments (`SLIPWAY_ENDPOINT`,
/// `SLIPWAY_REGISTRY`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmulatorView {
    pub endpoint: Option<String>,
    pub registry: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    pub run: String,
    pub environment: String,
    /// At work in this process; else it was interrupted, or runs elsewhere.
    pub active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentProject {
    pub path: String,
    pub name: String,
    /// Seconds since 1970, as text.
    pub opened: String,
    /// The folder still holds a project.
    pub exists: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    pub name: String,
    pub title: String,
    pub summary: String,
}

/// What the start screen shows at once, without asking Docker or AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartView {
    pub version: String,
    pub recent: Vec<RecentProject>,
    pub templates: Vec<TemplateView>,
    /// The project named on the command line.
    pub open: Option<String>,
    /// The environment named on the command line.
    pub environment: Option<String>,
    pub settings: Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    pub theme: Theme,
}
