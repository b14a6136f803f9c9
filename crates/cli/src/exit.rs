//! Exit codes.

use slipway_protocol::{ApiError, ErrorCode, RunStatus};
use std::process::ExitCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    /// The design or the arguments are wrong.
    Wrong,
    Cancelled,
    /// `plan --exit-code`: there is something to do.
    Changes,
}

impl Exit {
    /// As the system takes it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
            Self::Cancelled => 3,
            Self::Changes => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<&ApiError> for Exit {
    fn from(error: &ApiError) -> Self {
        match error.code {
            ErrorCode::DesignInvalid
            | ErrorCode::NotSupported
            | ErrorCode::ProjectNotFound
            | ErrorCode::Argument
            | ErrorCode::ConsentNeeded
            | ErrorCode::ConfirmationNeeded => Self::Wrong,
            ErrorCode::Cancelled => Self::Cancelled,
            ErrorCode::Storage
            | ErrorCode::State
            | ErrorCode::Engine
            | ErrorCode::Source
            | ErrorCode::Build
            | ErrorCode::Push
            | ErrorCode::Credentials
            | ErrorCode::WrongAccount
            | ErrorCode::AccessDenied
            | ErrorCode::Throttled
            | ErrorCode::Cloud
            | ErrorCode::Foreign
            | ErrorCode::PlanStale
            | ErrorCode::Busy
            | ErrorCode::Internal => Self::Failed,
        }
    }
}

impl From<RunStatus> for Exit {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Succeeded => Self::Done,
            RunStatus::Failed | RunStatus::Refused => Self::Failed,
            RunStatus::Cancelled => Self::Cancelled,
        }
    }
}
