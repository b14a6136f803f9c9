//! Failures in words for people, with a closed code for the program.

use crate::port::{
    CloudError, CloudErrorKind, ImageError, ImageErrorKind, JournalError, StateError,
};

/// What kind of failure it is; faces act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// No container engine answers.
    Engine,
    /// A Dockerfile or a build context is missing or leaves the project.
    Source,
    Build,
    /// The registry refused or failed, or the pushed image can't be used.
    Push,
    Credentials,
    WrongAccount,
    AccessDenied,
    Throttled,
    /// AWS refused or failed.
    Cloud,
    /// A thing that is not ours has the name we need.
    Foreign,
    /// The design or the state moved since the plan was made.
    PlanStale,
    /// Another run is at work.
    Busy,
    /// The state is damaged, of a newer version, or could not be read or written.
    State,
    /// The journal could not be written.
    Journal,
    Cancelled,
    /// Our own fault.
    Internal,
}

impl FailureCode {
    /// As it stands in a journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Source => "source",
            Self::Build => "build",
            Self::Push => "push",
            Self::Credentials => "credentials",
            Self::WrongAccount => "wrong_account",
            Self::AccessDenied => "access_denied",
            Self::Throttled => "throttled",
            Self::Cloud => "cloud",
            Self::Foreign => "foreign",
            Self::PlanStale => "plan_stale",
            Self::Busy => "busy",
            Self::State => "state",
            Self::Journal => "journal",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    pub code: FailureCode,
    /// "{what happened}: {why}".
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// For a report: the call, the service's own code and the request id.
    pub detail: Option<String>,
    /// Last lines of the step's log, oldest first.
    pub log_tail: Vec<String>,
}

impl RunError {
    pub(crate) fn new(
        code: FailureCode,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            hint: hint.into(),
            detail: None,
            log_tail: Vec::new(),
        }
    }

    /// A step that AWS did not carry out. `title` is the node's, `tried` how often it was tried.
    pub(crate) fn of_cloud(title: &str, error: &CloudError, tried: u32) -> Self {
        let again = if tried > 1 {
            format!(" (tried {tried} times)")
        } else {
            String::new()
        };
        Self {
            code: code_of(error.kind),
            message: format!("{title} failed: {}{again}", error.message),
            hint: error
                .hint
                .clone()
                .unwrap_or_else(|| hint_of(error.kind, &error.operation)),
            detail: Some(detail_of(error)),
            log_tail: Vec::new(),
        }
    }

    /// A build or a push that failed; the message says itself what happened.
    pub(crate) fn of_image(error: &ImageError) -> Self {
        let (code, hint) = match error.kind {
            ImageErrorKind::Engine => (
                FailureCode::Engine,
                "Start Docker (or the engine you use), then deploy again.",
            ),
            ImageErrorKind::Source => (
                FailureCode::Source,
                "Correct the `image` of the function in slipway.toml or put the files there, then deploy again.",
            ),
            ImageErrorKind::Build => (
                FailureCode::Build,
                "Correct what the last lines of the log name, then deploy again.",
            ),
            ImageErrorKind::Refused => (
                FailureCode::Push,
                "Allow these credentials to push to the repository, then deploy again.",
            ),
            ImageErrorKind::TagExists => (
                FailureCode::Push,
                "Delete the image of this tag in the repository, then deploy again.",
            ),
            ImageErrorKind::Transient => (
                FailureCode::Push,
                "Check the connection to the registry, then deploy again: layers that arrived are not sent twice.",
            ),
            ImageErrorKind::Unsuitable => (
                FailureCode::Push,
                "Build for one platform and without attestations (provenance, SBOM), then deploy again.",
            ),
            ImageErrorKind::Cancelled => (
                FailureCode::Cancelled,
                "Deploy again to go on from what exists.",
            ),
        };
        Self {
            code,
            message: capitalised(&error.message),
            hint: error.hint.clone().unwrap_or_else(|| hint.to_owned()),
            detail: None,
            log_tail: error.log_tail.clone(),
        }
    }

    pub(crate) fn of_journal(error: &JournalError) -> Self {
        Self::new(
            FailureCode::Journal,
            format!("The run stopped: {error}"),
            "Make room on the disk or the folder `.slipway` writable, then deploy again: nothing \
             is done that is not in the journal first.",
        )
    }

    pub(crate) fn of_state(error: &StateError) -> Self {
        let message = format!("The run stopped: {error}");
        match error {
            StateError::Locked { .. } => Self::new(
                FailureCode::Busy,
                message,
                "Wait until the other run ends, or cancel it where it was started.",
            ),
            StateError::Moved { .. } => Self::new(
                FailureCode::PlanStale,
                message,
                "Make a new plan: another run changed this environment in the meantime.",
            ),
            StateError::Newer { .. } => Self::new(
                FailureCode::State,
                message,
                "Use the version of Slipway that wrote it, or a newer one.",
            ),
            StateError::Damaged { .. } => Self::new(
                FailureCode::State,
                message,
                "Move the file away and plan again: the state is rebuilt from the tags in AWS.",
            ),
            StateError::Read(_) | StateError::Write(_) => Self::new(
                FailureCode::State,
                message,
                "Check that the folder `.slipway` can be read and written and that the disk has room.",
            ),
        }
    }
}

