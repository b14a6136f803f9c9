//! Words about saving, merging and earlier texts.

use crate::format;
use crate::saving::Saving;
use slipway_design::Version;
use slipway_protocol::{ApiError, DesignSize, ErrorCode};

texts! {
    SAVED = "Saved";
    SAVED_TITLE = "slipway.toml holds what you see";
    UNSAVED = "Unsaved";
    UNSAVED_TITLE = "It is saved as soon as nothing changes for a moment";
    SAVING = "Saving…";
    NOT_SAVED = "Not saved";
    RETRY = "Retry";
    DECIDE = "Decide…";
    SAVED_SAID = "The project is saved";
    SAVE_NOW = "Save now";
    RESTLESS_FILE = "The project was not saved: another program writes slipway.toml again and again";
    RESTLESS_FILE_HINT = "End the other program, then save again";

    MERGED = "Merge";
    MERGED_CLEANLY = "slipway.toml was changed outside; both changes were merged";
    CLASH = "slipway.toml was changed outside, and not as you changed it";
    CLASH_TITLE = "Two changes to one file";
    CLASH_TEXT = "Another program changed slipway.toml while you did. What only one side changed is merged already; decide about the rest.";
    CLASH_WHOLE = "Another program changed slipway.toml while you did, and the two texts can't be merged.";
    BEFORE = "Before";
    MINE = "Mine";
    THEIRS = "Theirs";
    NOT_THERE_VALUE = "not there";
    KEEP_MINE = "Keep all mine";
    TAKE_THEIRS = "Take all theirs";
    MERGE_CHOSEN = "Merge as chosen";
    LATER = "Decide later";
    CLASH_SAFE = "Nothing is lost: undo brings your text back, and the file's own text stays under Versions.";
    DECIDED = "Decided; the file is written";
    NOT_MERGED_HINT = "Choose the other side there, or keep one text whole";

    LEAVE_UNSAVED = "The project is not saved";
    LEAVE_ANYWAY = "Close without saving";
    STAY = "Stay";

    VERSIONS = "Versions";
    VERSIONS_COMMAND = "Versions: earlier texts of this project…";
    VERSIONS_TEXT = "Texts that slipway.toml held before, kept outside the project. To restore one is a step that can be undone.";
    NO_VERSIONS = "No earlier text is kept yet: one is kept with each save.";
    READING_VERSIONS = "Reading…";
    RESTORE = "Restore this text";
    NOT_TOML_VERSION = "not TOML";
    SAME_AS_NOW = "This is the text as it is now.";
    DOWNLOAD = "Download slipway.toml";
    NOT_DOWNLOADED = "The browser took no file";
    DOWNLOADED = "The file is in your downloads";
}

pub(crate) fn not_saved(why: &str) -> String {
    format!("Not saved: {why}")
}

pub(crate) fn not_merged(why: &str) -> String {
    format!("The texts were not merged: {why}")
}

/// Which text can't be compared.
pub(crate) fn broken(version: Version) -> &'static str {
    match version {
        Version::Base => "The text that both went on from is not TOML.",
        Version::Ours => "Your text is not TOML.",
        Version::Theirs => "The text on disk is not TOML.",
    }
}

/// The step of the history that an earlier text becomes.
pub(crate) fn restored(when: &str) -> String {
    format!("Restore the text of {when}")
}

/// `2 APIs, 5 routes, 3 functions`.
pub(crate) fn design_size(size: DesignSize) -> String {
    let parts = [
        (size.apis, "API", "APIs"),
        (size.routes, "route", "routes"),
        (size.functions, "function", "functions"),
        (size.services, "service", "services"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| {
            format::count(usize::try_from(number).unwrap_or(usize::MAX), one, many)
        })
        .collect();
    if parts.is_empty() {
        "nothing in it".to_owned()
    } else {
        parts.join(", ")
    }
}

/// What comes after "what happened: ".
pub(crate) fn reason(message: &str) -> &str {
    message.split_once(": ").map_or(message, |(_, why)| why)
}

/// Why nothing can be planned.
pub(crate) fn plan_unsaved(saving: &Saving) -> ApiError {
    let error = ApiError::new(
        ErrorCode::Storage,
        "The plan was not made: what you see is not saved, and only what is saved is deployed",
    );
    match saving {
        Saving::Failed(why) => error.with_hint(why.message.clone()),
        _ => error.with_hint("Decide about the change made outside first"),
    }
}

/// The step of the history that a file changed by others becomes.
pub(crate) const CHANGED_OUTSIDE: &str = "Change made outside";
pub(crate) const HISTORY: &str = "History";
pub(crate) const UNDO: &str = "Undo";
pub(crate) const REDO: &str = "Redo";
pub(crate) const NOTHING_TO_UNDO: &str = "There is nothing to undo";
pub(crate) const NOTHING_TO_REDO: &str = "There is nothing to redo";

pub(crate) fn undone(title: &str) -> String {
    format!("Undone: {title}")
}

pub(crate) fn redone(title: &str) -> String {
    format!("Done again: {title}")
}

pub(crate) const PAGE_ENDED: &str =
    "The window's page stopped and was loaded anew: its process ended";
pub(crate) const PAGE_ENDED_HINT: &str = "What you see is what was saved; look at what you changed last. A run at work went on, and undo begins anew.";
