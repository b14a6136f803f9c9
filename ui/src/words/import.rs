//! Words about importing.

use crate::format;
use slipway_protocol::{ApiError, ErrorCode};

texts! {
    IMPORT = "Import";
    IMPORT_COMMAND = "Import compose, OpenAPI, SAM, Dockerfiles…";
    IMPORT_FROM = "Folder or file";
    IMPORT_FOLDER_TITLE = "A folder with Dockerfiles, compose.yaml, OpenAPI, SAM or Copilot";
    PROJECT_FOLDER = "the project's folder";
    ANY_FOLDER = "/home/you/shop";
    IMPORT_WHAT = "Choose a folder with Dockerfiles, compose.yaml, an OpenAPI document, a SAM template or a Copilot project, or one file. \
        What it would add is shown first. A folder without a slipway.toml gets one.";
    IMPORT_START = "Import…";
    IMPORT_SUMMARY = "A folder with Dockerfiles, compose, OpenAPI, SAM or Copilot";
    IMPORT_NEW_NOTE = "Makes a slipway.toml in this folder and changes nothing else there";
    ROUTES_INTO = "Routes go into";
    API_OF_ITS_OWN = "a new API";
    LOOK = "Look";
    LOOKING_AT_FILES = "Looking at the files…";
    NOTHING_TO_IMPORT = "Nothing that can be imported was found: no Dockerfile, compose.yaml, OpenAPI, SAM or Copilot file.";
    IMPORT_NOTE = "One step, which can be undone";
    IMPORT_OLD = "Nothing was added: the design changed since the files were looked at";
    IMPORT_OLD_HINT = "Look again";
}

pub(crate) fn found(number: usize) -> String {
    format!("{} found", format::count(number, "thing", "things"))
}

pub(crate) fn add_number(number: usize, is_new: bool) -> String {
    if number == 0 {
        return if is_new { "Make a project" } else { "Add" }.to_owned();
    }
    let things = format::count(number, "thing", "things");
    if is_new {
        format!("Make a project with {things}")
    } else {
        format!("Add {things}")
    }
}

/// The step of the history.
pub(crate) fn import_step(number: usize) -> String {
    format!("Import {}", format::count(number, "thing", "things"))
}

pub(crate) fn left_out(number: usize) -> String {
    format!(
        "{} left out",
        format::count(number, "thing is", "things are")
    )
}

pub(crate) fn not_added(name: &str, why: &str) -> String {
    format!("{name} was not added: {why}")
}

pub(crate) fn import_unsaved() -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        "The files were not looked at: what you see is not saved, and they are held against what is",
    )
    .with_hint("Save first")
}
