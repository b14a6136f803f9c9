//! Every text that people read, in one place.

use crate::format;
use crate::run::{CardState, Step, Stopping};
use crate::short;
use slipway_design::{Environment, Severity};
use slipway_editor::{ElementId, Origin};
use slipway_plan::{Action, Operation, Summary};
use slipway_protocol::{CheckStatus, NodeStatus, PageSize, RunStatus, Theme};

macro_rules! texts {
    ($($name:ident = $text:literal;)*) => { $(pub(crate) const $name: &str = $text;)* };
}

pub(crate) mod form;
mod import;
mod keys;
mod saving;
pub(crate) use import::*;
pub(crate) use keys::*;
pub(crate) use saving::*;
mod canvas;
pub(crate) use canvas::*;
mod names;
pub(crate) use names::*;

texts! {
    // The start screen.
    STARTING = "Starting Slipway…";
    TAGLINE = "Containers behind an API on AWS: draw it, deploy it.";
    OPEN_FOLDER = "Open a folder…";
    OPEN_FOLDER_SUMMARY = "A project is a folder with a slipway.toml";
    OPEN_FOLDER_TITLE = "Open a project folder";
    NEW_PROJECT = "New project…";
    NEW_PROJECT_TITLE = "New project";
    NEW_PROJECT_SUMMARY = "From a template, in a folder of its own";
    NEW_FOLDER_TITLE = "Where the project's folder is made";
    RECENT = "Recent";
    NO_RECENT = "Projects that you open appear here.";
    READING_RECENT = "Reading the list…";
    OPENING = "opening…";
    NOT_THERE = "not there any more";
    FORGET = "Forget";
    THIS_COMPUTER = "This computer";
    PROMISE = "No account, no telemetry. Your design is a file in your folder.";
    DEMO = "Demo";
    DEMO_NOTE = "This is a demo in a browser: it opens a built-in sample and shows what the pure parts do. Building and deploying need the desktop app.";

    // A new project.
    TEMPLATE = "Template";
    EMPTY_TEMPLATE = "Empty";
    EMPTY_TEMPLATE_SUMMARY = "A file with a name and an environment, nothing else";
    PROJECT_NAME = "Name";
    NAME_HINT = "Begins every name that AWS sees";
    NAME_RULE = "Small letters, digits and hyphens, beginning with a letter or a digit";
    PARENT_FOLDER = "Folder";
    NO_FOLDER = "choose a folder";
    CHOOSE = "Choose…";
    MAKE_PROJECT = "Make the project";
    MAKING = "Making…";

    // The frame.
    PLACES = "Places";
    DESIGN = "Design";
    DESIGN_TREE = "Design as a tree";
    EMPTY_TREE = "Nothing in the design yet.";
    UNREADABLE_TREE = "The file can't be read at the moment.";
    CANVAS = "Canvas";
    INSPECTOR = "Inspector";
    PANEL = "Panel";
    MOVE_TREE = "Width of the tree";
    MOVE_INSPECTOR = "Width of the inspector";
    MOVE_PANEL = "Height of the panel";
    OPEN_PANEL = "Open the panel";
    SHUT_PANEL = "Close the panel";
    BACK_TO_START = "Back to the start screen";
    READ_ONLY = "read-only, made by a newer Slipway";
    TO_DARK = "Switch to the dark theme";
    TO_LIGHT = "Switch to the light theme";
    HONOURED = "Honoured";
    SEARCH = "Search or run a command";
    RUN = "Run";
    RUN_LATER = "Running the design on this computer is not there yet";
    DEPLOY = "Deploy";
    DEPLOY_WHILE_RUNNING = "A run is at work";
    SETTINGS = "Settings";
    THEME = "Theme";
    PAGE_SIZE = "Size of everything";
    LARGER = "Everything larger";
    SMALLER = "Everything smaller";
    AS_DRAWN = "Everything as large as drawn";
    THEME_SYSTEM = "System";
    THEME_LIGHT = "Light";
    THEME_DARK = "Dark";
    NOTES = "Notes";
    CLOSE = "Close";
    CANCEL = "Cancel";
    COPY = "Copy";
    OPEN = "Open";
    TRY_AGAIN = "Try again";
    DETAILS = "Details";
    LOG = "Log";

    // Environments.
    ENVIRONMENTS = "Environments of this project";
    EMULATOR = "Emulator";
    PROTECTED = "Protected: a deploy asks for its name";
    NO_ENVIRONMENT = "No environment";
    NO_ENVIRONMENT_HINT = "Add a table [environments.NAME] with account and region to slipway.toml";

    // Canvas and inspector.
    NODE = "node";
    ROUTE = "route";
    PORT = "port";
    EDGE = "edge";
    EDGES = "Edges";
    ZOOM = "Zoom";
    ZOOM_IN = "Zoom in";
    ZOOM_OUT = "Zoom out";
    LIFE_SIZE = "Zoom to 100 %";
    FIT = "Fit the design into view";
    UNREADABLE = "The file is not TOML";
    UNREADABLE_HINT = "The problems below say where. The canvas comes back as soon as the file can be read.";
    NOT_SERVED = "Not deployed here yet";
    COPY_URL = "Copy the URL";
    NAME = "Name";
    PROJECT = "Project";
    SELECT_HINT = "Select something on the canvas to see its settings.";
    APIS = "APIs";
    ROUTES = "Routes";
    FUNCTIONS = "Functions";
    SERVICES = "Services";
    READY_TO_DEPLOY = "Ready to deploy?";
    SUBJECT_TITLE = "Where it stands in slipway.toml";

    // Checks.
    LOOKING_AROUND = "Looking for Docker and AWS…";
    CHECK_AGAIN = "Check again";

    // Problems.
    PROBLEMS = "Problems";
    NO_PROBLEMS = "No problems in the design.";
    NO_PROBLEMS_SHORT = "none";
    SHOW_PROBLEMS = "Show the problems";

    // Plan.
    PLAN = "Plan";
    NO_PLAN = "No plan has been made.";
    MAKE_PLAN = "Make one";
    PLANNING = "Planning…";
    PLANNING_LONG = "Reading what exists and comparing it with the design…";
    SHARED = "Shared";
    CALLS = "Does";
    BECOMES = "becomes";
    KNOWN_LATER = "known after apply";
    FORCES_REPLACEMENT = "forces replacement";
    NOTHING_TO_DO = "Nothing to do";
    NOTHING_TO_DESTROY = "Nothing of this project is there";
    TO_CREATE = "to create";
    TO_UPDATE = "to update";
    TO_REPLACE = "to replace";
    TO_DELETE = "to delete";
    TYPE_NAME_BEFORE = "This environment is protected. Type ";
    TYPE_NAME_AFTER = " to go on:";
    CONFIRM_DEPLOY = "Deploy this";
    CONFIRM_DESTROY = "Destroy this";
    STARTING_RUN = "Starting…";
    EMULATOR_BANNER = "This is an emulator with dummy keys: nothing reaches AWS and nothing costs money.";
    AWS_BANNER = "This is a real AWS account: what is created there can cost money.";
    ALLOW_ENDPOINT = "Allow this address";
    DESTROY_CHOICES = "Take away too";
    DESTROY_IMAGES = "ECR repositories with their images";
    DESTROY_LOGS = "Log groups with their events";

    // Runs.
    ACTIVITY = "Activity";
    NO_RUN = "Nothing has run since the project was opened.";
    READING_RUN = "Reading what has happened so far…";
    RUN_DONE = "Deployed.";
    RUN_UNCHANGED = "Done: nothing had to be changed.";
    RUN_STOPPED_HINT = "What was made is recorded. The next deploy goes on from there.";
    DEPLOY_AGAIN = "Deploy again";
    STOPPING = "Stopping: nothing more is started";
    PROGRESS = "Progress";
    CACHED = "from cache";

    // Commands.
    COMMANDS = "Commands";
    NOTHING_FOUND = "Nothing of that name.";
    CANCEL_RUN = "Cancel the run";
    DEPLOY_COMMAND = "Deploy…";
    DESTROY_COMMAND = "Destroy what is deployed…";
    SHOW_PLAN = "Show the plan";
    SHOW_ACTIVITY = "Show the activity";
    SHOW_FOLDER = "Show the project's folder";

    // Said aloud.
    FILE_CHANGED = "The file changed on disk and was read again";
    NOT_COPIED = "The text could not be copied: select it here";
}

