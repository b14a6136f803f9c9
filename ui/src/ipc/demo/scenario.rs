//! The scripted states of the demo page, by the name in its address.

/// What the demo plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scenario {
    /// The start screen; the sample can be opened, checked and planned from nothing.
    #[default]
    Start,
    /// `start-empty`: nothing was opened before.
    StartEmpty,
    /// `doctor-loading`: looking for Docker never ends.
    DoctorLoading,
    /// `doctor-failed`: no engine and no credentials.
    DoctorFailed,
    /// `design`: the sample is open.
    Design,
    /// `full`: a design with every kind of thing, some of which can't be deployed yet.
    Full,
    /// `large`: 24 APIs, 400 routes, 160 functions.
    Large,
    /// A generated design of any size.
    Drawing(super::sample::Drawing),
    /// `empty`: a project without anything in it.
    Empty,
    /// `problems`: a design with mistakes.
    Problems,
    /// `unreadable`: a file that is not TOML.
    Unreadable,
    /// `save-fails`: nothing can be saved.
    SaveFails,
    /// `save-conflict`: somebody else writes before the first save.
    SaveConflict,
    /// `deploy`: a deploy to an account, played to a good end.
    Deploy,
    /// `emulator`: the same to an emulator.
    Emulator,
    /// `deploy-fails`: a deploy whose build fails.
    DeployFails,
    /// `plan-changes`: a plan with all four actions, to a protected environment.
    PlanChanges,
    /// `plan-nothing`: everything is as it should be.
    PlanNothing,
    /// `plan-loading`: planning never ends.
    PlanLoading,
    /// `plan-wrong-account`
    PlanWrongAccount,
    /// `plan-no-engine`
    PlanNoEngine,
    /// `plan-no-credentials`
    PlanNoCredentials,
    /// `plan-consent`: an endpoint that is not on this computer.
    PlanConsent,
    /// `destroy`: a plan that takes everything away.
    Destroy,
    /// `running`: joined in the middle of a run.
    Running,
    /// `run-done`: after a run that succeeded.
    RunDone,
    /// `run-failed`: after a run that failed.
    RunFailed,
    /// `run-cancelled`: after a run that was cancelled.
    RunCancelled,
    /// `deployed`: what was deployed before is served.
    Deployed,
    /// `fault`: the window itself breaks.
    Fault,
}

impl Scenario {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "start" => Self::Start,
            "start-empty" => Self::StartEmpty,
            "doctor-loading" => Self::DoctorLoading,
            "doctor-failed" => Self::DoctorFailed,
            "design" => Self::Design,
            "full" => Self::Full,
            "large" => Self::Large,
            "empty" => Self::Empty,
            "problems" => Self::Problems,
            "unreadable" => Self::Unreadable,
            "save-fails" => Self::SaveFails,
            "save-conflict" => Self::SaveConflict,
            "deploy" => Self::Deploy,
            "emulator" => Self::Emulator,
            "deploy-fails" => Self::DeployFails,
            "plan-changes" => Self::PlanChanges,
            "plan-nothing" => Self::PlanNothing,
            "plan-loading" => Self::PlanLoading,
            "plan-wrong-account" => Self::PlanWrongAccount,
            "plan-no-engine" => Self::PlanNoEngine,
            "plan-no-credentials" => Self::PlanNoCredentials,
            "plan-consent" => Self::PlanConsent,
            "destroy" => Self::Destroy,
            "running" => Self::Running,
            "run-done" => Self::RunDone,
            "run-failed" => Self::RunFailed,
            "run-cancelled" => Self::RunCancelled,
            "deployed" => Self::Deployed,
            "fault" => Self::Fault,
            _ => return None,
        })
    }

    /// Whether the page begins with the sample.
    pub(super) fn opens_project(self) -> bool {
        !matches!(
            self,
            Self::Start | Self::StartEmpty | Self::DoctorLoading | Self::DoctorFailed
        )
    }

    /// The environment that is chosen at first.
    pub(super) fn environment(self) -> Option<&'static str> {
        match self {
            Self::Emulator | Self::Running => Some("emulator"),
            Self::PlanChanges => Some("prod"),
            _ if self.opens_project() => Some("dev"),
            _ => None,
        }
    }

    /// The environment of the run that is joined.
    pub(super) fn run_in(self) -> Option<&'static str> {
        match self {
            Self::Running => Some("emulator"),
            Self::RunDone | Self::RunFailed | Self::RunCancelled => Some("dev"),
            _ => None,
        }
    }

    /// Whether a run that is started is played.
    pub(super) fn plays_runs(self) -> bool {
        matches!(
            self,
            Self::Deploy | Self::Emulator | Self::DeployFails | Self::PlanChanges | Self::Destroy
        ) || self.run_in().is_some()
    }
}
