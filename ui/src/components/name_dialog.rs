//! Asks for a name: of an API, a function or a service, or for the key of a route.

use crate::components::completed_field::CompletedField;
use crate::components::modal::Modal;
use crate::deeds;
use crate::editing;
use crate::state::{App, Dialog};
use crate::words;
use leptos::prelude::*;
use slipway_editor::{Command, ElementId, Refusal, complete_route};

#[component]
pub(crate) fn NameDialogs() -> impl IntoView {
    let app = App::get();
    let asked = Memo::new(move |_| {
        app.dialog.with(|dialog| match dialog {
            Dialog::Rename { .. } | Dialog::RouteKey { .. } => Some(dialog.clone()),
            _ => None,
        })
    });
    move || match asked.get()? {
        Dialog::Rename { id, fresh } => Some(view! { <Rename id=id fresh=fresh/> }.into_any()),
        Dialog::RouteKey { api, key } => Some(view! { <RouteKey api=api key=key/> }.into_any()),
        _ => None,
    }
}

/// What is wrong, below a field.
#[component]
fn Wrong(wrong: RwSignal<Option<Refusal>>, hint: &'static str) -> impl IntoView {
    view! {
        <small id="name-note" class:err=move || wrong.with(Option::is_some) role="status">
            {move || match wrong.get() {
                Some(Refusal { message, hint: Some(hint) }) => format!("{message}. {hint}"),
                Some(refusal) => refusal.message,
                None => hint.to_owned(),
            }}
        </small>
    }
}

/// Does a command whose refusal is shown in the dialog.
fn attempt(app: App, command: &Command) -> Result<(), Refusal> {
    editing::with(app, |editor| editor.apply(command)).unwrap_or(Ok(()))?;
    if let Some(title) = app.undo_title.get_untracked() {
        app.say(title);
    }
    Ok(())
}

#[component]
fn Rename(id: ElementId, fresh: bool) -> impl IntoView {
    let app = App::get();
    let in_tree = crate::keys::is_in("tree");
    let old = id.node_key().to_owned();
    let name = RwSignal::new(old.clone());
    let record = RwSignal::new(!fresh);
    let wrong = RwSignal::new(None::<Refusal>);
    let close = Callback::new(move |()| {
        app.dialog.set(Dialog::None);
        deeds::focus_again(app, in_tree);
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let command = Command::Rename {
            id: id.clone(),
            to: name.get_untracked().trim().to_owned(),
            record_move: record.get_untracked(),
        };
        match attempt(app, &command) {
            Ok(()) => close.run(()),
            Err(refusal) => wrong.set(Some(refusal)),
        }
    };
    let select = move |event: web_sys::FocusEvent| {
        event_target::<web_sys::HtmlInputElement>(&event).select();
    };
    let title = if fresh {
        words::name_new(&old)
    } else {
        words::rename_title(&old)
    };
    view! {
        <Modal title=title class="ask" testid="rename" on_close=close>
            <form class="form" on:submit=submit>
                <label class="field">
                    <span>{words::NAME}</span>
                    <input class="input mono" autofocus autocomplete="off" spellcheck="false" prop:value=move || name.get() aria-describedby="name-note"
                        aria-invalid=move || wrong.with(Option::is_some).to_string() on:focus=select
                        on:input=move |event| { name.set(event_target_value(&event)); wrong.set(None); }/>
                    <Wrong wrong=wrong hint=words::NAME_NOTE/>
                </label>
                {(!fresh).then(|| view! {
                    <label class="check-line">
                        <input type="checkbox" prop:checked=move || record.get() on:change=move |event| record.set(event_target_checked(&event))/>
                        <span>{words::RECORD_MOVE}<small>{words::RECORD_MOVE_NOTE}</small></span>
                    </label>
                })}
                <footer class="modal-foot">
                    <button class="button" type="button" on:click=move |_| close.run(())>{if fresh { words::KEEP_NAME } else { words::CANCEL }}</button>
                    <button class="button primary" type="submit">{if fresh { words::GIVE_NAME } else { words::RENAME_NOW }}</button>
                </footer>
            </form>
        </Modal>
    }
}

#[component]
fn RouteKey(api: String, key: Option<String>) -> impl IntoView {
    let app = App::get();
    let in_tree = crate::keys::is_in("tree");
    let text = RwSignal::new(key.clone().unwrap_or_default());
    let wrong = RwSignal::new(None::<Refusal>);
    Effect::new(move |_| {
        text.track();
        wrong.set(None);
    });
    let close = Callback::new(move |()| {
        app.dialog.set(Dialog::None);
        deeds::focus_again(app, in_tree);
    });
    let propose = {
        let api = api.clone();
        Callback::new(move |text: String| {
            editing::look(app, |editor| complete_route(editor.design(), &api, &text))
                .unwrap_or_default()
        })
    };
    let title = match &key {
        Some(key) => words::route_title(key),
        None => words::add_route_in(&api),
    };
    let fresh = key.is_none();
    let submit = Callback::new(move |()| {
        let (api, to) = (api.clone(), text.get_untracked().trim().to_owned());
        let command = match key.clone() {
            Some(key) => Command::SetRouteKey { api, key, to },
            None => Command::AddRoute {
                api,
                key: (!to.is_empty()).then_some(to),
                target: None,
            },
        };
        match attempt(app, &command) {
            Ok(()) => close.run(()),
            Err(refusal) => wrong.set(Some(refusal)),
        }
    });
    view! {
        <Modal title=title class="ask route-key" testid="route-key" on_close=close>
            <form class="form" on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); submit.run(()); }>
                <div class="field">
                    <span>{words::ROUTE_KEY}</span>
                    <CompletedField text=text id="route-key-field" label=words::ROUTE_KEY placeholder="GET /orders/{id}" propose=propose on_enter=submit
                        wrong=Signal::derive(move || wrong.with(Option::is_some)) autofocus=true/>
                    <Wrong wrong=wrong hint=words::ROUTE_KEY_NOTE/>
                </div>
                <footer class="modal-foot">
                    <button class="button" type="button" on:click=move |_| close.run(())>{words::CANCEL}</button>
                    <button class="button primary" type="submit">{if fresh { words::ADD_ROUTE } else { words::CHANGE_ROUTE_NOW }}</button>
                </footer>
            </form>
        </Modal>
    }
}
