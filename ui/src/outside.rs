//! The file as others change it: another editor, a checkout, a terminal.
//!
//! A change made outside is never lost and never overwrites ours unseen: it becomes a step of the
//! history, is merged where that is possible, and is asked about otherwise.

use crate::actions;
use crate::editing;
use crate::ipc;
use crate::saving::{self, Saving};
use crate::state::{App, Dialog, Leaving, Load, OpenProject};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_design::{Conflicts, Merge, Severity, Side, Version, merge};
use slipway_protocol::{ProjectRevision, ProjectView};
use std::sync::Arc;

/// Our text and another one that exclude each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clash {
    pub(crate) ours: String,
    pub(crate) theirs: String,
    /// Of `theirs`.
    pub(crate) revision: String,
    /// The places that clash; `None` when the texts can't be compared.
    pub(crate) places: Option<Conflicts>,
    /// Which text is not TOML, if one is not.
    pub(crate) broken: Option<Version>,
}

/// What people decided about a clash.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decision {
    Ours,
    Theirs,
    /// One side for each place.
    Each(Vec<Side>),
}

/// Reads the file again where it changed on disk; selection and camera stay.
pub(crate) fn notice_changes(app: App) {
    let Some(known) = saving::disk() else { return };
    let undecided = app
        .saving
        .with_untracked(|saving| *saving == Saving::Undecided);
    if saving::is_busy() || undecided {
        return;
    }
    spawn_local(async move {
        let path = known.path.clone();
        // A file that can't be read right now is looked at again soon; saving editors replace files.
        let Ok(revision) = ipc::call(ProjectRevision { path }).await else {
            return;
        };
        if revision != known.revision && is_known(&known.path, &known.revision) {
            read(app, known.path, known.revision).await;
        }
    });
}

/// After a save: what only the disk can say about the new text, a missing Dockerfile for example.
pub(crate) fn look_at_disk(app: App) {
    let Some(known) = saving::disk() else { return };
    spawn_local(read(app, known.path, known.revision));
}

async fn read(app: App, path: String, known: String) {
    let Ok(view) = ipc::call(slipway_protocol::OpenProject { path: path.clone() }).await else {
        return;
    };
    if !is_known(&path, &known) {
        return;
    }
    if view.revision == known {
        saving::take_layout(app, view.layout.as_deref());
        note_view(app, view);
    } else if saving::is_unsaved(app) {
        // The next save meets the change and merges.
        if take(app, view.text, view.revision) {
            saving::start(app);
        }
    } else {
        reread(app, view);
    }
}

/// Whether the disk is still as it was known, and nothing is being written.
fn is_known(path: &str, revision: &str) -> bool {
    !saving::is_busy()
        && saving::disk().is_some_and(|disk| disk.path == path && disk.revision == revision)
}

/// Takes over what the backend says about the text that is shown.
fn note_view(app: App, view: ProjectView) {
    let is_news = app.project.with_untracked(|project| {
        project
            .as_ref()
            .is_some_and(|project| project.view.disk_problems != view.disk_problems)
    });
    if is_news && let Some(project) = editing::look(app, |editor| OpenProject::new(view, editor)) {
        app.project.set(Some(Arc::new(project)));
    }
}

/// A text that somebody else wrote, while ours is what the disk held before.
fn reread(app: App, view: ProjectView) {
    let text = view.text.clone();
    let replaced =
        editing::with_unsaved(app, |editor| editor.replace(words::CHANGED_OUTSIDE, &text));
    saving::note_text(view.revision.clone(), text);
    saving::take_layout(app, view.layout.as_deref());
    if let Some(Err(refusal)) = replaced {
        app.toast(Severity::Warning, refusal.message, refusal.hint);
    }
    let Some(project) = editing::look(app, |editor| OpenProject::new(view, editor)) else {
        return;
    };
    let environment = app.environment.get_untracked();
    let known = |name: &String| project.design.environments.contains_key(name);
    if !environment.as_ref().is_some_and(known) {
        let first = project.design.environments.keys().next().cloned();
        app.environment.set(first.clone());
        editing::with(app, |editor| editor.set_environment(first));
    }
    drop_plan(app);
    app.project.set(Some(Arc::new(project)));
    saving::notice(app);
    app.say(words::FILE_CHANGED);
}

