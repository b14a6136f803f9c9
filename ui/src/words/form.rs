//! What the inspector and the list of problems say.

use slipway_editor::{ElementKind, Honour};

pub(crate) const SETTINGS_TAB: &str = "Settings";
pub(crate) const INSPECTOR_TABS: &str = "Of what is selected";
pub(crate) const SCOPE: &str = "Changes are for";
pub(crate) const EVERYWHERE: &str = "All environments";
pub(crate) const TAKE_BACK: &str = "Take back";
pub(crate) const RESET: &str = "Reset to default";
pub(crate) const REQUIRED: &str = "needed";
pub(crate) const NOT_YET: &str = "not on AWS yet";
pub(crate) const IMPOSSIBLE_EMPTY: &str = "It cannot do without. Write something, or press Escape";
pub(crate) const CONNECTIONS: &str = "Connections";
pub(crate) const NO_CONNECTIONS: &str = "Nothing leads here yet: drag from a route's port";
pub(crate) const ADD_ROW: &str = "Add";
pub(crate) const REMOVE_ROW: &str = "Remove row";
pub(crate) const OVERRIDE_ROW: &str = "Say something else";
pub(crate) const KIND_OF_SECRET: &str = "Kept in";
pub(crate) const REFERENCE: &str = "Name or ARN";
pub(crate) const ACTIONS: &str = "Actions";
pub(crate) const RESOURCES: &str = "Resources";
pub(crate) const SOURCE: &str = "Source";
pub(crate) const SOURCE_BUILD: &str = "Built from a Dockerfile";
pub(crate) const SOURCE_ECR: &str = "ECR repository";
pub(crate) const SOURCE_REGISTRY: &str = "Another registry";
pub(crate) const SOURCE_NONE: &str = "None yet";
pub(crate) const FOLDER: &str = "Folder";
pub(crate) const BROWSE: &str = "Choose a folder";
pub(crate) const BROWSE_TITLE: &str = "The folder that the image is built from";
pub(crate) const OUTSIDE_PROJECT_HINT: &str =
    "Choose a folder inside of the project: nothing outside of it is read or sent to Docker";
pub(crate) const DOCKERFILE: &str = "Dockerfile";
pub(crate) const STAGE_OF_BUILD: &str = "Stage";
pub(crate) const LAST_STAGE: &str = "the last";
pub(crate) const BUILD_ARGUMENTS: &str = "Build arguments";
pub(crate) const VALUE: &str = "Value";
pub(crate) const REPOSITORY: &str = "Repository";
pub(crate) const DIGEST: &str = "Digest";
pub(crate) const TAG: &str = "Tag";
pub(crate) const IMAGE_REFERENCE: &str = "Image";
pub(crate) const FIXED_COUNT: &str = "A fixed number";
pub(crate) const RANGE_COUNT: &str = "Scales by itself";
pub(crate) const TASKS: &str = "Tasks";
pub(crate) const LEAST: &str = "Least";
pub(crate) const MOST: &str = "Most";
pub(crate) const CPU_USE: &str = "CPU use, %";
pub(crate) const MEMORY_USE: &str = "Memory use, %";
pub(crate) const NOT_FOLLOWED: &str = "not followed";
pub(crate) const NOTHING_YET: &str = "Nothing yet";
pub(crate) const AN_ADDRESS: &str = "A public address…";
pub(crate) const ADDRESS: &str = "Address";
pub(crate) const RENAME: &str = "Rename";
pub(crate) const RENAME_AND_MOVE: &str = "Rename and move what is deployed";
pub(crate) const RENAME_ONLY: &str = "Rename: it is not deployed yet";
pub(crate) const RENAME_WHY: &str = "The key is the identity. After a rename AWS sees a new thing, unless the file says what it was: then the \
     next deploy moves what is deployed. People read the title, which changes freely.";
pub(crate) const RENAME_REFERENCES: &str = "Everything that names it follows.";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const SEVERAL: &str = "several values";
pub(crate) const NOTHING_IN_COMMON: &str = "These are of different kinds and have no setting in common. Select things of one kind to set them together.";
pub(crate) const IN_COMMON: &str = "A change is made to all of them, as one step.";
pub(crate) const ALL_PROBLEMS: &str = "All";
pub(crate) const ERRORS: &str = "Errors";
pub(crate) const WARNINGS: &str = "Warnings";
pub(crate) const FILTER_PROBLEMS: &str = "Which problems";
pub(crate) const NO_SUCH_PROBLEMS: &str = "None of this weight.";
pub(crate) const NO_PROBLEMS_DETAIL: &str = "The file follows every rule that Slipway knows. What AWS itself may refuse is looked at when you deploy.";
pub(crate) const COPY_PROBLEM: &str = "Copy this problem";

pub(crate) fn show_more(number: usize) -> String {
    format!("Show {} more", number)
}

pub(crate) fn only_in(environment: &str) -> String {
    format!("Only {environment}")
}

pub(crate) fn overrides(environment: &str, value: &str) -> String {
    format!("{environment} has {value}, which hides this")
}

pub(crate) fn everywhere_has(value: &str) -> String {
    format!("everywhere else {value}")
}

pub(crate) fn overridden_here(environment: &str, number: usize) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{environment} has {number} setting{s} of its own here")
}

pub(crate) fn default_is(value: &str) -> String {
    format!("Default: {value}")
}

pub(crate) fn honour(honour: &Honour) -> String {
    match honour.reasons.first() {
        None => format!("{}: yes", honour.target),
        Some(why) => format!("{}: no. {why}", honour.target),
    }
}

pub(crate) fn reset_of(label: &str) -> String {
    format!("Reset {label} to its default")
}

pub(crate) fn take_back_of(label: &str, environment: &str) -> String {
    format!("Take back what {environment} says about {label}")
}

pub(crate) fn row_of(column: &str, label: &str, row: usize) -> String {
    format!("{label}, {column} {}", row + 1)
}

pub(crate) fn add_to(label: &str) -> String {
    format!("Add to {label}")
}

pub(crate) fn selected(number: usize) -> String {
    format!("{number} things")
}

pub(crate) fn selected_of(kind: ElementKind, number: usize) -> String {
    let noun = match (kind, number) {
        (ElementKind::Api, 1) => "API",
        (ElementKind::Api, _) => "APIs",
        (ElementKind::Route, 1) => "route",
        (ElementKind::Route, _) => "routes",
        (ElementKind::Function, 1) => "Lambda function",
        (ElementKind::Function, _) => "Lambda functions",
        (ElementKind::Service, 1) => "Fargate service",
        (ElementKind::Service, _) => "Fargate services",
    };
    format!("{number} {noun}")
}

pub(crate) fn fixed(title: &str) -> String {
    format!("Fixed: {title}")
}

pub(crate) fn outside_project(path: &str) -> String {
    format!("The folder was not taken: {path} lies outside of the project")
}