pub(crate) fn version(version: &str) -> String {
    format!("Slipway {version}")
}

pub(crate) fn opened(name: &str) -> String {
    format!("Project {name} is open")
}

pub(crate) fn forget_project(name: &str) -> String {
    format!("Forget {name}")
}

pub(crate) fn run_elsewhere(environment: &str) -> String {
    format!("A run on {environment} is at work, started elsewhere")
}

pub(crate) fn environment_chosen(name: &str) -> String {
    format!("Environment {name}")
}

pub(crate) fn switch_to(name: &str) -> String {
    format!("Switch to environment {name}")
}

pub(crate) fn environment_label(
    name: &str,
    environment: &Environment,
    endpoint: Option<String>,
) -> String {
    match endpoint {
        Some(endpoint) => format!("Environment {name}, an emulator at {endpoint}"),
        None => format!(
            "Environment {name}, account {}, {}",
            environment.account, environment.region
        ),
    }
}

pub(crate) fn theme_set(theme: Theme) -> String {
    format!("Theme: {}", theme_name(theme))
}

pub(crate) fn page_size(size: PageSize) -> String {
    format!("Size: {} %", size.percent())
}

pub(crate) fn theme_command(theme: Theme) -> String {
    format!("Theme: {}", theme_name(theme).to_lowercase())
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => THEME_SYSTEM,
        Theme::Light => THEME_LIGHT,
        Theme::Dark => THEME_DARK,
    }
}

