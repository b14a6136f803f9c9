//! The form for a new project: a template, a place and a name.

use crate::actions;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::components::start_screen::NotYet;
use crate::ipc;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_protocol::{ApiError, PickFolder, TemplateView};

#[component]
pub(crate) fn NewProjectDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| {
        app.dialog.with(|dialog| match dialog {
            Dialog::NewProject(template) => Some(template.clone()),
            _ => None,
        })
    });
    move || Some(view! { <Form wanted=open.get()?/> }.into_any())
}

#[component]
fn Form(wanted: Option<String>) -> impl IntoView {
    let app = App::get();
    let templates: Vec<TemplateView> = app.start.with_untracked(|start| match start {
        Load::Ready(view) => view.templates.clone(),
        _ => Vec::new(),
    });
    let template =
        RwSignal::new(wanted.or_else(|| templates.first().map(|template| template.name.clone())));
    let name = RwSignal::new(String::new());
    let folder = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));

    let pick = move |_| {
        spawn_local(async move {
            let request = PickFolder {
                title: words::NEW_FOLDER_TITLE.to_owned(),
            };
            match ipc::call(request).await {
                Ok(Some(path)) => folder.set(Some(path)),
                Ok(None) => {}
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let path = move || {
        let folder = folder.get()?;
        let name = name.get();
        let separator = if folder.contains('\\') && !folder.contains('/') {
            '\\'
        } else {
            '/'
        };
        (!name.trim().is_empty()).then(|| {
            format!(
                "{}{separator}{}",
                folder.trim_end_matches(separator),
                name.trim()
            )
        })
    };
    let wrong_name = move || {
        let name = name.get();
        let right = name.chars().all(|character| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
        });
        (!right || name.starts_with('-')).then_some(words::NAME_RULE)
    };
    let ready = move || path().is_some() && wrong_name().is_none() && !busy.get();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(path) = path() else { return };
        if !ready() {
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            if let Err(failed) = actions::create(app, path, template.get_untracked()).await {
                error.set(Some(failed));
                busy.set(false);
            }
        });
    };
    view! {
        <Modal title=words::NEW_PROJECT_TITLE.to_owned() class="new-project" on_close=close>
            <form class="form" on:submit=submit>
                <fieldset class="templates">
                    <legend>{words::TEMPLATE}</legend>
                    {templates.into_iter().map(|option| {
                        let (value, chosen) = (option.name.clone(), option.name.clone());
                        view! {
                            <label class="template">
                                <input type="radio" name="template" prop:checked=move || template.with(|template| template.as_ref() == Some(&chosen))
                                    on:change=move |_| template.set(Some(value.clone()))/>
                                <span><b>{option.title}</b><small>{option.summary}</small><NotYet reasons=option.not_yet/></span>
                            </label>
                        }
                    }).collect_view()}
                    <label class="template">
                        <input type="radio" name="template" prop:checked=move || template.with(Option::is_none) on:change=move |_| template.set(None)/>
                        <span><b>{words::EMPTY_TEMPLATE}</b><small>{words::EMPTY_TEMPLATE_SUMMARY}</small></span>
                    </label>
                </fieldset>
                <label class="field">
                    <span>{words::PROJECT_NAME}</span>
                    <input class="input mono" autofocus placeholder="shop" autocomplete="off" spellcheck="false" prop:value=move || name.get()
                        aria-describedby="name-rule" on:input=move |event| name.set(event_target_value(&event))/>
                    <small id="name-rule" class:err=move || wrong_name().is_some()>{move || wrong_name().unwrap_or(words::NAME_HINT)}</small>
                </label>
                <div class="field">
                    <span id="folder-label">{words::PARENT_FOLDER}</span>
                    <div class="picker">
                        <span class="input mono" aria-labelledby="folder-label">{move || folder.get().unwrap_or_else(|| words::NO_FOLDER.to_owned())}</span>
                        <button class="button" type="button" on:click=pick><IconView icon=Icon::Folder/>{words::CHOOSE}</button>
                    </div>
                    <small class="mono">{move || path().unwrap_or_default()}</small>
                </div>
                {move || error.get().map(|error| view! { <ErrorBox error=error/> })}
                <footer class="modal-foot">
                    <button class="button" type="button" on:click=move |_| close.run(())>{words::CANCEL}</button>
                    <button class="button primary" type="submit" disabled=move || !ready()>
                        {move || if busy.get() { words::MAKING } else { words::MAKE_PROJECT }}
                    </button>
                </footer>
            </form>
        </Modal>
    }
}
