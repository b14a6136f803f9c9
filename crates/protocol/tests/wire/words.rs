//! The closed lists, word by word.

use crate::messages::{Message, message};
use slipway_design::Severity;
use slipway_plan::Action;
use slipway_protocol::{CheckStatus, ErrorCode, NodeStatus, RunStatus, Theme};

pub(crate) fn words() -> Vec<Message> {
    use ErrorCode as Code;
    vec![
        message(
            "words of an error's code",
            &vec![
                Code::DesignInvalid,
                Code::NotSupported,
                Code::ProjectNotFound,
                Code::Storage,
                Code::State,
                Code::Argument,
                Code::Engine,
                Code::Source,
                Code::Build,
                Code::Push,
                Code::Credentials,
                Code::WrongAccount,
                Code::AccessDenied,
                Code::Throttled,
                Code::Cloud,
                Code::Foreign,
                Code::PlanStale,
                Code::Busy,
                Code::ConsentNeeded,
                Code::ConfirmationNeeded,
                Code::Cancelled,
                Code::Internal,
            ],
        ),
        message(
            "words of a run's status",
            &vec![
                RunStatus::Succeeded,
                RunStatus::Failed,
                RunStatus::Cancelled,
                RunStatus::Refused,
            ],
        ),
        message(
            "words of a step's status",
            &vec![
                NodeStatus::Waiting,
                NodeStatus::Running,
                NodeStatus::Succeeded,
                NodeStatus::Failed,
                NodeStatus::Cancelled,
                NodeStatus::Skipped,
            ],
        ),
        message(
            "words of a check's status",
            &vec![
                CheckStatus::Ok,
                CheckStatus::Warning,
                CheckStatus::Failed,
                CheckStatus::Skipped,
            ],
        ),
        message(
            "words of an action",
            &vec![
                Action::NoOp,
                Action::Create,
                Action::Update,
                Action::Replace,
                Action::Delete,
                Action::Forget,
            ],
        ),
        message(
            "words of a severity",
            &vec![Severity::Error, Severity::Warning, Severity::Info],
        ),
        message(
            "words of a theme",
            &vec![Theme::System, Theme::Light, Theme::Dark],
        ),
    ]
}