pub(crate) fn copied(text: &str) -> String {
    format!("Copied {text}")
}

pub(crate) fn copy_url_of(api: &str) -> String {
    format!("Copy the URL of {api}")
}

pub(crate) fn problem_count(number: usize) -> String {
    if number == 0 {
        "No problems".to_owned()
    } else {
        format::count(number, "problem", "problems")
    }
}

pub(crate) fn route_count(number: usize) -> String {
    format::count(number, "route", "routes")
}

pub(crate) fn more_found(number: usize) -> String {
    format!(
        "And {}. Type more of the name.",
        format::count(number, "other", "others")
    )
}

pub(crate) fn change_count(number: usize) -> String {
    format::count(number, "change", "changes")
}

pub(crate) fn unchanged(number: usize) -> String {
    format!(
        "{} as it should be",
        format::count(number, "resource is", "resources are")
    )
}

pub(crate) fn route_quota(api: &str, routes: usize, quota: usize) -> String {
    format!("{api}: {routes} of {quota} routes")
}

pub(crate) fn used_by(number: usize) -> String {
    if number == 0 {
        "No route leads here".to_owned()
    } else {
        format!("Used by {}", format::count(number, "route", "routes"))
    }
}

pub(crate) fn dangling(name: &str) -> String {
    format!("There is no function or service `{name}`")
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    }
}

pub(crate) fn check_status(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Ok => ", fine",
        CheckStatus::Warning => ", a warning",
        CheckStatus::Failed => ", not in order",
        CheckStatus::Skipped => ", not looked at",
    }
}

/// Who set a value, where that is worth saying.
pub(crate) fn origin(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Own => None,
        Origin::Environment => Some("environment"),
        Origin::Defaults => Some("defaults"),
        Origin::Implied => Some("default"),
    }
}

pub(crate) fn action(action: Action) -> &'static str {
    match action {
        Action::NoOp => "stays as it is",
        Action::Create => "is created",
        Action::Update => "is changed",
        Action::Replace => "is replaced",
        Action::Delete => "is deleted",
        Action::Forget => "is left alone from now on",
    }
}

/// Why a change is made, and what in the design asks for it.
pub(crate) fn change_reason(reason: &str, because: &str) -> String {
    let mut text = reason.to_owned();
    if !because.is_empty() && because != reason {
        text.push_str(" · ");
        text.push_str(because);
    }
    text
}

pub(crate) fn planned(action: Action) -> &'static str {
    match action {
        Action::NoOp => "Stays as it is",
        Action::Create => "Will be created",
        Action::Update => "Will be changed",
        Action::Replace => "Will be replaced",
        Action::Delete => "Will be deleted",
        Action::Forget => "Will be left alone",
    }
}

/// What an operation is called: AWS's own name, or what Docker does.
pub(crate) fn operation(operation: Operation) -> String {
    match operation.aws_call() {
        Some((service, call)) => format!("{service}:{call}"),
        None if operation == Operation::BuildImage => "docker build".to_owned(),
        None => "docker push".to_owned(),
    }
}

pub(crate) fn deploy_title(environment: &str) -> String {
    format!("Deploy to {environment}")
}

pub(crate) fn destroy_title(environment: &str) -> String {
    format!("Destroy what is in {environment}")
}

pub(crate) fn as_identity(identity: &str) -> String {
    format!("Credentials: {identity}.")
}

pub(crate) fn nothing_detail(resources: usize) -> String {
    if resources == 0 {
        "There is nothing in this environment.".to_owned()
    } else {
        format!(
            "All {} as the design says.",
            format::count(resources, "resource is", "resources are")
        )
    }
}

pub(crate) fn plan_ready(summary: Summary) -> String {
    if summary.is_empty() {
        return "The plan is ready: nothing to do".to_owned();
    }
    format!(
        "The plan is ready: {} to create, {} to update, {} to replace, {} to delete",
        summary.create, summary.update, summary.replace, summary.delete
    )
}

