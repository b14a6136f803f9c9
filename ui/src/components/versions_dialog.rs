//! Earlier texts of the project: to look at, and to restore.

use crate::components::error_box::ErrorBox;
use crate::components::modal::Modal;
use crate::editing;
use crate::format;
use crate::ipc;
use crate::platform;
use crate::saving;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_editor::Command;
use slipway_protocol::{ReadVersion, VersionView, Versions};

#[component]
pub(crate) fn VersionsDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Versions));
    move || open.get().then(|| view! { <List/> }.into_any())
}

#[component]
fn List() -> impl IntoView {
    let app = App::get();
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let versions = RwSignal::new(Load::<Vec<VersionView>>::Loading);
    let chosen = RwSignal::new(None::<VersionView>);
    let text = RwSignal::new(Load::<String>::Idle);
    let path = app.path().unwrap_or_default();
    let of = path.clone();
    let look = move |version: VersionView| {
        let request = ReadVersion {
            path: of.clone(),
            id: version.id.clone(),
        };
        chosen.set(Some(version.clone()));
        text.set(Load::Loading);
        spawn_local(async move {
            let answer = ipc::call(request).await;
            if chosen.with_untracked(|now| now.as_ref() == Some(&version)) {
                text.set(match answer {
                    Ok(text) => Load::Ready(text),
                    Err(error) => Load::Failed(error),
                });
            }
        });
    };
    {
        let look = look.clone();
        spawn_local(async move {
            // What is on screen is among the texts once it is followed by another.
            saving::now(app).await;
            match ipc::call(Versions { path }).await {
                Ok(found) => {
                    // The newest is what people want to see first.
                    if let Some(newest) = found.first() {
                        look(newest.clone());
                    }
                    versions.set(Load::Ready(found));
                }
                Err(error) => versions.set(Load::Failed(error)),
            }
        });
    }
    let is_now = move || {
        text.with(|text| match text {
            Load::Ready(text) => editing::look(app, |editor| editor.text() == text) == Some(true),
            _ => false,
        })
    };
    let restore = move |_| {
        let (Some(version), Load::Ready(text)) = (chosen.get_untracked(), text.get_untracked())
        else {
            return;
        };
        let title = words::restored(&when(&version.saved));
        let command = Command::Replace {
            title: title.clone(),
            text,
        };
        if editing::apply(app, &command) {
            app.dialog.set(Dialog::None);
            app.say(title);
        }
    };
    view! {
        <Modal title=words::VERSIONS.to_owned() class="versions" testid="versions" on_close=close>
            <p class="ask-text mute">{words::VERSIONS_TEXT}</p>
            <div class="versions-body">
                <div class="version-list">
                    {move || match versions.get() {
                        Load::Ready(found) if found.is_empty() => view! { <p class="empty">{words::NO_VERSIONS}</p> }.into_any(),
                        Load::Ready(found) => found.into_iter().map(|version| {
                            let (look, of, to_look) = (look.clone(), version.id.clone(), version.clone());
                            let holds = version.holds.map_or_else(|| words::NOT_TOML_VERSION.to_owned(), words::design_size);
                            view! {
                                <button class="version" type="button" data-version=version.id.clone()
                                    aria-pressed=move || chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.id == of)).to_string()
                                    on:click=move |_| look(to_look.clone())>
                                    <b>{when(&version.saved)}</b>
                                    <small>{holds}" · "{format::bytes(f64::from(version.size))}</small>
                                </button>
                            }
                        }).collect_view().into_any(),
                        Load::Failed(error) => view! { <ErrorBox error=error/> }.into_any(),
                        Load::Idle | Load::Loading => view! { <p class="loading">{words::READING_VERSIONS}</p> }.into_any(),
                    }}
                </div>
                <div class="version-text">
                    {move || match text.get() {
                        Load::Ready(text) => view! { <pre tabindex="0" aria-label=words::VERSIONS>{text}</pre> }.into_any(),
                        Load::Failed(error) => view! { <ErrorBox error=error/> }.into_any(),
                        Load::Loading => view! { <p class="loading">{words::READING_VERSIONS}</p> }.into_any(),
                        Load::Idle => ().into_any(),
                    }}
                </div>
            </div>
            <footer class="modal-foot">
                <span class="mute">{move || is_now().then_some(words::SAME_AS_NOW)}</span>
                <span class="spring"></span>
                <button class="button" type="button" on:click=move |_| close.run(())>{words::CLOSE}</button>
                <button class="button primary" type="button" data-testid="restore"
                    disabled=move || is_now() || text.with(|text| !matches!(text, Load::Ready(_))) on:click=restore>
                    {words::RESTORE}
                </button>
            </footer>
        </Modal>
    }
}

/// Seconds since 1970, as this computer writes a moment.
fn when(seconds: &str) -> String {
    match seconds.parse::<f64>() {
        Ok(seconds) => platform::local_time(seconds),
        Err(_) => seconds.to_owned(),
    }
}
