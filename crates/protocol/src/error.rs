//! The one error that crosses.

use serde::{Deserialize, Serialize};

/// A closed list, so that faces can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The design has errors; `diagnostics` says which.
    DesignInvalid,
    /// The design sets what this target would silently drop.
    NotSupported,
    /// The project folder or its file is not there or not readable.
    ProjectNotFound,
    /// A file could not be read or written.
    Storage,
    /// The state or the journal is damaged or of a newer version.
    State,
    /// An argument is wrong: no such environment, template, run …
    Argument,
    /// No container engine answers.
    Engine,
    /// A Dockerfile or a build context is missing or leaves the project.
    Source,
    /// The image build failed.
    Build,
    /// The registry refused or failed.
    Push,
    /// No credentials, or they have ended.
    Credentials,
    /// The credentials belong to another account.
    WrongAccount,
    /// These credentials may not do that.
    AccessDenied,
    /// AWS throttles.
    Throttled,
    /// AWS refused or failed.
    Cloud,
    /// A thing that is not ours has the name we need.
    Foreign,
    /// The design or the state moved since the plan was made.
    PlanStale,
    /// Another run is at work.
    Busy,
    /// An endpoint that is not on this computer needs a yes first.
    ConsentNeeded,
    /// A protected environment needs its name typed.
    ConfirmationNeeded,
    Cancelled,
    /// Our own fault.
    Internal,
}

/// A failed operation in words for people: what happened and why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: ErrorCode,
    /// "{what happened}: {why}".
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The last lines of a log, or the single findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            details: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
