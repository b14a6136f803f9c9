//! The commands. Their names stand here and nowhere else.

use crate::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A command: what is asked, under which name, and what comes back.
pub trait Request: Serialize + DeserializeOwned {
    const NAME: &'static str;
    type Reply: Serialize + DeserializeOwned;
}

/// A command that streams events after its reply, through a channel argument named `channel`.
pub trait StreamingRequest: Request {
    type Event: Serialize + DeserializeOwned;
}

macro_rules! requests {
    ($( $(#[$meta:meta])* $name:ident = $wire:literal { $( $(#[$fmeta:meta])* $field:ident : $ty:ty ),* $(,)? } -> $reply:ty; )*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name { $( $(#[$fmeta])* pub $field: $ty, )* }

            impl Request for $name {
                const NAME: &'static str = $wire;
                type Reply = $reply;
            }
        )*

        /// The names of all commands; a test holds the shell's handlers against it.
        pub const COMMANDS: &[&str] = &[ $( $wire ),* ];
    };
}

requests! {
    /// What the start screen shows.
    Start = "start" {} -> StartView;
    /// The webview has painted its first screen.
    Painted = "painted" { screen: String } -> ();
    /// Something went wrong in the webview; goes to the log.
    ReportFault = "report_fault" { message: String } -> ();
    /// Asks for a folder with the system's dialog; `None` when cancelled.
    PickFolder = "pick_folder" { title: String } -> Option<String>;
    /// `path` is a project folder or its `slipway.toml`.
    OpenProject = "open_project" { path: String } -> ProjectView;
    /// The revision on disk, to notice a change made outside.
    ProjectRevision = "project_revision" { path: String } -> String;
    /// Writes what the webview holds, in one step, unless the file is not the one of `base` any
    /// more. Nothing is written when it fails or is a conflict.
    SaveProject = "save_project" {
        path: String,
        /// The revision that `text` was made from.
        base: String,
        /// The whole of `slipway.toml`. The text of `base` again leaves the file untouched.
        text: String,
        /// What changes in `.slipway/layout.json`; `None` leaves it as it is.
        layout: Option<LayoutChange>,
    } -> SaveReply;
    /// Earlier texts of the project, newest first.
    Versions = "versions" { path: String } -> Vec<VersionView>;
    ReadVersion = "read_version" { path: String, id: String } -> String;
    /// Keeps the canvas in small, for the list of recent projects.
    SavePicture = "save_picture" { path: String, picture: PictureView } -> ();
    /// The run that is at work in this project, in this process or another; cheap, for asking often.
    RunNow = "run_now" { path: String } -> Option<RunRef>;
    /// Makes a project in a folder that is empty or not there.
    NewProject = "new_project" { path: String, template: Option<String> } -> ProjectView;
    /// What other tools' files would add to the project; changes nothing.
    ScanImport = "scan_import" {
        path: String,
        /// Folder or file to look at; the project folder without it.
        from: Option<String>,
        /// Only this kind of file.
        only: Option<ImportSource>,
        /// Key of the HTTP API that routes go into; without it they bring one of their own.
        into: Option<String>,
    } -> ImportView;
    /// Makes a project in a folder that has files already and no `slipway.toml`.
    BeginProject = "begin_project" { path: String, text: String } -> ProjectView;
    ForgetRecent = "forget_recent" { path: String } -> Vec<RecentProject>;
    ChooseEnvironment = "choose_environment" { path: String, environment: String } -> ();
    SaveSettings = "save_settings" { settings: Settings } -> ();
    /// Shows everything in the window at this size, until it is closed.
    ResizePage = "resize_page" { size: PageSize } -> ();
    /// Engine and disk always; account and permissions when an environment is named.
    Doctor = "doctor" { path: Option<String>, environment: Option<String> } -> DoctorReport;
    /// Says yes, for this user, to an endpoint or registry that is not on this computer.
    ConsentToEndpoint = "consent_to_endpoint" { path: String, environment: String } -> ();
    MakePlan = "make_plan" {
        path: String,
        environment: String,
        /// Takes everything away instead.
        destroy: Option<DestroyChoice>,
    } -> PlanView;
    /// Starts a run of a plan shown before; follow it with `follow_run`.
    StartRun = "start_run" {
        plan_id: String,
        /// The environment's name, typed, where it is protected.
        confirm: Option<String>,
    } -> RunRef;
    /// Replies with what happened so far, then streams what happens.
    FollowRun = "follow_run" { run: String } -> RunSnapshot;
    /// Streams what people drop on the window, as long as it is open.
    FollowDrops = "follow_drops" {} -> ();
    /// First call: starts nothing more. Second: stops waiting too.
    CancelRun = "cancel_run" { run: String } -> ();
    Status = "status" { path: String, environment: String } -> StatusView;
    /// Streams what is asked of the window from outside the webview, as by the button in its frame.
    FollowWindow = "follow_window" {} -> ();
    /// Answers that the window was asked to close: `true` when nothing is left to save or people
    /// gave it up, also some time after a `false`, which keeps the window.
    AnswerClose = "answer_close" { close: bool } -> ();
    /// Opens an `http(s)` address in the browser, or a folder of an open project.
    OpenExternal = "open_external" { target: String } -> ();
}

impl StreamingRequest for FollowRun {
    type Event = DeployEvent;
}

impl StreamingRequest for FollowDrops {
    type Event = Dropped;
}

/// A folder or a file that was dropped on the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Absolute.
    pub path: String,
}

impl StreamingRequest for FollowWindow {
    type Event = WindowEvent;
}

/// Something that is asked of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WindowEvent {
    /// To close. It stays until `answer_close`.
    CloseAsked,
    /// To open a project, which a second start of the program named.
    OpenAsked {
        /// Absolute; the project's folder, a folder below it or its file.
        path: String,
        environment: Option<String>,
    },
}

/// What a destroy takes beside the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DestroyChoice {
    /// ECR repositories with their images.
    pub images: bool,
    /// Log groups with their events.
    pub logs: bool,
}
