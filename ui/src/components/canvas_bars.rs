//! What floats over the canvas: tools, zoom, and what to do when there is nothing.

use crate::actions;
use crate::components::icon::{Icon, IconView};
use crate::editing;
use crate::state::{App, Dialog, OpenProject};
use crate::words;
use leptos::prelude::*;
use slipway_editor::{Command, Editor, Input, Key, Modifiers, New};
use std::sync::Arc;

/// Lays everything out anew and shows it.
pub(crate) fn tidy(app: App) {
    let is_tidy = editing::look(app, |editor| editor.places().is_empty());
    if is_tidy == Some(false) && editing::apply(app, &Command::Tidy) {
        app.say(words::TIDIED);
    } else {
        app.say(words::IS_TIDY);
    }
    editing::with(app, Editor::frame);
}

/// Adds something at a free place; its name is at once editable.
pub(crate) fn add(app: App, what: New) {
    let effects = editing::with(app, |editor| {
        let effects = editor.add(what, None);
        if let Some(id) = editor.selection().last().cloned() {
            editor.reveal(&id);
        }
        effects
    });
    editing::perform(app, effects.unwrap_or_default());
}

#[component]
pub(crate) fn CanvasTools() -> impl IntoView {
    let app = App::get();
    let is_empty = move || app.scene.with(|scene| scene.cards.is_empty());
    view! {
        <div class="float tools" role="toolbar" aria-label=words::CANVAS_TOOLS hidden=is_empty>
            <button class="button quiet" type="button" title=words::FIT on:click=move |_| actions::fit(app)>
                <IconView icon=Icon::Fit/>"Fit"
            </button>
            <button class="button quiet" type="button" title=words::TIDY_TITLE data-testid="tidy" on:click=move |_| tidy(app)>
                <IconView icon=Icon::Tidy/>{words::TIDY}
            </button>
        </div>
    }
}

/// What to do when there is nothing to see.
#[component]
pub(crate) fn EmptyCanvas() -> impl IntoView {
    let app = App::get();
    let unreadable = |project: &Arc<OpenProject>| project.document.design().is_none();
    let state = Memo::new(move |_| {
        let is_empty = app.scene.with(|scene| scene.cards.is_empty());
        let broken = app
            .project
            .with(|project| project.as_ref().is_some_and(unreadable));
        (is_empty, broken)
    });
    move || {
        match state.get() {
        (false, _) => ().into_any(),
        (true, true) => view! {
            <div class="canvas-empty">
                <IconView icon=Icon::Error class="err"/>
                <h2>{words::UNREADABLE}</h2>
                <p class="mute">{words::UNREADABLE_HINT}</p>
            </div>
        }
        .into_any(),
        (true, false) => view! {
            <div class="canvas-empty">
                <IconView icon=Icon::Design class="faint"/>
                <h2>{words::EMPTY_DESIGN}</h2>
                <p class="mute">{words::EMPTY_DESIGN_HINT}</p>
                <div class="canvas-empty-actions float">
                    {New::ALL.into_iter().filter(|what| *what != New::Image).map(|what| view! {
                        <button class="button" class:primary={what == New::HttpApi} type="button" on:click=move |_| add(app, what)>
                            <IconView icon=Icon::of_new(what)/>{words::new_name(what)}
                        </button>
                    }).collect_view()}
                    <button class="button" type="button" title=words::IMPORT_COMMAND on:click=move |_| app.dialog.set(Dialog::Import(None))>
                        <IconView icon=Icon::FolderOpen/>{words::IMPORT_ITEM}
                    </button>
                </div>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
pub(crate) fn ZoomBar() -> impl IntoView {
    let app = App::get();
    let press = move |key: Key| editing::input(app, Input::KeyDown(key, Modifiers::default()));
    view! {
        <div class="float zoom" role="toolbar" aria-label=words::ZOOM>
            <button class="button quiet square" type="button" title=words::ZOOM_OUT aria-label=words::ZOOM_OUT on:click=move |_| press(Key::ZoomOut)>
                <IconView icon=Icon::Minus/>
            </button>
            <button class="button quiet mono percent" type="button" title=words::LIFE_SIZE on:click=move |_| press(Key::LifeSize)>
                {move || app.camera.with(|camera| format!("{:.0} %", camera.zoom * 100.0))}
            </button>
            <button class="button quiet square" type="button" title=words::ZOOM_IN aria-label=words::ZOOM_IN on:click=move |_| press(Key::ZoomIn)>
                <IconView icon=Icon::Plus/>
            </button>
            <button class="button quiet square" type="button" title=words::FIT aria-label=words::FIT on:click=move |_| press(Key::Fit)>
                <IconView icon=Icon::Fit/>
            </button>
        </div>
    }
}
