//! The open design: one [`Editor`], and signals that mirror it.
//!
//! The editor decides; what it comes to is copied into signals here, each only when it changed.

use crate::state::{App, OpenProject};
use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{Command, Editor, Places, Scene, Selection};
use std::sync::Arc;

/// Opens a text in a new editor: nothing is selected and there is nothing to undo.
pub(crate) fn open(app: App, text: &str, layout: Option<&str>) -> Editor {
    let (places, told) = layout.map(Places::parse).unwrap_or_default();
    for sentence in told {
        app.toast(Severity::Warning, sentence, None);
    }
    Editor::open(text, places, app.environment.get_untracked())
}

/// Does something with the editor of the open project, then brings the signals up to date.
pub(crate) fn with<R>(app: App, act: impl FnOnce(&mut Editor) -> R) -> Option<R> {
    let (camera, view) = (app.camera.get_untracked(), app.viewport.get_untracked());
    let answer = app.editor.try_update_value(|editor| {
        let editor = editor.as_mut()?;
        editor.set_camera(camera);
        editor.set_view(view);
        Some(act(editor))
    });
    let answer = answer.flatten();
    mirror(app);
    crate::saving::notice(app);
    answer
}

/// The same for a text that is on disk already, or about to be.
pub(crate) fn with_unsaved<R>(app: App, act: impl FnOnce(&mut Editor) -> R) -> Option<R> {
    let answer = app
        .editor
        .try_update_value(|editor| editor.as_mut().map(act))
        .flatten();
    mirror(app);
    answer
}

/// Looks at the editor.
pub(crate) fn look<R>(app: App, at: impl FnOnce(&Editor) -> R) -> Option<R> {
    app.editor.with_value(|editor| editor.as_ref().map(at))
}

/// Does a command; a refusal is told and `false`.
pub(crate) fn apply(app: App, command: &Command) -> bool {
    match with(app, |editor| editor.apply(command)) {
        Some(Ok(())) => true,
        Some(Err(refusal)) => {
            app.say(refusal.message.clone());
            app.toast(Severity::Warning, refusal.message, refusal.hint);
            false
        }
        None => false,
    }
}

pub(crate) fn undo(app: App) {
    match with(app, Editor::undo).flatten() {
        Some(title) => app.say(crate::words::undone(&title)),
        None => app.say(crate::words::NOTHING_TO_UNDO),
    }
}

pub(crate) fn redo(app: App) {
    match with(app, Editor::redo).flatten() {
        Some(title) => app.say(crate::words::redone(&title)),
        None => app.say(crate::words::NOTHING_TO_REDO),
    }
}

/// Copies what changed into the signals.
fn mirror(app: App) {
    let Some((document, design, scene, selection, undo, redo)) = look(app, |editor| {
        (
            Arc::clone(editor.document()),
            Arc::clone(editor.design()),
            Arc::clone(editor.scene()),
            editor.selection().clone(),
            editor.undo_title().map(str::to_owned),
            editor.redo_title().map(str::to_owned),
        )
    }) else {
        app.scene.set(Arc::new(Scene::default()));
        app.selection.set(Selection::default());
        return;
    };
    let is_other = app.project.with_untracked(|project| {
        project
            .as_ref()
            .is_some_and(|project| !Arc::ptr_eq(&project.document, &document))
    });
    if is_other {
        app.project.update(|project| {
            if let Some(now) = project {
                *project = Some(Arc::new(OpenProject {
                    view: now.view.clone(),
                    document,
                    design,
                }));
            }
        });
    }
    if app.scene.with_untracked(|now| !Arc::ptr_eq(now, &scene)) {
        app.scene.set(scene);
    }
    if app.selection.with_untracked(|now| *now != selection) {
        app.selection.set(selection);
    }
    for (signal, title) in [(app.undo_title, undo), (app.redo_title, redo)] {
        if signal.with_untracked(|now| *now != title) {
            signal.set(title);
        }
    }
}
