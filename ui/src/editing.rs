//! The open design: one [`Editor`], and signals that mirror it.
//!
//! The editor decides; what it comes to is copied into signals here, each only when it changed.

use crate::state::{App, Naming, OpenProject};
use crate::words;
use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{Command, Editor, Effect, Input, Places, Refusal, Scene, Selection, Tool};
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
    let answer = app
        .editor
        .try_update_value(|editor| editor.as_mut().map(act))
        .flatten();
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

/// Gives an input to the editor. Moves and wheels wait for the next frame, so that each frame is
/// drawn once.
pub(crate) fn input(app: App, input: Input) {
    match input {
        Input::Move(pointer) => {
            app.drawn
                .update_value(|drawn| drawn.pointer = Some(pointer));
            ask_for_frame(app);
        }
        Input::Wheel { .. } => {
            // A wheel has no effects to perform.
            app.editor.update_value(|editor| {
                if let Some(editor) = editor {
                    editor.handle(input);
                }
            });
            ask_for_frame(app);
        }
        input => {
            let held = app
                .drawn
                .try_update_value(|drawn| drawn.pointer.take())
                .flatten();
            let effects = with(app, |editor| {
                let mut effects = held.map_or_else(Vec::new, |at| editor.handle(Input::Move(at)));
                effects.extend(editor.handle(input));
                effects
            });
            perform(app, effects.unwrap_or_default());
        }
    }
}

fn ask_for_frame(app: App) {
    let waits = app
        .drawn
        .try_update_value(|drawn| std::mem::replace(&mut drawn.frame_waits, true));
    if waits == Some(false) {
        request_animation_frame(move || frame(app));
    }
}

fn frame(app: App) {
    let held = app.drawn.try_update_value(|drawn| {
        drawn.frame_waits = false;
        drawn.pointer.take()
    });
    // Neither text nor places change before the pointer is released.
    let drifts = with_unsaved(app, |editor| {
        if let Some(pointer) = held.flatten() {
            editor.handle(Input::Move(pointer));
        }
        let drifts = editor.drifts();
        if drifts {
            editor.handle(Input::Frame);
        }
        drifts
    });
    if drifts == Some(true) {
        ask_for_frame(app);
    }
}

/// Does what the editor asks of the window.
pub(crate) fn perform(app: App, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Applied(title) => {
                let place = look(app, |editor| {
                    let id = editor.selection().last()?;
                    let rect = editor.scene().rect(id)?;
                    Some(words::stands_at(id.node_key(), rect.x, rect.y))
                });
                match place.flatten() {
                    Some(place) if title.starts_with(words::MOVE) => app.say(place),
                    _ => app.say(title),
                }
            }
            Effect::Refused(refusal) => refuse(app, refusal),
            Effect::EditName { id, fresh } => app.naming.set(Some(Naming { id, fresh })),
            Effect::EditRoute(id) => app.naming.set(Some(Naming { id, fresh: false })),
            Effect::Focus(id) => {
                // The card may have to be mounted before it can take the focus.
                request_animation_frame(move || {
                    let name = crate::platform::quoted(&id.to_string());
                    crate::platform::focus(&format!("[data-node-id={name}]"));
                });
            }
        }
    }
}

/// Tells why something was not done.
pub(crate) fn refuse(app: App, refusal: Refusal) {
    app.say(refusal.message.clone());
    app.toast(Severity::Warning, refusal.message, refusal.hint);
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
            refuse(app, refusal);
            false
        }
        None => false,
    }
}

/// Does a command as one of a series, such as what is typed into one field.
pub(crate) fn apply_in(app: App, series: &str, command: &Command) -> bool {
    match with(app, |editor| editor.apply_in(series, command)) {
        Some(Ok(())) => true,
        Some(Err(refusal)) => {
            app.say(refusal.message.clone());
            app.toast(Severity::Warning, refusal.message, refusal.hint);
            false
        }
        None => false,
    }
}

/// What is done next is a step of its own.
pub(crate) fn part(app: App) {
    app.editor.update_value(|editor| {
        if let Some(editor) = editor {
            editor.part();
        }
    });
}

pub(crate) fn undo(app: App) {
    match with(app, Editor::undo).flatten() {
        Some(title) => app.say(words::undone(&title)),
        None => app.say(words::NOTHING_TO_UNDO),
    }
}

pub(crate) fn redo(app: App) {
    match with(app, Editor::redo).flatten() {
        Some(title) => app.say(words::redone(&title)),
        None => app.say(words::NOTHING_TO_REDO),
    }
}

/// Copies what changed into the signals.
fn mirror(app: App) {
    let changes = app
        .editor
        .try_update_value(|editor| editor.as_mut().map(Editor::take_changes))
        .flatten();
    let Some(changes) = changes else {
        app.scene.set(Arc::new(Scene::default()));
        app.selection.set(Selection::default());
        app.tool.set(Tool::Idle);
        return;
    };
    app.editor.with_value(|editor| {
        let Some(editor) = editor else { return };
        mirror_design(app, editor);
        if !changes.is_empty() {
            app.drawn
                .with_value(|drawn| drawn.show(editor.scene(), &changes));
            app.shifts.update(|shifts| *shifts = shifts.wrapping_add(1));
        }
        // While cards are dragged only they are told of; the scene is the editor's alone.
        let drags = matches!(editor.tool(), Tool::DraggingNodes(_));
        if !drags
            && app
                .scene
                .with_untracked(|now| !Arc::ptr_eq(now, editor.scene()))
        {
            app.scene.set(Arc::clone(editor.scene()));
        }
        copy(app.closed, &editor.closed());
        copy(app.camera, &editor.camera());
        copy(app.selection, editor.selection());
        copy(app.tool, editor.tool());
        copy(app.grabbing, &editor.is_grabbing());
        for (signal, title) in [
            (app.undo_title, editor.undo_title()),
            (app.redo_title, editor.redo_title()),
        ] {
            if signal.with_untracked(|now| now.as_deref() != title) {
                signal.set(title.map(str::to_owned));
            }
        }
    });
}

/// Sets a signal that has another value.
fn copy<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: &T) {
    if signal.with_untracked(|now| now != value) {
        signal.set(value.clone());
    }
}

fn mirror_design(app: App, editor: &Editor) {
    let document = editor.document();
    let is_other = app.project.with_untracked(|project| {
        project
            .as_ref()
            .is_some_and(|project| !Arc::ptr_eq(&project.document, document))
    });
    if is_other {
        app.project.update(|project| {
            if let Some(now) = project {
                *project = Some(Arc::new(OpenProject {
                    view: now.view.clone(),
                    document: Arc::clone(document),
                    design: Arc::clone(editor.design()),
                }));
            }
        });
    }
}