fn code_of(kind: CloudErrorKind) -> FailureCode {
    match kind {
        CloudErrorKind::AccessDenied => FailureCode::AccessDenied,
        CloudErrorKind::Credentials => FailureCode::Credentials,
        CloudErrorKind::Throttled => FailureCode::Throttled,
        CloudErrorKind::AlreadyExists
        | CloudErrorKind::NotFound
        | CloudErrorKind::Conflict
        | CloudErrorKind::Transient
        | CloudErrorKind::OutcomeUnknown
        | CloudErrorKind::RoleNotReady
        | CloudErrorKind::Invalid
        | CloudErrorKind::Failed
        | CloudErrorKind::TimedOut => FailureCode::Cloud,
    }
}

fn hint_of(kind: CloudErrorKind, operation: &str) -> String {
    match kind {
        CloudErrorKind::NotFound => {
            "It was deleted meanwhile or belongs to something that was. Deploy again: a new plan \
             sees what is there."
                .to_owned()
        }
        CloudErrorKind::AlreadyExists => "Deploy again: a new plan sees what is there.".to_owned(),
        CloudErrorKind::Conflict => {
            "Something else is changing it. Wait until that ends, then deploy again.".to_owned()
        }
        CloudErrorKind::AccessDenied => format!(
            "Allow `{operation}` for these credentials, then deploy again: what exists is kept."
        ),
        CloudErrorKind::Credentials => {
            "Sign in again, then deploy again: it goes on from what exists.".to_owned()
        }
        CloudErrorKind::Throttled => {
            "AWS takes no more calls of this kind for now. Wait some minutes, then deploy again."
                .to_owned()
        }
        CloudErrorKind::Transient | CloudErrorKind::OutcomeUnknown => {
            "Check the connection and AWS's health page, then deploy again: it goes on from what \
             exists."
                .to_owned()
        }
        CloudErrorKind::RoleNotReady => {
            "Deploy again: a new IAM role takes a while to be usable everywhere. When it stays so, \
             check the role's trust policy."
                .to_owned()
        }
        CloudErrorKind::Invalid => {
            "Correct the setting that the message names in slipway.toml, then deploy again."
                .to_owned()
        }
        CloudErrorKind::Failed => {
            "Correct the cause that AWS names, then deploy again: the version that served before \
             still serves."
                .to_owned()
        }
        CloudErrorKind::TimedOut => {
            "Deploy again: it looks first, and goes on when it has become ready meanwhile."
                .to_owned()
        }
    }
}

fn detail_of(error: &CloudError) -> String {
    let mut detail = error.operation.clone();
    if let Some(code) = &error.code {
        detail.push_str(", ");
        detail.push_str(code);
    }
    if let Some(request) = &error.request_id {
        detail.push_str(", request ");
        detail.push_str(request);
    }
    detail
}

/// With a capital letter, as a sentence begins.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
