//! Every failure of the crates below, as the one error that faces show.

use slipway_engine::port::{
    CloudError, CloudErrorKind, ImageError, ImageErrorKind, JournalError, StateError,
};
use slipway_protocol::{ApiError, ErrorCode};
use std::path::Path;

/// A file that could not be read or written.
pub(crate) fn storage(what: &str, path: &Path, error: &std::io::Error) -> ApiError {
    use std::io::ErrorKind;
    let hint = match error.kind() {
        ErrorKind::PermissionDenied => "Give yourself the right to it, or choose another folder.",
        ErrorKind::StorageFull => "Free some space on that disk and try again.",
        ErrorKind::ReadOnlyFilesystem => "The disk is read-only: choose another folder.",
        _ => "Look at that path and try again.",
    };
    ApiError::new(
        ErrorCode::Storage,
        format!("{what}: {}: {error}", path.display()),
    )
    .with_hint(hint)
}

/// A failed AWS call.
pub(crate) fn cloud(error: CloudError) -> ApiError {
    let code = match error.kind {
        CloudErrorKind::Credentials => ErrorCode::Credentials,
        CloudErrorKind::AccessDenied => ErrorCode::AccessDenied,
        CloudErrorKind::Throttled => ErrorCode::Throttled,
        CloudErrorKind::NotFound
        | CloudErrorKind::AlreadyExists
        | CloudErrorKind::Conflict
        | CloudErrorKind::Transient
        | CloudErrorKind::OutcomeUnknown
        | CloudErrorKind::RoleNotReady
        | CloudErrorKind::Invalid
        | CloudErrorKind::Failed
        | CloudErrorKind::TimedOut => ErrorCode::Cloud,
    };
    let details = error
        .request_id
        .iter()
        .map(|id| format!("AWS request id {id}"))
        .collect();
    ApiError {
        code,
        message: error.to_string(),
        hint: error.hint,
        details,
    }
}

/// A failed build or push.
pub(crate) fn image(error: ImageError) -> ApiError {
    let code = match error.kind {
        ImageErrorKind::Engine => ErrorCode::Engine,
        ImageErrorKind::Source => ErrorCode::Source,
        ImageErrorKind::Build => ErrorCode::Build,
        ImageErrorKind::Refused
        | ImageErrorKind::TagExists
        | ImageErrorKind::Transient
        | ImageErrorKind::Unsuitable => ErrorCode::Push,
        ImageErrorKind::Cancelled => ErrorCode::Cancelled,
    };
    ApiError {
        code,
        message: error.message,
        hint: error.hint,
        details: error.log_tail,
    }
}

/// State that can't be used.
pub(crate) fn state(error: StateError) -> ApiError {
    let hint = match &error {
        StateError::Locked { .. } => {
            "Wait until it has ended, or end it there. The lock goes with its process; there is no file to delete."
        }
        StateError::Moved { .. } => "Another run wrote it meanwhile. Plan again.",
        StateError::Damaged { .. } => {
            "Move the file away: the next plan looks at AWS and makes a new one."
        }
        StateError::Newer { .. } => "Update Slipway.",
        StateError::Read(_) | StateError::Write(_) => {
            "Look at the folder `.slipway` of the project and try again."
        }
    };
    let code = match &error {
        StateError::Locked { .. } => ErrorCode::Busy,
        StateError::Moved { .. } => ErrorCode::PlanStale,
        StateError::Damaged { .. } | StateError::Newer { .. } => ErrorCode::State,
        StateError::Read(_) | StateError::Write(_) => ErrorCode::Storage,
    };
    ApiError::new(code, error.to_string()).with_hint(hint)
}

/// A journal that can't be used.
pub(crate) fn journal(error: JournalError) -> ApiError {
    ApiError::new(ErrorCode::Storage, error.to_string())
        .with_hint("Look at the folder `.slipway` of the project and try again.")
}

/// A project folder or file that can't be opened.
pub(crate) fn project(error: slipway_store::ProjectError) -> ApiError {
    about_project("The project was not opened", error)
}

/// A project file that can't be replaced.
pub(crate) fn save(error: slipway_store::ProjectError) -> ApiError {
    about_project("The project was not saved", error)
}

fn about_project(what: &str, error: slipway_store::ProjectError) -> ApiError {
    use slipway_store::ProjectError;
    let code = match &error {
        ProjectError::NotFound { .. }
        | ProjectError::NotText { .. }
        | ProjectError::TooLong { .. }
        | ProjectError::Outside { .. }
        | ProjectError::Gone { .. } => ErrorCode::ProjectNotFound,
        ProjectError::Read { .. } | ProjectError::Write { .. } | ProjectError::Protected { .. } => {
            ErrorCode::Storage
        }
        ProjectError::Newer { .. } => ErrorCode::NotSupported,
        ProjectError::Busy { .. } => ErrorCode::Busy,
    };
    ApiError::new(code, format!("{what}: {error}")).with_hint(error.hint())
}

/// Earlier texts and pictures that can't be used.
pub(crate) fn archive(error: slipway_store::ArchiveError) -> ApiError {
    use slipway_store::ArchiveError;
    let code = match &error {
        ArchiveError::NoFolder | ArchiveError::Io { .. } | ArchiveError::Damaged { .. } => {
            ErrorCode::Storage
        }
        ArchiveError::NoVersion { .. } => ErrorCode::Argument,
    };
    ApiError::new(
        code,
        format!("What was kept of earlier work can't be used: {error}"),
    )
    .with_hint(error.hint())
}

/// Settings that can't be used.
pub(crate) fn settings(error: slipway_store::SettingsError) -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        format!("The settings can't be used: {error}"),
    )
    .with_hint(error.hint())
}

/// A plan that can't be made.
pub(crate) fn plan(error: slipway_plan::PlanError) -> ApiError {
    let code = match &error {
        slipway_plan::PlanError::Foreign(_) => ErrorCode::Foreign,
        slipway_plan::PlanError::Cycle(_) => ErrorCode::Internal,
    };
    ApiError::new(code, format!("No plan was made: {error}")).with_hint(error.hint())
}

/// A design that can't be lowered.
pub(crate) fn lower(errors: Vec<slipway_plan::LowerError>) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::NotSupported,
        "No plan was made: the design asks for what can't be deployed",
    )
    .with_hint("Each has its place among the problems of the design.");
    error.details = errors.iter().map(ToString::to_string).collect();
    error
}
