//! Editing where a name stands: the name of a card, the key of a route.

use crate::editing;
use crate::platform;
use crate::state::App;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{Command, ElementId, Refusal};
use std::cell::Cell;
use std::rc::Rc;

/// A field that takes the focus, keeps on Enter, gives up on Escape, and says what is wrong below itself.
#[component]
fn InPlace(
    first: String,
    label: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] hint: &'static str,
    /// What is wrong with a text, while it is typed.
    check: impl Fn(&str) -> Option<Refusal> + Send + Sync + 'static,
    /// Takes the text; a refusal keeps the field open.
    keep: impl Fn(&str) -> Result<(), Refusal> + Clone + 'static,
    /// The field is done with. The second says whether the focus goes back to the element.
    close: impl Fn(bool) + Clone + 'static,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(None::<Refusal>);
    field.on_load(|field| {
        request_animation_frame(move || {
            if field.focus().is_ok() {
                field.select();
            }
        });
    });
    // What is kept may take the field away, and with it all signals of its own. What is closed is
    // closed once; leaving the page also takes the focus away.
    let is_closed = Rc::new(Cell::new(false));
    let text = move || {
        let field = field.try_get_untracked().flatten();
        field.map(|field| field.value().trim().to_owned())
    };
    let (first_of_enter, first_of_blur) = (first.clone(), first.clone());
    let (enter, enter_done, enter_closed) = (keep.clone(), close.clone(), Rc::clone(&is_closed));
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        event.stop_propagation();
        match event.key().as_str() {
            "Enter" => {
                event.prevent_default();
                let Some(text) = text() else { return };
                // While it is kept, that the field is left means nothing.
                if enter_closed.replace(true) {
                    return;
                }
                if text == first_of_enter {
                    return enter_done(true);
                }
                match enter(&text) {
                    Ok(()) => enter_done(true),
                    Err(refusal) => {
                        enter_closed.set(false);
                        wrong.set(Some(refusal));
                    }
                }
            }
            "Escape" => {
                event.prevent_default();
                if !enter_closed.replace(true) {
                    enter_done(true);
                }
            }
            _ => {}
        }
    };
    let on_blur = move |_| {
        // A field that is taken away while it has the focus is left once more.
        let Some(text) = text() else { return };
        if is_closed.replace(true) {
            return;
        }
        // What cannot be kept is given up, since nobody looks here any more.
        if text != first_of_blur
            && !text.is_empty()
            && let Err(refusal) = keep(&text)
        {
            leptos::logging::log!("not kept: {refusal}");
        }
        close(false);
    };
    view! {
        <span class="in-place">
            <input class="mono" node_ref=field value=first aria-label=label placeholder=placeholder spellcheck="false" autocomplete="off"
                aria-invalid=move || wrong.with(Option::is_some).to_string()
                on:input=move |_| wrong.set(text().filter(|text| !text.is_empty()).and_then(|text| check(&text)))
                on:keydown=on_keydown on:blur=on_blur on:click=|event| event.stop_propagation()/>
            {move || match wrong.get() {
                Some(refusal) => view! {
                    <span class="in-place-note bad" role="alert">{refusal.message}{refusal.hint.map(|hint| view! { <small>{hint}</small> })}</span>
                }.into_any(),
                None if !hint.is_empty() => view! { <span class="in-place-note">{hint}</span> }.into_any(),
                None => ().into_any(),
            }}
        </span>
    }
}

/// Gives the focus back to an element of the canvas.
fn focus_on(id: &ElementId) {
    let name = platform::quoted(&id.to_string());
    request_animation_frame(move || {
        platform::focus(&format!(".canvas [data-node-id={name}]"));
    });
}

/// Does a command whose refusal is shown here, not as a notice.
fn attempt(app: App, command: &Command) -> Result<(), Refusal> {
    editing::with(app, |editor| editor.apply(command)).unwrap_or(Ok(()))
}

/// The name of a card. A fresh one leaves nothing behind; an older one is noted as `was`.
#[component]
pub(crate) fn NameField(id: ElementId, fresh: bool) -> impl IntoView {
    let app = App::get();
    let first = id.node_key().to_owned();
    let rename = {
        let id = id.clone();
        move |to: &str| Command::Rename {
            id: id.clone(),
            to: to.to_owned(),
            record_move: !fresh,
        }
    };
    let keep = move |text: &str| {
        attempt(app, &rename(text))?;
        app.say(words::renamed(text));
        Ok(())
    };
    let of_check = id.clone();
    let check = move |text: &str| {
        editing::look(app, |editor| editor.check_name(&of_check, text).err()).flatten()
    };
    let close = move |back: bool| {
        app.naming.set(None);
        if back && let Some(id) = app.selected.get_untracked() {
            focus_on(&id);
        }
    };
    let hint = if fresh {
        words::FRESH_HINT
    } else {
        words::RENAME_HINT
    };
    view! { <InPlace first=first label=words::EDIT_NAME hint=hint check=check keep=keep close=close/> }
}

/// The key of a route, or without one a route to be.
#[component]
pub(crate) fn RouteField(
    api: String,
    websocket: bool,
    #[prop(optional, into)] key: Option<String>,
) -> impl IntoView {
    let app = App::get();
    let is_new = key.is_none();
    let first = key.clone().unwrap_or_default();
    let (of_check, but) = (api.clone(), key.clone());
    let check = move |text: &str| {
        editing::look(app, |editor| {
            editor.check_route(&of_check, text, but.as_deref()).err()
        })
        .flatten()
    };
    let (of_keep, old) = (api.clone(), key);
    let keep = move |text: &str| {
        let (api, to) = (of_keep.clone(), text.to_owned());
        let command = match old.clone() {
            Some(key) => Command::SetRouteKey { api, key, to },
            None => Command::AddRoute {
                api,
                key: Some(to),
                target: None,
            },
        };
        attempt(app, &command)?;
        app.say(words::route_kept(text));
        Ok(())
    };
    let close = move |back: bool| {
        if is_new {
            app.adding_route.set(None);
        } else {
            app.naming.set(None);
        }
        if back && let Some(id) = app.selected.get_untracked() {
            focus_on(&id);
        }
    };
    let label = if is_new {
        words::NEW_ROUTE
    } else {
        words::EDIT_ROUTE
    };
    let placeholder = if websocket {
        words::WEBSOCKET_ROUTE_PLACEHOLDER
    } else {
        words::ROUTE_PLACEHOLDER
    };
    view! { <InPlace first=first label=label placeholder=placeholder check=check keep=keep close=close/> }
}