/// A plan is about a text that is no more, unless it is being looked at: then the run will refuse it.
fn drop_plan(app: App) {
    if app
        .dialog
        .with_untracked(|dialog| !matches!(dialog, Dialog::Plan(_)))
    {
        app.plan.set(Load::Idle);
    }
}

/// Brings our text and one that somebody else wrote meanwhile together; whether the result can be saved now.
pub(crate) fn take(app: App, theirs: String, revision: String) -> bool {
    let Some(disk) = saving::disk() else {
        return false;
    };
    let Some(ours) = editing::look(app, |editor| editor.text().to_owned()) else {
        return false;
    };
    let (places, broken) = match merge(&disk.text, &ours, &theirs) {
        Merge::Clean(merged) => {
            let title = if ours == disk.text {
                words::CHANGED_OUTSIDE
            } else {
                words::MERGED
            };
            match editing::with_unsaved(app, |editor| editor.replace(title, &merged)) {
                Some(Ok(())) => {
                    saving::note_text(revision, theirs);
                    drop_plan(app);
                    if ours == disk.text {
                        app.say(words::FILE_CHANGED);
                    } else {
                        app.say(words::MERGED_CLEANLY);
                        app.toast(Severity::Info, words::MERGED_CLEANLY, None);
                    }
                    return true;
                }
                _ => (None, None),
            }
        }
        Merge::Conflicts(conflicts) => (Some(conflicts), None),
        Merge::NotToml(version) => (None, Some(version)),
    };
    app.saving.set(Saving::Undecided);
    app.say(words::CLASH);
    app.clash.set(Some(Arc::new(Clash {
        ours,
        theirs,
        revision,
        places,
        broken,
    })));
    app.dialog.set(Dialog::Clash);
    false
}

/// Does what people decided: one step of the history, then the file is written.
pub(crate) fn decide(app: App, decision: &Decision) {
    let Some(clash) = app.clash.get_untracked() else {
        return;
    };
    let text = match (decision, &clash.places) {
        (Decision::Ours, _) => Ok(clash.ours.clone()),
        (Decision::Each(sides), Some(places)) => places.resolve(sides),
        (Decision::Theirs | Decision::Each(_), _) => Ok(clash.theirs.clone()),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            app.toast(
                Severity::Warning,
                words::not_merged(&error.to_string()),
                Some(words::NOT_MERGED_HINT.to_owned()),
            );
            return;
        }
    };
    let done = editing::with_unsaved(app, |editor| editor.replace(words::MERGED, &text));
    if let Some(Err(refusal)) = done {
        app.toast(Severity::Warning, refusal.message, refusal.hint);
        return;
    }
    saving::note_text(clash.revision.clone(), clash.theirs.clone());
    app.clash.set(None);
    app.dialog.set(Dialog::None);
    drop_plan(app);
    app.saving.set(Saving::Unsaved);
    app.say(words::DECIDED);
    saving::start(app);
}

/// Closes the question; it is asked again at the next save that people ask for.
pub(crate) fn decide_later(app: App) {
    app.dialog.set(Dialog::None);
}

/// Saves, or asks again about what could not be saved.
pub(crate) fn save(app: App) {
    spawn_local(async move {
        if saving::now(app).await {
            app.say(words::SAVED_SAID);
        }
    });
}

/// Leaves the project once it is saved; asks when it can't be.
pub(crate) fn leave(app: App) {
    spawn_local(async move {
        if saving::now(app).await {
            crate::picture::keep(app);
            actions::close(app);
        } else if app.dialog.with_untracked(|dialog| *dialog != Dialog::Clash) {
            app.dialog.set(Dialog::Unsaved(Leaving::Project));
        }
    });
}