pub(crate) fn run_status(status: Option<RunStatus>, stopping: Stopping) -> &'static str {
    match (status, stopping) {
        (None, Stopping::No) => "Running",
        (None, Stopping::Asked) => "Stopping…",
        (None, Stopping::Now) => "Stopping now…",
        (Some(RunStatus::Succeeded), _) => "Done",
        (Some(RunStatus::Failed), _) => "Failed",
        (Some(RunStatus::Cancelled), _) => "Cancelled",
        (Some(RunStatus::Refused), _) => "Refused",
    }
}

pub(crate) fn run_ended(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Succeeded => "The run succeeded.",
        RunStatus::Failed => "The run failed.",
        RunStatus::Cancelled => "The run was cancelled.",
        RunStatus::Refused => "The run was refused: nothing was started.",
    }
}

pub(crate) fn cancel(stopping: Stopping) -> &'static str {
    match stopping {
        Stopping::No => "Cancel",
        Stopping::Asked => "Stop waiting too",
        Stopping::Now => "Stopping…",
    }
}

pub(crate) fn cancel_title(stopping: Stopping) -> &'static str {
    match stopping {
        Stopping::No => "Nothing more is started; what runs ends",
        Stopping::Asked => "Stops waiting for what runs; the next deploy looks at how it ended",
        Stopping::Now => "",
    }
}

pub(crate) fn steps_done(done: usize, all: usize) -> String {
    if all == 0 {
        "starting".to_owned()
    } else {
        format!("{done} of {all} steps")
    }
}

pub(crate) fn step_status(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Waiting => ", waiting",
        NodeStatus::Running => ", running",
        NodeStatus::Succeeded => ", done",
        NodeStatus::Failed => ", failed",
        NodeStatus::Cancelled => ", cancelled",
        NodeStatus::Skipped => ", skipped",
    }
}

/// What a step says beside its title.
pub(crate) fn step_text(step: &Step) -> String {
    let (finished, cached, parts) = step.parts_done();
    let of_parts = || match (parts, cached) {
        (0, _) => None,
        (_, 0) => Some(format!(
            "{finished} of {} done",
            format::count(parts, "part", "parts")
        )),
        _ => Some(format!(
            "{finished} of {} done, {cached} from cache",
            format::count(parts, "part", "parts")
        )),
    };
    match step.status {
        NodeStatus::Failed => step
            .error
            .as_ref()
            .map(|error| {
                // The title stands beside it already.
                let title = format!("{} failed: ", step.title);
                let message = error.message.as_str();
                message.strip_prefix(&title).unwrap_or(message).to_owned()
            })
            .unwrap_or_default(),
        NodeStatus::Skipped => "skipped: something before it did not succeed".to_owned(),
        NodeStatus::Cancelled => "cancelled".to_owned(),
        NodeStatus::Waiting => String::new(),
        NodeStatus::Succeeded if step.unchanged => "nothing to change".to_owned(),
        NodeStatus::Running | NodeStatus::Succeeded => {
            step.message.clone().or_else(of_parts).unwrap_or_default()
        }
    }
}

/// What a card says about the run.
pub(crate) fn card_state(state: &CardState) -> String {
    match state {
        CardState::Waiting => "Waiting".to_owned(),
        CardState::Running { title, .. } => title.clone(),
        CardState::Done { unchanged: true } => "Up to date".to_owned(),
        CardState::Done { unchanged: false } => "Done".to_owned(),
        CardState::Failed { title, reason, .. } if reason.is_empty() => format!("Failed: {title}"),
        CardState::Failed { reason, .. } => reason.clone(),
        CardState::Cancelled => "Cancelled".to_owned(),
        CardState::Skipped => "Skipped".to_owned(),
    }
}

/// The same for the strip of a card, which is narrow.
pub(crate) fn card_strip(state: &CardState) -> String {
    match state {
        CardState::Running { step, .. } => short::step_at_work(step),
        CardState::Failed { step, .. } => short::step_failed(step),
        other => card_state(other),
    }
}

/// The same in a word or two, where the reason stands beside it.
pub(crate) fn card_state_short(state: &CardState) -> String {
    match state {
        CardState::Failed { .. } => "Failed".to_owned(),
        other => card_state(other),
    }
}

pub(crate) fn edge_name(route: &ElementId, to: &ElementId) -> String {
    match route {
        ElementId::Route { key, .. } => format!("Edge from {key} to {}", to.node_key()),
        other => format!("Edge from {} to {}", other.node_key(), to.node_key()),
    }
}

/// The hint of a button: what it is about, and its keys.
pub(crate) fn with_keys(verb: &str, title: Option<&str>, keys: &str) -> String {
    match title {
        Some(title) => format!("{verb}: {title} ({keys})"),
        None => format!("{verb} ({keys})"),
    }
}

pub(crate) fn port_in(title: &str) -> String {
    format!("Port of {title}")
}

pub(crate) fn port_out(route: &str) -> String {
    format!("Port of {route}")
}
