//! Whether the file holds what the window shows, and what to do when it does not.

use crate::asked;
use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::outside;
use crate::saving::{self, Saving};
use crate::state::{App, Dialog, Leaving};
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn SaveState() -> impl IntoView {
    let app = App::get();
    let read_only = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .is_some_and(|project| project.document.is_read_only())
        })
    };
    let name = move || {
        app.saving.with(|saving| match saving {
            Saving::Saved => "saved",
            Saving::Unsaved => "unsaved",
            Saving::AtWork => "saving",
            Saving::Failed(_) => "failed",
            Saving::Undecided => "undecided",
        })
    };
    view! {
        <span class="saved" data-testid="save-state" data-saving=name>
            {move || match app.saving.get() {
                Saving::Saved if read_only() => view! { <span class="dot warn"></span>{words::READ_ONLY} }.into_any(),
                Saving::Saved => view! {
                    <span class="dot ok" title=words::SAVED_TITLE></span><span class="calm" title=words::SAVED_TITLE>{words::SAVED}</span>
                }.into_any(),
                Saving::Unsaved => view! {
                    <span class="dot" title=words::UNSAVED_TITLE></span><span class="calm" title=words::UNSAVED_TITLE>{words::UNSAVED}</span>
                }.into_any(),
                Saving::AtWork => view! { <span class="dot accent"></span><span class="calm">{words::SAVING}</span> }.into_any(),
                Saving::Failed(error) => {
                    let full = error.hint.clone().map_or_else(|| error.message.clone(), |hint| format!("{}. {hint}", error.message));
                    view! {
                        <IconView icon=Icon::Error class="err"/>
                        <span class="err clip why" role="alert" title=full>{words::not_saved(words::reason(&error.message))}</span>
                        <button class="button small" type="button" on:click=move |_| outside::save(app)>{words::RETRY}</button>
                    }.into_any()
                }
                Saving::Undecided => view! {
                    <IconView icon=Icon::Warning class="warn"/>
                    <span class="warn clip why" role="alert" title=words::CLASH>{words::NOT_SAVED}</span>
                    <button class="button small" type="button" on:click=move |_| saving::start(app)>{words::DECIDE}</button>
                }.into_any(),
            }}
        </span>
    }
}

/// Asked when a project is left that could not be saved.
#[component]
pub(crate) fn UnsavedDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| {
        app.dialog.with(|dialog| match dialog {
            Dialog::Unsaved(what) => Some(*what),
            _ => None,
        })
    });
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let why = move || {
        app.saving.with(|saving| match saving {
            Saving::Failed(error) => (error.message.clone(), error.hint.clone()),
            _ => (words::CLASH.to_owned(), None),
        })
    };
    let leave = move |what: Leaving| {
        app.dialog.set(Dialog::None);
        match what {
            Leaving::Project => crate::actions::close(app),
            Leaving::Window => asked::give_up(app),
        }
    };
    let again = move |what: Leaving| {
        app.dialog.set(Dialog::None);
        match what {
            Leaving::Project => outside::leave(app),
            Leaving::Window => asked::close(app),
        }
    };
    move || {
        open.get().map(|what| {
            let (message, hint) = why();
            view! {
                <Modal title=words::LEAVE_UNSAVED.to_owned() class="ask" testid="unsaved" on_close=close>
                    <div class="ask-text">
                        <p>{message}</p>
                        {hint.map(|hint| view! { <p class="mute">{hint}</p> })}
                    </div>
                    <footer class="modal-foot">
                        <button class="button danger" type="button" on:click=move |_| leave(what)>{words::LEAVE_ANYWAY}</button>
                        <span class="spring"></span>
                        <button class="button" type="button" on:click=move |_| close.run(())>{words::STAY}</button>
                        <button class="button primary" type="button" autofocus on:click=move |_| again(what)>{words::RETRY}</button>
                    </footer>
                </Modal>
            }
            .into_any()
        })
    }
}
